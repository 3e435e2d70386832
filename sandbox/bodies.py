"""Reading what came with a request: never more than a megabyte, or ten where files are uploaded."""

import json
import re
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from sandbox.errors import BadRequest, Refusal

MOST_BYTES = 1_000_000
MOST_UPLOADED = 10_000_000
MOST_DISCARDED = MOST_UPLOADED + MOST_BYTES
MOST_PARAMETERS = 100
# Deeper than anything that the API takes, and shallow enough to be written and checked anywhere.
DEEPEST = 20
# How the server tells, while a body is read, that its sender is gone or that its chunks are none.
UNREADABLE = (OSError, ParseException)


def read_body(request: HttpRequest, most: int = MOST_BYTES) -> bytes:
    """The body as it came; 413 when it is larger than that, whatever its Content-Length says."""
    too_large = f"The body is larger than {most // 1_000_000} MB."
    length = request.META.get("CONTENT_LENGTH") or "0"
    digits = length.lstrip("0")
    if digits.isdecimal() and (len(digits) > 12 or int(digits) > most):
        raise Refusal(413, too_large)
    if not digits and "HTTP_TRANSFER_ENCODING" not in request.META:
        return b""
    # Without a length it comes in chunks, and one byte too many tells that it is too large.
    announced = int(digits) if digits.isdecimal() else most + 1
    try:
        body: bytes = request.META["wsgi.input"].read(announced)
    except UNREADABLE as exc:
        raise BadRequest({"body": ["It ends too early, or its chunks cannot be read."]}) from exc
    if len(body) > most:
        raise Refusal(413, too_large)
    return body


def discard(environ: dict[str, Any]) -> None:
    """Read on to the end of a body that nobody wanted, so that the next request of the connection is understood.

    Not of one that announces to be larger than anything that is taken: there the connection ends.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 12 or int(length) > MOST_DISCARDED:
        return
    if int(length) or "HTTP_TRANSFER_ENCODING" in environ:
        # What is broken has no end that could be read on to; the server ends the connection.
        with suppress(*UNREADABLE):
            for _ in range(MOST_DISCARDED // MOST_BYTES):
                if not environ["wsgi.input"].read(MOST_BYTES):
                    return


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; 400 for anything else."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        # A lone surrogate or 1e999 passes as JSON but is nothing that could be stored or sent back.
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as exc:
        raise BadRequest({"body": ["This is not valid JSON in UTF-8."]}) from exc
    if not isinstance(data, dict):
        raise BadRequest({"body": ["A JSON object is expected."]})
    if _deeper_than(data, DEEPEST):
        raise BadRequest({"body": [f"It is nested deeper than {DEEPEST} levels."]})
    return data


def parse_query(query: str) -> dict[str, list[str]]:
    """The parameters of a query string, each with all its values."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as exc:
        raise BadRequest({"query": [f"At most {MOST_PARAMETERS} parameters are read."]}) from exc
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        parameters.setdefault(name, []).append(value)
    return parameters


def whole_number(text: str) -> int | None:
    """The number that the text writes in ASCII digits; None when it does not, or when no id can be so large."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def truth(text: str) -> bool | None:
    """What a parameter of yes or no says, as the languages of clients write it (ASSUMED); None when it is neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _deeper_than(data: Any, levels: int) -> bool:
    """Whether lists and objects are nested deeper; looks level by level, since the nesting may be any."""
    level = [data]
    for _ in range(levels):
        inner = [value.values() if isinstance(value, dict) else value for value in level]
        level = [item for values in inner for item in values if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
