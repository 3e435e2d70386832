"""Accounts made piece by piece, for a developer who wants one with exactly these people and things."""

from django.db import transaction
from django.utils import timezone

from sandbox.blueprints import stored
from sandbox.models import Account, Extension, Membership, User, Workspace


@transaction.atomic
def add_account(name: str) -> int:
    """An account with nobody and nothing in it but its marketplace; its id."""
    account = Account.objects.create(name=name, country_code="SE", registration_number="", created_time=timezone.now())
    Extension.objects.bulk_create(stored.rows_for(account))
    return int(account.pk)


@transaction.atomic
def put_in(user: User, workspaces: list[Workspace], *, can_create: bool) -> None:
    """The user in exactly these workspaces of the account."""
    user.memberships.all().delete()
    Membership.objects.bulk_create(
        Membership(user=user, workspace=workspace, can_create=can_create) for workspace in workspaces
    )
