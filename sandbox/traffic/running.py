"""The run: a thread of the sandbox's process that keeps to its rate until it is stopped or has done what was asked."""

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection

from sandbox.contracts.events import recorded
from sandbox.models import Contract, Event
from sandbox.traffic.acting import SKIPPED, Acting
from sandbox.traffic.planning import ACTIONS, plan

# Between two actions even when it lags behind: whoever else writes to the database must have a turn.
BREATH = 0.005
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `actions` and `seconds` end the run; without either it goes on until it is stopped."""

    rate: float
    seed: int
    accounts: list[int]
    by_hand: float
    decline: float
    actions: int | None
    seconds: float | None


@dataclass
class Run:
    """One run of traffic."""

    wanted: Wanted
    state: str = "running"
    counts: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="traffic", daemon=True)

    def start(self) -> None:
        recorded.connect(self._count, weak=False)
        self._thread.start()

    def stop(self) -> None:
        """End it after the action that is under way."""
        self._stopping.set()
        self._thread.join(10)

    def shown(self) -> dict[str, Any]:
        seconds = (self.ended or time.monotonic()) - self.began
        done = sum(self.counts[name] for name in ACTIONS)
        wanted = self.wanted
        return {
            "state": self.state,
            "rate": wanted.rate,
            "seed": wanted.seed,
            "accounts": len(wanted.accounts),
            "by_hand": wanted.by_hand,
            "decline": wanted.decline,
            "actions": wanted.actions,
            "seconds": wanted.seconds,
            "running_for": round(seconds, 1),
            "real_rate": round(done / seconds, 2) if seconds else 0,
            "counts": {name: self.counts[name] for name in (*ACTIONS, "made_by_hand", "skipped", "events")},
            "error": self.error,
        }

    def _work(self) -> None:
        try:
            self._act_until_the_end()
        except Exception as exc:
            # Whoever looks at the status must learn why nothing happens any more.
            log.exception("Traffic ended by a mistake of the sandbox.")
            self.state, self.error = "failed", f"{type(exc).__name__}: {exc}"[:500]
        finally:
            self.ended = time.monotonic()
            recorded.disconnect(self._count)
            connection.close()

    def _act_until_the_end(self) -> None:
        wanted = self.wanted
        acting = Acting(wanted.accounts)
        actions = plan(wanted.seed, accounts=len(wanted.accounts), by_hand=wanted.by_hand, decline=wanted.decline)
        for number, action in enumerate(itertools.islice(actions, wanted.actions)):
            due = self.began + number / wanted.rate
            if wanted.seconds is not None and due - self.began >= wanted.seconds:
                break
            if self._stopping.wait(max(BREATH, due - time.monotonic())):
                self.state = "stopped"
                return
            try:
                acting.act(action)
            except (*SKIPPED, DatabaseError):
                self.counts["skipped"] += 1
                continue
            self.counts[action.name] += 1
            self.counts["made_by_hand"] += action.name == "create" and action.by_hand
        self.state = "over"

    def _count(self, contract: Contract, events: Sequence[Event], **_: Any) -> None:
        # Others change contracts beside us, in threads of theirs.
        if threading.current_thread() is self._thread:
            self.counts["events"] += len(events)


_lock = threading.Lock()
_run: Run | None = None


def begin(wanted: Wanted) -> Run | None:
    """Begin a run; None when one is under way already."""
    global _run
    with _lock:
        if _run is not None and _run.state == "running":
            return None
        _run = Run(wanted)
        _run.start()
        return _run


def last() -> Run | None:
    """The run that is under way, or the last one."""
    return _run


def stop() -> None:
    if _run is not None:
        _run.stop()


def forget() -> None:
    """Stop, and remember nothing."""
    global _run
    stop()
    _run = None
