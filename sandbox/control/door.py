"""The door of the control plane: loopback only, JSON in and out, one table of what can be asked."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sandbox.bodies import parse_object, parse_query, read_body
from sandbox.control import (
    accounts,
    blueprints,
    composing,
    contracts,
    deliveries,
    events,
    extensions,
    pausing,
    running,
    schedules,
    traffic,
    webhook_faults,
)
from sandbox.control.asking import Asked, Refused
from sandbox.errors import Refusal

Handler = Callable[..., Any]
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("accounts", {"GET": accounts.listed, "POST": accounts.create}),
    ("accounts/<id>", {"GET": accounts.one}),
    ("accounts/<id>/extension", {"POST": extensions.enable_first, "DELETE": extensions.disable_first}),
    ("accounts/<id>/extensions", {"GET": extensions.listed}),
    (
        "accounts/<id>/extensions/<key>",
        {"POST": extensions.enable, "DELETE": extensions.disable, "PUT": extensions.set_mode},
    ),
    ("accounts/<id>/extensions/<key>/toolkit", {"POST": extensions.set_up}),
    ("accounts/<id>/users", {"GET": composing.users, "POST": composing.add_user}),
    ("accounts/<id>/users/<email>", {"PUT": composing.change_user}),
    ("accounts/<id>/workspaces", {"GET": composing.workspaces, "POST": composing.add_workspace}),
    ("accounts/<id>/templates", {"GET": composing.templates, "POST": composing.add_template}),
    ("accounts/<id>/templates/<id>", {"PUT": composing.change_template}),
    ("accounts/<id>/token", {"POST": accounts.make_token}),
    ("accounts/<id>/events", {"POST": events.bring_about}),
    ("accounts/<id>/plan", {"PUT": accounts.set_plan}),
    ("accounts/<id>/faults", {"POST": accounts.bring_about}),
    ("accounts/<id>/faults/<code>", {"DELETE": accounts.clear}),
    ("contracts", {"GET": contracts.listed}),
    ("contracts/<id>", {"GET": contracts.one}),
    ("contracts/<id>/sign", {"POST": contracts.sign}),
    ("contracts/<id>/decline", {"POST": contracts.decline}),
    ("contracts/<id>/visit", {"POST": contracts.visit}),
    ("contracts/<id>/revive", {"POST": contracts.revive}),
    ("contracts/<id>/cancel", {"POST": contracts.cancel}),
    ("contracts/<id>/terminate", {"POST": contracts.terminate}),
    ("time", {"GET": contracts.told_time, "POST": contracts.let_pass}),
    ("faults", {"GET": accounts.faults}),
    ("blueprints", {"GET": blueprints.listed}),
    ("blueprints/<key>", {"GET": blueprints.one, "PUT": blueprints.put}),
    ("blueprints/<key>/publish", {"POST": blueprints.publish}),
    (
        "answers",
        {"GET": running.listed_answers, "POST": running.ask_for_answer, "DELETE": running.end_answers},
    ),
    ("deliveries", {"GET": deliveries.listed}),
    ("deliveries/<id>", {"GET": deliveries.one}),
    ("deliveries/<id>/redeliver", {"POST": deliveries.redeliver_one}),
    ("deliveries/redeliver", {"POST": deliveries.redeliver_given_up}),
    ("deliveries/waiting", {"GET": deliveries.waiting}),
    ("deliveries/pauses", {"GET": pausing.pauses, "POST": pausing.pause}),
    ("deliveries/resume", {"POST": pausing.resume}),
    (
        "deliveries/faults",
        {"GET": webhook_faults.listed, "POST": webhook_faults.ask_for, "DELETE": webhook_faults.end_all},
    ),
    ("schedules", {"GET": schedules.listed, "POST": schedules.begin, "DELETE": schedules.stop_all}),
    ("schedules/<id>", {"GET": schedules.one, "DELETE": schedules.stop}),
    ("traffic", {"GET": traffic.status, "POST": traffic.begin, "DELETE": traffic.stop}),
    ("requests", {"GET": running.requests, "DELETE": running.clear_requests}),
    ("switches", {"GET": running.listed_switches, "PUT": running.turn_switches}),
    ("reset", {"POST": running.reset}),
    ("openapi.json", {"GET": running.openapi}),
)
# What stands for a place in a path: ids are numbers, everything else is a text without a slash.
PLACES = {"<id>": "([0-9]{1,18})"}


def answer(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """The answer of the control plane; for a caller whom it does not answer there is no such thing."""
    if not (from_this_machine(request) or (settings.CONTROL == "open" and not _from_another_site(request))):
        return _json({"error": "There is nothing here."}, 404)
    try:
        handler, values = _find(request.method or "", re.sub("/+", "/", path).strip("/"))
        raw_body = read_body(request)
        asked = Asked(
            body=parse_object(raw_body) if raw_body.strip() else {},
            query=parse_query(request.META.get("QUERY_STRING", "")),
        )
        data = handler(asked, *values)
        return _streamed(data) if isinstance(data, Iterator) else _json(data)
    except Refused as refused:
        return _json({"error": refused.sentence}, refused.status)
    except Refusal as refusal:
        return _json({"error": _sentence(refusal)}, refusal.status)


def from_this_machine(request: HttpRequest) -> bool:
    """Whether a program of this machine asks on its own account.

    A browser here would also ask for a page of another site, which names that site as host or origin; and a proxy here
    for another machine, which it names as the one it forwards for.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if not all(map(is_loopback, [request.META.get("REMOTE_ADDR", ""), *re.findall(r"[^\s,]+", forwarded)])):
        return False
    host, origin = request.META.get("HTTP_HOST", ""), request.META.get("HTTP_ORIGIN", "")
    return all(_is_local(address) for address in (f"//{host}" if host else "", origin) if address)


