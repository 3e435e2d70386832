"""A blueprint as the rest of the sandbox reads it."""

from dataclasses import dataclass
from typing import Any, Self

from sandbox.models import Account, DataField, Webhook

SHOW_TOKEN, AUTOMATIC = "show_token", "automatic"


@dataclass(frozen=True, slots=True)
class BlueprintType:
    """One template type of the blueprint, with its fields and its webhook, if it has one."""

    name: str
    description: str
    extension_type: str
    fields: tuple[dict[str, Any], ...]
    webhook: dict[str, Any] | None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            name=data["name"],
            description=data.get("description", ""),
            extension_type=data["extension_type"],
            fields=tuple(data.get("data_fields", ())),
            webhook=data.get("webhook"),
        )

    def main_field(self) -> str | None:
        """The `custom_id` of its first required field, else of its first; None when it has none."""
        required = [field["custom_id"] for field in self.fields if field.get("required")]
        return next(iter([*required, *(field["custom_id"] for field in self.fields)]), None)

    def event_types(self) -> list[str]:
        """What its webhook wants to hear; empty when that is everything, or said in filters of its own."""
        return list((self.webhook or {}).get("event_types") or ())

    def field_columns(self) -> dict[str, dict[str, Any]]:
        """`custom_id` → the columns of its data field as the blueprint has it."""
        return {
            field["custom_id"]: {
                "name": field["name"],
                "description": field.get("description", ""),
                "placeholder": field.get("placeholder", ""),
                "value": "",
                "checkbox": field.get("kind") == "checkbox",
                "active": True,
                "source": DataField.Source.SYSTEM,
                "removed": False,
            }
            for field in self.fields
        }

    def webhook_columns(self, account: Account) -> dict[str, Any]:
        """The columns of its webhook in that account, `{account_id}` filled in. Only for a type that has one."""
        assert self.webhook is not None
        events = self.event_types()
        rules = [{"filter_rules": [{"type": "EVENT_TYPE", "values": events}]}] if events else None
        return {
            "callback_url": _filled(self.webhook["callback_url"], account),
            "filters": self.webhook.get("filters") or rules,
            "sign_key": self.webhook.get("sign_key"),
            "configuration": _filled(self.webhook.get("configuration", {}), account),
        }

    def new_webhook(self, account: Account, extension_id: int | None, template_type_id: int) -> Webhook:
        """The webhook of this type for the account, not saved yet; of nobody when no extension owns it."""
        columns = self.webhook_columns(account)
        return Webhook(account=account, extension_id=extension_id, template_group_id=template_type_id, **columns)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One version of it. `mode` says whose work the template types are: Oneflow's, or the partner's code's (12.4)."""

    version: int
    key: str
    name: str
    description: str
    mode: str
    authentication_method: str
    setup_url: str | None
    shared_secret: str
    depends_on: tuple[str, ...]
    template_types: tuple[BlueprintType, ...]

    @classmethod
    def from_json(cls, data: dict[str, Any], version: int) -> Self:
        """From content that `checking` has found to be right."""
        return cls(
            version=version,
            key=data["key"],
            name=data["name"],
            description=data.get("description", ""),
            mode=data.get("mode", "blueprint"),
            authentication_method=data.get("authentication_method", SHOW_TOKEN),
            setup_url=data.get("setup_url"),
            shared_secret=data.get("shared_secret") or "",
            depends_on=tuple(data.get("depends_on", ())),
            template_types=tuple(map(BlueprintType.from_json, data.get("template_types", ()))),
        )

    @property
    def hands_over(self) -> bool:
        """Whether Oneflow moves the token itself instead of showing it (12.3)."""
        return self.authentication_method == AUTOMATIC and self.setup_url is not None

    def extension_types(self) -> list[str]:
        return [template_type.extension_type for template_type in self.template_types]

    def type_of(self, extension_type: str | None) -> BlueprintType | None:
        """The type with that extension type; None when the blueprint has none."""
        return next((t for t in self.template_types if t.extension_type == extension_type), None)


def _filled(value: Any, account: Account) -> Any:
    """The same with the account's id for `{account_id}`, in every text however deep."""
    if isinstance(value, str):
        return value.replace("{account_id}", str(account.pk))
    if isinstance(value, dict):
        return {key: _filled(inner, account) for key, inner in value.items()}
    return [_filled(inner, account) for inner in value] if isinstance(value, list) else value
