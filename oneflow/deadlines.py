"""A deadline for a whole answer: headers and body, however slowly they drip.

The timeout of a socket is for one read. A server that sends a byte each second would satisfy it for ever, already
within the headers, which no loop around the body can see. So each read from the socket gets what is left.
"""

import io
import socket
import threading
import time
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

# One call at a time in each thread; the connection makes its response object itself and can be handed nothing.
_current = threading.local()


def set_deadline(deadline: float, read_timeout: float) -> None:
    """The answers that this thread reads from now must be over at `deadline`, a moment of time.monotonic()."""
    _current.deadline = deadline
    _current.read_timeout = read_timeout


class _TimedReads(io.RawIOBase):
    """The bytes of a socket, each read bounded by what is left until the deadline."""

    def __init__(self, raw: socket.SocketIO, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline: float = _current.deadline
        self._read_timeout: float = _current.read_timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the whole call has passed")
        self._sock.settimeout(min(left, self._read_timeout))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # http.client has just made the reader of the whole socket; ours goes between it and the buffer.
        buffered: Any = self.fp
        self.fp = io.BufferedReader(_TimedReads(buffered.detach(), sock), 65_536)

    def _read_next_chunk_size(self) -> int:
        # http.client takes "-1" for a size and then reads all that comes, past any ceiling of ours.
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]
        if size < 0:
            raise ValueError("a chunk of negative size")
        return size


class _PlainConnection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """requests' own adapter with connections that keep the deadline, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._time(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._time(manager)
        return manager

    @staticmethod
    def _time(manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
