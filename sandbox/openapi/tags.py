"""Tags (section 6.5)."""

from sandbox.openapi.common import page_of, paging
from sandbox.openapi.describing import (
    DATETIME,
    FLAG,
    ID,
    TEXT,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    ref,
    sent,
    text,
    thing,
)

_CHANGEABLE = {
    "name": marked("ASSUMED", text(1, 100)),
    "is_global": marked("ASSUMED", FLAG, "True when left out on creation, unless workspaces are named."),
    "shared_workspaces": marked(
        "ASSUMED",
        array({"anyOf": [ID, sent("6.5", {"id": marked("ASSUMED", ID)}, required=("id",))]}, maxItems=100),
        "Ids, or objects as answers have them.",
    ),
}

SCHEMAS: dict[str, Schema] = {
    "Tag": thing(
        "6.5",
        {
            "created_time": marked("C", DATETIME),
            "id": marked("C", ID),
            "is_global": marked("C", FLAG),
            "name": marked("C", TEXT),
            "shared_workspaces": marked(
                "C",
                array(thing("6.5", {"id": marked("ASSUMED", ID), "name": marked("ASSUMED", TEXT)})),
                "That there is a list is seen in a client, its items are ASSUMED.",
            ),
            "system": marked("C", FLAG, "Made by Oneflow, and not to be changed (ASSUMED)."),
            "updated_time": marked("C", nullable(DATETIME)),
        },
    ),
    "EmbeddedTag": thing("6.5", {"id": marked("C", ID), "name": marked("C", TEXT)}),
    "TagPage": page_of("Tag"),
    "NewTag": sent("6.5", _CHANGEABLE, required=("name",)),
    "TagChanges": sent("6.5", _CHANGEABLE),
}

OPERATIONS = (
    Operation("GET", "/tags", "The tags that the acting user sees", "C", "5", ref("TagPage"), parameters=paging()),
    Operation("POST", "/tags", "Make a tag", "C", "5", ref("Tag"), body=ref("NewTag"), refuses=(403, 404)),
    Operation("GET", "/tags/{tag_id}", "One tag", "C", "5", ref("Tag"), refuses=(404,)),
    Operation(
        "PUT",
        "/tags/{tag_id}",
        "Change what is named; a system tag is refused",
        "C",
        "5",
        ref("Tag"),
        body=ref("TagChanges"),
        refuses=(403, 404),
    ),
    Operation(
        "DELETE",
        "/tags/{tag_id}",
        "Delete a tag; 200 with an empty body also when there is none",
        "C",
        "5",
        None,
        # 404 only for an id that no path can have.
        refuses=(403, 404),
    ),
)
