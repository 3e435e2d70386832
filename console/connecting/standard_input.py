"""How commands get a token: from standard input, never from arguments, which every process list shows."""

import getpass
import sys

from django.core.management.base import CommandError

# Far longer than any token: what is piped here by mistake is refused, not read to its end.
MOST = 4096


def read_token() -> str:
    """The text on standard input; at a terminal it is asked for and not echoed."""
    if sys.stdin is None:  # closed, as by a service that gives its children none
        return ""
    if sys.stdin.isatty():
        try:
            return getpass.getpass("Token (it is not shown): ")
        except (KeyboardInterrupt, EOFError):
            raise CommandError("No token was given; nothing was stored.") from None
    try:
        return sys.stdin.read(MOST)
    except UnicodeDecodeError:
        raise CommandError("Standard input is not text. Pipe the 40 characters of the token.") from None
