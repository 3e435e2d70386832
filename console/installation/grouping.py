"""Findings told together: those of one code that are mended in one way are one thing to whoever reads of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extensions.health.codes import sentence
from extensions.health.models import Finding
from extensions.health.words.meanings import MEANINGS
from extensions.installations.models import Verdict

FIRST = 5  # named one by one; the rest are counted


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code, the worst first."""

    findings: Sequence[Finding]

    @property
    def code(self) -> str:
        return self.findings[0].code

    @property
    def sentence(self) -> str:
        """What is said of one of them, or of all at once."""
        several = MEANINGS[self.code].several if self.code in MEANINGS and len(self.findings) > 1 else ""
        number = f"{len(self.findings):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        return several.format(number=number) if several else sentence(self.code)

    @property
    def verdict(self) -> str:
        return min(self.findings, key=lambda each: each.rank).verdict

    @property
    def first(self) -> Sequence[Finding]:
        return self.findings[:FIRST]

    @property
    def more(self) -> int:
        return len(self.findings) - len(self.first)

    @property
    def failing(self) -> int:
        """How many of them are failing by themselves; the others warn."""
        return sum(each.verdict == Verdict.FAILING for each in self.findings)


def alike(findings: Iterable[Finding]) -> list[Group]:
    """The findings in groups that one remedy mends, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        groups.setdefault(_remedy(each), []).append(each)
    return [Group(each) for each in groups.values()]


def by_code(findings: Iterable[Finding]) -> list[Group]:
    """The findings by their code alone, in the order of the first of each."""
    groups: dict[str, list[Finding]] = {}
    for each in findings:
        groups.setdefault(each.code, []).append(each)
    return [Group(each) for each in groups.values()]


def _remedy(finding: Finding) -> tuple[object, ...]:
    """What the remedy depends on: the code, who owns the thing, and what is lacking; alone where only one can be."""
    meaning = MEANINGS.get(finding.code)
    if meaning is None or not meaning.several:
        return finding.code, finding.subject
    evidence = finding.evidence
    return finding.code, bool(evidence.get("by_extension", True)), str(evidence.get("lacks", ""))
