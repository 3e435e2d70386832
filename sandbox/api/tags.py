"""Tags of the account (section 6.5)."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from sandbox.api import workspaces
from sandbox.api.call import Call, written_time
from sandbox.api.checking import Checked
from sandbox.errors import NotThere, Refusal
from sandbox.models import Tag
from sandbox.paging import one_of, page

SYSTEM = "This tag was made by Oneflow and cannot be changed."
MOST_WORKSPACES = 100


def listed(call: Call) -> dict[str, Any]:
    rows = visible(call).prefetch_related("shared_workspaces")
    return page(call, rows, _shown)


def one(call: Call, pk: int) -> dict[str, Any]:
    return _shown(one_of(visible(call), pk, "tag"))


@transaction.atomic
def create(call: Call) -> dict[str, Any]:
    """A tag of the whole account, unless it says `is_global` false or names the workspaces to share it with."""
    call.need_admin("manage tags")
    body = Checked(call.body())
    name = body.text("name", low=1, high=100)
    places = _places(call, body)
    is_global = body.flag("is_global", default=not places)
    body.done()
    row = Tag.objects.create(account=call.caller.account, name=name, is_global=is_global, created_time=timezone.now())
    row.shared_workspaces.set(places or [])
    return _shown(row)


@transaction.atomic
def update(call: Call, pk: int) -> dict[str, Any]:
    """Only what the request names is changed."""
    row: Tag = one_of(visible(call), pk, "tag")
    _need_to_change(call, row)
    body = Checked(call.body())
    if "name" in body.data:
        row.name = body.text("name", low=1, high=100)
    row.is_global = body.flag("is_global", default=row.is_global)
    places = _places(call, body)
    body.done()
    row.updated_time = timezone.now()
    row.save()
    if places is not None:
        row.shared_workspaces.set(places)
    return _shown(row)


@transaction.atomic
def delete(call: Call, pk: int) -> None:
    """It goes from templates and contracts too; 200 also when there is no such tag (as section 15 has it)."""
    row = visible(call).filter(pk=pk).first()
    if row is None:
        call.need_admin("manage tags")
        return
    _need_to_change(call, row)
    row.delete()


def visible(call: Call) -> "QuerySet[Tag]":
    """Every tag for an administrator; for others the account's own and those of workspaces that they see."""
    rows = call.caller.account.tags.all()
    if call.caller.is_admin:
        return rows
    shared = Tag.shared_workspaces.through.objects.filter(workspace__in=workspaces.visible(call.caller))
    return rows.filter(Q(is_global=True) | Q(pk__in=shared.values("tag_id")))


def embedded(tag: Tag) -> dict[str, Any]:
    """A tag as it stands on a template or a contract."""
    return {"id": tag.pk, "name": tag.name}


def _shown(tag: Tag) -> dict[str, Any]:
    places = sorted(tag.shared_workspaces.all(), key=lambda place: place.pk)
    return {
        "created_time": written_time(tag.created_time),
        "id": tag.pk,
        "is_global": tag.is_global,
        "name": tag.name,
        "shared_workspaces": [{"id": place.pk, "name": place.name} for place in places],
        "system": tag.system,
        "updated_time": written_time(tag.updated_time),
    }


def _need_to_change(call: Call, tag: Tag) -> None:
    call.need_admin("manage tags")
    if tag.system:
        raise Refusal(403, SYSTEM)


def _places(call: Call, body: Checked) -> list[int] | None:
    """The ids of `shared_workspaces`, each a number or an object as answers have it; None when it is left out."""
    if "shared_workspaces" not in body.data:
        return None
    items = body.data["shared_workspaces"]
    if not isinstance(items, list) or len(items) > MOST_WORKSPACES:
        body.wrong("shared_workspaces", f"A list of at most {MOST_WORKSPACES} workspaces is expected.")
        return []
    ids = [item.get("id") if isinstance(item, dict) else item for item in items]
    for number, pk in enumerate(ids):
        if not Checked.is_id(pk):
            body.wrong(f"shared_workspaces[{number}]", "The id of a workspace is expected.")
    body.done()
    found = set(call.caller.account.workspaces.filter(pk__in=ids).values_list("pk", flat=True))
    if set(ids) - found:
        raise NotThere("workspace")
    return sorted(found)
