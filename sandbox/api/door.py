"""The door of the API: every request is checked here in the order of section 16, then handed to its handler."""

import json
import re
import time
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sandbox import answers, api_log, errors, rate, request_log
from sandbox.answers import Answer
from sandbox.api import routes
from sandbox.api.broken_rules import as_refusal
from sandbox.api.call import Call
from sandbox.api_log import LoggedCall
from sandbox.authentication import authenticate, token_of
from sandbox.bodies import MOST_BYTES, MOST_UPLOADED, parse_query, read_body
from sandbox.contracts import passing
from sandbox.contracts.refusing import RuleBroken
from sandbox.errors import BadRequest, NotThere, Refusal
from sandbox.models import Token

# Where files are uploaded, which may be larger than any JSON.
_UPLOADS = re.compile("/contracts/[0-9]+/files")
# Where a request keeps the body that was read of it.
BODY = "sandbox.body"


def answer(request: HttpRequest, path: str) -> HttpResponse:
    """The answer to one API request, or the misbehaviour that somebody asked for in its stead."""
    at, began = timezone.now(), time.monotonic()
    request.META[errors.REQUEST_ID] = errors.new_request_id()
    below = normalised(path)
    token = token_of(request)
    asked_for = answers.find(token.account_id if token else None, below) if below is not None else None
    if asked_for is None:
        response = _served(request, below, token)
    else:
        response = asked_for.perform(request, lambda: _served(request, below, token))
    _note(request, path if below is None else below, token, response, asked_for, at)
    if token is not None:
        milliseconds = round((time.monotonic() - began) * 1000)
        api_log.note(token.account_id, _logged(request, below or path, token, response, at, milliseconds))
    return response


def _note(
    request: HttpRequest, path: str, token: Token | None, response: HttpResponse, asked_for: Answer | None, at: datetime
) -> None:
    """Remember the request for the control plane."""
    request_log.note(
        request_id=request.META[errors.REQUEST_ID],
        account=token.account_id if token else None,
        method=request.method or "",
        path=path,
        query=request.META.get("QUERY_STRING", ""),
        user=request.META.get("HTTP_X_ONEFLOW_USER_EMAIL"),
        status=response.status_code,
        answer=asked_for.kind if asked_for else None,
        at=at,
    )


def _logged(
    request: HttpRequest, path: str, token: Token, response: HttpResponse, at: datetime, milliseconds: int
) -> LoggedCall:
    """The call as the account's own log keeps it."""
    query = request.META.get("QUERY_STRING", "")
    return LoggedCall(
        request_id=request.META[errors.REQUEST_ID],
        at=at,
        milliseconds=milliseconds,
        method=request.method or "",
        path=f"/v1{path}{'?' if query else ''}{query}"[: api_log.LONGEST_TEXT],
        endpoint=routes.endpoint(path),
        headers=api_log.headers_of(request.META),
        request_body=api_log.clipped(request.META.get(BODY, b"")),
        status=response.status_code,
        # A file that somebody downloads is no business of a log.
        response_body=b"" if response.streaming else api_log.clipped(response.content),
        integration_key=token.extension.key if token.extension else "custom",
    )


def normalised(path: str) -> str | None:
    """The path below `/v1`, one slash for several and none at the end (section 14); None outside of `/v1`."""
    match = re.fullmatch(r"/*v1(/.*)?", path, re.DOTALL)
    if match is None:
        return None
    return re.sub("/+", "/", match[1] or "/").rstrip("/") or "/"


def json_answer(data: Any, status: int = 200) -> HttpResponse:
    """JSON with exactly `Content-Type: application/json` (section 14)."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json", status=status)


def base_url(request: HttpRequest) -> str:
    """The address that the client used, so that links lead it back here; ours when its Host header is odd."""
    host = request.META.get("HTTP_HOST", "")
    if not re.fullmatch(r"[A-Za-z0-9.\-]{1,250}(:[0-9]{1,5})?|\[[0-9a-fA-F:.]+\](:[0-9]{1,5})?", host):
        host = f"{request.META['SERVER_NAME']}:{request.META['SERVER_PORT']}"
    return f"http://{host}/v1"


def _served(request: HttpRequest, path: str | None, token: Token | None) -> HttpResponse:
    try:
        if path is None:
            raise NotThere("path")
        # As soon as the token is known (section 16), whatever else would be wrong with the request.
        if token is not None and not token.revoked and rate.exceeded(token.pk):
            return json_answer(errors.rate_limit_body(), 429)
        data = _handled(request, path, token)
    except Refusal as refusal:
        return _refused(request, refusal)
    except RuleBroken as rule:
        return _refused(request, as_refusal(rule))
    if isinstance(data, HttpResponse):
        return data
    return HttpResponse(b"", content_type="application/json") if data is None else json_answer(data)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    body = errors.body(
        request.META[errors.REQUEST_ID], refusal.status, refusal.detail, refusal.problems, number=refusal.number
    )
    return json_answer(body, refusal.status)


def _handled(request: HttpRequest, path: str, token: Token | None) -> Any:
    caller = authenticate(request, token, path)
    handler, ids, needs_email = routes.find(request.method or "", path)
    if needs_email and caller.user is None:
        raise BadRequest({"X-Oneflow-User-Email": ["This header is required."]})
    # Of the checks of the body only its size comes before the object: it is read once, and never more than that.
    uploads = request.method == "POST" and _UPLOADS.fullmatch(path)
    raw_body = request.META[BODY] = read_body(request, MOST_UPLOADED if uploads else MOST_BYTES)
    query = parse_query(request.META.get("QUERY_STRING", ""))
    if path.startswith("/contracts"):
        passing.catch_up()
    return handler(Call(caller, base_url(request), path, query, raw_body, request.META.get("CONTENT_TYPE", "")), *ids)
