"""The blueprint of our one extension: what Oneflow makes in an account that enables it (section 12.2, ASSUMED)."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.models import Account, DataField, Webhook

# What other extensions an account lists beside ours; the first three are those that ours depends on (12.1).
CATALOGUE = {
    "api_tokens": ("API tokens", "Tokens for your own integrations"),
    "template_types": ("Template types", "Data fields for templates"),
    "webhooks": ("Webhooks", "Calls to your own systems"),
    "hubspot": ("HubSpot", "Contracts from HubSpot deals"),
    "salesforce_v2": ("Salesforce", "Contracts from Salesforce"),
}


@dataclass(frozen=True, slots=True)
class BlueprintType:
    """One template type of the blueprint, with its fields and its webhook."""

    name: str
    description: str
    extension_type: str
    fields: tuple[dict[str, Any], ...]
    webhook: dict[str, Any]

    def required(self) -> list[str]:
        return [field["custom_id"] for field in self.fields if field["required"]]

    def field_columns(self) -> dict[str, dict[str, Any]]:
        """`custom_id` → the columns of its data field as the blueprint has it."""
        return {
            field["custom_id"]: {
                "name": field["name"],
                "description": field["description"],
                "placeholder": field["placeholder"],
                "value": "",
                "active": True,
                "source": DataField.Source.SYSTEM,
                "removed": False,
            }
            for field in self.fields
        }

    def new_webhook(self, account: Account, extension_id: int, template_type_id: int) -> Webhook:
        """The webhook of this type for the account, not saved yet."""
        return Webhook(
            account=account,
            extension_id=extension_id,
            callback_url=self.webhook["callback_url"].format(account_id=account.pk),
            filters=[{"filter_rules": [{"type": "EVENT_TYPE", "values": list(self.webhook["event_types"])}]}],
            template_group_id=template_type_id,
            sign_key=self.webhook["sign_key"],
            configuration=dict(self.webhook["configuration"]),
        )


@dataclass(frozen=True, slots=True)
class Blueprint:
    key: str
    name: str
    description: str
    depends_on: tuple[str, ...]
    template_types: tuple[BlueprintType, ...]

    def extension_types(self) -> list[str]:
        return [template_type.extension_type for template_type in self.template_types]

    def type_of(self, extension_type: str | None) -> BlueprintType | None:
        """The type with that extension type; None when the blueprint has none."""
        return next((t for t in self.template_types if t.extension_type == extension_type), None)


@cache
def acme_ledger() -> Blueprint:
    """The blueprint that every account of the fleet has enabled."""
    data = json.loads((Path(__file__).parent / "acme_ledger.json").read_text(encoding="utf-8"))
    return Blueprint(
        key=data["key"],
        name=data["name"],
        description=data["description"],
        depends_on=tuple(data["depends_on"]),
        template_types=tuple(
            BlueprintType(
                name=item["name"],
                description=item["description"],
                extension_type=item["extension_type"],
                fields=tuple(item["data_fields"]),
                webhook=item["webhook"],
            )
            for item in data["template_types"]
        ),
    )
