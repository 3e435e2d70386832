"""One request against a server that behaves in every way that a server can."""

import gzip
import json
import socket
import struct
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from oneflow.errors import (
    Conflict,
    InvalidToken,
    NotFound,
    NotPermitted,
    OneflowError,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from oneflow.transport import Exchange, Login, Transport
from tests.oneflow.servers import Script, Server, Talk

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"
OK = b'{"fine": true}'


def get(server: Server, path: str = "/ping", **options: Any) -> Any:
    limits = {"connect_timeout": 5, "read_timeout": 5, "total": 10, "max_bytes": 100_000}
    call = {name: options.pop(name) for name in ("before", "record", "parameters") if name in options}
    with Transport(server.url, **(limits | options)) as transport:
        return transport.get(path, login=Login(TOKEN, None), **call)


def failure(script: Script, **options: Any) -> OneflowError:
    with Server(script) as server, pytest.raises(OneflowError) as caught:
        get(server, **options)
    return caught.value


def test_a_good_answer_comes_as_decoded_json() -> None:
    with Server(lambda talk: talk.answer_json({"id": 5})) as server:
        assert get(server) == {"id": 5}


def test_the_token_is_sent_in_the_header_of_the_request_only() -> None:
    with Server(lambda talk: talk.answer(200, OK)) as server, Transport(server.url) as transport:
        transport.get("/ping", login=Login(TOKEN, "maja@norrsken.example"))

        talk = server.talks[0]
        assert talk.headers["x-oneflow-api-token"] == TOKEN
        assert talk.headers["x-oneflow-user-email"] == "maja@norrsken.example"
        assert TOKEN not in talk.path
        assert TOKEN not in str(transport._session.headers)


def test_without_a_user_no_email_header_is_sent() -> None:
    with Server(lambda talk: talk.answer(200, OK)) as server:
        get(server)

    assert "x-oneflow-user-email" not in server.talks[0].headers


def test_a_login_in_netrc_is_not_sent(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret")
    monkeypatch.setenv("NETRC", str(netrc))

    with Server(lambda talk: talk.answer(200, OK)) as server:
        get(server)

    assert "authorization" not in server.talks[0].headers


def test_loopback_is_reached_directly_whatever_proxy_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with Server(lambda talk: talk.answer(200, OK)) as server:
        assert get(server) == {"fine": True}


def test_one_connection_serves_several_requests() -> None:
    with Server(lambda talk: talk.answer(200, OK)) as server, Transport(server.url) as transport:
        for _ in range(3):
            transport.get("/ping", login=Login(TOKEN, None))

    assert server.connections == 1


def test_parameters_are_encoded() -> None:
    with Server(lambda talk: talk.answer(200, OK)) as server:
        get(server, "/templates", parameters={"filter[active]": "", "extension_type": "a&b=c d"})

    assert server.talks[0].path == "/v1/templates?filter%5Bactive%5D=&extension_type=a%26b%3Dc%20d"


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Rejected, "rejected"),
        (401, InvalidToken, "invalid_token"),
        (402, NotPermitted, "not_permitted"),
        (403, NotPermitted, "not_permitted"),
        (404, NotFound, "not_found"),
        (405, Rejected, "rejected"),
        (408, Unavailable, "unavailable"),
        (409, Conflict, "rejected"),
        (422, Rejected, "rejected"),
        (429, RateLimited, "rate_limited"),
        (451, Rejected, "rejected"),
        (500, Unavailable, "unavailable"),
        (502, Unavailable, "unavailable"),
        (503, Unavailable, "unavailable"),
        (504, Unavailable, "unavailable"),
        (599, Unavailable, "unavailable"),
        (304, UnexpectedAnswer, "unexpected_answer"),
        (300, UnexpectedAnswer, "unexpected_answer"),
        (700, Unavailable, "unavailable"),
    ],
)
@pytest.mark.parametrize("body", [b'{"request_id": "r1"}', b"<html>", b"", b"[1]", b'{"request_id": 7}'])
def test_each_status_is_its_error_whatever_the_body(status: int, kind: type, reason: str, body: bytes) -> None:
    if status == 304:
        body = b""
    error = failure(lambda talk: talk.answer(status, body))

    assert type(error) is kind
    assert (error.reason, error.status) == (reason, status)


