"""The members of a rollout as lists: narrowed, in an order, and as a file."""

from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.http import QueryDict

from console.rollouts.outcomes import PARTIES
from extensions.installations.models import Rollout, RolloutMember

State = RolloutMember.State
COLUMNS = {
    "account_id": "installation__account__oneflow_id",
    "account_name": "installation__account__name",
    "mode": "installation__mode",
    "wave": "wave",
    "state": "state",
    "note": "note",
    "version_before": "before_blueprint__version",
    "version_now": "installation__blueprint__version",
    "verdict_before": "before",
    "verdict_now": "now",
    "newly_failing": "newly_failing",
    "cannot_be_told_for": "obstacle",
    "customer_acts": "by_customer",
    "oneflow_acts": "by_oneflow",
    "we_act": "by_us",
    "costs_token": "costs_token",
    "moved_at": "moved_at",
    "judged_at": "judged_at",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; what it says wrongly is not asked."""

    state: str = ""
    who: str = ""
    wave: int | None = None
    failing: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        state, who, wave = (query.get(name, "") for name in ("state", "who", "wave"))
        return cls(
            state if state in State.values else "",
            who if who in PARTIES else "",
            int(wave) if wave.isascii() and wave.isdigit() and len(wave) < 8 else None,
            query.get("failing") == "1",
        )

    @property
    def everything(self) -> bool:
        return not (self.state or self.who or self.failing or self.wave is not None)


def chosen(rollout: Rollout, asked: Asked) -> QuerySet[RolloutMember]:
    """The members that are asked for, in the order in which they were moved; then those who wait."""
    rows = rollout.members.all()
    if asked.state == State.LEFT and not rollout.is_open:
        rows = rows.filter(state__in=(State.LEFT, State.WAITING))
    elif asked.state:
        rows = rows.filter(state=asked.state)
    if asked.who:
        rows = rows.filter(**{PARTIES[asked.who][1]: True})
    if asked.wave is not None:
        rows = rows.filter(wave=asked.wave)
    if asked.failing:
        rows = rows.filter(newly_failing=True)
    return rows.order_by(F("moved_at").asc(nulls_last=True), "-wave", "pk")
