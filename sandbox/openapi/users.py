"""Users of an account (section 6.2)."""

from sandbox.openapi.common import links, page_of, paging
from sandbox.openapi.describing import EMAIL, FLAG, ID, TEXT, Operation, Schema, marked, one_of, ref, thing

SCHEMAS: dict[str, Schema] = {
    "User": thing(
        "6.2",
        {
            "_links": links("self"),
            "active": marked("D", FLAG),
            "email": marked("D", EMAIL),
            "id": marked("D", ID),
            "is_admin": marked("D", FLAG),
            "name": marked("D", TEXT),
            "phone_number": marked("D", TEXT, "May be empty."),
            "state": marked("D", one_of("registered")),
            "title": marked("D", TEXT, "May be empty."),
        },
    ),
    "UserPage": page_of("User"),
}

OPERATIONS = (
    Operation("GET", "/users", "The users of the account", "D", "6.2", ref("UserPage"), parameters=paging()),
    Operation("GET", "/users/{user_id}", "One user", "I", "5", ref("User"), refuses=(404,)),
)
