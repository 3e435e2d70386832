"""Lineage as a page shows it: values cut to what fits a row, the lines that were asked for, and a template's body."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extensions.installations.models import UsableTemplate
from extensions.mappings.lineage import Compared, Line, Match, Outcome, TypeLineage
from extensions.mappings.paths import Absent, kind
from extensions.mappings.transforms import Untransformable
from extensions.mappings.transforms.options import UNWRITABLE
from extensions.mappings.transforms.transform import text_of

LONGEST_SHOWN = 120
TONES: dict[Outcome | Match, str] = {
    Outcome.FILLED: "ok",
    Outcome.EMPTY: "warn",
    Outcome.REFUSED: "bad",
    Match.SAME: "ok",
    Match.DIFFERS: "bad",
    Match.NOT_THERE: "warn",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as a row has it, perhaps with what a contract holds."""

    line: Line
    compared: Compared | None = None

    @property
    def tone(self) -> str:
        return TONES[self.what]

    @property
    def what(self) -> Outcome | Match:
        """What came of it: beside a contract, how the two stand to each other."""
        return self.compared.match if self.compared else self.line.outcome

    @property
    def raw(self) -> str:
        """The value in the record, or what it is where it is no single one."""
        value = self.line.raw
        if value is None or isinstance(value, Absent):
            return ""
        try:
            return cut(text_of(value))
        except Untransformable:
            return kind(value)

    @property
    def text(self) -> str:
        return cut(self.line.given if self.compared else self.line.text)

    @property
    def held(self) -> str:
        return cut(self.compared.held or "") if self.compared else ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many fields came to something."""

    what: Outcome | Match
    number: int

    @property
    def tone(self) -> str:
        return TONES[self.what] if self.number else "off"


@dataclass(frozen=True, slots=True)
class ShownType:
    """A template type with the rows that were asked for, and the body for a template of it, where there is one."""

    of: TypeLineage
    rows: tuple[Shown, ...]
    counts: tuple[Count, ...]
    template: UsableTemplate | None = None
    body: str = ""


def shown_type(of: TypeLineage, usable: Sequence[UsableTemplate], chosen: str, *, attention: bool) -> ShownType:
    """A template type; with `attention` only the fields that would not be filled."""
    template = _template(of, usable, chosen)
    rows = [line for line in of.lines if not attention or line.outcome is not Outcome.FILLED]
    counts = tuple(Count(outcome, of.count(outcome)) for outcome in Outcome)
    body = body_text(of.body(template.workspace_oneflow_id, template.template_oneflow_id)) if template else ""
    return ShownType(of, shown_lines(rows), counts, template, body)


def shown_comparison(of: TypeLineage, compared: Sequence[Compared], *, attention: bool) -> ShownType:
    """The template type of a contract, each field beside what the contract holds."""
    rows = tuple(Shown(each.line, each) for each in compared if not attention or each.match is not Match.SAME)
    counts = tuple(Count(match, sum(each.match is match for each in compared)) for match in Match)
    return ShownType(of, rows, counts)


def shown_lines(lines: Iterable[Line]) -> tuple[Shown, ...]:
    return tuple(map(Shown, lines))


def key_of(template: UsableTemplate) -> str:
    """How a form names a template in a workspace."""
    return f"{template.workspace_oneflow_id}:{template.template_oneflow_id}"


def body_text(body: object) -> str:
    """A body as JSON that can be sent as it stands."""
    return json.dumps(body, ensure_ascii=False, indent=1)


def cut(text: str) -> str:
    """As much of a text as a row shows, without what no page can hold."""
    text = UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _template(of: TypeLineage, usable: Sequence[UsableTemplate], chosen: str) -> UsableTemplate | None:
    """The template that was chosen, if it is one of this type, else the first that is."""
    ours = [each for each in usable if of.here and each.template_type_oneflow_id == of.here.oneflow_id]
    return next((each for each in ours if key_of(each) == chosen), ours[0] if ours else None)
