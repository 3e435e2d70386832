"""Data fields of a template type (sections 6.9 and 13)."""

from sandbox.openapi.common import links
from sandbox.openapi.describing import (
    FLAG,
    ID,
    TEXT,
    Operation,
    Schema,
    array,
    marked,
    one_of,
    ref,
    sent,
    text,
    thing,
)

MOST_FIELDS = 300

SCHEMAS: dict[str, Schema] = {
    "DataField": thing(
        "6.9",
        {
            "_links": links("template_type"),
            "active": marked("D", FLAG),
            "custom_id": marked("D", TEXT, "Unique within the template type."),
            "description": marked("D", TEXT),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "placeholder": marked("D", TEXT),
            "source": marked("D", one_of("user", "system")),
            "value": marked("D", text(0, 1024)),
        },
    ),
    "DataFieldSet": thing("13", {"data_fields": marked("C", array(ref("DataField")))}),
    "NewDataField": sent(
        "13",
        {
            "active": marked("D", FLAG),
            "custom_id": marked("C", text(1, 200)),
            "description": marked("C", text(0, 1000)),
            "name": marked("C", text(1, 200)),
            "placeholder": marked("C", text(0, 1000)),
            "value": marked("C", text(0, 1024)),
        },
        required=("custom_id",),
    ),
    "NewDataFieldSet": sent(
        "13",
        {"data_fields": marked("C", array(ref("NewDataField"), maxItems=MOST_FIELDS))},
        required=("data_fields",),
    ),
}

OPERATIONS = (
    Operation(
        "PUT",
        "/template_types/{template_type_id}/data_fields",
        "Replace the data fields of a template type",
        "D",
        "13",
        ref("DataFieldSet"),
        body=ref("NewDataFieldSet"),
        refuses=(403, 404),
    ),
    Operation(
        "GET",
        "/helpers/template_types/{template_type_id}/data_fields",
        "The data fields of a template type, without pages",
        "C",
        "5",
        ref("DataFieldSet"),
        refuses=(404,),
    ),
)
