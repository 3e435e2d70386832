"""How each account of the matrix stands, as cells: from the states of fields and template types, or from findings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from console.fields.asking import WEBHOOK_CODES, WEBHOOKS, Asked
from extensions.health.codes import CODES, sentence
from extensions.health.models import Finding
from extensions.installations.models import Installation, Part, Verdict
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

    @classmethod
    def of(cls, state: State, *, types: bool = False) -> "Mark":
        word, meaning = OF_TYPE.get(state, (state.word, state.meaning)) if types else (state.word, state.meaning)
        return cls(state.key, state.mark, word, TONES.get(state, "off"), meaning)


FIELD_MARKS = {state: Mark.of(state) for state in OF_BLUEPRINT}
TYPE_MARKS = {state: Mark.of(state, types=True) for state in OF_BLUEPRINT}
WELL, UNREAD = FIELD_MARKS[State.OK], FIELD_MARKS[State.UNREAD]
NO_TYPE = Mark("no_type", State.MISSING.mark, "no type", "bad", "The account lacks the template type.")


@dataclass(frozen=True, slots=True)
class Stood:
    """One account: what it should have, and the mark of what is not as it should be."""

    installation: Installation
    wanted: frozenset[Key]
    amiss: dict[Key, Mark]

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
    rows = asked.installations.select_related("account", "blueprint").order_by("account__oneflow_id")
    while batch := list(rows.filter(account__oneflow_id__gt=last)[:BATCH]):
        last = batch[-1].account.oneflow_id
        yield from stand(asked, contents, batch)


def stand(asked: Asked, contents: Contents, installations: Sequence[Installation]) -> Iterator[Stood]:
    """How these accounts stand, those for whom the condition holds: one statement, two for webhooks."""
    if asked.view == WEBHOOKS:
        yield from _webhooks(contents, installations)
        return
    marks = TYPE_MARKS if asked.types else FIELD_MARKS
    found = standings(asked.extension, asked.against, installations, contents, types=asked.types)
    for each in installations:
        if asked.condition.holds(found[each.pk]):
            amiss = {key: marks[state] for key, state in found[each.pk].amiss.items()}
            yield Stood(each, found[each.pk].wanted, amiss)


def _webhooks(contents: Contents, installations: Sequence[Installation]) -> Iterator[Stood]:
    """What health last found of the webhooks of each template type; what is tied to no type concerns all of them."""
    ids = [each.pk for each in installations]
    parts = Part.objects.filter(installation__in=ids, name=WEBHOOKS_PART, read_at__isnull=False)
    read = set(parts.values_list("installation", flat=True))
    codes: dict[tuple[int, str], set[str]] = {}
    found = Finding.objects.filter(Q(code__in=WEBHOOK_CODES) | Q(code="template_type.missing"), installation__in=ids)
    for key, code, subject, evidence in found.values_list("installation", "code", "subject", "evidence"):
        role = evidence.get("template_type", "") if subject.startswith("webhook/") else subject
        codes.setdefault((key, role), set()).add(code)
    for each in installations:
        wanted = contents.keys.get(each.blueprint_id or 0, frozenset())
        amiss = {}
        for role, _ in wanted:
            told = codes.get((each.pk, role), set()) | codes.get((each.pk, ""), set())
            if told or each.pk not in read:
                amiss[role, ""] = _mark(told)
        yield Stood(each, wanted, amiss)


def _mark(codes: set[str]) -> Mark:
    if not codes:
        return UNREAD
    if "template_type.missing" in codes:
        return NO_TYPE
    ordered = sorted(codes, key=lambda code: (CODES[code].verdict != Verdict.FAILING, code))
    return Mark(
        " ".join(ordered),
        "✕" if CODES[ordered[0]].verdict == Verdict.FAILING else "⚠",
        ", ".join(code.removeprefix("webhook.") for code in ordered),
        "bad" if CODES[ordered[0]].verdict == Verdict.FAILING else "warn",
        " ".join(f"{sentence(code)}." for code in ordered),
    )
