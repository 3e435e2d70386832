"""The share of a token's rate limit, counted in the database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts import budget
from accounts.budget import DatabaseBudgetStore
from accounts.models import Spending
from oneflow.budget import Budget, MemoryBudgetStore
from oneflow.errors import BudgetSpent

pytestmark = pytest.mark.django_db
WINDOW = 300
START = 1_800_000_000.0 // WINDOW * WINDOW


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> DatabaseBudgetStore:
    return DatabaseBudgetStore(clock)


def take(store: DatabaseBudgetStore, calls: int, limit: int = 100, key: str = "token") -> bool:
    return store.take(key, calls, limit=limit, window_seconds=WINDOW)


def test_calls_are_granted_up_to_the_limit_and_not_beyond(store: DatabaseBudgetStore) -> None:
    assert take(store, 60)
    assert not take(store, 41)
    assert take(store, 40)
    assert not take(store, 1)


def test_more_than_the_limit_is_never_granted_not_even_first(store: DatabaseBudgetStore) -> None:
    assert not take(store, 101)
    assert take(store, 100)


def test_one_token_does_not_starve_another(store: DatabaseBudgetStore) -> None:
    take(store, 100, key="greedy")

    assert take(store, 100, key="other")


def test_the_window_slides_so_that_the_turn_of_a_window_frees_nothing_at_once(
    store: DatabaseBudgetStore, clock: Clock
) -> None:
    take(store, 100)

    clock.now = START + WINDOW + 1
    assert not take(store, 10)

    clock.now = START + WINDOW * 1.5
    assert take(store, 50)
    assert not take(store, 1)


def test_after_two_windows_all_is_free_again(store: DatabaseBudgetStore, clock: Clock) -> None:
    take(store, 100)

    clock.now = START + 2 * WINDOW
    assert take(store, 100)


def test_calls_that_were_not_made_are_given_back(store: DatabaseBudgetStore) -> None:
    take(store, 100)

    store.give_back("token", 30, window_seconds=WINDOW)

    assert take(store, 30)
    assert not take(store, 1)


def test_calls_given_back_after_the_turn_of_the_window_count_for_the_one_before(
    store: DatabaseBudgetStore, clock: Clock
) -> None:
    take(store, 100)
    clock.now = START + WINDOW

    store.give_back("token", 100, window_seconds=WINDOW)

    assert take(store, 100)


@pytest.mark.parametrize("calls", [1, 1000])
def test_giving_back_what_was_never_taken_makes_no_credit(store: DatabaseBudgetStore, calls: int) -> None:
    store.give_back("token", calls, window_seconds=WINDOW)
    take(store, 1)
    store.give_back("token", calls, window_seconds=WINDOW)

    assert not take(store, 101)


def test_a_429_halves_the_share_for_a_while(store: DatabaseBudgetStore, clock: Clock) -> None:
    store.throttle("token", seconds=60)

    assert not take(store, 51)
    assert take(store, 50)

    clock.now += 61
    assert take(store, 50)


def test_a_clock_that_lags_behind_counts_in_the_latest_window(store: DatabaseBudgetStore, clock: Clock) -> None:
    clock.now = START + WINDOW
    take(store, 100)

    clock.now = START + WINDOW - 1

    assert not take(store, 1)


def test_a_clock_that_was_far_ahead_spends_nothing_of_today(store: DatabaseBudgetStore, clock: Clock) -> None:
    clock.now = START + 24 * 3600
    take(store, 100)

    clock.now = START

    assert take(store, 60)
    store.give_back("token", 20, window_seconds=WINDOW)
    assert take(store, 60)
    assert not take(store, 1)


def test_a_row_that_another_makes_at_the_same_moment_refuses_nobody(
    store: DatabaseBudgetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = budget._changed

    def and_then_another(*args: Any) -> bool:
        done = changed(*args)
        Spending.objects.get_or_create(key="token")
        return done

    monkeypatch.setattr(budget, "_changed", and_then_another)

    assert take(store, 1)


def test_a_reservation_is_one_statement(store: DatabaseBudgetStore, django_assert_num_queries: Callable) -> None:
    take(store, 1)

    with django_assert_num_queries(1):
        take(store, 1)
    with django_assert_num_queries(1):
        store.give_back("token", 1, window_seconds=WINDOW)


def test_background_work_leaves_the_reserve_to_staff(store: DatabaseBudgetStore) -> None:
    background = Budget(store, "token", limit=100, staff_reserve=20)
    background.reserve(80)

    with pytest.raises(BudgetSpent):
        background.reserve(1)
    Budget(store, "token", limit=100, staff_reserve=20, staff=True).reserve(20)


@pytest.mark.parametrize("moment", [0, 1, 299, 300, 450, 599, 600, 10_000])
def test_it_grants_what_the_store_in_memory_grants(store: DatabaseBudgetStore, clock: Clock, moment: int) -> None:
    memory = MemoryBudgetStore(clock)
    for each in (store, memory):
        each.take("token", 70, limit=100, window_seconds=WINDOW)
        each.give_back("token", 10, window_seconds=WINDOW)
    clock.now += moment

    granted = [
        next((calls for calls in range(100, 0, -1) if each.take("token", calls, limit=100, window_seconds=WINDOW)), 0)
        for each in (store, memory)
    ]

    assert granted[0] == granted[1]


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_take_no_more_than_the_limit(store: DatabaseBudgetStore) -> None:
    granted: list[bool] = []

    def spend() -> None:
        granted.extend(take(store, 1, limit=25) for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=spend) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(granted) == 25
    assert Spending.objects.get().current == 25
