"""The rules that count in an installation: those of its extension, and over them its own.

`effective(installation)` is for one, `stored(installations)` for many.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self

from extensions.blueprints.models import Extension
from extensions.installations import together
from extensions.installations.models import Installation
from extensions.installations.together import Asked
from extensions.mappings.models import Mapping as FieldMapping
from extensions.mappings.models import Override
from extensions.mappings.wording import name_in_words, transform_in_words

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

    @property
    def transform_name(self) -> str:
        """The transform in a word or two; empty for text."""
        return "" if self.transform == "text" else name_in_words(self.transform)

    @property
    def in_words(self) -> str:
        """The transform with all that its options say; empty for text as it is."""
        return transform_in_words(self.transform, self.options)


Rules = dict[Place, Rule]

COLUMNS = ("extension_type", "custom_id", "path", "transform", "options", "label")
OF_EXTENSION = Asked(FieldMapping, (*COLUMNS, "extension_id"), owner="extension_id")
OF_INSTALLATION = Asked(Override, (*COLUMNS, "installation_id"))


def effective(installation: Installation) -> Rules:
    """By (extension type, `custom_id`), what fills each field in this installation: one statement."""
    return stored([installation]).of(installation)


def combine(extension: Rules, overrides: Rules) -> Rules:
    """The extension's rules with those of an installation over them, each knowing what it stands over."""
    own = {place: replace(rule, inherited=extension.get(place)) for place, rule in overrides.items()}
    return extension | own


@dataclass(frozen=True, slots=True)
class Stored:
    """The rules of extensions and the overrides of installations, by the id of whom they belong to."""

    extensions: dict[int, Rules]
    overrides: dict[int, Rules]

    def of(self, installation: Installation) -> Rules:
        """The rules that count in this installation; one object for all that override nothing."""
        extension = self.extensions.get(installation.extension_id, {})
        own = self.overrides.get(installation.pk)
        return combine(extension, own) if own else extension


def stored(installations: Collection[Installation]) -> Stored:
    """What is stored for these installations, in one statement however many they are."""
    found = Stored(defaultdict(dict), defaultdict(dict))
    if not installations:
        return found
    keys = {
        OF_EXTENSION.owner: sorted({each.extension_id for each in installations}),
        OF_INSTALLATION.owner: [each.pk for each in installations],
    }
    kept = ((found.extensions, Origin.EXTENSION), (found.overrides, Origin.OVERRIDE))
    for table, (*columns, owner) in together.rows((OF_EXTENSION, OF_INSTALLATION), keys):
        rules, origin = kept[table]
        place, rule = _rule(origin, columns)
        rules[owner][place] = rule
    return found


def rules_of(extension: Extension) -> Rules:
    """What an extension's mapping says, in one statement."""
    rows = together.rows((OF_EXTENSION,), {OF_EXTENSION.owner: [extension.pk]})
    return dict(_rule(Origin.EXTENSION, columns) for _, (*columns, _) in rows)


def _rule(origin: Origin, columns: Sequence[Any]) -> tuple[Place, Rule]:
    extension_type, custom_id, path, transform, options, label = columns
    return (extension_type, custom_id), Rule(path, transform, options, label, origin)
