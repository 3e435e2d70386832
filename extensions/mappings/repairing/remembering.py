"""What the console made in an account is remembered as ours, so that the next refresh knows it."""

from datetime import datetime
from typing import Any

from extensions.installations.models import Installation, TemplateType, Webhook
from extensions.mappings.repairing.plans import Call, Plan
from oneflow.callbacks import masked_callback_url


def read_soon(installation: Installation, now: datetime) -> None:
    """Have the account read next. A refresh that is under way began before the write: it loses its lease."""
    Installation.objects.filter(pk=installation.pk).update(
        refresh_at=now, wanted_at=now, lease_id=None, lease_until=None
    )


def remember(installation: Installation, plan: Plan, made: int, now: datetime) -> None:
    """Mark what was made. Call it in the transaction that ends the repair, after `read_soon`."""
    if plan.write.call is Call.CREATE_TEMPLATE_TYPE:
        body = plan.write.body
        content = {"name": body["name"], "description": body["description"], "active": True, "extension_type": ""}
        _mark(TemplateType, installation, made, now, content, confirmed_role=plan.write.role)
        Installation.objects.filter(pk=installation.pk).revised()
    elif plan.write.call is Call.CREATE_WEBHOOK:
        content = {
            "callback_url": masked_callback_url(plan.write.body["callback_url"]),
            "filters": [_mirrored(each) for each in plan.write.body["filters"] or ()],
            "template_type_oneflow_id": plan.write.target,
        }
        _mark(Webhook, installation, made, now, content, remembered=True)


def _mirrored(each: dict[str, Any]) -> dict[str, Any]:
    """A filter that lets event types through, as a refresh would mirror it."""
    return {"event_types": sorted(each["filter_rules"][0]["values"]), "workspace_ids": None}


def _mark(
    model: Any, installation: Installation, made: int, now: datetime, content: dict[str, Any], **mark: Any
) -> None:
    """Put the mark on the mirrored row; where no refresh has seen it yet, on a new one."""
    model.objects.update_or_create(
        installation=installation,
        oneflow_id=made,
        defaults=mark,
        create_defaults={**content, **mark, "seen_at": now},
    )
