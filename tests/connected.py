"""Installations of accounts that really are in a running sandbox, as connecting leaves them: not yet refreshed."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from accounts.models import Account
from console import refreshing
from extensions.blueprints import loading as blueprints
from extensions.blueprints.document import read
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation, Refresh
from extensions.mappings import loading as mappings
from tests.making import STAFF, make_token

FILE = Path(__file__).parent.parent / "docs" / "examples" / "acme-ledger.json"


def load_extension(base_url: str) -> Extension:
    """The Acme Ledger of the example file, reached at that base URL."""
    document = read(FILE.read_bytes()) | {"base_url": base_url, "environment": "sandbox"}
    extension = blueprints.load(document, actor=STAFF)
    mappings.load(extension, document["mapping"], actor=STAFF)
    return extension


def connect(sandbox: Any, account: dict[str, Any] | None = None, **values: Any) -> Installation:
    """The installation of a sandbox account, a fresh one unless given; its first active admin is the acting user."""
    shown = account or sandbox.new_account()
    extension = values.pop("extension", None) or Extension.objects.first() or load_extension(sandbox.api_url)
    row, _ = Account.objects.get_or_create(oneflow_id=shown["id"], defaults={"name": shown["name"]})
    admin = next(user["email"] for user in shown["users"] if user["active"] and user["is_admin"])
    now = timezone.now()
    defaults = {
        "token": make_token(row, extension.integration_key, shown["token"]),
        "acting_user_email": admin,
        "connected_at": now,
        "refresh_at": now,
    }
    return Installation.objects.create(account=row, extension=extension, **(defaults | values))


def lease(installation: Installation) -> UUID:
    """Give the installation a lease as dispatch does."""
    lease_id = uuid4()
    until = timezone.now() + settings.REFRESH_LEASE
    Installation.objects.filter(pk=installation.pk).update(lease_id=lease_id, lease_until=until)
    return lease_id


def refresh(installation: Installation) -> Refresh:
    """Refresh it as a worker does; `installation` then says what is stored."""
    done = refreshing.refresh(installation.pk, lease(installation))
    assert done is not None
    installation.refresh_from_db()
    return done
