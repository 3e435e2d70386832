"""Letting time pass for contracts while nobody asks, so that what is due is told by webhook in time."""

import logging
import threading

from django.db import DatabaseError, connection

from sandbox.contracts import passing

# Times are told in seconds, and nobody's test should wait long for one that has come.
EVERY_SECONDS = 1.0

_logger = logging.getLogger("sandbox")
_ended = threading.Event()


def start() -> None:
    """Catch up now and from then on, in a thread of its own."""
    threading.Thread(target=_tick, name="contracts", daemon=True).start()


def stop() -> None:
    _ended.set()


def _tick() -> None:
    while not _ended.wait(EVERY_SECONDS):
        try:
            passing.catch_up()
        except DatabaseError:
            # A reset has taken the rows away, or holds the database for long: the next tick finds what there is then.
            _logger.warning("Contracts could not be brought up to date; trying again.", exc_info=True)
            connection.close()
    connection.close()
