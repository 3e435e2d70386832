"""How each account of the matrix stands, as cells: from the states of fields and template types, or from findings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from console.fields.asking import FIELDS, NO_TYPE_CODE, READ_FOR_WEBHOOKS, WEBHOOK_CODES, WEBHOOKS, Asked
from extensions.health.codes import CODES, sentence
from extensions.health.models import Finding
from extensions.health.untold import is_stale, loaded, obstacles, telling, unread
from extensions.installations.models import Installation, Part, Verdict
from extensions.installations.snapshot import TEMPLATE_TYPES
from extensions.installations.snapshot import WEBHOOKS as WEBHOOKS_PART
from extensions.mappings.conformance import Contents, Key, standings
from extensions.mappings.inspecting import OF_BLUEPRINT, State

BATCH = 500
TONES = {State.MISSING: "bad", State.OFF: "bad", State.RENAMED: "warn", State.REWORDED: "warn", State.OK: "ok"}
# What is said otherwise of a template type than of a field.
OF_TYPE = {
    State.OFF: ("inactive", "There, but inactive: no contract can be made of it."),
    State.REWORDED: ("reworded", "There, with another description than the blueprint's."),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a cell shows: its key in files, the mark, the word for it, the tone, and what it means."""

    key: str
    mark: str
    word: str
    tone: str
    meaning: str
    codes: tuple[str, ...] = ()  # of health, which it stands for

    @classmethod
    def of(cls, state: State, *, types: bool = False) -> "Mark":
        word, meaning = OF_TYPE.get(state, (state.word, state.meaning)) if types else (state.word, state.meaning)
        return cls(state.key, state.mark, word, TONES.get(state, "off"), meaning)


FIELD_MARKS = {state: Mark.of(state) for state in OF_BLUEPRINT}
TYPE_MARKS = {state: Mark.of(state, types=True) for state in OF_BLUEPRINT}
WELL = FIELD_MARKS[State.OK]
NO_TYPE = Mark("no_type", State.MISSING.mark, "no type", "bad", "The account lacks the template type.")
UNTOLD = Mark(
    *("untold", State.UNREAD.mark, "cannot be told", "off"),
    "What stands under the account’s name keeps it from being judged. Mend that first.",
)
UNREAD_WEBHOOKS = replace(
    FIELD_MARKS[State.UNREAD],
    meaning="The account’s webhooks were never read, or so long ago that it counts no longer.",
)


@dataclass(frozen=True, slots=True)
class Stood:
    """One account: what it should have, and the mark of what is not as it should be.

    `obstacle` is the code of what keeps it from being told, and `read_at` when what is shown of it was read; it is
    `late` where the latest try did not read all of it.
    """

    installation: Installation
    wanted: frozenset[Key]
    amiss: dict[Key, Mark]
    obstacle: str = ""
    read_at: datetime | None = None
    late: bool = False

    @property
    def hint(self) -> str:
        """The code of what keeps it from being told, or from being read anew."""
        return self.obstacle or (self.late and self.installation.why) or ""  # type: ignore[attr-defined]

    def mark(self, key: Key) -> Mark | None:
        """None for what its version does not have."""
        return self.amiss.get(key, WELL) if key in self.wanted else None

    @property
    def well(self) -> int:
        return len(self.wanted) - len(self.amiss)

    @property
    def counts(self) -> list[tuple[Mark, int]]:
        """How much is amiss, by its mark, the most first."""
        return Counter(self.amiss.values()).most_common()


def everybody(asked: Asked, contents: Contents) -> Iterator[Stood]:
    """Every account that is asked for, by Oneflow's id, a few hundred in memory at a time."""
    last = -1
    rows = shown(asked, asked.installations).order_by("account__oneflow_id")
    while batch := list(rows.filter(account__oneflow_id__gt=last)[:BATCH]):
        last = batch[-1].account.oneflow_id
        yield from stand(asked, contents, batch)