def test_what_oneflow_explains_comes_with_the_error() -> None:
    told = {
        "status": 400,
        "title": "Bad Request",
        "detail": "The email is not valid.",
        "error_code": 4000003,
        "parameter_problems": {"parties[1].email": ["not an email", "too short"]},
        "request_id": "c2FuZGJveC0wMDAwMDAwMDAwMDAwMDAx",
    }
    error = failure(lambda talk: talk.answer_json(told, 400))

    assert isinstance(error, Rejected)
    assert error.detail == "The email is not valid."
    assert error.error_code == 4000003
    assert error.request_id == "c2FuZGJveC0wMDAwMDAwMDAwMDAwMDAx"
    assert error.parameter_problems == {"parties[1].email": ["not an email", "too short"]}


@pytest.mark.parametrize("problems", [None, 7, "x", [1], {"a": 1}, {"a": [1, None]}, {"a": {"b": "c"}}])
def test_an_odd_explanation_does_no_harm(problems: Any) -> None:
    told = {"detail": 5, "error_code": "x", "parameter_problems": problems, "request_id": ["r"], "title": {}}
    error = failure(lambda talk: talk.answer_json(told, 400))

    assert isinstance(error, Rejected)
    assert (error.detail, error.error_code, error.request_id) == ("", None, "")
    assert all(lines == [] for lines in error.parameter_problems.values())


def test_a_token_or_email_that_oneflow_repeats_is_masked() -> None:
    told = {
        "detail": f"Token {TOKEN} of maja@norrsken.example",
        "parameter_problems": {TOKEN: [f"not {TOKEN}"]},
        "request_id": TOKEN,
        "title": TOKEN,
    }
    seen: list[Exchange] = []
    error = failure(lambda talk: talk.answer_json(told, 400), record=seen.append)

    everything = f"{error!r} {error.__dict__} {seen}"
    assert TOKEN not in everything
    assert "maja@norrsken.example" not in everything


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("999999", 3600.0), ("soon", None), ("-1", None), ("", None)]
)
def test_retry_after_is_taken_when_it_is_plain_seconds(header: str, seconds: float | None) -> None:
    error = failure(lambda talk: talk.answer(429, b"{}", Retry_After=header))

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"data": [',
        b"<!doctype html><title>Login</title>",
        b"  <html>",
        b"\xff\xfe\xfa",
        b'{"a": "\xc3\x28"}',
        b"[" * 50_000,
        b"1" * 5_000,
        b"null null",
    ],
)
def test_a_body_that_is_no_json_is_not_understood(body: bytes) -> None:
    assert isinstance(failure(lambda talk: talk.answer(200, body)), UnexpectedAnswer)


def test_an_answer_shorter_than_it_said_is_cut_off() -> None:
    def script(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + OK)
        talk.socket.shutdown(socket.SHUT_RDWR)

    assert isinstance(failure(script), Unavailable)


