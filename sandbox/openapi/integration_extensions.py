"""Integration extensions: that the list exists is documented, its path and attributes are ASSUMED (section 6.18)."""

from sandbox.openapi.common import links, page_of, paging
from sandbox.openapi.describing import DATETIME, FLAG, ID, TEXT, Operation, Schema, marked, nullable, ref, thing

SCHEMAS: dict[str, Schema] = {
    "IntegrationExtension": thing(
        "6.18",
        {
            "_links": links("self"),
            "description": marked("ASSUMED", TEXT),
            "enabled": marked("ASSUMED", FLAG),
            "enabled_time": marked("ASSUMED", nullable(DATETIME)),
            "extension_type": marked("ASSUMED", TEXT),
            "id": marked("ASSUMED", ID),
            "name": marked("ASSUMED", TEXT),
        },
    ),
    "IntegrationExtensionPage": page_of("IntegrationExtension"),
}

OPERATIONS = (
    Operation(
        "GET",
        "/integration_extensions",
        "The extensions available to the account",
        "ASSUMED",
        "6.18",
        ref("IntegrationExtensionPage"),
        parameters=paging(),
    ),
    Operation(
        "GET",
        "/integration_extensions/{extension_id}",
        "One extension",
        "ASSUMED",
        "6.18",
        ref("IntegrationExtension"),
        refuses=(404,),
    ),
)