def shown(asked: Asked, rows: QuerySet[Installation]) -> Any:
    """These accounts with all that the view shows of them; of several readings the oldest counts."""
    now = timezone.now()
    of_view = Q(name=WEBHOOKS_PART if asked.view == WEBHOOKS else TEMPLATE_TYPES)
    if asked.view == FIELDS:
        of_view |= Q(name__startswith="fields/")
    parts = Part.objects.filter(of_view, installation=OuterRef("pk"))
    read = parts.filter(read_at__isnull=False).order_by("read_at").values("read_at")
    # A finding of the account's answers tells why something was not read, where one does.
    why = Finding.objects.filter(installation=OuterRef("pk"), code__startswith="api.").values("code")
    found = (
        loaded(rows, now)
        .select_related("account", "blueprint")
        .annotate(read_at=Subquery(read[:1]), late=Exists(parts.exclude(unread_reason="")), why=Subquery(why[:1]))
    )
    # Of fields and template types each state says itself whether it was read.
    return found.annotate(unread=unread(READ_FOR_WEBHOOKS, now)) if asked.view == WEBHOOKS else found


def stand(asked: Asked, contents: Contents, installations: Sequence[Any]) -> Iterator[Stood]:
    """How these accounts stand, those for whom the condition holds: two statements; they are as `shown` has them."""
    hindering = obstacles(installations)
    for each, wanted, amiss in _standings(asked, contents, installations, hindering):
        yield Stood(each, wanted, amiss, hindering.get(each.pk, ""), each.read_at, each.late)


def _standings(
    asked: Asked, contents: Contents, installations: Sequence[Any], hindering: dict[int, str]
) -> Iterator[tuple[Any, frozenset[Key], dict[Key, Mark]]]:
    if asked.view == WEBHOOKS:
        yield from _webhooks(contents, installations, hindering)
        return
    marks = TYPE_MARKS if asked.types else FIELD_MARKS
    found = standings(asked.extension, asked.against, installations, contents, types=asked.types)
    for each in installations:
        if asked.condition.holds(found[each.pk]):
            yield each, found[each.pk].wanted, {key: marks[state] for key, state in found[each.pk].amiss.items()}


def _webhooks(
    contents: Contents, installations: Sequence[Any], hindering: dict[int, str]
) -> Iterator[tuple[Any, frozenset[Key], dict[Key, Mark]]]:
    """What health last found of the webhooks of each template type; what is tied to no type concerns all of them."""
    codes: dict[tuple[int, str], set[str]] = {}
    ids = [each.pk for each in installations]
    found = telling(Finding.objects.filter(installation__in=ids, code__in=[*WEBHOOK_CODES, NO_TYPE_CODE]))
    columns = ("installation", "code", "subject", "evidence", "explained_by")
    for key, code, subject, evidence, explained in found.values_list(*columns):
        if key in hindering and explained:
            continue
        role = evidence.get("template_type", "") if subject.startswith("webhook/") else subject
        codes.setdefault((key, role), set()).add(code)
    for each in installations:
        wanted = contents.keys.get(each.blueprint_id or 0, frozenset())
        otherwise = UNTOLD if each.pk in hindering else UNREAD_WEBHOOKS if each.unread else None
        amiss = {}
        for role, _ in wanted:
            told = codes.get((each.pk, role), set()) | codes.get((each.pk, ""), set())
            mark = _mark(told) if told and not is_stale(each) else otherwise
            if mark:
                amiss[role, ""] = mark
        yield each, wanted, amiss


def _mark(codes: set[str]) -> Mark:
    """What a cell shows where these codes hold."""
    if NO_TYPE_CODE in codes:
        return NO_TYPE
    ordered = sorted(codes, key=lambda code: (CODES[code].verdict != Verdict.FAILING, code))
    return Mark(
        " ".join(ordered),
        "✕" if CODES[ordered[0]].verdict == Verdict.FAILING else "⚠",
        ", ".join(code.removeprefix("webhook.") for code in ordered),
        "bad" if CODES[ordered[0]].verdict == Verdict.FAILING else "warn",
        " ".join(f"{sentence(code)}." for code in ordered),
        tuple(ordered),
    )


def legend(asked: Asked, stood: Iterable[Stood]) -> list[Mark]:
    """The marks to explain below: of a field all that there are, of webhooks those that occur, each code by itself."""
    if asked.view != WEBHOOKS:
        marks = TYPE_MARKS if asked.types else FIELD_MARKS
        return [marks[state] for state in OF_BLUEPRINT]
    occurring = {mark for each in stood for mark in each.amiss.values()}
    codes = {code for mark in occurring for code in mark.codes}
    others = [mark for mark in (NO_TYPE, UNTOLD, UNREAD_WEBHOOKS) if mark in occurring]
    return [_mark({code}) for code in WEBHOOK_CODES if code in codes] + others
