"""Folders of the workspaces that the acting user sees (section 6.4)."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sandbox.api import workspaces
from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.models import Folder
from sandbox.paging import one_of, page

# Deeper than anybody files, and shallow enough for a path in an answer.
DEEPEST = 20
Parents = dict[int, int | None]


def listed(call: Call) -> dict[str, Any]:
    rows, may, parents = _visible(call), workspaces.may_create(call), _parents(call)
    return page(call, rows, lambda row: shown(call, row, may, parents))


@transaction.atomic
def create(call: Call) -> dict[str, Any]:
    """A new folder; the answer has the folder as it is then."""
    body = Checked(call.body())
    workspace = workspaces.named_in(call, body)
    workspaces.need_to_create(call, workspace.pk, "manage its folders")
    name = body.text("name", low=1, high=100)
    parents = _parents(call)
    parent = _parent(call, body, workspace.pk)
    if parent is not None and len(path_of(parent, parents)) >= DEEPEST:
        body.wrong("parent_id", f"Folders are at most {DEEPEST} levels deep.")
    body.done()
    row = Folder.objects.create(workspace=workspace, name=name, parent_id=parent)
    return _shown_anew(call, row)


@transaction.atomic
def update(call: Call, pk: int) -> dict[str, Any]:
    """Only what the request names is changed; `parent_id` null moves it to the top of its workspace."""
    row: Folder = one_of(_visible(call), pk, "folder")
    workspaces.need_to_create(call, row.workspace_id, "manage its folders")
    body = Checked(call.body())
    if body.data.get("workspace_id", row.workspace_id) != row.workspace_id:
        body.wrong("workspace_id", "A folder stays in its workspace.")
    if "name" in body.data:
        row.name = body.text("name", low=1, high=100)
    if "parent_id" in body.data:
        row.parent_id = _new_parent(call, body, row)
    body.done()
    row.save()
    return _shown_anew(call, row)


@transaction.atomic
def delete(call: Call, pk: int) -> None:
    """Its sub-folders go with it, contracts stay in the workspace; 200 also when there is none (ASSUMED)."""
    row = _visible(call).filter(pk=pk).first()
    if row is not None:
        workspaces.need_to_create(call, row.workspace_id, "manage its folders")
        row.delete()


def shown(call: Call, row: Folder, may: set[int] | None, parents: Parents) -> dict[str, Any]:
    files = may is None or row.workspace_id in may
    manages = call.caller.is_admin or files
    return {
        "_permissions": {
            "folder:contract": files,
            "folder:delete": manages,
            "folder:sub_folder:create": manages,
            "folder:update": manages,
        },
        "id": row.pk,
        "name": row.name,
        "parent_id": row.parent_id,
        "path": path_of(row.pk, parents),
        "workspace_id": row.workspace_id,
    }


def path_of(pk: int, parents: Parents) -> list[int]:
    """The ids from the top of the workspace down to the folder itself."""
    path = [pk]
    while (above := parents[path[0]]) is not None:
        path.insert(0, above)
    return path


def _new_parent(call: Call, body: Checked, row: Folder) -> int | None:
    """Where it moves to; noted as wrong where that is below itself, or so deep that what it holds goes too deep."""
    parent, parents = _parent(call, body, row.workspace_id), _parents(call)
    if parent is None:
        return None
    above = path_of(parent, parents)
    if row.pk in above:
        body.wrong("parent_id", "A folder cannot be moved into itself or below itself.")
    elif len(above) + _height(row.pk, parents) > DEEPEST:
        body.wrong("parent_id", f"Folders are at most {DEEPEST} levels deep.")
    return parent


def _height(pk: int, parents: Parents) -> int:
    """How many levels the folder and what is below it take."""
    paths = (path_of(other, parents) for other in parents)
    return max(len(path) - path.index(pk) for path in paths if pk in path)


def _parent(call: Call, body: Checked, workspace: int) -> int | None:
    if body.data.get("parent_id") is None:
        return None
    pk: int | None = body.pk("parent_id")
    if pk is None:
        return None
    parent = one_of(_visible(call), pk, "parent folder")
    if parent.workspace_id != workspace:
        body.wrong("parent_id", "The parent folder is in another workspace.")
        return None
    return int(parent.pk)


def _parents(call: Call) -> Parents:
    """Folder → its parent, of every folder in the account: a path may be asked for each of a page."""
    rows = Folder.objects.filter(workspace__account=call.caller.account)
    return dict(rows.values_list("pk", "parent_id"))


def _visible(call: Call) -> "QuerySet[Folder]":
    return Folder.objects.filter(workspace__in=workspaces.visible(call.caller))


def _shown_anew(call: Call, row: Folder) -> dict[str, Any]:
    return shown(call, row, workspaces.may_create(call), _parents(call))
