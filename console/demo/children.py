"""The demo's processes: started one by one, stopped together, and never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Seconds that a process may take to finish what it has begun; then it is stopped the hard way. An idle worker would
# take five, out of celery's own patience; one that is killed leaves nothing but a lease that ends.
GRACE = 1.5


@dataclass(frozen=True, slots=True)
class Child:
    """One process with its name, as people read it, and the log that it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """The end of its log, for a sentence about why it stopped."""
        lines = self.log.read_text(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Children:
    """Processes that live and die with this one."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._started: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, cwd: Path, ends_with: signal.Signals = signal.SIGTERM) -> Child:
        """Start `python ARGUMENTS`; the signal `ends_with` reaches it when this process dies outright."""
        log = self._logs / f"{name}.log"
        tie = ["-m", "console.demo.tied", str(os.getpid()), str(int(ends_with))]
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603  (the arguments are the demo's own)
                [sys.executable, *tie, sys.executable, *arguments],
                cwd=cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C reaches the demo alone, which then stops each in its order.
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._started.append(child)
        return child

    def dead(self) -> Child | None:
        """One that has stopped by itself, or None."""
        return next((child for child in self._started if child.process.poll() is not None), None)

    def stop(self) -> None:
        """Stop all, the last started first; returns when none is left."""
        for child in reversed(self._started):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in reversed(self._started):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            # The whole group, so that no process of a pool outlives the one that led it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self._started.clear()
