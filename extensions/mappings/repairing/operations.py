"""What a repair may do: one operation for each thing, as plain data that is stored and passed on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from extensions.mappings.repairing.refusing import Refused

# The longest custom_id, address and extension type that the console keeps anywhere.
LONGEST = {"role": 120, "custom_id": 255, "url": 1000}


class Kind(StrEnum):
    """What is done. The first five go together in one write; each other kind is a write of its own."""

    ACTIVATE_FIELD = "activate_field"
    DEACTIVATE_FIELD = "deactivate_field"
    ADD_FIELD = "add_field"
    RESTORE_FIELD = "restore_field"
    REMOVE_FIELD = "remove_field"
    CREATE_TEMPLATE_TYPE = "create_template_type"
    CREATE_WEBHOOK = "create_webhook"
    CORRECT_WEBHOOK_URL = "correct_webhook_url"
    RESTORE_WEBHOOK_URL = "restore_webhook_url"
    REMOVE_WEBHOOK = "remove_webhook"

    @property
    def of_field(self) -> bool:
        return self in OF_FIELDS

    @property
    def of_webhook(self) -> bool:
        return "webhook" in self

    @property
    def removes(self) -> bool:
        """Whether the account has less afterwards; a field that is switched off acts like a removed one."""
        return self in REMOVING

    @property
    def only_undoes(self) -> bool:
        """Whether it is only ever the undoing of another repair."""
        return self in UNDOING


OF_FIELDS = frozenset(
    {Kind.ACTIVATE_FIELD, Kind.DEACTIVATE_FIELD, Kind.ADD_FIELD, Kind.RESTORE_FIELD, Kind.REMOVE_FIELD}
)
REMOVING = frozenset({Kind.DEACTIVATE_FIELD, Kind.REMOVE_FIELD, Kind.REMOVE_WEBHOOK})
UNDOING = frozenset({Kind.DEACTIVATE_FIELD, Kind.RESTORE_FIELD, Kind.RESTORE_WEBHOOK_URL})


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do: with a field of a template type, a template type, or a webhook.

    `role` is the extension type in the blueprint; `url` the full address of a webhook, where it is not the extension's
    own pattern that says it.
    """

    kind: Kind
    role: str = ""
    custom_id: str = ""
    webhook: int = 0
    url: str = ""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The operation that `as_json` gave. Raises `Refused` for whatever else comes."""
        if not isinstance(data, Mapping):
            raise Refused("What is to be repaired was not understood.", "Open the repair again from the installation.")
        texts = {name: data.get(name, "") for name in LONGEST}
        webhook = data.get("webhook", 0)
        kind = data.get("kind")
        good = (
            isinstance(kind, str)
            and kind in list(Kind)
            and all(_is_text(value, LONGEST[name]) for name, value in texts.items())
            and type(webhook) is int
            and 0 <= webhook < 2**63
        )
        if not good:
            raise Refused("What is to be repaired was not understood.", "Open the repair again from the installation.")
        return cls(kind=Kind(str(kind)), webhook=webhook, **texts)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def can_be_named(custom_id: str) -> bool:
    """Whether an operation can be about a field of that custom_id."""
    return _is_text(custom_id, LONGEST["custom_id"])


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and "\0" not in value and value.isprintable()


def demand_one_write(operations: tuple[Operation, ...]) -> None:
    """Raise `Refused` unless the operations go together in one write: fields of one template type, or one thing."""
    if not operations:
        raise Refused("Nothing was chosen to be repaired.", "Choose at least one field, template type or webhook.")
    if len(operations) > 1 and not (all(each.kind.of_field for each in operations) and _of_one_type(operations)):
        raise Refused(
            "One repair is one write: fields of one template type, or one other thing.",
            "Plan a repair of its own for each template type and each webhook.",
        )
    if len({each.custom_id for each in operations}) != len(operations):
        raise Refused("A field stands there twice.", "Choose each field once.")


def _of_one_type(operations: tuple[Operation, ...]) -> bool:
    return len({each.role for each in operations}) == 1
