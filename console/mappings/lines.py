"""The fields of an extension with what fills each, in the order of the newest released version, drafts' own last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from django.db.models import Count

from extensions.blueprints.content import fields_of_any_version
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.mappings.effective import Place, Rule, Rules
from extensions.mappings.inspecting import folded
from extensions.mappings.models import Override

OF_FIELD = ("custom_id", "name", "kind", "required")
OF_TYPE = ("template_type__extension_type", "template_type__name", "template_type__blueprint__version", "of_draft")


@dataclass(slots=True)
class Line:
    """A field, or one that a rule fills though no version has it: then it is in no `versions`."""

    place: Place
    name: str
    type_name: str
    kind: str = ""
    required: bool = False
    versions: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)  # those of them that are not released
    rule: Rule | None = None
    overrides: int = 0

    @property
    def custom_id(self) -> str:
        return self.place[1]

    @property
    def filled(self) -> bool:
        return self.rule is not None and self.rule.filled

    @property
    def url(self) -> str:
        """Relative to the table, which holds it many times."""
        return f"field/{self.place[0]}/{quote(self.place[1])}/"

    @property
    def in_versions(self) -> str:
        """Such as "1–4, 6, 7 (draft)"."""
        released = sorted(set(self.versions) - set(self.drafts))
        runs = [str(low) if low == high else f"{low}–{high}" for low, high in _runs(released)]
        return ", ".join([*runs, *(f"{each} (draft)" for each in sorted(self.drafts))])

    @property
    def of_draft(self) -> bool:
        """Whether no released version has it."""
        return bool(self.versions) and len(self.versions) == len(self.drafts)

    @property
    def searched(self) -> str:
        words = [*self.place, self.name, self.type_name, *([self.rule.path, self.rule.label] if self.rule else [])]
        return folded(" ".join(words))


def lines_of(extension: Extension, rules: Rules, *, version: int | None = None) -> list[Line]:
    """A line for each field of any version, or of one, and for each rule that fills none of them; one statement.

    With a version, a rule that serves only another one is left out, and fields are called as that version calls them.
    """
    found = fields_of(extension, version=version)
    shown = {
        place: line
        for place, line in found.items()
        if version is None or version in line.versions or _own(rules.get(place))
    }
    for place, rule in rules.items():
        if place in shown:
            shown[place].rule = rule
        elif place not in found:
            shown[place] = Line(place, rule.label or place[1], place[0], rule=rule)
    return list(shown.values())


def fields_of(extension: Extension, *, version: int | None = None) -> dict[Place, Line]:
    """The fields of any version, called as that version calls them, else the newest released one; one statement."""
    found: dict[Place, Line] = {}
    rows = sorted(fields_of_any_version(extension).values_list(*OF_FIELD, *OF_TYPE), key=lambda row: row[-2] != version)
    for custom_id, name, kind, required, extension_type, type_name, number, of_draft in rows:
        place = (extension_type, custom_id)
        line = found.setdefault(place, Line(place, name, type_name, kind, required))
        line.versions.append(number)
        if of_draft:
            line.drafts.append(number)
    return found


def count_overrides(extension: Extension, lines: Iterable[Line]) -> None:
    """Give each line the number of connected installations that override it; one statement."""
    rows = Override.objects.filter(installation__in=Installation.objects.connected().filter(extension=extension))
    counted = rows.order_by().values_list("extension_type", "custom_id").annotate(number=Count("pk"))
    numbers = {(extension_type, custom_id): number for extension_type, custom_id, number in counted}
    for line in lines:
        line.overrides = numbers.get(line.place, 0)


def grouped(lines: Iterable[Line]) -> list[tuple[str, str, list[Line]]]:
    """Lines by template type: its name, its extension type, its lines; those that no version has come last."""
    groups: dict[tuple[bool, str], tuple[str, str, list[Line]]] = {}
    for line in lines:
        key = (not line.versions, line.place[0])
        groups.setdefault(key, (line.type_name, line.place[0], []))[2].append(line)
    return [groups[key] for key in sorted(groups, key=lambda each: each[0])]


def _own(rule: Rule | None) -> bool:
    return rule is not None and rule.overridden


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    low = high = numbers[0] if numbers else 0
    for number in numbers[1:]:
        if number > high + 1:
            yield low, high
            low = number
        high = number
    if numbers:
        yield low, high
