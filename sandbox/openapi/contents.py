"""What stands in a contract beside its fields: product tables and files (sections 6.13 and 6.14)."""

from sandbox.openapi.common import child_paging, page_of
from sandbox.openapi.describing import (
    CONFIDENCE,
    DATETIME,
    FLAG,
    ID,
    TEXT,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    one_of,
    query,
    ref,
    sent,
    text,
    thing,
)

_AMOUNT: Schema = {**TEXT, "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"}
_NUMBER: Schema = {"anyOf": [TEXT, {"type": "number"}]}
_KINDS = one_of("quantity", "single_choice", "multiple_choice")
_SENT_AMOUNT = marked("F", sent("6.13", {"amount": marked("F", nullable(_AMOUNT))}))
_SENT_PRICE = sent(
    "6.13",
    {
        "base_amount": _SENT_AMOUNT,
        "discount_amount": _SENT_AMOUNT,
        "discount_percent": marked("F", _NUMBER),
        "amount": _SENT_AMOUNT,
    },
)
_NEW_PRODUCT = {
    "name": marked("F", text(1, 500)),
    "description": marked("F", nullable(text(0, 5000))),
    "counterparty_lock": marked("F", FLAG),
    "price_1": marked("F", _SENT_PRICE),
    "price_2": marked("F", _SENT_PRICE),
    "quantity": marked("F", sent("6.13", {"type": marked("F", _KINDS), "amount": marked("F", _NUMBER)})),
}
_CREATED = marked("F", thing("6.13", {"created_time": marked("ASSUMED", DATETIME)}))

SCHEMAS: dict[str, Schema] = {
    "Money": thing("6.13", {"amount": marked("F", _AMOUNT)}),
    "Price": thing(
        "6.13",
        {
            "amount": marked("F", ref("Money")),
            "base_amount": marked("F", ref("Money")),
            "discount_amount": marked("F", ref("Money")),
            "discount_percent": marked("F", TEXT),
        },
    ),
    "Product": thing(
        "6.13",
        {
            "_private_ownerside": _CREATED,
            "counterparty_lock": marked("F", FLAG),
            "description": marked("F", TEXT),
            "id": marked("F", ID),
            "name": marked("F", TEXT),
            "price_1": marked("F", ref("Price")),
            "price_2": marked("F", ref("Price")),
            "quantity": marked("F", thing("6.13", {"amount": marked("F", _NUMBER), "type": marked("F", _KINDS)})),
        },
    ),
    "ProductGroup": thing(
        "6.13",
        {
            "_private_ownerside": _CREATED,
            "id": marked("F", ID),
            "products": marked("F", array(ref("Product"))),
        },
    ),
    "File": thing(
        "6.14",
        {
            "extension": marked("D", TEXT),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "type": marked("ASSUMED", one_of("contract", "attachment", "expanded_pdf")),
        },
    ),
    "ProductGroupPage": page_of("ProductGroup", all_at_once=True),
    "FilePage": page_of("File", all_at_once=True),
    "NewFile": sent(
        "6.14",
        {
            "file": marked("F", {"type": "string", "format": "binary"}),
            "upload_as": marked("F", one_of("attachment", "expanded_pdf")),
        },
        required=("file", "upload_as"),
    ),
    "FileGroup": thing("6.10", {"files": marked("ASSUMED", array(ref("File")))}),
    "NewProduct": sent("6.13", _NEW_PRODUCT, required=("name",)),
    "NewProductGroup": sent(
        "8.1",
        {
            "id": marked("D", nullable(ID), "May be left out when the template has one table."),
            "products": marked("F", array(ref("NewProduct"), maxItems=150)),
        },
    ),
}

_DOWNLOAD = query("F", "6.14", "download", one_of("true", "false"), "True for a redirect to the content.")
_REDIRECT = {302: {"description": "Where the content can be fetched.", CONFIDENCE: {"mark": "F", "section": "4.3"}}}
OPERATIONS = (
    Operation(
        "GET",
        "/contracts/{contract_id}/product_groups",
        "The product tables of a contract",
        "F",
        "5",
        ref("ProductGroupPage"),
        parameters=child_paging(),
        refuses=(404,),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/product_groups/{group_id}/products",
        "Add a product to a table",
        "F",
        "5",
        ref("Product"),
        body=ref("NewProduct"),
        refuses=(403, 404, 409),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/files",
        "The files of a contract",
        "D",
        "6.14",
        ref("FilePage"),
        parameters=child_paging("name", "type", "id", "extension"),
        refuses=(404,),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/files",
        "Upload a file",
        "F",
        "5",
        ref("File"),
        body=ref("NewFile"),
        body_type="multipart/form-data",
        refuses=(403, 404, 409),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/files/{file_id}",
        "One file, or where to fetch it",
        "F",
        "6.14",
        ref("File"),
        parameters=(_DOWNLOAD,),
        refuses=(404,),
        answers=_REDIRECT,
    ),
    Operation(
        "GET",
        "/templates/{template_id}/files/{file_id}",
        "The file of a template, or where to fetch it",
        "C",
        "5",
        ref("File"),
        parameters=(_DOWNLOAD,),
        refuses=(404,),
        answers=_REDIRECT,
    ),
)
