"""The body of an answer, read no further than its ceiling, and decoded."""

import json
import zlib

from requests import Response
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError

from oneflow.errors import OneflowError, Unavailable, UnexpectedAnswer

CHUNK = 65_536


def read_body(response: Response, path: str, max_bytes: int) -> bytes:
    """All bytes of the body, gzip taken off; raises Unavailable or UnexpectedAnswer."""
    # Inflated here and not by urllib3, so that the ceiling holds within a chunk: a bomb grows a thousandfold.
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", ""}:
        raise UnexpectedAnswer(f"The answer to {path} is in an encoding that was not asked for.")
    raw, failure = _read_raw(response, path, max_bytes)
    # Raised here, outside the except clauses: their exceptions hold the request, and with it the token.
    if failure:
        raise failure
    return _inflated(raw, path, max_bytes) if encoding == "gzip" and raw else raw


def decoded(body: bytes, path: str) -> object:
    """The JSON of a body; raises UnexpectedAnswer. RecursionError is what json raises for absurd nesting."""
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):
        kind = "HTML" if body.lstrip()[:1] == b"<" else "not JSON that we can read"
    else:
        return answer
    raise UnexpectedAnswer(f"The answer to {path} is {kind}.")


def _read_raw(response: Response, path: str, max_bytes: int) -> tuple[bytes, OneflowError | None]:
    raw: HTTPResponse = response.raw
    chunks: list[bytes] = []
    size = 0
    try:
        while chunk := raw.read(CHUNK, decode_content=False):
            chunks.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                return b"", _too_large(path, max_bytes)
    except (ReadTimeoutError, TimeoutError):
        return b"", Unavailable(f"The answer to {path} took too long.")
    except (HTTPError, OSError) as exc:
        return b"", Unavailable(f"The answer to {path} was cut off ({type(exc).__name__}).")
    return b"".join(chunks), None


def _inflated(raw: bytes, path: str, max_bytes: int) -> bytes:
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        body = inflater.decompress(raw, max_bytes + 1)
    except zlib.error:
        body = None
    if body is None or inflater.unused_data:
        raise UnexpectedAnswer(f"The answer to {path} is not the gzip that it says it is.")
    if len(body) > max_bytes:
        raise _too_large(path, max_bytes)
    if not inflater.eof:
        raise Unavailable(f"The answer to {path} was cut off.")
    return body


def _too_large(path: str, max_bytes: int) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"The answer to {path} is larger than {max_bytes} bytes.")