def test_a_chunked_answer_that_stops_is_cut_off() -> None:
    def script(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n")
        talk.socket.shutdown(socket.SHUT_RDWR)

    assert isinstance(failure(script), Unavailable)


@pytest.mark.parametrize("size", [b"-1", b"-5", b"x"])
def test_a_chunk_of_a_size_that_is_none_ends_the_reading(size: bytes) -> None:
    sent = 0

    def script(talk: Talk) -> None:
        nonlocal sent
        talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")
        for _ in range(300):
            talk.send(b" " * 100_000)
            sent += 100_000
        talk.socket.shutdown(socket.SHUT_RDWR)

    error = failure(script)

    assert isinstance(error, Unavailable)
    assert "cut off" in str(error)
    assert sent < 30_000_000


def test_a_chunked_answer_is_read() -> None:
    def script(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n")

    with Server(script) as server:
        assert get(server) == [1, 2]


def _close(talk: Talk) -> None:
    talk.socket.shutdown(socket.SHUT_RDWR)


def _reset(talk: Talk) -> None:
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.socket.close()


def _garbage(talk: Talk) -> None:
    talk.send(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
    talk.socket.shutdown(socket.SHUT_RDWR)


def _hang(talk: Talk) -> None:
    talk.stopping.wait(5)


def _hang_in_the_body(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + OK)
    talk.stopping.wait(5)


@pytest.mark.parametrize("script", [_close, _reset, _garbage, _hang, _hang_in_the_body])
def test_trouble_with_the_connection_is_to_be_tried_later(script: Script) -> None:
    assert isinstance(failure(script, read_timeout=0.1), Unavailable)


def test_a_port_where_nobody_listens_is_to_be_tried_later() -> None:
    with Server(_hang) as server:
        url = server.url
    with Transport(url) as transport, pytest.raises(Unavailable):
        transport.get("/ping", login=Login(TOKEN, None))


def _drip(data: bytes) -> Script:
    def script(talk: Talk) -> None:
        for position in range(len(data)):
            talk.send(data[position : position + 1])
            if talk.stopping.wait(0.05):
                return

    return script


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500,
        b"HTTP/1.1 200 OK\r\n" + b"X-Slow: x\r\n" * 50,
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b" " * 500,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 100,
        b"HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\n" + b" " * 500,
        b"HTTP/1.1 302 Away\r\nLocation: /v1/other\r\nContent-Length: 500\r\n\r\n" + b" " * 500,
    ],
)
def test_a_dripping_server_does_not_hold_us_beyond_the_deadline(data: bytes) -> None:
    started = time.monotonic()

    assert isinstance(failure(_drip(data), read_timeout=5, total=0.3), Unavailable)

    # The deadline is 0.3 s and dripping to the end takes over 5 s.
    assert time.monotonic() - started < 3


def test_the_deadline_holds_on_a_connection_that_was_used_before() -> None:
    def script(talk: Talk) -> None:
        if talk.path.endswith("quick"):
            talk.answer(200, OK)
        else:
            _drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500)(talk)

    with Server(script) as server, Transport(server.url, total=1) as transport:
        transport.get("/quick", login=Login(TOKEN, None))
        with pytest.raises(Unavailable):
            transport.get("/slow", login=Login(TOKEN, None))

    assert server.connections == 1


def test_an_answer_of_ten_megabytes_is_not_read_to_its_end() -> None:
    sent = 0

    def script(talk: Talk) -> None:
        nonlocal sent
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
        for _ in range(100):
            talk.send(b"x" * 100_000)
            sent += 100_000

    error = failure(script)

    assert isinstance(error, UnexpectedAnswer)
    assert "larger than 100000 bytes" in str(error)
    assert sent < 10_000_000


def test_an_error_of_ten_megabytes_is_still_known_by_its_status() -> None:
    assert isinstance(failure(lambda talk: talk.answer(401, b" " * 10_000_000)), InvalidToken)


def test_gzip_is_read() -> None:
    with Server(lambda talk: talk.answer(200, gzip.compress(OK), Content_Encoding="gzip")) as server:
        assert get(server) == {"fine": True}


def test_a_gzip_bomb_is_too_large() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000

    error = failure(lambda talk: talk.answer(200, bomb, Content_Encoding="gzip"))

    assert isinstance(error, UnexpectedAnswer)
    assert "larger than" in str(error)


@pytest.mark.parametrize(
    ("body", "encoding", "kind"),
    [
        (b"not gzip", "gzip", UnexpectedAnswer),
        (gzip.compress(OK, mtime=0)[:-12], "gzip", Unavailable),
        (gzip.compress(OK, mtime=0) + b"more", "gzip", UnexpectedAnswer),
        (OK, "br", UnexpectedAnswer),
        (OK, "gzip, gzip", UnexpectedAnswer),
        (b"", "gzip", UnexpectedAnswer),
    ],
)
def test_odd_encodings_are_refused(body: bytes, encoding: str, kind: type) -> None:
    assert type(failure(lambda talk: talk.answer(200, body, Content_Encoding=encoding))) is kind


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/v1/ping",
        "http://localhost/v1/ping",
        "https://127.0.0.1/v1/ping",
        "//elsewhere.example/v1/ping",
        "http://127.0.0.1:1/v1/ping",
        "http://[broken",
        "http://127.0.0.1:port/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1@elsewhere.example/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(location: str, status: int) -> None:
    seen: list[Exchange] = []
    with Server(lambda talk: talk.answer(status, b"", Location=location)) as server:
        with pytest.raises(UnexpectedAnswer, match="another host"):
            get(server, record=seen.append)

        assert len(server.talks) == 1
    assert seen[0].status == status
    assert "another host" in seen[0].error


