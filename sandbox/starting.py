"""From a directory to a serving sandbox: socket, tables, fleet, server."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import connections

from sandbox.fleet import storing
from sandbox.server import Server, bind


class CannotListen(Exception):
    """The port is taken or the address is not this machine's; the message says which and what to do."""


def serve(host: str, port: int, *, accounts: int, seed: int, say: Callable[[str], None]) -> None:
    """Serve until stopped. `say` gets the one line that tells the address, once requests are answered."""
    try:
        listener = bind(host, port)
    except OSError as exc:
        raise CannotListen(
            f"Port {port} on {host} cannot be used: {exc.strerror}. Choose another with --port."
        ) from exc
    name, chosen = listener.getsockname()[:2]
    call_command("migrate", verbosity=0, interactive=False)
    storing.begin(accounts, seed)
    # The server forks, and no connection to the database may live through that.
    connections.close_all()
    shown = f"[{name}]" if ":" in name else name
    Server(listener, ready=lambda: say(f"Sandbox ready on http://{shown}:{chosen}")).run()
