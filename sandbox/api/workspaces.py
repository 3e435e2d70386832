"""Workspaces, as far as the acting user sees them (section 6.3)."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from sandbox.api.call import Call, written_time
from sandbox.api.checking import Checked
from sandbox.authentication import Caller
from sandbox.errors import Refusal
from sandbox.models import Membership, Workspace
from sandbox.paging import ids_of, one_of, page


def visible(caller: Caller) -> "QuerySet[Workspace]":
    """Every workspace for an administrator, those that they are in for other users."""
    rows = caller.account.workspaces.all()
    return rows if caller.is_admin else rows.filter(memberships__user=caller.user)


def creatable(caller: Caller) -> "QuerySet[Workspace]":
    """The workspaces in which the caller may create contracts; all of them for the anonymous administrator."""
    rows = caller.account.workspaces.all()
    if caller.user is None:
        return rows
    return rows.filter(memberships__user=caller.user, memberships__can_create=True)


def listed(call: Call) -> dict[str, Any]:
    rows = visible(call.caller)
    name, ids = call.parameter("filter[name]"), ids_of(call, "filter[id]")
    if name is not None:
        # Whether part of a name is enough is not documented; ASSUMED that it is. A comma list is OR (3.3).
        rows = rows.filter(reduce(or_, (Q(name__icontains=part.strip()) for part in name.split(","))))
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    may = may_create(call)
    return page(call, rows, lambda row: shown(call, row, may), sortable=("name",))


def one(call: Call, pk: int) -> dict[str, Any]:
    return shown(call, one_of(visible(call.caller), pk, "workspace"), may_create(call))


def shown(call: Call, workspace: Workspace, may_create: set[int] | None) -> dict[str, Any]:
    account = call.caller.account
    return {
        # Seen in a client, its contents and the values of `type` unknown (ASSUMED: nothing, and one for all).
        "_integration_permissions": [],
        "_links": {"self": call.href(f"/workspaces/{workspace.pk}")},
        "_permissions": {"contract:create": may_create is None or workspace.pk in may_create},
        "company_name": account.name,
        "country_code": account.country_code,
        "created_time": written_time(workspace.created_time),
        "date_format": "",
        "description": workspace.description,
        "id": workspace.pk,
        "name": workspace.name,
        "registration_number": account.registration_number,
        "type": "workspace",
        "updated_time": written_time(workspace.updated_time),
    }


def named_in(call: Call, body: Checked) -> Workspace:
    """The workspace that the body's `workspace_id` names; 400 without one, 404 for one that is not visible."""
    pk = body.pk("workspace_id")
    body.done()
    row: Workspace = one_of(visible(call.caller), pk, "workspace")
    return row


def may_create(call: Call) -> set[int] | None:
    """The workspaces in which the acting user may create contracts; None for all of them."""
    if call.caller.user is None:
        return None
    rows = Membership.objects.filter(user=call.caller.user, can_create=True)
    return set(rows.values_list("workspace_id", flat=True))


def need_to_create(call: Call, workspace: int, what: str) -> None:
    """403 unless the acting user may create contracts in the workspace, or is an administrator (ASSUMED)."""
    may = may_create(call)
    if not (call.caller.is_admin or may is None or workspace in may):
        raise Refusal(403, f"Only who may create contracts in the workspace may {what}.")
