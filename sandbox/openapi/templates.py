"""Templates: the list, and one with more about it (section 6.7)."""

from sandbox.openapi.common import (
    COMMA_LIST_OF_IDS,
    extension_type_filter,
    links,
    page_of,
    paging,
    permissions,
    template_type_filter,
)
from sandbox.openapi.describing import (
    DATETIME,
    FLAG,
    ID,
    NOTHING,
    TEXT,
    Operation,
    Schema,
    always_empty,
    array,
    marked,
    nullable,
    query,
    ref,
    thing,
)

_CHOICE = {"name": marked("D", TEXT), "preferred": marked("D", FLAG)}
_WITH_ATTRIBUTES = {
    **_CHOICE,
    "required_participant_attributes": marked("D", array(TEXT)),
}
LISTED: dict[str, Schema] = {
    "_links": links("self", "template_type"),
    "available_options": marked("D", ref("AvailableOptions")),
    "configuration": marked("C", ref("TemplateConfiguration")),
    "created_time": marked("D", DATETIME),
    "id": marked("D", ID),
    "name": marked("D", TEXT),
    "tags": marked("C", array(ref("EmbeddedTag"))),
    "template_active": marked("C", FLAG),
    "template_type": marked("D", nullable(ref("EmbeddedTemplateType")), "Null for a template without one."),
    "updated_time": marked("D", DATETIME),
    "workspaces": marked("C", array(ref("WorkspaceOfTemplate")), "Where it can be used, as far as one may see."),
}

SCHEMAS: dict[str, Schema] = {
    "AvailableOptions": thing(
        "6.7",
        {
            "can_receive_attachments": marked("D", FLAG),
            "can_receive_expanded_pdf": marked("D", FLAG),
            "can_receive_products": marked("D", FLAG),
            "delivery_channels": marked("D", array(thing("6.7", _WITH_ATTRIBUTES))),
            "sign_methods": marked("D", array(thing("6.7", _CHOICE))),
            "two_step_authentication_methods": marked("D", array(thing("6.7", _WITH_ATTRIBUTES))),
        },
    ),
    "TemplateConfiguration": thing(
        "6.7",
        {
            "default_creator_roles": marked(
                "C",
                thing(
                    "6.7",
                    {
                        "_permissions": permissions("contract:update", mark="C"),
                        "organizer": marked("C", FLAG),
                        "signatory": marked("C", FLAG),
                    },
                ),
            )
        },
    ),
    "EmbeddedTemplateType": thing(
        "6.7",
        {
            "created_time": marked("D", DATETIME),
            "description": marked("D", TEXT),
            "extension_type": marked("D", nullable(TEXT)),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "updated_time": marked("D", DATETIME),
        },
    ),
    "WorkspaceOfTemplate": thing("6.7", {"id": marked("C", ID), "name": marked("C", TEXT)}),
    "Template": thing("6.7", LISTED),
    "TemplatePage": page_of("Template"),
    "TemplateInFull": thing(
        "6.7",
        {
            **LISTED,
            "_private": marked("C", thing("6.7", {})),
            "attachment_file_groups": marked("C", always_empty()),
            "draft_approval_workflow": marked("C", NOTHING),
            "parties": marked("D", always_empty()),
            "pdf_file_groups": marked("C", always_empty()),
            "pending_approval_workflow": marked("C", NOTHING),
            "product_groups": marked("D", array(ref("ProductGroup"))),
            "sign_order": marked("C", always_empty()),
        },
    ),
}

OPERATIONS = (
    Operation(
        "GET",
        "/templates",
        "The templates that the acting user sees",
        "D",
        "6.7",
        ref("TemplatePage"),
        parameters=(
            *paging("name"),
            extension_type_filter("D", "6.7", "Of this extension; an error when no template belongs to it."),
            template_type_filter("6.7"),
            query("D", "3.3", "filter[workspace_ids]", COMMA_LIST_OF_IDS, "A comma list of ids."),
            query(
                "D",
                "3.3",
                "filter[active]",
                {**TEXT, "pattern": "^((true|false)(,(true|false))*)?$"},
                "True without it; empty for both.",
            ),
        ),
        refuses=(404,),
    ),
    Operation("GET", "/templates/{template_id}", "One template", "C", "5", ref("TemplateInFull"), refuses=(404,)),
)
