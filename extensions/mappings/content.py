"""Rules as the extension file writes them, and what is different between two sets of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from extensions.mappings.effective import Place, Rule, Rules

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two sets of rules fill differently; None where a set has no rule for it."""

    place: Place
    before: Rule | None
    after: Rule | None

    @property
    def what(self) -> str:
        """added, changed or removed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def as_document(rules: Rules) -> list[Row]:
    """The rows of a file, by template type and field; what is as usual is left out."""
    return [_row(place, rules[place]) for place in sorted(rules)]


def from_document(rows: Iterable[Row]) -> Rules:
    """The rules of checked rows."""
    return {
        (row["template_type"], row["custom_id"]): Rule(
            row["path"], row.get("transform", "text"), row.get("options", {}), row.get("label", "")
        )
        for row in rows
    }


def differences(before: Rules, after: Rules) -> list[Difference]:
    """The fields that are not filled alike, by template type and field."""
    pairs = ((place, before.get(place), after.get(place)) for place in sorted(before.keys() | after.keys()))
    return [Difference(place, old, new) for place, old, new in pairs if not alike(old, new)]


def alike(one: Rule | None, other: Rule | None) -> bool:
    """Whether two rules do the same, wherever they come from."""
    if one is None or other is None:
        return one is other
    return all(getattr(one, name) == getattr(other, name) for name in ("path", "transform", "options", "label"))


def _row(place: Place, rule: Rule) -> Row:
    row: Row = {"template_type": place[0], "custom_id": place[1], "path": rule.path}
    if rule.transform != "text":
        row["transform"] = rule.transform
    if rule.options:
        row["options"] = dict(rule.options)
    if rule.label:
        row["label"] = rule.label
    return row
