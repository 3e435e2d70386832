"""The door of the API: every request is checked here in the order of section 16, then handed to its handler."""

import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sandbox import answers, errors, rate, request_log
from sandbox.api import routes
from sandbox.api.broken_rules import as_refusal
from sandbox.api.call import Call
from sandbox.authentication import authenticate, token_of
from sandbox.bodies import MOST_BYTES, MOST_UPLOADED, parse_query, read_body
from sandbox.contracts import passing
from sandbox.contracts.refusing import RuleBroken
from sandbox.errors import BadRequest, NotThere, Refusal
from sandbox.models import Token

# Where files are uploaded, which may be larger than any JSON.
_UPLOADS = re.compile("/contracts/[0-9]+/files")


def answer(request: HttpRequest, path: str) -> HttpResponse:
    """The answer to one API request, or the misbehaviour that somebody asked for in its stead."""
    at = timezone.now()
    below = normalised(path)
    token = token_of(request)
    account = token.account_id if token else None
    asked_for = answers.find(account, below) if below is not None else None
    if asked_for is None:
        response = _served(request, below, token)
    else:
        response = asked_for.perform(request, lambda: _served(request, below, token))
    request_log.note(
        account=account,
        method=request.method or "",
        path=path if below is None else below,
        query=request.META.get("QUERY_STRING", ""),
        user=request.META.get("HTTP_X_ONEFLOW_USER_EMAIL"),
        status=response.status_code,
        answer=asked_for.kind if asked_for else None,
        at=at,
    )
    return response


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
        raw_body = read_body(request, MOST_UPLOADED if _UPLOADS.fullmatch(path or "") else MOST_BYTES)
        if path is None:
            raise NotThere("path")
        if token is not None and not token.revoked and rate.exceeded(token.pk):
            return json_answer(errors.rate_limit_body(), 429)
        data = _handled(request, path, token, raw_body)
    except Refusal as refusal:
        return _refused(refusal)
    except RuleBroken as rule:
        return _refused(as_refusal(rule))
    if isinstance(data, HttpResponse):
        return data
    return HttpResponse(b"", content_type="application/json") if data is None else json_answer(data)


def _refused(refusal: Refusal) -> HttpResponse:
    body = errors.body(refusal.status, refusal.detail, refusal.problems, number=refusal.number)
    return json_answer(body, refusal.status)


def _handled(request: HttpRequest, path: str, token: Token | None, raw_body: bytes) -> Any:
    caller = authenticate(request, token)
    handler, ids, needs_email = routes.find(request.method or "", path)
    if needs_email and caller.user is None:
        raise BadRequest({"X-Oneflow-User-Email": ["This header is required."]})
    query = parse_query(request.META.get("QUERY_STRING", ""))
    if path.startswith("/contracts"):
        passing.catch_up()
    return handler(Call(caller, base_url(request), path, query, raw_body, request.META.get("CONTENT_TYPE", "")), *ids)
