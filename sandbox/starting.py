"""From a directory to a serving sandbox: socket, tables, fleet, server."""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction

from sandbox.fleet import storing
from sandbox.server import Server, bind

# How long the children of a sandbox that was killed may take to notice it.
PATIENCE = 5


class CannotStart(Exception):
    """The address or the directory cannot be used; the message says which, why, and what to do."""


def serve(host: str, port: int, *, accounts: int, seed: int, toolkit: int, say: Callable[[str], None]) -> None:
    """Serve until stopped. `say` gets the one line that tells the address, once requests are answered."""
    try:
        listener = bind(host, port)
    except OSError as exc:
        raise CannotStart(f"Port {port} on {host} cannot be used: {exc.strerror}. Choose another with --port.") from exc
    name, chosen = listener.getsockname()[:2]
    held = _hold(settings.DIRECTORY)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        storing.begin(accounts, seed, toolkit)
        # A database that can only be read is told now, and not by the first request that changes something.
        with transaction.atomic():
            pass
    except DatabaseError as exc:
        raise CannotStart(
            f"The database in {settings.DIRECTORY} cannot be used: {exc}. Choose another directory with --dir."
        ) from exc
    # The server forks, and no connection to the database may live through that.
    connections.close_all()
    shown = f"[{name}]" if ":" in name else name
    with held:
        Server(listener, ready=lambda: say(f"Sandbox ready on http://{shown}:{chosen}")).run()


def _hold(directory: Path) -> TextIO:
    """The directory for this process and its children alone, for as long as one of them has the file open.

    Two sandboxes would send each other's callbacks, each by a clock and switches of its own.
    """
    try:
        file = (directory / "in-use").open("w", encoding="utf-8")
    except OSError as exc:
        raise CannotStart(
            f"The directory {directory} cannot be written to: {exc.strerror}. Choose another with --dir."
        ) from exc
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            if time.monotonic() < until:
                time.sleep(0.1)
                continue
            file.close()
            raise CannotStart(
                f"The directory {directory} is in use by another sandbox. End that one, or choose another with --dir."
            ) from exc
        return file
