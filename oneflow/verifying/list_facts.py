"""Facts about every answer: media type, slashes, times, pages (sections 3 and 14)."""

import re
from typing import Any

from oneflow.verifying.asking import Asked, CannotTell
from oneflow.verifying.fact import Fact, Seen, holds
from oneflow.verifying.looking import is_refused, is_served

_OFFSET = re.compile(r"(Z|[+-]\d\d(:?)\d\d)\Z")


def _media_type(asked: Asked) -> Seen:
    answer = asked.get("/accounts/me")
    # Only the two that are likely are told by name: a header may hold anything.
    charset = "with a charset" if ";" in answer.media_type else "without a charset"
    kind = "application/json" if answer.media_type.startswith("application/json") else "another type"
    return holds(answer.media_type == "application/json", f"{kind}, {charset}")


def _ends_are_null(asked: Asked) -> Seen:
    page = asked.object("/users")
    links: Any = page.get("_links")
    if not isinstance(links, dict) or not {"next", "previous"} <= set(links):
        return holds(False, "there is no _links with next and previous")
    wanted = ["previous"]
    count, data = page.get("count"), page.get("data")
    if isinstance(count, int) and isinstance(data, list) and count <= len(data):
        wanted.append("next")
    ends = [isinstance(links[name], dict) and links[name].get("href", "missing") is None for name in wanted]
    return holds(all(ends), f"href of {' and '.join(wanted)}: {'null' if all(ends) else 'not null'}")


def _offset_with_colon(asked: Asked) -> Seen:
    written = asked.object("/accounts/me").get("created_time")
    found = _OFFSET.search(written) if isinstance(written, str) else None
    if not isinstance(written, str):
        raise CannotTell("created_time of the account is no string")
    if found is None:
        return holds(False, "a time without an offset")
    return holds(
        found[2] == ":", f"the offset is written {'+00:00' if found[2] else 'Z' if found[1] == 'Z' else '+0000'}"
    )


FACTS = (
    Fact(
        "time-offset-colon",
        "3.1",
        "C",
        "Times in answers have an offset with a colon.",
        "created_time of GET /accounts/me",
        _offset_with_colon,
    ),
    Fact(
        "limit-out-of-range",
        "3.2",
        "ASSUMED",
        "A limit out of range is refused with 400, and the error names the parameter.",
        "GET /users?limit=101",
        is_refused("/users", {"limit": "101"}, "limit"),
    ),
    Fact(
        "offset-out-of-range",
        "3.2",
        "ASSUMED",
        "An offset out of range is refused with 400, and the error names the parameter.",
        "GET /users?offset=19901",
        is_refused("/users", {"offset": "19901"}, "offset"),
    ),
    Fact(
        "json-without-charset",
        "14",
        "C",
        "Answers carry exactly Content-Type: application/json, without a charset.",
        "the header of GET /accounts/me",
        _media_type,
    ),
    Fact(
        "doubled-slash",
        "14",
        "C",
        "A doubled slash after /v1 is accepted.",
        "GET //users",
        is_served("//users"),
    ),
    Fact(
        "trailing-slash",
        "14",
        "C",
        "A slash at the end of a path is accepted.",
        "GET /template_types/",
        is_served("/template_types/"),
    ),
    Fact(
        "links-null-at-the-ends",
        "14",
        "C",
        "The links to the next and the previous page are there at the ends of a list, with null.",
        "_links of GET /users",
        _ends_are_null,
    ),
)
