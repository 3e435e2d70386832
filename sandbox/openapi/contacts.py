"""Contacts of a workspace (section 6.6)."""

from sandbox.openapi.common import page_of, paging
from sandbox.openapi.describing import (
    DATETIME,
    ID,
    TEXT,
    Operation,
    Schema,
    marked,
    nullable,
    query,
    ref,
    sent,
    text,
    thing,
)

_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
# Empty, or what section 3.1 says of the type; a null empties a text too.
_SENT = {
    "name": text(0, 100),
    "email": {"type": "string", "maxLength": 254, "pattern": r"^([^@\s]+@[^@\s]+)?$"},
    "phone_number": {"type": "string", "pattern": r"^(\+[1-9][0-9]{3,14})?$"},
    "title": text(0, 100),
    "company_name": text(0, 200),
    "company_registration_number": text(0, 40),
    "country_code": {"type": "string", "pattern": "^([A-Z]{2})?$"},
    "notes": text(0, 1000),
    "date_of_birth": {"type": "string", "anyOf": [{"const": ""}, {"format": "date", **_DAY}]},
}
_CHANGEABLE = {name: marked("C", nullable(schema)) for name, schema in _SENT.items()}

SCHEMAS: dict[str, Schema] = {
    "Contact": thing(
        "6.6",
        {
            **{name: marked("C", TEXT) for name in _SENT},
            "created_time": marked("C", DATETIME),
            "date_of_birth": marked("C", nullable(_DAY)),
            "id": marked("C", ID),
            "updated_time": marked("C", nullable(DATETIME)),
            "workspace_id": marked("C", ID),
        },
    ),
    "ContactPage": page_of("Contact"),
    "NewContact": sent("6.6", {**_CHANGEABLE, "workspace_id": marked("C", ID)}, required=("workspace_id",)),
    "ContactChanges": sent("6.6", _CHANGEABLE),
}

OPERATIONS = (
    Operation(
        "GET",
        "/contacts",
        "The contacts of one workspace",
        "C",
        "5",
        ref("ContactPage"),
        parameters=(*paging(), query("C", "3.3", "workspace_id", ID, "Which workspace.", required=True)),
        refuses=(404,),
    ),
    Operation(
        "POST", "/contacts", "Make a contact", "C", "6.6", ref("Contact"), body=ref("NewContact"), refuses=(403, 404)
    ),
    Operation("GET", "/contacts/{contact_id}", "One contact", "C", "5", ref("Contact"), refuses=(404,)),
    Operation(
        "PUT",
        "/contacts/{contact_id}",
        "Change what is named",
        "C",
        "5",
        ref("Contact"),
        body=ref("ContactChanges"),
        refuses=(403, 404),
    ),
    Operation(
        "DELETE",
        "/contacts/{contact_id}",
        "Delete a contact; 200 with an empty body also when there is none",
        "C",
        "5",
        None,
        # 404 only for an id that no path can have.
        refuses=(403, 404),
    ),
)
