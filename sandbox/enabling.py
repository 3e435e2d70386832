"""Enabling and disabling an extension in an account, with everything that sections 12.1 and 12.6 say happens.

Whoever asks, the marketplace's pages or the control plane, it happens here.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox import setup, tokens
from sandbox.blueprints import stored
from sandbox.blueprints.catalogue import FIRST_KEY
from sandbox.blueprints.shape import Blueprint, BlueprintType
from sandbox.faults.journal import undo
from sandbox.models import Account, DataField, Extension, TemplateType, Token, Webhook

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
# With the Toolkit only the token is the extension's; the rest is the work of the partner's code, and stays (12.4).
ENDED_WITH_TOOLKIT = ("token.", "extension.disabled")
CURED_WITH_TOOLKIT = ("token.", "extension.", "dependency.")


class OnAlready(Exception):
    """The extension is on; switching it on once more would revoke the token that works."""


@transaction.atomic
def switch_on(account: Account, key: str) -> Token | None:
    """Enable an extension that is off; OnAlready for one that is on, so that a second click revokes nothing."""
    if account.extensions.living().filter(key=key, enabled=True).exists():
        raise OnAlready(key)
    return enable(account, key)


@transaction.atomic
def enable(account: Account, key: str = FIRST_KEY) -> Token | None:
    """Switch the extension on, as one click of the customer does; its new token.

    The account gets a new token; the template types of the blueprint, or its former ones reactivated; one new
    webhook for each; and the extensions that this one depends on are switched on. With the Toolkit it gets the token
    alone. An extension of Oneflow's own has no token, and nothing behind it but that it is on. One that is on already
    is disabled first: that is the remedy "disable and enable" in one step.
    """
    disable(account, key)
    extension = account.extensions.get(key=key)
    blueprint = stored.published(key)
    _settle_faults(extension, CURED_WITH_TOOLKIT if _is_toolkit(extension) else CURED_BY_ENABLING)
    needed = account.extensions.filter(key__in=[key, *needed_by(key)])
    needed.filter(enabled=False).update(enabled=True, enabled_time=timezone.now())
    needed.update(removed=False)
    if blueprint is None:
        return None
    account.extensions.filter(key=key).update(blueprint_version=blueprint.version)
    token = tokens.make(account, extension, blueprint.name)
    if not _is_toolkit(extension):
        _make_whole(extension, blueprint)
    return token


@transaction.atomic
def disable(account: Account, key: str = FIRST_KEY) -> None:
    """Switch the extension off: its tokens are revoked, its webhooks go, its template types become inactive."""
    extension = account.extensions.get(key=key)
    was_on = extension.enabled
    _settle_faults(extension, ENDED_WITH_TOOLKIT if _is_toolkit(extension) else ENDED_BY_DISABLING)
    Extension.objects.filter(pk=extension.pk).update(enabled=False, enabled_time=None)
    extension.tokens.update(revoked=True)
    Webhook.objects.filter(extension=extension).delete()
    extension.template_types.update(active=False, updated_time=timezone.now())
    blueprint = stored.of(extension)
    if was_on and blueprint is not None:
        transaction.on_commit(lambda: setup.tell_disabled(account, blueprint))


@transaction.atomic
def bring_to(extension: Extension, blueprint: Blueprint) -> None:
    """Give an account that has the extension on another version of its blueprint, token and webhook ids kept.

    ASSUMED, and done only where the switch `blueprint_propagation` is on: Oneflow documents no such thing.
    """
    Extension.objects.filter(pk=extension.pk).update(blueprint_version=blueprint.version)
    if _is_toolkit(extension):
        return
    _make_whole(extension, blueprint)
    gone = extension.template_types.exclude(extension_type__in=blueprint.extension_types())
    extension.webhooks.filter(template_group_id__in=gone.values("pk")).delete()
    gone.update(active=False, updated_time=timezone.now())


def needed_by(key: str) -> list[str]:
    """The extensions that are switched on with this one, also those that they depend on in turn."""
    found: list[str] = []
    waiting = [key]
    while waiting:
        blueprint = stored.published(waiting.pop(0))
        for other in blueprint.depends_on if blueprint else ():
            if other != key and other not in found:
                found.append(other)
                waiting.append(other)
    return found


def dependants(account: Account, key: str) -> list[Extension]:
    """The extensions of the account that are on and depend on this one."""
    on: Sequence[Extension] = account.extensions.living().filter(enabled=True).order_by("pk")
    return [extension for extension in on if key in needed_by(extension.key)]


def describe(account: Account) -> dict[str, Any]:
    """The fleet's own extension of the account as the control plane shows it."""
    extension = next(e for e in account.extensions.all() if e.key == FIRST_KEY)
    enabled = extension.enabled and not extension.removed
    return {"id": extension.pk, "key": FIRST_KEY, "enabled": enabled, "mode": extension.mode}


def _is_toolkit(extension: Extension) -> bool:
    return extension.mode == Extension.Mode.TOOLKIT


def _make_whole(extension: Extension, blueprint: Blueprint) -> None:
    """Every template type of the blueprint, with its fields and its webhook, whatever of it is there already."""
    for part in blueprint.template_types:
        template_type = _template_type(extension, part)
        _bring_fields_to_blueprint(template_type, part)
        hooks = extension.webhooks.living().filter(template_group_id=template_type.pk)
        if part.webhook is None:
            hooks.delete()
        elif not hooks.update(**part.webhook_columns(extension.account)):
            part.new_webhook(extension.account, extension.pk, template_type.pk).save()


def _template_type(extension: Extension, part: BlueprintType) -> TemplateType:
    now = timezone.now()
    shown = {"name": part.name, "description": part.description, "active": True, "removed": False, "updated_time": now}
    rows = extension.account.template_types.filter(extension_type=part.extension_type).order_by("pk")
    kept: TemplateType | None = rows.first()
    if kept is None:
        return TemplateType.objects.create(
            account=extension.account,
            extension=extension,
            extension_type=part.extension_type,
            created_time=now,
            **shown,
        )
    TemplateType.objects.filter(pk=kept.pk).update(**shown)
    return kept


def _bring_fields_to_blueprint(template_type: TemplateType, part: BlueprintType) -> None:
    """System fields as the blueprint has them (ASSUMED); a user field that took one's `custom_id` is left alone.

    A system field that the blueprint has no longer is switched off, which acts like a removed one (section 13).
    """
    rows: dict[str, DataField] = {}
    # A living row comes last and so wins over a removed one of the same custom_id.
    for row in template_type.data_fields.order_by("-removed", "pk"):
        rows[row.custom_id] = row
    wanted = part.field_columns()
    for custom_id, columns in wanted.items():
        row = rows.get(custom_id)
        if row is None:
            DataField.objects.create(template_type=template_type, custom_id=custom_id, **columns)
        elif row.source == DataField.Source.SYSTEM and any(getattr(row, name) != columns[name] for name in columns):
            DataField.objects.filter(pk=row.pk).update(**columns)
    system = template_type.data_fields.filter(source=DataField.Source.SYSTEM)
    system.exclude(custom_id__in=list(wanted)).filter(active=True).update(active=False)


def _settle_faults(extension: Extension, codes: tuple[str, ...]) -> None:
    """Undo these faults first, so that for instance a token made foreign is ours again when it is revoked."""
    for fault in extension.account.faults.filter(extension=extension.key).order_by("-pk"):
        if fault.code.startswith(codes):
            undo(fault)
