"""Accounts, blueprints and plans in memory, for tests of repairs."""

from typing import Any

from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.mappings.repairing.account import Admin, Reading
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Kind, Operation
from oneflow import objects
from oneflow.kept import KeptField, KeptTemplateType, KeptWebhook

ACCOUNT = 410001
TYPE = 5201
ROLE = "acme_deal"
CALLBACK = "https://hooks.acme.example/oneflow/{account_id}"
OURS = ("deal_value", "customer_number", "vat_exempt")


def field(custom_id: str, **values: Any) -> KeptField:
    """A field of a user's, named like its custom_id."""
    shown = {"id": abs(hash(custom_id)) % 10**9 + 1, "custom_id": custom_id, "name": custom_id.title()}
    return KeptField.from_json({**shown, "active": True, "source": "user", "value": "x", **values})


def kept(*fields: KeptField, **values: Any) -> KeptTemplateType:
    plain = {"id": TYPE, "name": "Deal", "description": "", "active": True, "extension_type": None}
    return KeptTemplateType(**{**plain, **values}, data_fields=fields)


def webhook(pk: int = 77, **values: Any) -> KeptWebhook:
    shown = {
        "id": pk,
        "callback_url": f"https://old.acme.example/oneflow/{ACCOUNT}",
        "filters": [{"filter_rules": [{"type": "EVENT_TYPE", "values": ["contract:sign"]}]}],
        "template_group_id": TYPE,
        "configuration": {"authentication": {"type": "bearer", "bearer": {"token": "geheim"}}},
        "integration_instance": None,
    }
    return KeptWebhook.from_json({**shown, **values})


def reading(template_type: KeptTemplateType | None = None, *webhooks: KeptWebhook, **values: Any) -> Reading:
    types = (
        ()
        if template_type is None
        else (
            objects.TemplateType(
                template_type.id, template_type.name, "", template_type.active, template_type.extension_type, ()
            ),
        )
    )
    admins = (Admin(1, "maja@norrsken.example"),)
    return Reading(
        **{"instance": None, "admins": admins, "types": types, "kept": template_type, "webhooks": webhooks, **values}
    )


def context(**values: Any) -> Context:
    kind = BlueprintTemplateType(
        name="Deal", extension_type=ROLE, description="A deal", event_types=["contract:publish", "contract:sign"]
    )
    fields = tuple(BlueprintField(custom_id=each, name=each.replace("_", " ").capitalize()) for each in OURS)
    plain: dict[str, Any] = {
        "account_id": ACCOUNT,
        "mode": "toolkit",
        "wanted": {ROLE: (kind, fields)},
        "callback_urls": (CALLBACK,),
    }
    return Context(**(plain | values))


def of_field(kind: Kind, *custom_ids: str) -> tuple[Operation, ...]:
    return tuple(Operation(kind, ROLE, custom_id) for custom_id in custom_ids)
