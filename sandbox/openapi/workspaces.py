"""Workspaces (section 6.3)."""

from sandbox.openapi.common import COMMA_LIST_OF_IDS, links, page_of, paging, permissions
from sandbox.openapi.describing import (
    DATETIME,
    ID,
    TEXT,
    Operation,
    Schema,
    always_empty,
    marked,
    nullable,
    query,
    ref,
    thing,
)

SCHEMAS: dict[str, Schema] = {
    "Workspace": thing(
        "6.3",
        {
            "_integration_permissions": marked("C", always_empty(), "What may be in it is unknown."),
            "_links": links("self"),
            "_permissions": permissions("contract:create"),
            "company_name": marked("D", TEXT),
            "country_code": marked("D", TEXT),
            "created_time": marked("D", DATETIME),
            "date_format": marked("D", TEXT, "May be empty."),
            "description": marked("D", TEXT),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "registration_number": marked("D", TEXT),
            "type": marked("C", TEXT, "Its values are unknown; workspace is ASSUMED."),
            "updated_time": marked("D", nullable(DATETIME)),
        },
    ),
    "WorkspacePage": page_of("Workspace"),
}

OPERATIONS = (
    Operation(
        "GET",
        "/workspaces",
        "The workspaces that the acting user sees",
        "D",
        "6.3",
        ref("WorkspacePage"),
        parameters=(
            *paging("name"),
            query("C", "3.3", "filter[name]", TEXT, "Part of the name, in any case (ASSUMED)."),
            query("C", "3.3", "filter[id]", COMMA_LIST_OF_IDS, "A comma list of ids."),
        ),
    ),
    Operation("GET", "/workspaces/{workspace_id}", "One workspace", "C", "5", ref("Workspace"), refuses=(404,)),
)
