"""What a plan rests on, read fresh from the account: no database, outside any transaction.

The mirror is not enough: it keeps no values, and is as old as its last refresh.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from extensions.blueprints.models import BlueprintTemplateType
from extensions.installations.fetching import row_of
from extensions.installations.matching import types_of_ours
from extensions.installations.models import TemplateType
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.refusing import Refused
from oneflow import objects
from oneflow.client import OneflowClient, can_be_named
from oneflow.kept import KeptTemplateType, KeptWebhook

# Calls of a whole repair at most, further pages of long lists aside: so many are reserved before the first, lest our
# share of the rate limit end between a write and its reading back.
MOST_CALLS = 16


@dataclass(frozen=True, slots=True)
class Admin:
    """An active administrator of the account, in whose name a write can be sent. Personal data."""

    oneflow_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The account at one moment, as far as a repair is concerned. `kept` is the template type whose fields it is about;
    `webhooks` is None where they were not asked for.
    """

    instance: int | None
    admins: tuple[Admin, ...]
    types: tuple[objects.TemplateType, ...]
    kept: KeptTemplateType | None = None
    webhooks: tuple[KeptWebhook, ...] | None = None

    def type_of(self, role: str, context: Context) -> objects.TemplateType | None:
        """The template type that plays a role of the blueprint."""
        found = _playing(self.types, context.wanted_type(role), context)
        return next((each for each in self.types if found is not None and each.id == found.oneflow_id), None)


def read(client: OneflowClient, operations: Sequence[Operation], context: Context) -> Reading:
    """The account as it is now. Raises an OneflowError, and `Refused` when the token opens another account."""
    first = operations[0]
    of_webhook = first.kind.of_webhook

    def fields_of(types: tuple[objects.TemplateType, ...]) -> int | None:
        if not first.kind.of_field:
            return None
        row = _playing(types, context.wanted_type(first.role), context)
        return row.oneflow_id if row else None

    return _read(client, context, fields_of, with_webhooks=of_webhook)


def read_again(client: OneflowClient, kind: Kind, target: int, context: Context) -> Reading:
    """The same account later, with the fields of the template type that the plan is about, whatever its role is now."""

    def fields_of(types: tuple[objects.TemplateType, ...]) -> int | None:
        return target if kind.of_field and any(each.id == target for each in types) else None

    return _read(client, context, fields_of, with_webhooks=kind.of_webhook)


def _read(
    client: OneflowClient, context: Context, fields_of: Callable[[Any], int | None], *, with_webhooks: bool
) -> Reading:
    account = client.account()
    if account.id != context.account_id:
        raise Refused(
            f"The token opens account {account.id}, not {context.account_id}: nothing was written.",
            "Relink the installation with the token of this account.",
        )
    types = client.template_types()
    type_id = fields_of(types)
    return Reading(
        instance=account.integration_id,
        admins=_admins(client.users()),
        types=types,
        kept=None if type_id is None else client.kept_template_type(type_id),
        webhooks=client.kept_webhooks() if with_webhooks else None,
    )


def _admins(users: tuple[objects.User, ...]) -> tuple[Admin, ...]:
    """Those who can be named, the longest there first."""
    able = (each for each in users if each.active and each.is_admin and can_be_named(each.email))
    return tuple(Admin(each.id, each.email) for each in sorted(able, key=lambda user: user.id))


def acting_admin(reading: Reading, preferred_email: str) -> Admin:
    """In whose name the write is sent: the acting user if an active administrator, else the first who is.

    Raises `Refused` when the account has none.
    """
    if not reading.admins:
        raise Refused(
            "The account has no active administrator in whose name Oneflow would take the write.",
            "Ask the customer to make one of their active users an administrator, then plan the repair again.",
        )
    same = (each for each in reading.admins if each.email.casefold() == preferred_email.casefold())
    return next(same, reading.admins[0])


def _playing(
    types: tuple[objects.TemplateType, ...], wanted: BlueprintTemplateType, context: Context
) -> TemplateType | None:
    rows = [row_of(each, context.confirmed) for each in types]
    return types_of_ours([wanted], rows)[wanted.extension_type]
