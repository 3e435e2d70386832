"""A receiver of notifications on this machine: takes what is signed, once each, and refuses the rest."""

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from extensions.health.notifying.bodies import signature


class Receiver:
    """Listens while it is used in a `with`; `url` is where to post, `take` hands out what has come."""

    def __init__(self, secret: str) -> None:
        self._came: list[bytes] = []
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stamp, shown = self.headers.get("X-Console-Timestamp", ""), self.headers.get("X-Console-Signature", "")
                ours = hmac.compare_digest(shown, signature(secret, stamp, body))
                if ours:
                    receiver._keep(self.headers.get("Idempotency-Key", ""), body)
                self.send_response(200 if ours else 403)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notifications"

    def _keep(self, key: str, body: bytes) -> None:
        with self._lock:
            if key not in self._seen:
                self._seen.add(key)
                self._came.append(body)

    def take(self) -> list[bytes]:
        """What has come since the last time."""
        with self._lock:
            came, self._came = self._came, []
        return came

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
