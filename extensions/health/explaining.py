"""Which finding follows from which, by the table of codes: what nothing explains is a cause."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extensions.health.asking import type_of
from extensions.health.codes import ALL, EXPLAINERS, SAME_SUBJECT, Scope
from extensions.health.models import Finding


@dataclass(frozen=True, slots=True)
class Holding:
    """The codes that hold, each with the template types and the subjects in which it does."""

    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Holding":
        held = cls()
        for each in findings:
            held.types[each.code].add(type_of(each.code, each.subject, each.evidence))
            held.subjects[each.code].add(each.subject)
        return held

    def explainer(self, code: str, *, subject: str, within: str) -> str:
        """The nearest code that explains `code` of a subject within a template type; "" when none does."""
        for explainer, scope in EXPLAINERS.get(code, ()):
            if explainer in self.subjects and self._reaches(explainer, scope, subject, within):
                return explainer
        return ""

    def _reaches(self, explainer: str, scope: Scope, subject: str, within: str) -> bool:
        if scope is ALL:
            return True
        if scope is SAME_SUBJECT:
            return subject in self.subjects[explainer]
        return bool(within) and within in self.types[explainer]


def explained_by(findings: Sequence[Finding]) -> list[str]:
    """For each finding the nearest code among them that explains it, "" for a cause."""
    held = Holding.of(findings)
    return [
        held.explainer(each.code, subject=each.subject, within=type_of(each.code, each.subject, each.evidence))
        for each in findings
    ]
