"""What cannot be read as a request never reaches the doors: it is refused here, in the form of section 4.1."""

import json
import logging
import socket
import struct
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from sandbox import errors

STATUSES = {
    LimitRequestLine: (414, "The address is too long."),
    LimitRequestHeaders: (431, "The headers are too many or too long."),
    ExpectationFailed: (417, "No expectation but 100-continue is met."),
}
# Seconds without a byte of a request that has begun. Without an end, as many clients that stopped halfway as there are
# threads would leave nobody to answer the others.
PATIENCE = 5
# Failures of an answer of ours, which gunicorn counts among those of requests.
_OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]
    """A gunicorn worker that tells clients of broken requests what an API would, instead of a web page or a 501.

    It hangs up on who stops in the middle of a request.
    """

    def handle(self, conn: Any) -> Any:
        # Of the system and not of Python, whose timeout gunicorn takes away before it reads.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
        return super().handle(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        if not isinstance(exc, ParseException) or isinstance(exc, _OURS):
            super().handle_error(req, client, addr, exc)
            return
        status, detail = STATUSES.get(type(exc), (400, "This cannot be read as an HTTP request."))
        body = json.dumps(errors.body(errors.new_request_id(), status, detail)).encode()
        head = (
            f"HTTP/1.1 {status} {errors.title(status)}\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            write_nonblock(client, head.encode() + body)
        except OSError:
            # Who sends noise is often gone before the answer.
            self.log.debug("Nobody was there for a refusal.")


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """A client that stopped in the middle of its request is no mistake of this program."""
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


logging.getLogger("gunicorn.error").addFilter(_is_worth_a_line)
