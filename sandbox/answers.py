"""Making paths misbehave: what `POST /_sandbox/answers` asks for, and what `api.failing` and `api.limited` rest on."""

import contextlib
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox import errors, schedules
from sandbox.models import Fault

Serve = Callable[[], HttpResponse]
HUGE = 10_000_000
ELSEWHERE = "https://elsewhere.example"
# Paths that stay well while an account's API fails, so that token and account can still be told apart from it.
SPARED = ("/", "/ping", "/accounts/me")

_lock = Lock()
_asked_for: list["Answer"] = []
_ended = Event()
_api_faults: dict[int, set[str]] | None = None


@dataclass(slots=True)
class Answer:
    """A misbehaviour of one path or every path, of one account or all, for so many times or until the end."""

    kind: str
    account: int | None = None
    path: str | None = None
    status: int = 500
    seconds: float = 5
    times: int | None = None
    ended: Event = field(default_factory=lambda: _ended)

    def covers(self, account: int | None, path: str) -> bool:
        if self.account is not None and self.account != account:
            return False
        if self.path is None:
            return True
        return path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path

    def shown(self) -> dict[str, Any]:
        keys = ("account", "path", "kind", "status", "seconds", "times")
        return {key: getattr(self, key) for key in keys}

    def perform(self, request: HttpRequest, serve: Serve) -> HttpResponse:
        """Answer as asked for; `serve` gives the answer that would have been right."""
        return KINDS[self.kind][0](self, request, serve)


def find(account: int | None, path: str) -> Answer | None:
    """The misbehaviour that this request meets, the latest asked for first; a limited one is used up once more."""
    with _lock:
        for answer in reversed(_asked_for):
            if answer.covers(account, path):
                _use(answer)
                return answer
    return schedules.answer(account, path) or _of_faults(account, path)


def ask_for(answer: Answer) -> None:
    with _lock:
        _asked_for.append(answer)


def end_all() -> None:
    """Behave again; whoever waits in a delay is answered at once."""
    global _ended
    with _lock:
        _asked_for.clear()
        _ended.set()
        _ended = Event()


def listed() -> list[dict[str, Any]]:
    with _lock:
        return [answer.shown() for answer in _asked_for]


def forget_faults() -> None:
    """Read the faults of the API again from the database at the next request."""
    global _api_faults
    _api_faults = None


def _use(answer: Answer) -> None:
    if answer.times is None:
        return
    answer.times -= 1
    if answer.times <= 0:
        _asked_for.remove(answer)


def _of_faults(account: int | None, path: str) -> Answer | None:
    """api.failing: every path but the spared ones answers 500. api.limited: the webhooks answer 429."""
    global _api_faults
    if _api_faults is None:
        faults: dict[int, set[str]] = {}
        for pk, code in Fault.objects.filter(code__startswith="api.").values_list("account_id", "code"):
            faults.setdefault(pk, set()).add(code)
        _api_faults = faults
    codes = _api_faults.get(account or 0, ())
    if "api.failing" in codes and path not in SPARED:
        return Answer("status", status=500)
    if "api.limited" in codes and path == "/webhooks":
        return Answer("status", status=429)
    return None


def _plain(text: str | bytes, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    return HttpResponse(text, status=status, content_type=content_type)


def _status(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    if answer.status == 429:
        return _plain(json.dumps(errors.rate_limit_body()), 429)
    body = errors.body(request.META[errors.REQUEST_ID], answer.status, "The sandbox was asked to answer this.")
    return _plain(json.dumps(body), answer.status)


def _delay(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    answer.ended.wait(answer.seconds)
    return serve()


def _truncate(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """The right headers and half of the body, then the end of the connection."""
    right = serve()
    head = (
        f"HTTP/1.1 {right.status_code} {right.reason_phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(right.content)}\r\n\r\n"
    )
    return _hang_up(request, head.encode() + right.content[: len(right.content) // 2])


def _close(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    return _hang_up(request, b"")


def _hang_up(request: HttpRequest, last_words: bytes) -> HttpResponse:
    connection: socket.socket | None = request.META.get("gunicorn.socket")
    if connection is not None:
        # The client may have gone first; then there is nobody left to hang up on.
        with contextlib.suppress(OSError):
            connection.sendall(last_words)
            connection.shutdown(socket.SHUT_RDWR)
    return _plain("nobody reads this")


def _malformed(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    return _plain('{"data": [{"id": 1,, "name": }')


def _html(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    return _plain("<!doctype html><title>Maintenance</title><h1>We are back soon</h1>", content_type="text/html")


def _huge(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    return _plain(b'{"data": [], "count": 0, "padding": "' + b"x" * HUGE + b'"}')


def _empty(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    return _plain(b"")


def _redirect(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    response = _plain(b"", 301)
    response["Location"] = f"{ELSEWHERE}{request.path_info}"
    return response


def _wrong_types(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """The right answer with every value of another type: texts for numbers, numbers for texts and flags."""
    right = serve()
    return _plain(json.dumps(_swapped(json.loads(right.content or b"null"))), right.status_code)


def _swapped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _swapped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_swapped(inner) for inner in value]
    return 42 if isinstance(value, str) else f"not {value}"


def _endless(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """Every page is full of items with new ids, and says that more follow."""

    def go_on(page: dict[str, Any]) -> None:
        item = page["data"][0] if page["data"] else {"id": 1}
        first = time.monotonic_ns()
        page["data"] = [{**item, "id": first + number} for number in range(100)]

    return _more_to_come(serve(), go_on)


def _repeating(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """Every page, whatever its offset, has the same items and says that more follow."""

    def repeat(page: dict[str, Any]) -> None:
        page["data"] = [{"id": number + 1} for number in range(100)]

    return _more_to_come(serve(), repeat)


def _lying_count(answer: Answer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """The right items, and a count of a thousand more."""
    return _more_to_come(serve(), lambda page: None)


def _more_to_come(right: HttpResponse, change: Callable[[dict[str, Any]], None]) -> HttpResponse:
    """A page changed, with a count and a next link that promise more; what is no page is left as it is."""
    page = json.loads(right.content or b"null")
    if not isinstance(page, dict) or "data" not in page:
        return right
    page["count"] += 1000
    page["_links"]["next"] = page["_links"]["self"]
    change(page)
    return _plain(json.dumps(page))


Kind = Callable[[Answer, HttpRequest, Serve], HttpResponse]
KINDS: dict[str, tuple[Kind, str]] = {
    "status": (_status, "an error body of `status`"),
    "delay": (_delay, "the right answer, after `seconds`"),
    "truncate": (_truncate, "the right headers and half of the body, then the connection ends"),
    "malformed": (_malformed, "200 with a body that is no JSON"),
    "html": (_html, "200 with a web page"),
    "huge": (_huge, "200 with 10 MB of JSON"),
    "close": (_close, "the connection ends without an answer"),
    "redirect": (_redirect, "301 to another host"),
    "wrong_types": (_wrong_types, "the right answer with every value of another type"),
    "empty": (_empty, "200 with an empty body"),
    "endless": (_endless, "a list whose pages never end, each with new items"),
    "repeating": (_repeating, "a list whose pages never end, each with the same items"),
    "lying_count": (_lying_count, "the right page, with a count and a next link that promise more"),
}
