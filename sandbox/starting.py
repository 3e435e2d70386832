"""From a directory to a serving sandbox: socket, tables, fleet, server."""

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from sandbox.fleet import storing
from sandbox.server import Server, bind


class CannotStart(Exception):
    """The address or the directory cannot be used; the message says which, why, and what to do."""


def serve(host: str, port: int, *, accounts: int, seed: int, toolkit: int, say: Callable[[str], None]) -> None:
    """Serve until stopped. `say` gets the one line that tells the address, once requests are answered."""
    try:
        listener = bind(host, port)
    except OSError as exc:
        raise CannotStart(f"Port {port} on {host} cannot be used: {exc.strerror}. Choose another with --port.") from exc
    name, chosen = listener.getsockname()[:2]
    try:
        call_command("migrate", verbosity=0, interactive=False)
        storing.begin(accounts, seed, toolkit)
    except DatabaseError as exc:
        raise CannotStart(
            f"The database in {settings.DIRECTORY} cannot be used: {exc}. Choose another directory with --dir."
        ) from exc
    # The server forks, and no connection to the database may live through that.
    connections.close_all()
    shown = f"[{name}]" if ":" in name else name
    Server(listener, ready=lambda: say(f"Sandbox ready on http://{shown}:{chosen}")).run()
