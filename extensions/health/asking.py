"""What a check is: a question asked of an installation's facts, the codes it may find, the parts it must have read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from extensions.health.facts import Facts
from extensions.installations.models import Installation, Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """A condition that holds. `verdict` and `since` only where they differ from the table's and from now.

    `fails_after` is how long it may hold until it is failing, whatever its verdict before.
    """

    code: str
    subject: str = ""
    subject_name: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    since: datetime | None = None
    fails_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a check cannot tell: `within` an extension type or another subject, or ("") at all.

    `part` is what could not be read, so that what it showed last still counts until its use-by. Without a part
    nothing is known at once.
    """

    within: str = ""
    part: str = ""


Answer = Iterator[Found | Unjudged]


@dataclass(frozen=True, slots=True)
class Check:
    """A question and what it rests on. While a needed part is unread it is not asked at all."""

    codes: tuple[str, ...]
    needs: tuple[str, ...]
    not_in: frozenset[str]
    run: Callable[[Facts], Answer]

    def ask(self, facts: Facts) -> Answer:
        """The answers; only `Unjudged` ones when a needed part was not read, since unread is not missing."""
        if facts.installation.mode in self.not_in:
            return
        unread = [name for name in self.needs if not facts.read(name)]
        if not unread:
            yield from self.run(facts)
        for name in unread:
            yield Unjudged(part=name)


def check(
    *codes: str, needs: tuple[str, ...] = (), not_in: tuple[Installation.Mode, ...] = ()
) -> Callable[[Callable[[Facts], Answer]], Check]:
    """Declare a generator function as the check of these codes."""

    def declare(run: Callable[[Facts], Answer]) -> Check:
        return Check(codes=codes, needs=needs, not_in=frozenset(not_in), run=run)

    return declare


def type_of(code: str, subject: str, evidence: dict[str, Any]) -> str:
    """The extension type that a finding belongs to; of a webhook its evidence tells, "" for none."""
    if code.startswith("webhook.") and subject.startswith("webhook/"):
        return str(evidence.get("template_type", ""))
    return subject.partition("/")[0]


def missing_types(facts: Facts) -> Answer:
    """Of a template type that is not there nothing further can be told."""
    for key, row in facts.roles.items():
        if row is None:
            yield Unjudged(within=key)
