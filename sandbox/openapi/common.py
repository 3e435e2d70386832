"""What many operations share: links, pages, parameters, errors (sections 2 to 4)."""

from sandbox.openapi.describing import (
    CONFIDENCE,
    ID,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    query,
    ref,
    text,
    thing,
)

OPERATIONS: tuple[Operation, ...] = ()
MOST_ITEMS = 100
LAST_OFFSET = 19_900
COMMA_LIST_OF_IDS: Schema = {"type": "string", "pattern": "^ *[0-9]{1,18} *(, *[0-9]{1,18} *)*$"}

_ERROR = {
    "detail": marked("D", TEXT, "For developers."),
    "error_code": marked("D", {**WHOLE, "minimum": 4_000_000, "maximum": 5_999_999}, "Status × 10000 + n."),
    "parameter_problems": marked(
        "D", {"type": "object", "additionalProperties": array(TEXT)}, "The path of each parameter → what is wrong."
    ),
    "status": marked("D", {**WHOLE, "minimum": 400, "maximum": 599}),
    "title": marked("D", TEXT),
}

SCHEMAS: dict[str, Schema] = {
    "Link": thing("3.5", {"href": marked("D", nullable(TEXT))}),
    "Error": thing(
        "4.1",
        {**_ERROR, "request_id": marked("D", TEXT), "type": marked("D", TEXT)},
        # A client must not rest on it: the reference calls it optional.
        optional=("type",),
    ),
    "RateLimitError": thing("4.4", {**_ERROR, "info": marked("D", TEXT)}),
}

# Sent with every request that acts for somebody; which operations demand it stands with the routes.
EMAIL_HEADER: Schema = {
    "name": "X-Oneflow-User-Email",
    "in": "header",
    "description": "A registered, active user of the token's account, whose permissions apply; or `__CREATOR__`, for "
    "whoever created the contract in the path (F).",
    # Anything may be sent; what is no active user's email is refused with 401.
    "schema": TEXT,
    CONFIDENCE: {"mark": "D", "section": "2.1"},
}
SECURITY: Schema = {
    "apiToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Oneflow-API-Token",
        "description": "The account's token: 40 characters of ^[a-zA-Z0-9-]+$.",
        CONFIDENCE: {"mark": "D", "section": "2.1"},
    }
}

# Statuses that any operation can answer.
ALWAYS = (400, 401, 413, 429)
_ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("D", "4.3", "The format or the content of the request is not valid."),
    401: ("D", "4.3", "The API token or the user email is invalid."),
    402: ("F", "4.3", "The account's plan does not allow this."),
    403: ("D", "4.3", "The acting user may not do this."),
    404: ("D", "4.3", "It does not exist, was deleted, or is not visible to this user."),
    409: ("D", "4.3", "It conflicts with the current state."),
    413: ("ASSUMED", "4.3", "The body is larger than 1 MB. Not documented; the sandbox has to end somewhere."),
    429: ("D", "4.4", "The rate limit of the token."),
}


def links(*names: str) -> Schema:
    """A `_links` object with these keys."""
    return marked("D", thing("3.5", {name: marked("D", ref("Link")) for name in names}), section="3.5")


def page_of(name: str, *, all_at_once: bool = False) -> Schema:
    """The envelope around a list of that schema (section 3.2); one that knows `limit=all` may hold any number."""
    items = array(ref(name)) if all_at_once else array(ref(name), maxItems=MOST_ITEMS)
    return thing(
        "3.2",
        {
            "_links": links("next", "previous", "self"),
            "count": marked("D", {**WHOLE, "minimum": 0}, "All that match, whatever limit and offset."),
            "data": marked("D", items),
        },
    )


def permissions(*names: str, mark: str = "D") -> Schema:
    """A `_permissions` object with these keys: what the acting user may do (section 3.5)."""
    flags = {name: marked(mark, {"type": "boolean"}) for name in names}
    return marked("D", thing("3.5", flags), section="3.5")


def paging(*sortable: str) -> tuple[Schema, ...]:
    """`limit` and `offset`, and `sort` when the list can be sorted by these columns."""
    limit = {**WHOLE, "minimum": 1, "maximum": MOST_ITEMS, "default": MOST_ITEMS}
    offset = {**WHOLE, "minimum": 0, "maximum": LAST_OFFSET, "default": 0}
    found = (
        query("D", "3.2", "limit", limit, "Items on a page."),
        query("D", "3.2", "offset", offset, "Items before the page."),
    )
    return (*found, sorting(*sortable)) if sortable else found


def child_paging(*sortable: str) -> tuple[Schema, ...]:
    """The same for what belongs to a contract, which `limit=all` gives at once (ASSUMED which lists do)."""
    number, *others = paging(*sortable)
    schema = {"anyOf": [number["schema"], {**TEXT, "enum": ["all"]}]}
    return ({**number, "schema": schema}, *others)


def sorting(*columns: str) -> Schema:
    """`sort`: a comma list of these columns, each with `-` before it for descending."""
    column = f"-?({'|'.join(columns)})"
    schema = {**TEXT, "pattern": f"^{column}(,{column})*$"}
    return query("D", "3.4", "sort", schema, "A comma list; - before a column for descending.")


def extension_type_filter(mark: str, section: str, says: str) -> Schema:
    return query(mark, section, "extension_type", text(), says)


def template_type_filter(section: str) -> Schema:
    return query("D", section, "template_type_id", ID, "The id of a template type of this account.")


def refusal(status: int) -> Schema:
    """The response object of an error status."""
    mark, section, says = _ERRORS[status]
    name = "RateLimitError" if status == 429 else "Error"
    content = {"application/json": {"schema": ref(name)}}
    return {"description": says, "content": content, CONFIDENCE: {"mark": mark, "section": section}}
