"""What a write must send back as it was shown: verbatim, where the objects that are only judged are cleaned.

Oneflow replaces what it is sent (API reference, sections 6.9, 10.1 and 13): a key that it shows and a body leaves out
may be lost. What may be secret is in no repr.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from oneflow import reading
from oneflow.assumed import custom_ids, webhook_ids, webhook_writes

# What the PUT takes of a data field beside its custom_id: the body is from two clients, `active` from
# partner-integration.
TEXTS = ("name", "description", "placeholder", "value")
_KNOWN_OF_A_FIELD = {"_links", "_private_ownerside", "id", "custom_id", "active", "source", *TEXTS}


@dataclass(frozen=True, slots=True)
class KeptField:
    """A data field with everything of it that a write sends back. `unknown` names keys that no write is known to take.

    A text is None where Oneflow did not show it.
    """

    id: int
    custom_id: str
    name: str | None
    description: str | None
    placeholder: str | None
    value: str | None = field(repr=False)
    active: bool
    source: str
    unknown: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "data field"
        shown = reading.as_object(data, what)
        return cls(
            id=reading.required_id(shown, "id", what),
            custom_id=custom_ids.verbatim_custom_id(shown, what),
            **{name: reading.verbatim_text(shown, name, what) for name in TEXTS},
            active=reading.required_flag(shown, "active", what),
            source=reading.text(shown, "source", what),
            unknown=tuple(sorted(key for key in shown if key not in _KNOWN_OF_A_FIELD)),
        )

    @property
    def is_systems(self) -> bool:
        """Whether an extension owns it. Of a source that we do not know, that is taken for granted."""
        return self.source != "user"

    def as_body(self) -> dict[str, object]:
        """The field as the PUT takes it: as it was shown."""
        texts = {name: getattr(self, name) for name in TEXTS}
        shown = {name: text for name, text in texts.items() if text is not None}
        return {"custom_id": self.custom_id, **shown, "active": self.active}


@dataclass(frozen=True, slots=True)
class KeptTemplateType:
    """A template type with its data fields."""

    id: int
    name: str
    description: str
    active: bool
    extension_type: str | None
    data_fields: tuple[KeptField, ...]

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "template type"
        shown = reading.as_object(data, what)
        return cls(
            id=reading.required_id(shown, "id", what),
            name=reading.verbatim_text(shown, "name", what) or "",
            description=reading.verbatim_text(shown, "description", what) or "",
            active=reading.flag(shown, "active", what, default=True),
            extension_type=reading.optional_text(shown, "extension_type", what),
            data_fields=reading.required_items(shown, "data_fields", what, KeptField.from_json),
        )


@dataclass(frozen=True, slots=True)
class KeptWebhook:
    """A webhook, its address, sign key and configuration as Oneflow showed them: a secret as a whole."""

    id: int
    callback_url: str = field(repr=False)
    template_group_id: int | None
    integration_instance: int | None
    legacy: bool
    shown: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "webhook"
        shown = reading.as_object(data, what)
        return cls(
            id=webhook_ids.webhook_id(shown, what),
            callback_url=reading.verbatim_text(shown, "callback_url", what) or "",
            template_group_id=reading.optional_id(shown, "template_group_id", what),
            integration_instance=reading.optional_id(shown, "integration_instance", what),
            legacy=reading.flag(shown, "legacy_webhook", what, default=False),
            shown={key: shown[key] for key in webhook_writes.KEYS if key in shown},
        )

    def as_body(self) -> dict[str, object]:
        """The webhook as the PUT takes it: every key that was shown, as it was shown."""
        return dict(self.shown)
