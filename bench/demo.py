"""How long a newcomer waits for `make demo` when the environment is installed: from the command to its ready line."""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.figures import Figure
from tests.demos import Demo

ACCOUNTS = "60"
TARGET = 60  # seconds


def figures() -> Iterable[Figure]:
    """The first start, which makes and connects the fleet, and the second, which goes on from it."""
    with tempfile.TemporaryDirectory() as scratch:
        demo = Demo(Path(scratch) / "state", DEMO_ACCOUNTS=ACCOUNTS)
        for name in (f"first start with {ACCOUNTS} accounts, until ready", "start from the kept state, until ready"):
            began = time.monotonic()
            try:
                demo.start()
                yield Figure(name, time.monotonic() - began, TARGET, "s")
            finally:
                demo.stop()
