"""The sender: a thread with an event loop of its own that delivers what is due, and a thread that has the database.

The rows decide. What the sender holds in memory is filled from them when it starts, so a process that is killed loses
nothing: what was under way is sent again, under the same `callback_id`.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import DatabaseError

from sandbox.delivery import faults, storing
from sandbox.delivery.attempting import Attempting
from sandbox.delivery.faults import WebhookFault
from sandbox.delivery.gathering import Gathering
from sandbox.delivery.jobs import Job, Lane, Outcome, Waiting
from sandbox.delivery.queue import Queue

T = TypeVar("T")
# What ends within this time shares one commit.
GATHER_SECONDS = 0.02
# However long nothing is due, the clock may have been set meanwhile.
LONGEST_SLEEP = 1.0
PRUNE_EVERY = 5000
log = logging.getLogger(__name__)


class Sender:
    """Delivers callbacks while it runs. Every public method may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with what the rows say is waiting."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="sender", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 1.0) -> None:
        """Begin nothing more, and write down what has ended. What is under way is sent again at the next start."""
        self._tell(lambda: self._stopping.set())
        if self._thread is not None:
            self._thread.join(seconds)

    def offer(self, waiting: Iterable[Waiting]) -> None:
        """Callbacks that were stored, or whose time has changed."""
        self._tell(lambda: self._add(waiting))

    def begin_anew(self) -> None:
        """Forget everything and read the rows again: they were thrown away, or their times have changed."""
        self._ask(self._begin_anew)

    def pause(self, pauses: set[tuple[int | None, int | None]]) -> None:
        """Begin nothing for these: (account, webhook), None for any."""

        def act() -> None:
            self._paused = pauses
            self._wake.set()

        self._tell(act)

    def let_go(self) -> None:
        """Send at once what faults hold back."""
        self._tell(self._let_go)

    def status(self) -> dict[str, int]:
        """How many requests are under way, and how many callbacks a fault holds back."""
        if self._loop is None:
            return {"under_way": 0, "held_by_faults": 0}
        return {
            "under_way": self._queue.under_way(),
            "held_by_faults": self._gathering.count() + len(self._delayed),
        }

    def _tell(self, act: Callable[[], None]) -> None:
        """Have it done by the sender's thread; without one the rows are read when it starts."""
        loop = self._loop
        if loop is not None:
            # It may end this very moment.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(act)

    def _ask(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop = self._loop
        if loop is not None:
            asyncio.run_coroutine_threadsafe(work(), loop).result(30)

    async def _run(self) -> None:
        self._stopping, self._wake, self._written = asyncio.Event(), asyncio.Event(), asyncio.Event()
        # One thread, so that nothing in here waits for a lock of its own; its connection is kept.
        self._database = ThreadPoolExecutor(1, "sender-database")
        self._attempting = Attempting()
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._since_pruned = PRUNE_EVERY
        self._clear()
        self._loop = asyncio.get_running_loop()
        await self._read_rows()
        working = [asyncio.create_task(self._dispatch()), asyncio.create_task(self._write())]
        await self._stopping.wait()
        self._loop = None
        working[0].cancel()
        for task in self._tasks:
            task.cancel()
        await self._store(self._taken_outcomes())
        working[1].cancel()
        self._attempting.client.close()
        self._database.shutdown(wait=False)

    def _clear(self) -> None:
        self._paused: set[tuple[int | None, int | None]] = set()
        self._queue = Queue(self._is_paused)
        self._delayed: dict[int, tuple[WebhookFault, Lane]] = {}
        self._gathering = Gathering(self._send_gathered)

    def _is_paused(self, lane: Hashable) -> bool:
        account, webhook = lane  # type: ignore[misc]
        return bool(self._paused) and not self._paused.isdisjoint({(None, None), (account, None), (None, webhook)})

    async def _begin_anew(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._outcomes.clear()
        self._gathering.forget()
        self._clear()
        self._attempting.tokens.forget()
        await self._read_rows()

    async def _read_rows(self) -> None:
        self._paused = await self._patiently(storing.pauses)
        self._add(await self._patiently(storing.waiting))

    def _add(self, waiting: Iterable[Waiting]) -> None:
        for pk, lane, due in waiting:
            self._queue.add(pk, lane, due)
        self._wake.set()

    def _let_go(self) -> None:
        for pk, (_, lane) in self._delayed.items():
            self._queue.add(pk, lane, time.time())
        self._gathering.let_go()
        self._wake.set()

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            taken = self._queue.take(time.time())
            if taken:
                await self._begin(dict(taken))
                continue
            due = self._queue.next_due()
            sleep = LONGEST_SLEEP if due is None else min(max(due - time.time(), 0.0), LONGEST_SLEEP)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), sleep)

    async def _begin(self, taken: dict[int, Hashable]) -> None:
        queue = self._queue
        jobs = await self._patiently(storing.load, list(taken))
        if queue is not self._queue:
            return  # Everything was thrown away meanwhile.
        for job in jobs:
            del taken[job.pk]
            self._begin_one(job)
        for pk, lane in taken.items():
            self._delayed.pop(pk, None)
            queue.release(pk, lane, time.time())
            queue.finish(pk)

    def _begin_one(self, job: Job) -> None:
        fault = self._delayed.pop(job.pk, (None,))[0]
        if fault is not None:
            self._spawn(self._attempt(job, fault))
            return
        fault = faults.find(*job.lane, [each["type"] for each in job.events])
        if fault is None or fault.kind in faults.AT_SENDING:
            self._spawn(self._attempt(job, fault))
        elif fault.kind == "drop":
            self._end(Outcome(job, datetime.now(UTC), fault="drop", is_dropped=True))
        else:
            # It holds no place while it is held back.
            self._queue.release(job.pk, job.lane, time.time())
            if fault.kind == "delay":
                self._queue.finish(job.pk)
                self._delayed[job.pk] = (fault, job.lane)
                self._queue.add(job.pk, job.lane, time.time() + fault.seconds)
            else:
                self._gathering.add(job, fault)

    def _send_gathered(self, jobs: list[Job], fault: WebhookFault) -> None:
        if fault.kind == "reorder":
            self._spawn(self._attempt_in_turn(list(reversed(jobs)), fault))
            return
        for job in jobs:
            self._spawn(self._attempt(job, fault))

    async def _attempt_in_turn(self, jobs: list[Job], fault: WebhookFault) -> None:
        for job in jobs:
            await self._attempt(job, fault)

    async def _attempt(self, job: Job, fault: WebhookFault | None) -> None:
        for outcome in await self._attempting.send(job, fault):
            self._end(outcome)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._queue.release(outcome.job.pk, outcome.job.lane, time.time())
        self._written.set()
        self._wake.set()

    async def _write(self) -> None:
        while True:
            await self._written.wait()
            self._written.clear()
            await asyncio.sleep(GATHER_SECONDS)
            await self._store(self._taken_outcomes())

    def _taken_outcomes(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    async def _store(self, outcomes: list[Outcome]) -> None:
        """Write them: until then nobody knows that they were sent."""
        if not outcomes:
            return
        queue = self._queue
        again = await self._patiently(storing.store, outcomes)
        if queue is not self._queue:
            return
        for outcome in outcomes:
            if not outcome.is_copy:
                queue.finish(outcome.job.pk)
        self._add(again)
        self._since_pruned += len(outcomes)
        if self._since_pruned >= PRUNE_EVERY:
            self._since_pruned = 0
            await self._patiently(storing.prune)

    async def _patiently(self, work: Callable[..., T], *arguments: Any) -> T:
        """What the database's thread makes of it, however long the database refuses: nothing may be lost by that."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._database, work, *arguments)
            except DatabaseError:
                log.exception("The sender cannot read or write its rows; it tries again in a second.")
                await asyncio.sleep(1)


# One process serves, and has one sender.
sender = Sender()
