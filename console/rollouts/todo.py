"""What must be done in one account so that it really has what a version asks for: by whom, and at what cost.

Judged when it is asked for, by the rows as they are; nothing is stored.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from console.installation.grouping import Group, alike
from extensions.blueprints.models import Blueprint
from extensions.health.deciding import Key, Parties, Share, parties
from extensions.health.expecting import expected
from extensions.health.facts import gather
from extensions.health.judging import weight
from extensions.health.models import Finding
from extensions.health.previewing import loaded, share_by
from extensions.health.repairable import REPAIRABLE, can_repair
from extensions.health.words import Explanation, Step, explain
from extensions.health.words.saying import HERE, REPAIR, STAFF
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation

THERE = "the installation's page"
# What the extension makes in an account when it is enabled there, of the blueprint that Oneflow has then.
MADE_BY_ENABLING = frozenset({"template_type.missing", "field.missing"})
# Setting the version that the account was made from, as is advised otherwise, would undo the move to this one.
KEPT = Step(
    STAFF,
    THERE,
    "Nothing is broken: fields are filled by their custom_id. The account keeps what it has until the extension is "
    "enabled anew.",
)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that is wrong by the version, in words: the steps that mend it, and the text for the customer.

    `is_offered` where the console offers to repair it now: it does so by the version that the account is judged by.
    """

    group: Group
    words: Explanation
    key: str
    owned: bool  # by the extension
    is_offered: bool = False

    @property
    def verdict(self) -> str:
        return self.group.verdict

    @property
    def steps(self) -> Sequence[Step]:
        """The steps, as somebody reads them who is not on the installation's page."""
        steps = self.words.steps if self.is_offered else map(_later, self.words.steps)
        told = [replace(each, where=each.where.replace(HERE, THERE)) for each in steps]
        return [KEPT, *told[1:]] if self.owned and self.group.code == "field.changed" else told

    @property
    def waits_for_oneflow(self) -> bool:
        """Whether the customer can do their part only once Oneflow has the version."""
        return self.owned and self.group.code in MADE_BY_ENABLING

    @property
    def costs_token(self) -> bool:
        return any(step.costs_token for step in self.words.steps)


@dataclass(frozen=True, slots=True)
class ToDo:
    """All of it for one account: the verdict by the version, the tasks, and who must act."""

    share: Share
    tasks: Sequence[Task]
    parties: Parties


def to_do(installation_id: int, blueprint: Blueprint, now: datetime) -> ToDo:
    """What the version asks of that installation and it has not."""
    installation = loaded(Installation.objects.filter(pk=installation_id), now).get()
    should = expected([installation], version=blueprint.pk)[installation.pk]
    facts = gather(installation, Mirror.load(installation), now, should)
    share = share_by(installation, facts, now)
    found = (*share.blocking, *sorted(share.causes, key=weight))
    stored = Finding.objects.filter(installation=installation, code__in=REPAIRABLE).values_list("code", "subject")
    offered = {(code, subject) for code, subject in stored} if found else set()
    tasks = [_task(installation, number, group, offered) for number, group in enumerate(alike(found))]
    return ToDo(share, tasks, parties(found, installation))


def _task(installation: Installation, number: int, group: Group, offered: Set[Key]) -> Task:
    first, *others = group.findings
    now = [each for each in group.findings if (each.code, each.subject) in offered]
    return Task(
        group,
        explain(first, installation, others=others),
        f"task-{number}",
        owned=installation.mode == Installation.Mode.EXTENSION,
        is_offered=any(can_repair(each, installation.mode) for each in now),
    )


def _later(step: Step) -> Step:
    """What the console offers to repair only when the account is judged by the version."""
    if step.where != REPAIR:
        return step
    return replace(step, what=f"{step.what} It is offered there once the account is on this version and was refreshed.")
