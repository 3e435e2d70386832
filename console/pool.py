"""The worker's pool of processes: over the embedded broker too it goes on when one of them is killed.

There all of them read one pipe, and whoever waits for work holds the lock to it. A process killed then, as by a machine
short of memory, would keep celery's semaphore for ever, and the worker would show a heartbeat and do nothing.
"""

import fcntl
import tempfile
from typing import Any

from billiard.pool import Pool
from celery.concurrency.prefork import TaskPool


class KernelLock:
    """A lock between a process and those forked from it, which ends with whoever holds it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (open for as long as the lock is there)

    def acquire(self) -> bool:
        # POSIX's record lock, not flock: that one would be shared by all who inherit the file.
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc_info: Any) -> None:
        self.release()


class SharedPipePool(Pool):
    """Billiard's pool, with locks that no dead process can hold."""

    def _setup_queues(self) -> None:
        super()._setup_queues()
        if self._ctx.get_start_method() == "fork":  # a process started anew would not inherit the file
            self._inqueue._rlock = KernelLock()
            self._outqueue._wlock = KernelLock()


class SurvivingPool(TaskPool):
    """Celery's prefork pool. Over other brokers each process has a pipe of its own, and nothing changes."""

    BlockingPool = SharedPipePool
