"""Contacts of one workspace (section 6.6)."""

import re
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sandbox.api import workspaces
from sandbox.api.call import Call, written_time
from sandbox.api.checking import Checked
from sandbox.api.codes import COUNTRIES
from sandbox.bodies import whole_number
from sandbox.errors import BadRequest
from sandbox.models import Contact
from sandbox.paging import one_of, page

# The longest text of each attribute, and what it has to look like when it is not empty (section 3.1).
TEXTS: dict[str, tuple[int, str, str]] = {
    "name": (100, ".*", ""),
    "email": (254, r"[^@\s]+@[^@\s]+", "An email address is expected."),
    "phone_number": (20, r"\+[1-9][0-9]{3,14}", "A number like +46701234567 is expected."),
    "title": (100, ".*", ""),
    "company_name": (200, ".*", ""),
    "company_registration_number": (40, ".*", ""),
    "country_code": (2, "|".join(COUNTRIES), "A country of ISO 3166 is expected: SE."),
    "notes": (1000, ".*", ""),
}


def listed(call: Call) -> dict[str, Any]:
    """Those of the workspace that `workspace_id` names; the parameter is required."""
    text = call.parameter("workspace_id")
    number = None if text is None else whole_number(text)
    if number is None:
        raise BadRequest({"workspace_id": ["The id of a workspace is required."]})
    workspace = one_of(workspaces.visible(call.caller), number, "workspace")
    return page(call, workspace.contacts.all(), _shown)


def one(call: Call, pk: int) -> dict[str, Any]:
    return _shown(one_of(_visible(call), pk, "contact"))


@transaction.atomic
def create(call: Call) -> dict[str, Any]:
    """A new contact; `workspace_id` is all that it must say."""
    body = Checked(call.body())
    workspace = workspaces.named_in(call, body)
    workspaces.need_to_create(call, workspace.pk, "change its contacts")
    columns = _columns(body)
    body.done()
    return _shown(Contact.objects.create(workspace=workspace, created_time=timezone.now(), **columns))


@transaction.atomic
def update(call: Call, pk: int) -> dict[str, Any]:
    """Only what the request names is changed."""
    row: Contact = one_of(_visible(call), pk, "contact")
    workspaces.need_to_create(call, row.workspace_id, "change its contacts")
    body = Checked(call.body())
    if body.data.get("workspace_id", row.workspace_id) != row.workspace_id:
        body.wrong("workspace_id", "A contact stays in its workspace.")
    columns = _columns(body)
    body.done()
    for name, value in columns.items():
        setattr(row, name, value)
    row.updated_time = timezone.now()
    row.save()
    return _shown(row)


@transaction.atomic
def delete(call: Call, pk: int) -> None:
    """200 also when there is no such contact (as section 15 has it)."""
    row = _visible(call).filter(pk=pk).first()
    if row is not None:
        workspaces.need_to_create(call, row.workspace_id, "change its contacts")
        row.delete()


def _visible(call: Call) -> "QuerySet[Contact]":
    return Contact.objects.filter(workspace__in=workspaces.visible(call.caller))


def _shown(contact: Contact) -> dict[str, Any]:
    return {
        "company_name": contact.company_name,
        "company_registration_number": contact.company_registration_number,
        "country_code": contact.country_code,
        "created_time": written_time(contact.created_time),
        "date_of_birth": contact.date_of_birth and contact.date_of_birth.isoformat(),
        "email": contact.email,
        "id": contact.pk,
        "name": contact.name,
        "notes": contact.notes,
        "phone_number": contact.phone_number,
        "title": contact.title,
        "updated_time": written_time(contact.updated_time),
        "workspace_id": contact.workspace_id,
    }


def _columns(body: Checked) -> dict[str, Any]:
    """The columns that the request names, each checked; null empties one."""
    columns: dict[str, Any] = {}
    for name, (longest, shape, expected) in TEXTS.items():
        if name not in body.data:
            continue
        columns[name] = body.text(name, high=longest, default=None) or ""
        if columns[name] and not re.fullmatch(shape, columns[name], re.DOTALL):
            body.wrong(name, expected)
    if "date_of_birth" in body.data:
        columns["date_of_birth"] = _day(body, "date_of_birth")
    return columns


def _day(body: Checked, name: str) -> date | None:
    text = body.data[name]
    if text is None or text == "":
        return None
    try:
        if isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        # The thirtieth of February looks like a date too.
        pass
    body.wrong(name, "A date like 2025-03-04 is expected.")
    return None
