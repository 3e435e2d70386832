"""Users, workspaces and templates in the control plane: what Oneflow keeps to its own app (sections 5 and 16)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from sandbox.control.asking import Asked, Refused, account_of
from sandbox.fleet.composing import put_in
from sandbox.models import Account, ProductGroup, Template, TemplateType, User, Workspace


def users(asked: Asked, pk: int) -> list[dict[str, Any]]:
    return [_user(user) for user in account_of(pk).users.order_by("pk")]


@transaction.atomic
def add_user(asked: Asked, pk: int) -> dict[str, Any]:
    """One more user, in no workspace unless the body names some."""
    asked.only("email", "name", "title", "phone_number", "is_admin", "active", "workspaces", "can_create")
    account = account_of(pk)
    email = (asked.text("email", longest=254) or "").lower()
    try:
        validate_email(email)
    except ValidationError as exc:
        raise Refused(400, "email: an email address is expected.") from exc
    if account.users.filter(email=email).exists():
        raise Refused(409, f"email: the account has a user {email} already. PUT changes it.")
    user = User(account=account, email=email, name=email.partition("@")[0])
    return _changed(asked, user)


@transaction.atomic
def change_user(asked: Asked, pk: int, email: str) -> dict[str, Any]:
    """Activate or deactivate a user, make an administrator of one, or move one to other workspaces."""
    asked.only("name", "title", "phone_number", "is_admin", "active", "workspaces", "can_create")
    user = account_of(pk).users.filter(email=email.lower()).first()
    if user is None:
        raise Refused(404, f"The account has no user {email[:100]}. GET /_sandbox/accounts/{pk}/users lists them.")
    return _changed(asked, user)


def workspaces(asked: Asked, pk: int) -> list[dict[str, Any]]:
    return [_workspace(row) for row in account_of(pk).workspaces.order_by("pk")]


def add_workspace(asked: Asked, pk: int) -> dict[str, Any]:
    """One more workspace, with nobody in it but the administrators, who see every one."""
    asked.only("name", "description")
    row = Workspace.objects.create(
        account=account_of(pk),
        name=_required(asked, "name", longest=100),
        description=asked.text("description", longest=300) or "",
        created_time=timezone.now(),
    )
    return _workspace(row)


def templates(asked: Asked, pk: int) -> list[dict[str, Any]]:
    return [_template(row) for row in account_of(pk).templates.order_by("pk")]


@transaction.atomic
def add_template(asked: Asked, pk: int) -> dict[str, Any]:
    """One more template; in every workspace of the account unless the body names some."""
    asked.only("name", "active", "template_type", "workspaces", "products", "expanded_pdf")
    account, now = account_of(pk), timezone.now()
    row = Template(account=account, name=_required(asked, "name"), created_time=now, updated_time=now)
    return _kept(asked, row, _of_account(asked, account) or list(account.workspaces.all()))


@transaction.atomic
def change_template(asked: Asked, pk: int, template: int) -> dict[str, Any]:
    """Another name, another type, other workspaces, active or not: what the body names is changed."""
    asked.only("name", "active", "template_type", "workspaces", "products", "expanded_pdf")
    account = account_of(pk)
    row = account.templates.filter(pk=template).first()
    if row is None:
        raise Refused(404, f"The account has no template {template}. GET /_sandbox/accounts/{pk}/templates lists them.")
    row.name, row.updated_time = asked.text("name") or row.name, timezone.now()
    return _kept(asked, row, _of_account(asked, account))


def _changed(asked: Asked, user: User) -> dict[str, Any]:
    user.name = asked.text("name", longest=100) or user.name
    user.title = asked.text("title", longest=100) or user.title
    user.phone_number = asked.text("phone_number", longest=20) or user.phone_number
    user.active = asked.flag("active", default=user.active)
    user.is_admin = asked.flag("is_admin", default=user.is_admin)
    user.save()
    places = _of_account(asked, user.account)
    if places is not None:
        put_in(user, places, can_create=asked.flag("can_create", default=True))
    return _user(user)


def _kept(asked: Asked, row: Template, places: list[Workspace] | None) -> dict[str, Any]:
    row.active = asked.flag("active", default=row.active)
    if "template_type" in asked.body:
        row.template_type = _type_of(asked, row.account)
    row.pdf_section = asked.flag("expanded_pdf", default=row.pdf_section)
    row.save()
    _set_table(row, asked.flag("products", default=row.product_groups.exists()))
    if places is not None:
        row.workspaces.set(places)
    return _template(row)


def _set_table(row: Template, wanted: bool) -> None:
    """Give it a product table, or take away those that it has; its contracts keep theirs."""
    if not wanted:
        row.product_groups.all().delete()
    elif not row.product_groups.exists():
        ProductGroup.objects.create(template=row, created_time=row.updated_time)


def _type_of(asked: Asked, account: Account) -> TemplateType | None:
    """By its id, or by its extension type; null is none."""
    value = asked.body["template_type"]
    if value is None:
        return None
    rows = account.template_types.living().order_by("pk")
    if type(value) is int and 0 < value < 2**63:
        rows = rows.filter(pk=value)
    elif isinstance(value, str):
        rows = rows.filter(extension_type=value)
    else:
        raise Refused(400, "template_type: an id, an extension type, or null is expected.")
    found: TemplateType | None = rows.first()
    if found is None:
        raise Refused(400, "template_type: the account has no such template type.")
    return found


def _of_account(asked: Asked, account: Account) -> list[Workspace] | None:
    """The workspaces that the body names; None when it names none."""
    pks = asked.ids("workspaces")
    if pks is None:
        return None
    found = list(account.workspaces.filter(pk__in=pks[:1000]).order_by("pk"))
    if len(found) != len(set(pks)):
        raise Refused(400, f"workspaces: one is not of this account. GET /_sandbox/accounts/{account.pk}/workspaces.")
    return found


def _required(asked: Asked, name: str, *, longest: int = 200) -> str:
    text = asked.text(name, longest=longest)
    if text is None:
        raise Refused(400, f"{name}: this is required.")
    return text


def _user(user: User) -> dict[str, Any]:
    places = user.memberships.order_by("workspace_id").values_list("workspace_id", flat=True)
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "title": user.title,
        "phone_number": user.phone_number,
        "active": user.active,
        "is_admin": user.is_admin,
        "workspaces": list(places),
    }


def _workspace(row: Workspace) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "description": row.description}


def _template(row: Template) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "active": row.active,
        "template_type": row.template_type_id,
        "products": row.product_groups.exists(),
        "expanded_pdf": row.pdf_section,
        "workspaces": list(row.workspaces.order_by("pk").values_list("pk", flat=True)),
    }
