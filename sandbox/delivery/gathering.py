"""Callbacks that a fault holds back until enough of them have come, or it has waited long enough."""

import asyncio
from collections.abc import Callable, Hashable

from sandbox.delivery.faults import WebhookFault
from sandbox.delivery.jobs import Job

Send = Callable[[list[Job], WebhookFault], None]


class Gathering:
    """Groups of held callbacks. What changes order is gathered for each webhook, what bursts over all of them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._groups: dict[Hashable, tuple[WebhookFault, list[Job], asyncio.TimerHandle]] = {}

    def add(self, job: Job, fault: WebhookFault) -> None:
        """Hold the callback back. The one that makes its group complete sends all of it."""
        key = (fault, job.lane if fault.kind == "reorder" else None)
        if key not in self._groups:
            timer = asyncio.get_running_loop().call_later(fault.seconds, self._release, key)
            self._groups[key] = (fault, [], timer)
        jobs = self._groups[key][1]
        jobs.append(job)
        if len(jobs) >= fault.size:
            self._release(key)

    def let_go(self) -> None:
        for key in list(self._groups):
            self._release(key)

    def forget(self) -> None:
        for _, _, timer in self._groups.values():
            timer.cancel()
        self._groups.clear()

    def count(self) -> int:
        return sum(len(jobs) for _, jobs, _ in list(self._groups.values()))

    def _release(self, key: Hashable) -> None:
        fault, jobs, timer = self._groups.pop(key)
        timer.cancel()
        self._send(jobs, fault)