def _from_another_site(request: HttpRequest) -> bool:
    """Whether a page elsewhere made a browser ask, which names the page's site as the origin."""
    origin = request.META.get("HTTP_ORIGIN", "")
    return bool(origin) and origin.partition("://")[2] != request.META.get("HTTP_HOST", "")


def _is_local(address: str) -> bool:
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return name == "localhost" or is_loopback(name)


def is_loopback(address: str) -> bool:
    """Whether a peer's address is one of this machine's own; an IPv4 one may come mapped into IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _find(method: str, path: str) -> tuple[Handler, list[Any]]:
    for shape, handlers in ROUTES:
        match = re.fullmatch(re.sub("<[a-z]+>", lambda found: PLACES.get(found[0], "([^/]+)"), shape), path)
        if match is None:
            continue
        if method not in handlers:
            raise Refused(405, f"/_sandbox/{shape} answers {', '.join(handlers)} only.")
        ids = [place == "<id>" for place in re.findall("<[a-z]+>", shape)]
        return handlers[method], [int(text) if is_id else text for is_id, text in zip(ids, match.groups(), strict=True)]
    known = ", ".join(f"/_sandbox/{shape}" for shape, _ in ROUTES)
    raise Refused(404, f"There is no such path. There are: {known}.")


def _sentence(refusal: Refusal) -> str:
    """What is wrong with a body or a query, in the words that the API has for it."""
    problems = [f"{name}: {problem}" for name, found in refusal.problems.items() for problem in found]
    return " ".join(problems) or refusal.detail


def _json(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(data, ensure_ascii=False), status=status, content_type="application/json")


def _streamed(items: Iterator[Any]) -> StreamingHttpResponse:
    """A bare array, item by item as they come."""

    def pieces() -> Iterator[str]:
        before = "["
        for item in items:
            yield before + json.dumps(item, ensure_ascii=False)
            before = ", "
        yield "]" if before == ", " else "[]"

    return StreamingHttpResponse(pieces(), content_type="application/json")
