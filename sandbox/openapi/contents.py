"""What stands in a contract beside its fields: product tables and files (sections 6.13 and 6.14)."""

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
    one_of,
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

OPERATIONS: tuple[Operation, ...] = ()
