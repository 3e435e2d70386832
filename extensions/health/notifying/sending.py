"""One try to send one message: by email, or by a POST that is guarded, signed, and bounded in time and size."""

import smtplib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.mail import EmailMessage

from accounts.vault import Unreadable
from extensions.health.models import Channel, ChannelSecret, Message
from extensions.health.notifying.bodies import body_of, signature
from extensions.health.notifying.guarding import Refused, Target, target_of
from extensions.health.notifying.wording import text_of
from oneflow.deadlines import DeadlineAdapter, set_deadline

CONNECT, READ, TOTAL = 3.05, 5.0, 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Result:
    """Whether it was taken, and a sentence about that, which holds no secret."""

    taken: bool
    says: str


class Unfollowing(requests.Session):
    """No answer leads it elsewhere: of one that does, requests would read the whole body, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class PinnedAdapter(DeadlineAdapter):
    """Connects to an IP address, and demands the certificate of the name that it was judged for."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, server_hostname=self._host, assert_hostname=self._host)


def send(message: Message, *, at: float | None = None) -> Result:
    """Try it once. Raises nothing that a channel, its receiver or its network can bring about."""
    channel = message.channel
    try:
        if channel.kind == Channel.Kind.EMAIL:
            return _email(message)
        address = channel.secret(ChannelSecret.Kind.ADDRESS)
        if not address:
            return Result(False, "The channel has no address. An administrator enters it.")
        target, body = target_of(address), body_of(message, channel.kind)
        return post(target, body, _headers(message, body, str(int(time.time() if at is None else at))))
    except Refused as exc:
        return Result(False, str(exc))
    except Unreadable as exc:
        return Result(False, f"The channel's secret cannot be opened. {exc}")
    except requests.Timeout:
        return Result(False, f"No answer within {TOTAL:g} s.")
    except requests.exceptions.SSLError:
        return Result(False, "The certificate of the host is not valid for its name.")
    except (requests.RequestException, OSError, ValueError) as exc:
        # The exception's own text may hold the address, which is secret.
        return Result(False, f"The host cannot be reached: {type(exc).__name__}.")


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Result:
    """POST it to the judged address: no proxy, no redirect, no cookie, a deadline for the whole."""
    set_deadline(time.monotonic() + TOTAL, READ)
    with Unfollowing() as session:
        session.trust_env = False
        session.mount("https://", PinnedAdapter(target.host))
        session.mount("http://", DeadlineAdapter(max_retries=0))
        answer = session.post(
            target.url,
            data=body,
            headers={**headers, "Host": target.host_header},
            timeout=(CONNECT, READ),
            allow_redirects=False,
            stream=True,
        )
        status = answer.status_code
        # The status says all. A body that never comes must not have a message sent again that was taken.
        answer.close()
    if 300 <= status < 400:
        return Result(
            False, f"The host answered {status}: it leads elsewhere, which is not followed. Enter the new address."
        )
    return Result(200 <= status < 300, f"The host answered {status}.")


def _headers(message: Message, body: bytes, timestamp: str) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "oneflow-partner-console",
        "Idempotency-Key": str(message.key),
    }
    secret = message.channel.secret(ChannelSecret.Kind.SIGNING)
    if secret:
        headers["X-Console-Timestamp"] = timestamp
        headers["X-Console-Signature"] = signature(secret, timestamp, body)
    return headers


def _email(message: Message) -> Result:
    recipients = message.channel.recipients.split()
    if not recipients:
        return Result(False, "The channel has no recipient. An administrator enters one.")
    mail = EmailMessage(
        subject=message.title,
        body=text_of(message.events),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=recipients,
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except smtplib.SMTPException as exc:
        return Result(False, f"The mail server did not take it: {type(exc).__name__}.")
    return Result(True, "The mail server took it.")


def message_id(message: Message) -> str:
    """The same at every try, so that a mail server or reader knows a second copy for what it is."""
    domain = urlsplit(settings.CONSOLE_URL).hostname or settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return f"<{message.key}@{domain or 'localhost'}>"
