"""The log of API calls (section 6.19)."""

from sandbox.openapi.common import page_of, paging
from sandbox.openapi.describing import DATETIME, TEXT, WHOLE, Operation, Schema, marked, ref, thing

SCHEMAS: dict[str, Schema] = {
    "LogEntry": thing(
        "6.19",
        {
            "api_version": marked("C", WHOLE),
            "integration_key": marked("C", TEXT, "Whose token it was; custom for one made by hand."),
            "request_body": marked("C", TEXT, "Without secrets (ASSUMED)."),
            "request_duration": marked("C", {**WHOLE, "minimum": 0}, "Milliseconds (ASSUMED)."),
            "request_endpoint": marked("C", TEXT, "The path with its parameters blank (ASSUMED)."),
            "request_headers": marked("C", {"type": "object", "additionalProperties": TEXT}, "Without the token."),
            "request_id": marked("C", TEXT),
            "request_method": marked("C", TEXT),
            "request_path": marked("C", TEXT),
            "request_time": marked("C", DATETIME),
            "response_body": marked("C", TEXT, "Without secrets (ASSUMED)."),
            "response_code": marked("C", WHOLE),
        },
    ),
    "LogPage": page_of("LogEntry"),
}

OPERATIONS = (
    Operation(
        "GET",
        "/logs",
        "The last API calls of the account, the newest first",
        "C",
        "5",
        ref("LogPage"),
        parameters=paging(),
        refuses=(403,),
    ),
)
