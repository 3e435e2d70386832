"""What waits to be sent, in memory: when each callback is due, and how many of whose may be under way at once.

The rows are the queue of record; this one is filled from them at the start and follows every commit.
"""

import heapq
from collections import deque
from collections.abc import Callable, Hashable

# At most so many requests under way: all together, of one webhook, and of one whose receiver is slow.
TOTAL = 384
OF_ONE = 32
OF_A_SLOW_ONE = 4
# A receiver that lets us wait for longer is slow. Slow ones never hold more than half of the places.
SLOW_SECONDS = 1.0
AT_ONCE = 200


class Queue:
    """Callbacks by id, each in the lane of its webhook. Lanes take turns, so that none waits for another."""

    def __init__(self, is_paused: Callable[[Hashable], bool] = lambda lane: False) -> None:
        self._is_paused = is_paused
        self._due: dict[int, tuple[float, Hashable]] = {}
        self._heap: list[tuple[float, int]] = []
        self._ready: dict[Hashable, deque[int]] = {}
        # Those whose turn has come, until what became of them is stored: they are not to be added once more.
        self._begun: set[int] = set()
        self._under_way: dict[Hashable, dict[int, float]] = {}
        self._slow: set[Hashable] = set()

    def add(self, pk: int, lane: Hashable, due: float) -> None:
        """Let the callback wait until then; one that waits already waits until the new time instead.

        Nothing happens to one whose turn has come.
        """
        if pk in self._begun:
            return
        self._due[pk] = (due, lane)
        heapq.heappush(self._heap, (due, pk))

    def take(self, now: float) -> list[tuple[int, Hashable]]:
        """The callbacks whose turn it is, with their lanes. They are under way until they are released."""
        self._ripen(now)
        taken: list[tuple[int, Hashable]] = []
        room = min(TOTAL - self.under_way(), AT_ONCE)
        slow_room = TOTAL // 2 - sum(len(of) for lane, of in self._under_way.items() if self._is_slow(lane, now))
        turns = deque(lane for lane in self._ready if not self._is_paused(lane))
        while turns and len(taken) < room:
            lane = turns.popleft()
            slow = self._is_slow(lane, now)
            if slow and slow_room <= 0:
                continue
            if len(self._under_way.get(lane, ())) >= (OF_A_SLOW_ONE if slow else OF_ONE):
                continue
            slow_room -= slow
            taken.append((self._begin(lane, now), lane))
            if lane in self._ready:
                turns.append(lane)
        return taken

    def release(self, pk: int, lane: Hashable, now: float) -> None:
        """The callback is no longer under way; how long it was tells whether its receiver is slow."""
        of = self._under_way.get(lane, {})
        began = of.pop(pk, None)
        if not of:
            self._under_way.pop(lane, None)
        if began is not None and now - began > SLOW_SECONDS:
            self._slow.add(lane)
        elif began is not None:
            self._slow.discard(lane)

    def finish(self, pk: int) -> None:
        """What became of the callback is stored: it may be added again."""
        self._begun.discard(pk)

    def next_due(self) -> float | None:
        """When the next one is due that is not due yet."""
        return self._heap[0][0] if self._heap else None

    def under_way(self) -> int:
        return sum(map(len, self._under_way.values()))

    def _ripen(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            due, pk = heapq.heappop(self._heap)
            # A time that has been replaced since stays in the heap, and is passed over here.
            if self._due.get(pk, (None,))[0] == due:
                lane = self._due.pop(pk)[1]
                self._begun.add(pk)
                self._ready.setdefault(lane, deque()).append(pk)

    def _begin(self, lane: Hashable, now: float) -> int:
        waiting = self._ready.pop(lane)
        pk = waiting.popleft()
        if waiting:
            # At the end of the line again.
            self._ready[lane] = waiting
        self._under_way.setdefault(lane, {})[pk] = now
        return pk

    def _is_slow(self, lane: Hashable, now: float) -> bool:
        oldest = next(iter(self._under_way.get(lane, {}).values()), now)
        return lane in self._slow or now - oldest > SLOW_SECONDS
