"""Creating and copying contracts (section 8.1)."""

from typing import Any

from sandbox.api import workspaces
from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding, people, shown, terms
from sandbox.api.tags import visible as visible_tags
from sandbox.contracts import creating
from sandbox.contracts.drafts import Draft, Side
from sandbox.contracts.filling import LONGEST_VALUE
from sandbox.contracts.products import MOST_PRODUCTS
from sandbox.contracts.taking_part import MOST_PARTIES
from sandbox.errors import NotThere, Refusal
from sandbox.models import Folder, ProductGroup, Tag, Template, Workspace
from sandbox.paging import one_of

LONGEST_NAME = 130
MOST_FIELDS = 300
MOST_TAGS = 100


def create(call: Call) -> dict[str, Any]:
    """A draft. It is made through the extension whose token asks for it (section 11.1)."""
    body = Checked(call.body())
    workspace_id, template_id = body.pk("workspace_id"), body.pk("template_id")
    body.done()
    workspace = workspace_to_create_in(call, workspace_id)
    template: Template = one_of(_templates(call), template_id, "template")
    draft = Draft(
        workspace=workspace,
        template=template,
        creator=call.caller.user,
        made_through=call.caller.token.extension,
        **_content(call, body, workspace, template),
    )
    body.done()
    return shown.whole(call, creating.create(draft).pk)


def copy(call: Call, pk: int) -> dict[str, Any]:
    """A draft like it, in that workspace."""
    contract = finding.one(call, pk)
    body = Checked(call.body())
    workspace_id, name = body.pk("workspace_id"), body.text("name", high=LONGEST_NAME, default=None)
    body.done()
    workspace = workspace_to_create_in(call, workspace_id)
    place = folder(call, body, workspace)
    body.done()
    made = creating.copy(
        contract,
        workspace,
        folder=place,
        name=name,
        creator=call.caller.user,
        made_through=call.caller.token.extension,
    )
    return shown.whole(call, made.pk)


def workspace_to_create_in(call: Call, pk: int) -> Workspace:
    """404 for one that the acting user does not see, 403 for one in which they may not create."""
    workspace: Workspace = one_of(workspaces.visible(call.caller), pk, "workspace")
    if not workspaces.creatable(call.caller).filter(pk=pk).exists():
        raise Refusal(403, "This user may not create contracts in this workspace.")
    return workspace


def tags(call: Call, body: Checked) -> list[Tag]:
    """The tags that `tags`, an array of objects, names by id; 404 for one that the acting user does not see."""
    ids = {item.pk("id") for item in body.items("tags", most=MOST_TAGS)} - {None}
    found = list(visible_tags(call).filter(pk__in=ids))
    if len(found) < len(ids):
        raise NotThere("tag")
    return found


def folder(call: Call, body: Checked, workspace: Workspace) -> Folder | None:
    """The folder of the workspace that `folder_id` names."""
    pk = body.pk("folder_id", default=None)
    if pk is None:
        return None
    row: Folder = one_of(Folder.objects.filter(workspace__in=workspaces.visible(call.caller)), pk, "folder")
    if row.workspace_id != workspace.pk:
        body.wrong("folder_id", "The folder is in another workspace.")
    return row


def _templates(call: Call) -> Any:
    """Those of the workspaces that the acting user sees."""
    rows = call.caller.account.templates.select_related("template_type")
    if call.caller.is_admin:
        return rows
    through = Template.workspaces.through.objects.filter(workspace__in=workspaces.visible(call.caller))
    return rows.filter(pk__in=through.values("template_id"))


def _content(call: Call, body: Checked, workspace: Workspace, template: Template) -> dict[str, Any]:
    """Everything of the body but where and from what."""
    my_party, inherits = _my_party(body)
    return {
        "name": body.text("name", high=LONGEST_NAME, default=None) or "",
        "data_fields": _data_fields(body),
        "parties": [people.side(item) for item in body.items("parties", most=MOST_PARTIES)],
        "my_party": my_party,
        "creator_inherits": inherits,
        "products": _products(body, template),
        "tags": tags(call, body),
        "folder": folder(call, body, workspace),
        "value": terms.value(body, "value", None),
        "lifecycle_settings": (
            terms.lifecycle_settings(body) if body.data.get("lifecycle_settings") is not None else None
        ),
    }


def _my_party(body: Checked) -> tuple[Side | None, bool | None]:
    if body.data.get("my_party") is None:
        return None, None
    inner = body.inner("my_party")
    return people.owner_side(inner), inner.flag("creator_inherit_settings_from_template", default=None)


def _data_fields(body: Checked) -> dict[str, str]:
    """`custom_id` → value, both required. The `active` flag cannot be set here (section 13)."""
    values: dict[str, str] = {}
    for item in body.items("data_fields", most=MOST_FIELDS):
        custom_id = item.text("custom_id", low=1, high=200)
        text = item.text("value", high=LONGEST_VALUE)
        if "active" in item.data:
            item.wrong("active", "It cannot be set while a contract is created.")
        if custom_id and custom_id in values:
            item.wrong("custom_id", "This data field is named twice.")
        values[custom_id] = text
    return values


def _products(body: Checked, template: Template) -> dict[int, list[dict[str, Any]]]:
    """The products for each product table of the template; with one table its id may be left out (section 6.13)."""
    tables = list(ProductGroup.objects.filter(template=template).values_list("pk", flat=True))
    found: dict[int, list[dict[str, Any]]] = {}
    for item in body.items("product_groups", most=MOST_PRODUCTS):
        pk = item.pk("id", default=None)
        if pk is None and len(tables) == 1:
            pk = tables[0]
        if not tables:
            item.wrong("id", "The template holds no product table.")
        elif pk is None:
            item.wrong("id", "The template holds several product tables: say which.")
        elif pk not in tables and pk:
            raise NotThere("product group")
        products = [terms.product(inner) for inner in item.items("products", most=MOST_PRODUCTS)]
        found.setdefault(pk or 0, []).extend(products)
    return found
