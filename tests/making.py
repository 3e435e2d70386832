"""Rows for tests: a healthy installation of the Acme Ledger, as a first refresh would have stored it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.acting import Actor
from accounts.models import Account, ApiToken
from accounts.vault import fingerprint
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.models import (
    AccountExtension,
    AccountUser,
    DataField,
    Installation,
    Part,
    Template,
    TemplateType,
    UsableTemplate,
    Verdict,
    Webhook,
    Workspace,
)
from extensions.mappings.models import Mapping

STAFF = Actor(name="Sam", role="support")
PASSWORD = "correct-horse-battery"
CALLBACK = "https://hooks.acme.example/oneflow/{account_id}"
TYPES: dict[str, tuple[str, list[str], list[tuple[str, str, bool]]]] = {
    "acme_deal": (
        "Deal",
        ["contract:publish", "contract:sign", "contract:decline"],
        [
            ("deal_value", "Deal value", True),
            ("customer_number", "Customer number", True),
            ("vat_exempt", "VAT exempt", False),
        ],
    ),
    "acme_engagement": (
        "Engagement",
        ["contract:publish", "contract:sign"],
        [("engagement_id", "Engagement number", True), ("fiscal_year", "Fiscal year", False)],
    ),
}


def make_user(role: str, name: str | None = None) -> Any:
    """A member of staff in the role's group ("" for none), with `PASSWORD`."""
    user = get_user_model().objects.create_user(name or role or "roleless", password=PASSWORD, is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_extension(key: str = "acme_ledger", **values: Any) -> Extension:
    """The extension with one released blueprint of two template types, all of its fields mapped."""
    extension = Extension.objects.create(
        **{
            "name": "Acme Ledger",
            "integration_key": key,
            "base_url": "http://127.0.0.1:9/v1",
            "environment": Extension.Environment.SANDBOX,
            "callback_urls": [CALLBACK],
            "dependencies": ["api_tokens", "template_types", "webhooks"],
            **values,
        }
    )
    make_blueprint(extension, 1)
    return extension


def make_blueprint(extension: Extension, version: int) -> Blueprint:
    """A released version with `TYPES`."""
    blueprint = Blueprint.objects.create(
        extension=extension, version=version, state=Blueprint.State.RELEASED, released_at=timezone.now()
    )
    for position, (extension_type, (name, events, fields)) in enumerate(TYPES.items()):
        kind = BlueprintTemplateType.objects.create(
            blueprint=blueprint,
            name=name,
            extension_type=extension_type,
            event_types=events,
            position=position,
        )
        BlueprintField.objects.bulk_create(
            BlueprintField(template_type=kind, custom_id=custom_id, name=label, required=required, position=number)
            for number, (custom_id, label, required) in enumerate(fields)
        )
        mapped = {"extension": extension, "extension_type": extension_type}
        Mapping.objects.bulk_create(
            [Mapping(**mapped, custom_id=custom_id, path=f"deal.{custom_id}") for custom_id, *_ in fields],
            ignore_conflicts=True,  # another version has mapped them
        )
    return blueprint


def make_token(account: Account, key: str = "acme_ledger", secret: str | None = None) -> ApiToken:
    """An active token, sealed; the secret ends in the account's id."""
    secret = secret or f"{account.oneflow_id:0>40}"
    token = ApiToken(
        account=account,
        integration_key=key,
        fingerprint=fingerprint(secret),
        held_from=timezone.now(),
    )
    token.seal(secret)
    token.save()
    return token


def make_installation(
    extension: Extension | None = None,
    *,
    oneflow_id: int = 410001,
    now: datetime | None = None,
    **values: Any,
) -> Installation:
    """A live, healthy, fresh installation with every mirrored row and part a refresh would have stored."""
    now = now or timezone.now()
    extension = extension or Extension.objects.first() or make_extension()
    account = Account.objects.create(
        oneflow_id=oneflow_id,
        name=values.pop("name", f"Customer {oneflow_id}"),
        country_code="SE",
        registration_number=f"559900-{oneflow_id % 10000:04}",
    )
    installation = Installation.objects.create(
        **{
            "account": account,
            "extension": extension,
            "state": Installation.State.LIVE,
            "token": make_token(account, extension.integration_key),
            "acting_user_email": f"maja@{oneflow_id}.example",
            "blueprint": extension.blueprints.released().first(),
            "shown_account_id": oneflow_id,
            "shown_key": extension.integration_key,
            "shown_instance": oneflow_id + 7000,
            "connected_at": now - timedelta(days=3),
            "refresh_at": now + timedelta(hours=1),
            "refreshed_at": now,
            "verdict": Verdict.HEALTHY,
            "verdict_since": now - timedelta(days=3),
            "fresh_until": now + timedelta(hours=3),
            **values,
        }
    )
    mirror(installation, now)
    return installation


def mirror(installation: Installation, now: datetime) -> None:
    """The mirrored rows of a healthy account, and its parts read `now`."""
    base = installation.account.oneflow_id * 100
    seen: dict[str, Any] = {"installation": installation, "seen_at": now}
    instance = installation.shown_instance
    Workspace.objects.create(**seen, oneflow_id=base + 1, name="Sales", country_code="SE")
    AccountUser.objects.create(
        **seen,
        oneflow_id=base + 2,
        name="Maja Lind",
        email=installation.acting_user_email,
        active=True,
        is_admin=True,
    )
    AccountExtension.objects.bulk_create(
        AccountExtension(**seen, extension_type=key, name=key, enabled=True, oneflow_id=instance)
        for key in (installation.extension.integration_key, *installation.extension.dependencies)
    )
    parts = [
        "account",
        "users",
        "workspaces",
        "templates",
        "template_types",
        "webhooks",
        "extensions",
        "usable",
    ]
    for number, (extension_type, (name, events, fields)) in enumerate(TYPES.items(), start=1):
        type_id = base + 10 * number
        TemplateType.objects.create(**seen, oneflow_id=type_id, name=name, active=True, extension_type=extension_type)
        DataField.objects.bulk_create(
            DataField(
                **seen,
                template_type_oneflow_id=type_id,
                oneflow_id=type_id + offset,
                custom_id=custom_id,
                name=label,
                active=True,
                source="system",
            )
            for offset, (custom_id, label, _) in enumerate(fields, start=1)
        )
        Template.objects.create(
            **seen,
            oneflow_id=type_id + 6,
            name=f"{name} template",
            active=True,
            template_type_oneflow_id=type_id,
            workspace_ids=[base + 1],
        )
        UsableTemplate.objects.create(
            **seen,
            workspace_oneflow_id=base + 1,
            template_oneflow_id=type_id + 6,
            workspace_name="Sales",
            template_name=f"{name} template",
            template_type_oneflow_id=type_id,
        )
        Webhook.objects.create(
            **seen,
            oneflow_id=type_id + 8,
            callback_url=CALLBACK.format(account_id=installation.account.oneflow_id),
            filters=[{"event_types": events, "workspace_ids": None}],
            template_type_oneflow_id=type_id,
            integration_instance=instance,
        )
        parts.append(f"fields/{type_id}")
    Part.objects.bulk_create(Part(installation=installation, name=part, read_at=now) for part in parts)
