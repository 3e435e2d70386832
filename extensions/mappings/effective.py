"""The rules that count in an installation: those of its extension, and over them its own.

`effective(installation)` is for one; `rules_of` and `overrides_of` read them for many at once, for `combine` to join.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self

from extensions.installations.models import Installation
from extensions.mappings.models import Mapping as FieldMapping
from extensions.mappings.models import Override

Place = tuple[str, str]  # extension type, custom_id


class Origin(Enum):
    """Who says what fills a field."""

    EXTENSION = "extension"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Rule:
    """What fills a field: the value at `path` in the product's record, written by `transform` with its `options`.

    An override may say that nothing fills the field here: then it has no path, and is not `filled`. `inherited` is the
    extension's rule that an override stands over.
    """

    path: str
    transform: str = "text"
    options: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    origin: Origin = Origin.EXTENSION
    inherited: Self | None = None

    @property
    def filled(self) -> bool:
        return bool(self.path.strip())

    @property
    def overridden(self) -> bool:
        return self.origin is Origin.OVERRIDE


Rules = dict[Place, Rule]

COLUMNS = ("extension_type", "custom_id", "path", "transform", "options", "label")


def effective(installation: Installation) -> Rules:
    """By (extension type, `custom_id`), what fills each field in this installation: two statements."""
    extension = rules_of([installation.extension_id]).get(installation.extension_id, {})
    return combine(extension, overrides_of([installation.pk]).get(installation.pk, {}))


def combine(extension: Rules, overrides: Rules) -> Rules:
    """The extension's rules with those of an installation over them, each knowing what it stands over."""
    own = {place: replace(rule, inherited=extension.get(place)) for place, rule in overrides.items()}
    return extension | own


def rules_of(extensions: Iterable[int]) -> dict[int, Rules]:
    """The mappings of these extensions by their id, in one statement."""
    rows = FieldMapping.objects.filter(extension__in=extensions).order_by()
    return _by_owner(rows.values_list("extension", *COLUMNS), Origin.EXTENSION)


def overrides_of(installations: Iterable[int]) -> dict[int, Rules]:
    """The overrides of these installations by their id, in one statement; only of those that have any."""
    rows = Override.objects.filter(installation__in=installations).order_by()
    return _by_owner(rows.values_list("installation", *COLUMNS), Origin.OVERRIDE)


def _by_owner(rows: Iterable[tuple[Any, ...]], origin: Origin) -> dict[int, Rules]:
    found: dict[int, Rules] = defaultdict(dict)
    for owner, extension_type, custom_id, path, transform, options, label in rows:
        found[owner][extension_type, custom_id] = Rule(path, transform, options, label, origin)
    return dict(found)