def test_a_redirect_within_the_host_is_followed_once() -> None:
    def script(talk: Talk) -> None:
        if talk.path.endswith("/there"):
            talk.answer(200, OK)
        else:
            talk.answer(302, b"", Location="/v1/there")

    asked: list[int] = []
    seen: list[Exchange] = []
    with Server(script) as server:
        answer = get(server, before=lambda: asked.append(1), record=seen.append)

    assert answer == {"fine": True}
    assert len(asked) == 2
    assert [exchange.status for exchange in seen] == [302, 200]


def test_a_redirect_in_a_circle_ends() -> None:
    with (
        Server(lambda talk: talk.answer(302, b"", Location=talk.path)) as server,
        pytest.raises(UnexpectedAnswer, match="again and again"),
    ):
        get(server)

    assert len(server.talks) == 2


def test_a_redirect_of_ten_megabytes_is_not_read() -> None:
    error = failure(lambda talk: talk.answer(302, b" " * 10_000_000, Location="http://elsewhere.example/"))

    assert isinstance(error, UnexpectedAnswer)


def test_an_exchange_says_what_was_asked_and_what_came() -> None:
    seen: list[Exchange] = []
    with Server(lambda talk: talk.answer_json({"id": 5, "count": 1, "value": "secret"})) as server:
        get(server, "/templates", parameters={"limit": "100", "filter[query]": "Maja"}, record=seen.append)

    (exchange,) = seen
    assert (exchange.method, exchange.status, exchange.error) == ("GET", 200, "")
    assert exchange.path == "/templates?limit=100&filter[query]=***"
    assert json.loads(exchange.excerpt) == {"id": 5, "count": 1}
    assert exchange.milliseconds >= 0
    assert exchange.at.tzinfo is not None


@pytest.mark.parametrize("script", [_close, _hang, lambda talk: talk.answer(200, b"<html>")])
def test_an_exchange_that_failed_is_recorded_with_its_error(script: Script) -> None:
    seen: list[Exchange] = []
    error = failure(script, read_timeout=0.1, record=seen.append)

    assert [exchange.error for exchange in seen] == [str(error)]


@pytest.mark.parametrize(
    "script", [_close, _hang, lambda talk: talk.answer(401, b"{}"), lambda talk: talk.answer(200, b"<")]
)
def test_no_error_leads_to_the_token(script: Script) -> None:
    demand_no_token(failure(script, read_timeout=0.1))


def demand_no_token(failed: OneflowError) -> None:
    """Fail if the error, what led to it, or a local variable of ours on the way, holds the token."""
    error: BaseException | None = failed
    while error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame.locals for frame in told.stack if "/tests/" not in frame.filename]
        assert TOKEN not in f"{error!r} {error.__dict__} {ours}"
        assert not hasattr(error, "request")
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.oneflow.com/v1", "https"),
        ("http://10.0.0.1/v1", "https"),
        ("http://127.0.0.1.example/v1", "https"),
        ("ftp://api.oneflow.com", "full address"),
        ("api.oneflow.com/v1", "full address"),
        ("", "full address"),
        ("https://user:secret@api.oneflow.com/v1", "login"),
    ],
)
def test_an_address_that_no_token_may_go_to_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Transport(url)


@pytest.mark.parametrize(
    "url", ["https://api.oneflow.com/v1/", "http://127.0.0.1:8001/v1", "http://[::1]:8001/v1", "http://localhost/v1"]
)
def test_https_and_loopback_are_accepted(url: str) -> None:
    assert Transport(url).base_url == url.rstrip("/")


def _after_the_first(script: Callable[[Talk], None]) -> Script:
    def both(talk: Talk) -> None:
        if talk.path.endswith("first"):
            talk.answer(200, OK)
        else:
            script(talk)

    return both


def test_a_connection_is_given_up_after_an_answer_that_was_not_read_to_its_end() -> None:
    script = _after_the_first(lambda talk: talk.answer(200, b"x" * 1_000_000))
    with Server(script) as server, Transport(server.url, max_bytes=1000) as transport:
        with pytest.raises(UnexpectedAnswer):
            transport.get("/second", login=Login(TOKEN, None))

        assert transport.get("/first", login=Login(TOKEN, None)) == {"fine": True}
    assert server.connections == 2
