"""The account of a token, and the two paths that are about none (sections 1, 2.4 and 6.1)."""

from sandbox.openapi.common import links
from sandbox.openapi.describing import DATETIME, ID, TEXT, Operation, Schema, marked, nullable, ref, thing

SCHEMAS: dict[str, Schema] = {
    "Welcome": thing(
        "1",
        {
            "api_version": marked("D", TEXT),
            "description": marked("D", TEXT),
            "documentation": marked("D", TEXT),
            "message": marked("D", TEXT),
        },
    ),
    "Pong": thing("2.4", {}),
    "Integration": thing(
        "6.1",
        {
            "id": marked("C", nullable(ID), "Null for a hand-made token."),
            "key": marked("C", TEXT, "`custom` for a hand-made token."),
        },
    ),
    "TokenInfo": thing("6.1", {"integration": marked("C", ref("Integration"))}),
    "Account": thing(
        "6.1",
        {
            "_links": links("self"),
            "country_code": marked("D", TEXT),
            "created_time": marked("D", DATETIME),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "registration_number": marked("D", TEXT),
            "token_info": marked("C", ref("TokenInfo")),
            "updated_time": marked("D", nullable(DATETIME)),
        },
    ),
}

OPERATIONS = (
    Operation("GET", "/", "The welcome document", "D", "1", ref("Welcome")),
    Operation("GET", "/ping", "Whether the token, and the user if one is named, is valid", "D", "2.4", ref("Pong")),
    Operation("GET", "/accounts/me", "The account of the token", "D", "6.1", ref("Account")),
)
