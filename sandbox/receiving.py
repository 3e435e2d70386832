"""`python -m sandbox receive`: a receiver of webhooks for the first steps, which prints each delivery that it verified.

It does what every receiver must do (sections 11.3 and 11.4): read the body, compare the signature in constant time,
answer 200 at once. It keeps nothing.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

MOST_BYTES = 1_000_000
PATIENCE = 10

Say = Callable[[str], None]


class Unverified(Exception):
    """A request that is no delivery signed with our key; the message says why, `status` what to answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Receiving(ThreadingHTTPServer):
    """Answers deliveries with `status`, and everything else with 4xx; ends after `count` deliveries, if it is given."""

    # Seconds after which it looks again whether the count is reached.
    timeout = 0.1
    # Who is being answered when the end comes is answered.
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, port: int, *, sign_key: str, status: int, count: int | None, say: Say) -> None:
        self.sign_key, self.status, self.left, self.say = sign_key, status, count, say
        self._seen: set[str] = set()
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def take(self, path: str, body: bytes) -> int:
        """The status to answer to a request with this body."""
        try:
            delivery = verified(body, self.sign_key)
        except Unverified as refusal:
            self.say(_plain(f"refused  {path}  {refusal}"))
            return refusal.status
        with self._lock:
            again = "  (again)" if delivery["callback_id"] in self._seen else ""
            self._seen.add(delivery["callback_id"])
            types = ", ".join(str(event["type"]) for event in delivery["events"])
            contract = delivery["contract"]["id"]
            self.say(_plain(f"{types}  contract {contract}  {path}  callback {delivery['callback_id'][:8]}{again}"))
            # One that was acknowledged and comes again is no further delivery.
            if self.left is not None and not (again and self.status == 200):
                self.left -= 1
        return self.status

    def receive(self) -> None:
        """Take requests until the count is reached; without one, for ever."""
        while self.left is None or self.left > 0:
            self.handle_request()


def verified(body: bytes, sign_key: str) -> dict[str, Any]:
    """The delivery in a body (section 11.2); Unverified when it is none or its signature is not ours."""
    try:
        delivery = json.loads(body)
        callback_id, signature = delivery["callback_id"], delivery["signature"]
        told = delivery["contract"]["id"], [event["type"] for event in delivery["events"]]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise Unverified(400, "This is no delivery of the current format.") from exc
    if not isinstance(callback_id, str) or not isinstance(signature, str) or not told[1]:
        raise Unverified(400, "This is no delivery of the current format.")
    right = hashlib.sha1(f"{callback_id}{sign_key}".encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
        raise Unverified(401, "The signature is not of this sign key.")
    return dict(delivery)


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server: Receiving

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,7}", length) or int(length) > MOST_BYTES:
            self._answer(413)
            return
        self._answer(self.server.take(self.path, self.rfile.read(int(length))))

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Each delivery has its line already."""


def _plain(text: str) -> str:
    """Nothing that a terminal would take for a command."""
    return re.sub(r"[^\x20-\x7e]", "?", text)[:500]
