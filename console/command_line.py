"""The command line: what keeps every command from running is told in a sentence, not in a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError, ProgrammingError


def run(arguments: list[str]) -> None:
    """Run the command. With wrong settings, or without a database that is ready, it exits 1 and says what to mend."""
    if "--traceback" in arguments:
        execute_from_command_line(arguments)
        return
    try:
        execute_from_command_line(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us, `head` for one, has seen enough. What is left to flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImproperlyConfigured as exc:
        sys.exit(f"The settings are wrong: {exc}")
    except (InterfaceError, OperationalError, ProgrammingError) as exc:
        reason = " ".join(str(exc).split())[:300]
        sys.exit(
            f"The database is not ready: {reason}\n"
            "`manage.py doctor` says what to mend; with --traceback this command shows where it stopped."
        )
