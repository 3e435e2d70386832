"""A receiver of webhooks on loopback: keeps what came, and answers as a test wants."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE = 30.0


@dataclass
class Received:
    """One request as it came."""

    at: float
    path: str
    headers: dict[str, str]
    text: str
    connection: Any

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.body["events"]]


# A status, or what a test wants to do with the request: it may wait, and it returns the status or bytes to send.
Answer = Callable[[Received], int | bytes]


@dataclass
class Receiver:
    """Answers 200 unless told otherwise by `answer`."""

    answer: Answer = field(default=lambda received: 200)
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in two packets would wait for each other.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(time.time(), self.path, headers, text, self.client_address)
                with outer._arrived:
                    outer.received.append(received)
                    outer._arrived.notify_all()
                answer = outer.answer(received)
                if isinstance(answer, bytes):
                    self.wfile.write(answer)
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *arguments: Any) -> None:
                """Nobody reads it."""

            def handle(self) -> None:
                # A sandbox that is killed hangs up in the middle.
                try:
                    super().handle()
                except OSError:
                    return

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 256

        self._arrived = threading.Condition()
        self._listener = Listener(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def wait_for(self, count: int, *, path: str = "", seconds: float = PATIENCE) -> list[Received]:
        """The first so many requests to paths that begin so, once that many have come."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.of(path)) >= count, seconds)
            assert arrived, f"{len(self.of(path))} of {count} requests to {path or 'any path'} came in {seconds:.0f} s"
        return self.of(path)[:count]

    def of(self, path: str) -> list[Received]:
        return [each for each in list(self.received) if each.path.startswith(path)]
