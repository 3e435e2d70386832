"""A server on loopback that answers with whatever bytes a test wants."""

import json
import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

Script = Callable[["Talk"], None]


@dataclass
class Talk:
    """One request that came, and the socket to answer it on."""

    path: str
    headers: dict[str, str]
    socket: socket.socket
    stopping: threading.Event
    method: str = "GET"
    body: bytes = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """A complete HTTP answer; `Location_` and the like become headers."""
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body)

    def answer_json(self, answer: Any, status: int = 200, **headers: str) -> None:
        self.answer(status, json.dumps(answer).encode(), **headers)


@dataclass
class Server:
    """Runs `script` for each request. Requests are kept in `talks`, connections counted."""

    script: Script
    talks: list[Talk] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.connections += 1
                # A client that hangs up early is what many of the tests are about.
                try:
                    while talk := outer._read(self.rfile, self.request):
                        outer.talks.append(talk)
                        outer.script(talk)
                except OSError:
                    return

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._listener.block_on_close = False
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}/v1"

    def _read(self, rfile: Any, sock: socket.socket) -> Talk | None:
        request_line = rfile.readline().decode()
        if not request_line:
            return None
        headers = {}
        while line := rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        method, path = request_line.split()[:2]
        body = rfile.read(int(headers.get("content-length", 0)))
        return Talk(path, headers, sock, self.stopping, method, body)
