"""One HTTP request and its answer, over connections that are kept: HTTP/1.1 without redirects.

On an event loop, because one slow receiver must cost nothing but its own socket.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from functools import cache

from sandbox.delivery.targets import Target

# A receiver may close what lies idle for longer, and we would learn of it in the middle of a request.
IDLE_SECONDS = 4.0
MOST_IDLE = 32
MOST_HEADERS = 200
# Of a longer answer only the beginning is read: it is ignored anyway (11.4).
MOST_BYTES = 65_536


class NoAnswer(Exception):
    """The connection ended before there was an answer, or what came is no HTTP."""


class _Closed(NoAnswer):
    """Not even the beginning of an answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is at most its first 64 KB."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0
    used: bool = False


@dataclass(slots=True)
class Client:
    """Sends requests, and keeps the connections of each scheme, host and port for the next ones."""

    _idle: dict[tuple[str, str, int], list[_Connection]] = field(default_factory=dict)

    async def post(self, target: Target, headers: dict[str, str], body: bytes, *, timeout: float) -> Answer:
        """The answer to a POST. TimeoutError when it is not complete in time, NoAnswer or OSError without one."""
        request = _written(target, headers, body)
        async with asyncio.timeout(timeout):
            connection = self._kept(target)
            if connection is not None:
                try:
                    return await self._exchange(connection, target, request)
                except (_Closed, ConnectionError):
                    # Closed while it lay idle, most likely; a request that did arrive may arrive twice (11.4).
                    pass
            return await self._exchange(await _connect(target), target, request)

    def close(self) -> None:
        """Let go of every connection that is kept."""
        for connections in self._idle.values():
            for connection in connections:
                connection.writer.transport.abort()
        self._idle.clear()

    def _kept(self, target: Target) -> _Connection | None:
        connections = self._idle.get((target.scheme, target.host, target.port), [])
        while connections:
            connection = connections.pop()
            fresh = time.monotonic() - connection.idle_since < IDLE_SECONDS
            if fresh and not connection.reader.at_eof() and not connection.writer.is_closing():
                return connection
            connection.writer.transport.abort()
        return None

    async def _exchange(self, connection: _Connection, target: Target, request: bytes) -> Answer:
        complete = False
        try:
            connection.writer.write(request)
            await connection.writer.drain()
            answer, complete = await _read(connection.reader)
        except (ValueError, asyncio.IncompleteReadError) as exc:
            raise NoAnswer("What came back is no HTTP answer, or ends in its middle.") from exc
        finally:
            kept = self._idle.setdefault((target.scheme, target.host, target.port), [])
            if complete and len(kept) < MOST_IDLE:
                connection.idle_since = time.monotonic()
                kept.append(connection)
            else:
                connection.writer.transport.abort()
        return answer


def _written(target: Target, headers: dict[str, str], body: bytes) -> bytes:
    lines = {**headers, "Host": target.authority, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


async def _connect(target: Target) -> _Connection:
    # No name below localhost needs to be known to the machine.
    host = "localhost" if target.host.endswith(".localhost") else target.host
    context = _tls(local=target.is_local) if target.scheme == "https" else None
    name = target.host if context else None
    return _Connection(*await asyncio.open_connection(host, target.port, ssl=context, server_hostname=name))


@cache
def _tls(*, local: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if local:
        # A receiver under development signs its own certificate; between programs of one machine nothing is lost.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _read(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    """The answer, and whether its end was reached, so that the connection can serve again."""
    status = 100
    while status < 200:
        version, status = await _status_line(reader)
        headers = await _headers(reader)
    if status in (204, 304):
        # There is no body; what sends one nevertheless would have it taken for the next answer.
        return Answer(status, headers, b""), False
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, complete = await _chunks(reader)
    elif "content-length" in headers:
        length = int(headers["content-length"])
        body, complete = await reader.readexactly(min(length, MOST_BYTES)), length <= MOST_BYTES
    else:
        return Answer(status, headers, await _to_the_end(reader)), False
    return Answer(status, headers, body), complete and _goes_on(version, headers)


async def _status_line(reader: asyncio.StreamReader) -> tuple[str, int]:
    line = (await reader.readline()).decode("latin-1")
    if not line:
        raise _Closed("The connection ended without an answer.")
    version, status = line.split(None, 2)[:2]
    if not version.startswith("HTTP/1.") or not status.isdecimal() or not 100 <= int(status) <= 999:
        raise NoAnswer("What came back is no HTTP answer.")
    return version, int(status)


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = (await reader.readline()).decode("latin-1")
        if not line:
            raise NoAnswer("The connection ended in the middle of an answer.")
        if not line.strip():
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raise NoAnswer(f"The answer has more than {MOST_HEADERS} headers.")


async def _chunks(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        if size < 0 or len(body) + size > MOST_BYTES:
            return body, False
        body += await reader.readexactly(size)
        await reader.readline()
    await _headers(reader)
    return body, True


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while len(body) < MOST_BYTES and (more := await reader.read(MOST_BYTES - len(body))):
        body += more
    return body


def _goes_on(version: str, headers: dict[str, str]) -> bool:
    return version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
