"""One try: by mail and by POST, signed and guarded, bounded in time and size; against a real receiver."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from extensions.health.models import Channel, ChannelSecret, Message
from extensions.health.notifying import sending
from extensions.health.notifying.bodies import body_of, signature
from extensions.health.notifying.guarding import Refused, check, target_of
from extensions.health.notifying.sending import send

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-this-test"
EVENT = {
    "happened": "begun",
    "code": "token.rejected",
    "sentence": "The token is refused",
    "severity": "failing",
    "about": "issue",
    "subject": "",
    "who": "Nordlund <!channel> & Söner\r\nBcc: x@evil.example",
    "since": "2026-11-24T08:12:00+00:00",
    "over_at": None,
    "link": "",
}

# Answers whose status is whole and whose body is not: headers, and what of the body comes.
STUMBLES: dict[str, tuple[dict[str, str], bytes]] = {
    "stops in the body": ({"Content-Length": "100"}, b"o"),
    "hangs up in the body": ({"Content-Length": "100"}, b"o"),
    "garbled chunks": ({"Transfer-Encoding": "chunked"}, b"zz\r\nnonsense"),
    "negative chunk": ({"Transfer-Encoding": "chunked"}, b"-1\r\nnonsense"),
}


class Receiver(BaseHTTPRequestHandler):
    got: list[tuple[str, dict[str, str], bytes]] = []
    status = 200
    behaviour = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append((self.path, dict(self.headers), body))
        if Receiver.behaviour == "hang":
            time.sleep(3)
        self.send_response(Receiver.status)
        if Receiver.behaviour == "huge":
            self.send_header("Content-Length", str(10**9))
            self.end_headers()
            self.wfile.write(b"x" * 100_000)
            return
        if Receiver.behaviour in STUMBLES:
            for name, value in STUMBLES[Receiver.behaviour][0].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(STUMBLES[Receiver.behaviour][1])
            self.wfile.flush()
            if Receiver.behaviour == "stops in the body":
                time.sleep(3)
            return
        if Receiver.behaviour == "elsewhere":
            self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Receiver.got, Receiver.status, Receiver.behaviour = [], 200, ""
    monkeypatch.setattr(sending, "TOTAL", 1.0)
    monkeypatch.setattr(sending, "READ", 0.5)
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/in/secret-path?key=1"
        server.shutdown()


def message(address: str = "", kind: str = "webhook", **values: Any) -> Message:
    channel = Channel.objects.create(name="duty", kind=kind, **values)
    for of, secret in ((ChannelSecret.Kind.ADDRESS, address), (ChannelSecret.Kind.SIGNING, SECRET)):
        if secret:
            row = ChannelSecret(channel=channel, kind=of)
            row.seal(secret)
            row.save()
    now = timezone.now()
    return Message.objects.create(channel=channel, title="[demo] It", events=[EVENT], created_at=now, next_try_at=now)


def test_a_webhook_is_signed_as_documented(address):
    row = message(address)

    assert send(row).taken

    [(path, headers, body)] = Receiver.got
    assert path == "/in/secret-path?key=1"
    wanted = hmac.new(SECRET.encode(), headers["X-Console-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Console-Signature"] == f"v1={wanted.hexdigest()}"
    assert abs(int(headers["X-Console-Timestamp"]) - time.time()) < 60
    assert headers["Idempotency-Key"] == str(row.key) == json.loads(body)["id"]


def test_two_tries_send_the_same_body_and_key(address):
    row = message(address)
    send(row, at=1000.0)
    send(Message.objects.get(), at=2000.0)

    (_, first, one), (_, second, two) = Receiver.got
    assert one == two
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert first["X-Console-Signature"] != second["X-Console-Signature"]


@pytest.mark.parametrize(("status", "taken"), [(200, True), (202, True), (204, True), (400, False), (500, False)])
def test_only_2xx_is_taken(address, status, taken):
    Receiver.status = status

    result = send(message(address))

    assert (result.taken, str(status) in result.says) == (taken, True)


def test_a_redirect_is_not_followed(address):
    Receiver.status, Receiver.behaviour = 302, "elsewhere"

    result = send(message(address))

    assert not result.taken
    assert "not followed" in result.says
    assert len(Receiver.got) == 1


def test_a_receiver_that_hangs_is_given_up_in_time(address):
    Receiver.behaviour = "hang"
    began = time.monotonic()

    result = send(message(address))

    assert not result.taken
    assert "No answer within" in result.says or "cannot be reached" in result.says
    assert time.monotonic() - began < 2.5


def test_a_huge_answer_is_not_read(address):
    Receiver.behaviour = "huge"
    began = time.monotonic()

    assert send(message(address)).taken
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("behaviour", STUMBLES)
@pytest.mark.parametrize(("status", "taken"), [(200, True), (500, False)])
def test_the_status_decides_even_when_the_body_never_comes(address, behaviour, status, taken):
    Receiver.status, Receiver.behaviour = status, behaviour
    began = time.monotonic()

    assert send(message(address)) == sending.Result(taken, f"The host answered {status}.")
    assert time.monotonic() - began < 2.5


def test_nobody_listens(address):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    result = send(message(f"http://127.0.0.1:{port}/secret-path"))

    assert not result.taken
    assert "secret-path" not in result.says


def test_a_secret_that_cannot_be_opened_is_said(address, settings):
    row = message(address)
    ChannelSecret.objects.update(key_id="gone")

    result = send(row)

    assert not result.taken
    assert "gone is not configured" in result.says


def test_mail_has_the_same_id_at_every_try_and_no_header_from_a_name(settings):
    row = message(kind="email", recipients="duty@acme.example\nboss@acme.example")
    row.title = "[demo] " + EVENT["who"]

    send_twice = [send(Message.objects.get()), send(Message.objects.get())]

    assert all(result.taken for result in send_twice)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert str(row.key) in first.extra_headers["Message-ID"]
    assert first.to == ["duty@acme.example", "boss@acme.example"]
    assert "Bcc" not in first.message()


def test_a_mail_server_that_is_away_is_a_result(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    result = send(message(kind="email", recipients="duty@acme.example"))

    assert not result.taken


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_the_templates_are_json_and_mark_nobody(kind):
    data = json.loads(body_of(message(kind=kind), kind))

    text = json.dumps(data, ensure_ascii=False)
    assert "The token is refused" in text
    if kind == "slack":
        assert set(data) == {"text", "blocks"}
        assert {block["text"]["type"] for block in data["blocks"]} == {"plain_text"}
    if kind == "teams":
        [card] = data["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert card["content"]["type"] == "AdaptiveCard"


def test_a_digest_of_very_many_stays_small():
    row = message(kind="slack")
    row.events = [EVENT] * 5000

    assert all(len(body_of(row, kind)) < 100_000 for kind in ("slack", "teams", "webhook"))


@given(st.text(max_size=20), st.text(alphabet="0123456789", max_size=12), st.binary(max_size=50))
def test_a_signature_is_of_that_secret_time_and_body_only(secret, timestamp, body):
    signed = signature(secret, timestamp, body)

    assert signed == signature(secret, timestamp, body)
    assert signed != signature(secret + "x", timestamp, body)
    assert signed != signature(secret, timestamp + "1", body)
    assert signed != signature(secret, timestamp, body + b"x")


BAD = [
    "http://hooks.example/x",
    "ftp://hooks.example/x",
    "javascript:alert(1)",
    "https://",
    "hooks.example",
    "https://user:password@hooks.example/",
    "https://hooks.example:99999/",
    "https://[::1",
    "https://hooks.example/a b",
    "https://hooks.example/\r\nX: y",
    "https://" + "x" * 3000,
    "",
]
INSIDE = [
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
    "[fec0::1]",
    "[::10.0.0.1]",
    "[::ffff:0:10.0.0.1]",
    "[64:ff9b:1::a00:1]",
]


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_good_address_is_refused_with_a_sentence(url):
    with pytest.raises(Refused) as refused:
        check(url)

    assert str(refused.value).endswith((".", "them."))
    assert "password" not in str(refused.value)


@pytest.mark.parametrize("host", [*INSIDE, "127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1"])
def test_nothing_inside_is_reached_from_a_real_console(host, settings):
    settings.ENVIRONMENT = "production"

    with pytest.raises(Refused):
        target_of(f"https://{host}/x")


@pytest.mark.parametrize("host", INSIDE)
def test_nothing_inside_is_reached_from_the_sandbox_either(host):
    with pytest.raises(Refused):
        target_of(f"https://{host}/x")


@pytest.mark.parametrize("host", ["10.0.0.1", "[fd00::1]", "169.254.169.254"])
def test_a_setting_opens_private_networks(host, settings):
    settings.NOTIFY_PRIVATE_ADDRESSES = True

    assert target_of(f"https://{host}/x").port == 443


def test_one_private_address_of_several_is_enough_to_refuse(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)

    with pytest.raises(Refused, match="private network"):
        target_of("https://hooks.example/x")


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [(2, 1, 6, "", ("93.184.215.14", 443))])

    target = target_of("https://hooks.example/x?y=1")

    assert (target.url, target.host_header) == ("https://93.184.215.14:443/x?y=1", "hooks.example")
