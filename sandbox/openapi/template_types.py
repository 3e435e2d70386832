"""Template types (section 6.8)."""

from sandbox.openapi.common import extension_type_filter, links, page_of, paging
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

LISTED: dict[str, Schema] = {
    "_links": links("self"),
    "active": marked("F", FLAG),
    "created_time": marked("D", DATETIME),
    "description": marked("D", TEXT),
    "extension_type": marked("D", nullable(TEXT), "Null for a type made by hand."),
    "id": marked("D", ID, "Differs in every account."),
    "name": marked("D", TEXT),
    "updated_time": marked("D", DATETIME),
}

SCHEMAS: dict[str, Schema] = {
    "TemplateType": thing("6.8", LISTED),
    "TemplateTypePage": page_of("TemplateType"),
    "TemplateTypeInFull": thing("6.8", {**LISTED, "data_fields": marked("D", array(ref("DataField")))}),
    "NewTemplateType": sent(
        "12.4",
        {"name": marked("D", text(1, 100)), "description": marked("D", text(0, 1000))},
        required=("name",),
    ),
}

OPERATIONS = (
    Operation(
        "GET",
        "/template_types",
        "The template types of the account, without their data fields",
        "D",
        "6.8",
        ref("TemplateTypePage"),
        parameters=(*paging("name"), extension_type_filter("ASSUMED", "14", "Of this extension.")),
    ),
    Operation(
        "POST",
        "/template_types",
        "Make a template type by hand",
        "D",
        "12.4",
        ref("TemplateTypeInFull"),
        body=ref("NewTemplateType"),
        refuses=(403,),
    ),
    Operation(
        "GET",
        "/template_types/{template_type_id}",
        "One template type with its data fields",
        "C",
        "5",
        ref("TemplateTypeInFull"),
        refuses=(404,),
    ),
)
