"""A partner's server: it listens on a Setup URL and remembers what it was told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Partner:
    """What it was told, and the status that it answers with."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.status = 200
        self.url = ""


@contextmanager
def listening() -> Iterator[Partner]:
    """A partner's server on this machine, until the block ends."""
    partner = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            partner.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(b"")

        def do_GET(self) -> None:
            partner.asked.append(self.path)
            self.answer(b"<!doctype html><title>Partner</title><h1>Welcome to Partner</h1>")

        def answer(self, body: bytes) -> None:
            self.send_response(partner.status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            if partner.status == 302:
                self.send_header("Location", partner.url)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    partner.url = f"http://127.0.0.1:{server.server_address[1]}/setup"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
