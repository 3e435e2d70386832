"""The helper: with which workspaces and templates a user can create a contract (section 7)."""

from sandbox.openapi.common import extension_type_filter, template_type_filter
from sandbox.openapi.describing import DATETIME, ID, TEXT, Operation, Schema, array, marked, nullable, ref, thing

SCHEMAS: dict[str, Schema] = {
    "UsableTemplate": thing(
        "7",
        {
            "available_options": marked("F", ref("AvailableOptions")),
            "created_time": marked("F", DATETIME),
            "id": marked("F", ID),
            "name": marked("F", TEXT),
            "template_type": marked("F", nullable(ref("EmbeddedTemplateType"))),
            "updated_time": marked("F", DATETIME),
        },
    ),
    "UsableWorkspace": thing(
        "7",
        {
            "id": marked("F", ID),
            "name": marked("F", TEXT),
            "templates": marked("D", array(ref("UsableTemplate"), minItems=1)),
        },
    ),
}

OPERATIONS = (
    Operation(
        "GET",
        "/helpers/contract_create_data",
        "Workspaces and templates with which the acting user can create a contract: a bare array",
        "D",
        "7",
        array(ref("UsableWorkspace")),
        parameters=(
            extension_type_filter("D", "7", "Of this extension; empty for an unknown one (ASSUMED)."),
            template_type_filter("7"),
        ),
    ),
)
