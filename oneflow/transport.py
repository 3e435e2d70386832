"""Requests to Oneflow: bounded in time and size, never led to another host, each one remembered.

The token is in the headers of the single request and nowhere else: not on the session, not in an error.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
from requests import PreparedRequest, Response
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from oneflow.addresses import check_base_url, is_loopback
from oneflow.bodies import decoded, read_body
from oneflow.deadlines import DeadlineAdapter, set_deadline
from oneflow.errors import OneflowError, Unavailable, UnexpectedAnswer
from oneflow.exchanges import LONGEST_ERROR, Exchange, error_excerpt, excerpt, recorded_path
from oneflow.statuses import error_for, request_id_of

__all__ = ["Exchange", "Login", "Transport"]

# Seconds. Just over a multiple of 3, after which TCP repeats a lost packet; the others fit a refresh's lease.
CONNECT_TIMEOUT = 3.05
READ_TIMEOUT = 20.0
TOTAL_TIMEOUT = 30.0
MAX_BYTES = 5 * 1024 * 1024
# The explanation of an error is short; an error page of megabytes need not be read to know the status.
MAX_ERROR_BYTES = 64 * 1024

WRITING = frozenset({"POST", "PUT", "DELETE"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Record = Callable[[Exchange], None]


class Login(AuthBase):
    """Puts the token, and the user's email if there is one, into one request; its repr holds neither.

    As requests' `auth` it also keeps the logins of ~/.netrc out.
    """

    def __init__(self, token: str, user_email: str | None) -> None:
        self._token = token
        self._user_email = user_email

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["X-Oneflow-API-Token"] = self._token
        if self._user_email is not None:
            request.headers["X-Oneflow-User-Email"] = self._user_email
        return request


@dataclass(frozen=True, slots=True)
class _Call:
    """What stays the same for a request and the one that its redirect leads to; its repr holds no body."""

    method: str
    shown: str
    login: Login
    before: Callable[[], None] | None
    record: Record | None
    body: bytes | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class _Redirect:
    """An answer that sends us elsewhere on the same host."""

    target: str


@dataclass(slots=True)
class _Heard:
    """What is known of an exchange so far."""

    status: int | None = None
    answer: object = None
    error: OneflowError | None = None

    def exchange(self, call: _Call, milliseconds: int, at: datetime) -> Exchange:
        understood = self.status is not None and self.status < 400
        return Exchange(
            method=call.method,
            path=call.shown,
            status=self.status,
            milliseconds=milliseconds,
            request_id=request_id_of(self.answer) if isinstance(self.answer, dict) else "",
            excerpt=excerpt(self.answer) if understood else error_excerpt(self.answer),
            error=str(self.error)[:LONGEST_ERROR] if self.error else "",
            at=at,
        )


class Transport:
    """Sends requests below one base URL over a session that keeps its connections alive. For one thread."""

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        total: float = TOTAL_TIMEOUT,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Raises ValueError with a sentence for people when a token must not be sent to the base URL."""
        self.base_url = check_base_url(base_url)
        self._session = requests.Session() if session is None else session
        self._session.mount("https://", DeadlineAdapter())
        self._session.mount("http://", DeadlineAdapter())
        # A proxy could not reach this machine's loopback; elsewhere the environment's proxy and CA are respected.
        self._session.trust_env = not is_loopback(urlsplit(self.base_url).hostname or "")
        self._session.headers.update(
            {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "oneflow-partner-console"}
        )
        environment = self._session.merge_environment_settings(self.base_url, {}, True, None, None)
        self._verify = environment["verify"] or True
        self._proxies = environment["proxies"]
        self._cert = environment["cert"]
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total = total
        self._max_bytes = max_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        login: Login,
        before: Callable[[], None] | None = None,
        record: Record | None = None,
    ) -> object:
        """The decoded JSON of a 200; anything else is an OneflowError.

        `before` is called before each request, of which a redirect within the host makes a second one; `record`
        after each.
        """
        parameters = dict(parameters or {})
        call = _Call("GET", recorded_path(path, parameters), login, before, record)
        deadline = time.monotonic() + self._total
        url = f"{self.base_url}{path}{_query(parameters)}"
        answer = self._exchange(url, call, deadline, may_redirect=True)
        if isinstance(answer, _Redirect):
            answer = self._exchange(answer.target, call, deadline, may_redirect=False)
        return answer

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        login: Login,
        before: Callable[[], None] | None = None,
        record: Record | None = None,
    ) -> object:
        """Write with POST, PUT or DELETE: the decoded JSON of a 2xx, None where it has no body; else an OneflowError.

        Sent once: never repeated and never led elsewhere. Whether a write whose answer did not come took effect, only
        reading back can tell.
        """
        if method not in WRITING:
            raise ValueError(f"{method} is not a method that writes.")
        # ASCII throughout, so that a lone surrogate goes back as the escape that it came as.
        content = None if body is None else json.dumps(body, allow_nan=False).encode("ascii")
        call = _Call(method, recorded_path(path, {}), login, before, record, content)
        url = f"{self.base_url}{path}"
        return self._exchange(url, call, time.monotonic() + self._total, may_redirect=False)

    def _exchange(self, url: str, call: _Call, deadline: float, *, may_redirect: bool) -> object:
        """One request: sent, read, judged and recorded."""
        if call.before:
            call.before()
        at, started = datetime.now(UTC), time.monotonic()
        heard = _Heard()
        try:
            answer = self._answer(url, call, deadline, heard)
            if isinstance(answer, _Redirect) and not may_redirect:
                raise UnexpectedAnswer(_no_further(call), status=heard.status)
            return answer
        except OneflowError as exc:
            heard.error = exc
            raise
        finally:
            if call.record:
                milliseconds = int((time.monotonic() - started) * 1000)
                call.record(heard.exchange(call, milliseconds, at))

    def _answer(self, url: str, call: _Call, deadline: float, heard: _Heard) -> object:
        response = self._response(url, call, deadline)
        try:
            heard.status = status = response.status_code
            if status in _REDIRECTS:
                return _Redirect(self._same_host(url, response.headers.get("Location", ""), call.shown, status))
            if 200 <= status < 300:
                content = read_body(response, call.shown, self._max_bytes)
                # Oneflow answers a deletion with 200 and nothing (API reference, section 8.5).
                heard.answer = decoded(content, call.shown) if content or not call.writes else None
                return heard.answer
            heard.answer = _explanation(response, call.shown)
            raise error_for(status, call.shown, heard.answer, response.headers.get("Retry-After", ""))
        finally:
            # Gives the connection back when the body was read to its end, and drops it otherwise.
            response.close()

    def _response(self, url: str, call: _Call, deadline: float) -> Response:
        """The answer's status and headers, its body still unread."""
        left = max(deadline - time.monotonic(), 0.001)
        set_deadline(deadline, self._read_timeout)
        timeout = (min(self._connect_timeout, left), min(self._read_timeout, left))
        try:
            # By the adapter and not Session.send, which reads the body of a redirect whole, whatever its size,
            # even when it is not to follow it. Nor prepared by the session, which has no cookies or hooks to add.
            headers = dict(self._session.headers)
            if call.body is not None:
                headers["Content-Type"] = "application/json"
            asked = requests.Request(call.method, url, headers=headers, data=call.body, auth=call.login)
            return self._session.get_adapter(url).send(
                asked.prepare(),
                stream=True,
                timeout=timeout,
                verify=self._verify,
                cert=self._cert,
                proxies=self._proxies,
            )
        except requests.ConnectTimeout:
            problem = f"Oneflow could not be reached within {self._connect_timeout:g} seconds"
        except requests.Timeout:
            problem = "Oneflow did not answer in time"
        except requests.exceptions.SSLError:
            problem = "No secure connection to Oneflow: its certificate was refused or the handshake failed"
        except (requests.RequestException, HTTPError) as exc:
            problem = f"The connection to Oneflow failed ({type(exc).__name__})"
        # Raised here, outside the except clauses: their exceptions hold the request, and with it the token.
        raise Unavailable(f"{problem} ({call.shown}).")

    def _same_host(self, url: str, location: str, shown: str, status: int) -> str:
        """Where a redirect leads, if that is the same scheme, host and port: the token goes nowhere else."""
        try:
            target = urljoin(url, location)
            if _origin(target) == _origin(self.base_url):
                return target
        except ValueError:
            pass
        raise UnexpectedAnswer(
            f"Oneflow redirected {shown} to another host; the token was not sent there.", status=status
        )


def _no_further(call: _Call) -> str:
    if call.writes:
        return f"Oneflow redirected a write ({call.shown}); it was not repeated elsewhere."
    return f"Oneflow redirected {call.shown} again and again."


def _explanation(response: Response, shown: str) -> object:
    """The decoded body of an error; None where there is none to be read, since the status says enough."""
    try:
        return decoded(read_body(response, shown, MAX_ERROR_BYTES), shown)
    except OneflowError:
        return None


def _query(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
