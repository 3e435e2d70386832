"""The share of the rate limit: reserved, spent, settled, halved; never more in a window than its limit."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow.budget import BLOCK, Budget, MemoryBudgetStore
from oneflow.errors import BudgetSpent


class Clock:
    def __init__(self) -> None:
        self.now = 3000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryBudgetStore:
    return MemoryBudgetStore(clock)


def room(store: MemoryBudgetStore, limit: int = 500) -> int:
    """How many calls the store would still give."""
    calls = 0
    while store.take("k", 1, limit=limit, window_seconds=300):
        calls += 1
    store.give_back("k", calls, window_seconds=300)
    return calls


def test_a_reservation_takes_its_calls_at_once(store: MemoryBudgetStore) -> None:
    Budget(store, "k", staff=True).reserve(20)

    assert room(store) == 480


def test_what_was_not_spent_is_given_back(store: MemoryBudgetStore) -> None:
    budget = Budget(store, "k")
    budget.reserve(20)
    for _ in range(7):
        budget.spend()

    budget.settle()
    budget.settle()

    assert room(store) == 493


def test_a_reservation_beyond_the_limit_takes_nothing(store: MemoryBudgetStore) -> None:
    with pytest.raises(BudgetSpent, match="501 more calls"):
        Budget(store, "k", staff=True).reserve(501)

    assert room(store) == 500


def test_background_work_leaves_the_reserve_to_staff(store: MemoryBudgetStore) -> None:
    Budget(store, "k").reserve(400)

    with pytest.raises(BudgetSpent):
        Budget(store, "k").reserve(1)
    Budget(store, "k", staff=True).reserve(100)
    with pytest.raises(BudgetSpent):
        Budget(store, "k", staff=True).reserve(1)


def test_spending_without_a_reservation_takes_a_few_at_a_time(store: MemoryBudgetStore) -> None:
    budget = Budget(store, "k", staff=True)
    budget.spend()

    assert room(store) == 500 - BLOCK


def test_the_very_last_calls_can_be_spent_one_by_one(store: MemoryBudgetStore) -> None:
    budget = Budget(store, "k", limit=7, staff=True)

    for _ in range(7):
        budget.spend()

    with pytest.raises(BudgetSpent):
        budget.spend()


def test_a_reserve_larger_than_the_limit_leaves_nothing_to_background_work(store: MemoryBudgetStore) -> None:
    with pytest.raises(BudgetSpent):
        Budget(store, "k", limit=50, staff_reserve=100).spend()


def test_keys_do_not_share(store: MemoryBudgetStore) -> None:
    Budget(store, "one", staff=True).reserve(500)
    Budget(store, "other", staff=True).reserve(500)


def test_after_a_429_the_share_is_half_for_one_window(store: MemoryBudgetStore, clock: Clock) -> None:
    Budget(store, "k", staff=True).limited()

    assert room(store) == 250
    clock.now += 301
    assert room(store) == 500


def test_a_window_slides_out_little_by_little(store: MemoryBudgetStore, clock: Clock) -> None:
    Budget(store, "k", staff=True).reserve(500)

    clock.now += 300
    assert room(store) == 0
    clock.now += 150
    assert room(store) == 250
    clock.now += 150
    assert room(store) == 500


def test_calls_given_back_after_the_window_turned_are_taken_off_it(store: MemoryBudgetStore, clock: Clock) -> None:
    budget = Budget(store, "k", staff=True)
    budget.reserve(500)
    clock.now += 300

    budget.settle()

    assert room(store) == 500


def test_a_long_pause_forgets_everything(store: MemoryBudgetStore, clock: Clock) -> None:
    Budget(store, "k", staff=True).reserve(500)

    clock.now += 900

    assert room(store) == 500


def test_threads_together_take_no_more_than_the_limit(store: MemoryBudgetStore) -> None:
    taken: list[bool] = []

    def take() -> None:
        for _ in range(100):
            if store.take("k", 1, limit=300, window_seconds=300):
                taken.append(True)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 300


@given(steps=st.lists(st.tuples(st.floats(0, 200), st.integers(1, 60)), max_size=60))
def test_no_fixed_window_ever_holds_more_than_the_limit(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    store = MemoryBudgetStore(clock)
    counted: dict[int, int] = {}

    for pause, calls in steps:
        clock.now += pause
        if store.take("k", calls, limit=100, window_seconds=300):
            number = int(clock.now // 300)
            counted[number] = counted.get(number, 0) + calls

    assert all(calls <= 100 for calls in counted.values())
