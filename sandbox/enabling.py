"""Enabling and disabling the extension in an account, with everything that sections 12.1 and 12.6 say happens."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox import tokens
from sandbox.blueprint import Blueprint, BlueprintType, acme_ledger
from sandbox.faults.journal import undo
from sandbox.models import Account, DataField, Extension, TemplateType, Webhook

# Faults of things that disabling takes away or switches off: they are over with it, and cannot be cleared later.
ENDED_BY_DISABLING = ("token.", "extension.disabled", "template_type.inactive", "webhook.")
# Faults of things that enabling makes anew or brings to the state of the blueprint.
CURED_BY_ENABLING = (
    *ENDED_BY_DISABLING,
    "extension.",
    "dependency.",
    "template_type.missing",
    "field.missing",
    "field.inactive",
    "field.changed",
)


@transaction.atomic
def enable(account: Account) -> None:
    """Switch the extension on, as one click of the customer does.

    The account gets a new token; the template types of the blueprint, or its former ones reactivated; one new
    webhook for each; and the extensions that ours depends on are switched on. An extension that is on already
    is disabled first: that is the remedy "disable and enable" in one step.
    """
    disable(account)
    _settle_faults(account, CURED_BY_ENABLING)
    blueprint = acme_ledger()
    now = timezone.now()
    needed = [blueprint.key, *blueprint.depends_on]
    account.extensions.filter(key__in=needed, enabled=False).update(enabled=True, enabled_time=now)
    account.extensions.filter(key__in=needed).update(removed=False)
    extension = account.extensions.get(key=blueprint.key)
    tokens.make(account, extension, blueprint.name)
    for part in blueprint.template_types:
        template_type = _template_type(account, extension, part)
        _bring_fields_to_blueprint(template_type, part)
        part.new_webhook(account, extension.pk, template_type.pk).save()


@transaction.atomic
def disable(account: Account) -> None:
    """Switch the extension off: its tokens are revoked, its webhooks go, its template types become inactive."""
    _settle_faults(account, ENDED_BY_DISABLING)
    extension = account.extensions.get(key=acme_ledger().key)
    Extension.objects.filter(pk=extension.pk).update(enabled=False, enabled_time=None)
    extension.tokens.update(revoked=True)
    Webhook.objects.filter(extension=extension).delete()
    extension.template_types.update(active=False, updated_time=timezone.now())


def describe(account: Account) -> dict[str, Any]:
    """The extension of the account as the control plane shows it."""
    key = acme_ledger().key
    extension = next(e for e in account.extensions.all() if e.key == key)
    return {"id": extension.pk, "key": key, "enabled": extension.enabled and not extension.removed}


def extension_rows(account: Account, blueprint: Blueprint, catalogue: dict[str, tuple[str, str]]) -> list[Extension]:
    """What a new account lists in its marketplace: ours and the others, all still switched off."""
    ours = {blueprint.key: (blueprint.name, blueprint.description)}
    return [
        Extension(account=account, key=key, name=name, description=description)
        for key, (name, description) in {**ours, **catalogue}.items()
    ]


def _template_type(account: Account, extension: Extension, part: BlueprintType) -> TemplateType:
    now = timezone.now()
    kept = account.template_types.filter(extension_type=part.extension_type).order_by("pk").first()
    if kept is None:
        return TemplateType.objects.create(
            account=account,
            extension=extension,
            name=part.name,
            description=part.description,
            extension_type=part.extension_type,
            created_time=now,
            updated_time=now,
        )
    kept.active, kept.removed, kept.updated_time = True, False, now
    kept.save()
    return kept


def _bring_fields_to_blueprint(template_type: TemplateType, part: BlueprintType) -> None:
    """System fields as the blueprint has them (ASSUMED); a user field that took one's `custom_id` is left alone."""
    rows: dict[str, DataField] = {}
    # A living row comes last and so wins over a removed one of the same custom_id.
    for row in template_type.data_fields.order_by("-removed", "pk"):
        rows[row.custom_id] = row
    for custom_id, columns in part.field_columns().items():
        row = rows.get(custom_id)
        if row is None:
            DataField.objects.create(template_type=template_type, custom_id=custom_id, **columns)
        elif row.source == DataField.Source.SYSTEM:
            DataField.objects.filter(pk=row.pk).update(**columns)


def _settle_faults(account: Account, codes: tuple[str, ...]) -> None:
    """Undo these faults first, so that for instance a token made foreign is ours again when it is revoked."""
    for fault in account.faults.order_by("-pk"):
        if fault.code.startswith(codes):
            undo(fault)
