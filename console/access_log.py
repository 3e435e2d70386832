"""The logs without the addresses that are keys: whoever reads a status link's address could open it."""

import logging
import re
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

KEYS = re.compile(r"/status/[^/\s]+")


class AccessLog(Logger):  # type: ignore[misc]
    """gunicorn's log, in which the key of a status link reads `…`."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """What the log's format fills in. The query stays out by that format (console.serving)."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["U"] = masked(atoms["U"] or "")
        return atoms


def masked(path: str) -> str:
    """The path with `…` for the key of a status link."""
    return KEYS.sub("/status/…", path)


class Masked(logging.Filter):
    """Masks the paths that Django names when a request failed; for the handlers of LOGGING."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line is kept, without the key."""
        if isinstance(record.args, tuple):
            record.args = tuple(masked(each) if isinstance(each, str) else each for each in record.args)
        return True
