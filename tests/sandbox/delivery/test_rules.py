"""The rules of delivery that hold for all inputs: filters, signatures, the proportions of waits, whose turn it is."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.delivery import bodies, configuration, targets, waits
from sandbox.delivery.filters import lets_through
from sandbox.delivery.queue import OF_A_SLOW_ONE, OF_ONE, TOTAL, Queue

TYPES = st.sampled_from(["contract:sign", "contract:publish", "participant:sign", "a:new:one"])
PLACES = st.integers(1, 4)
RULES = st.one_of(
    st.fixed_dictionaries({"type": st.just("EVENT_TYPE"), "values": st.lists(TYPES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"type": st.just("WORKSPACE"), "values": st.lists(PLACES, min_size=1, max_size=3)}),
)
FILTERS = st.lists(st.fixed_dictionaries({"filter_rules": st.lists(RULES, min_size=1, max_size=2)}), max_size=3)


KEY = "kontor-sign-key-2025"
CALLBACK_ID = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"


@pytest.mark.parametrize(
    ("callback_id", "key", "signature"),
    [
        ("5f2c9a7e41b08d36c1e4a90b7d5f83e2146ac0d9", KEY, "7b21dccbf4731c8644145b5df0445781f3ffb1f3"),
        (CALLBACK_ID, KEY, "0a1f222dedf356b18a399fd5f33a49904b9e3638"),
        (CALLBACK_ID, None, "c85d70cbbcfbfc0bea37ff90a0377ad388903200"),
        (CALLBACK_ID, "", "c85d70cbbcfbfc0bea37ff90a0377ad388903200"),
    ],
)
def test_the_worked_examples_are_signed_as_documented(callback_id: str, key: str | None, signature: str) -> None:
    """Section 11.3."""
    assert bodies.signature(callback_id, key) == signature


@given(FILTERS, TYPES, PLACES)
def test_rules_of_a_filter_are_anded_and_filters_are_ored(filters: list[Any], event_type: str, place: int) -> None:
    alone = [lets_through([each], event_type, place) for each in filters]
    assert lets_through(filters, event_type, place) == (any(alone) if filters else True)
    for each in filters:
        one_by_one = [lets_through([{"filter_rules": [rule]}], event_type, place) for rule in each["filter_rules"]]
        assert lets_through([each], event_type, place) == all(one_by_one)


@given(FILTERS, TYPES, PLACES)
def test_a_rule_lets_through_what_it_names(filters: list[Any], event_type: str, place: int) -> None:
    for each in filters:
        for rule in each["filter_rules"]:
            named = (event_type if rule["type"] == "EVENT_TYPE" else place) in rule["values"]
            assert lets_through([{"filter_rules": [rule]}], event_type, place) == named


def test_no_filters_let_everything_through() -> None:
    assert lets_through(None, "contract:sign", 1) and lets_through([], "contract:sign", 1)


@given(st.lists(st.floats(0, 86_400), max_size=50), st.floats(1, 100_000))
def test_the_factor_shortens_every_wait_alike(schedule: list[float], factor: float) -> None:
    ended = datetime(2026, 1, 1, tzinfo=UTC)
    for attempts, seconds in enumerate(schedule, 1):
        wait = waits.wait_after(attempts, schedule)
        assert wait == seconds
        real = waits.due(ended, wait, factor) - ended
        assert abs(real - timedelta(seconds=seconds) / factor) <= timedelta(microseconds=2)
    assert waits.wait_after(len(schedule) + 1, schedule) is None


def test_the_documented_schedule_has_ten_attempts_in_107_minutes() -> None:
    assert len(waits.DOCUMENTED) + 1 == 10
    assert sum(waits.DOCUMENTED) == 6406


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 100)), max_size=60), st.floats(0, 100))
def test_each_callback_has_its_turn_once_and_not_before_its_time(waiting: list[tuple[int, float]], now: float) -> None:
    queue = Queue()
    for pk, (lane, due) in enumerate(waiting):
        queue.add(pk, lane, due)
    taken: list[int] = []
    while turn := queue.take(now):
        for pk, lane in turn:
            taken.append(pk)
            queue.release(pk, lane, now)

    assert sorted(taken) == [pk for pk, (_, due) in enumerate(waiting) if due <= now]
    for lane in range(6):
        dues = [waiting[pk][1] for pk in taken if waiting[pk][0] == lane]
        assert all(former <= later for former, later in pairwise(dues))


def test_no_lane_takes_more_than_its_places_and_a_slow_one_fewer() -> None:
    queue = Queue()
    for pk in range(500):
        queue.add(pk, "hangs", 0)
    assert len(queue.take(1)) == OF_ONE
    queue.add(1000, "quick", 0)
    assert queue.take(1.1) == [(1000, "quick")]

    for pk in range(OF_ONE):
        queue.release(pk, "hangs", 10)
    assert len(queue.take(10)) == OF_A_SLOW_ONE


def test_slow_lanes_together_leave_half_of_the_places_to_others() -> None:
    queue = Queue()
    for lane in range(TOTAL):
        queue.add(2 * lane, lane, 0)
        queue.add(2 * lane + 1, lane, 0)
    for turn in iter(lambda: queue.take(1), []):
        for pk, lane in turn:
            queue.release(pk, lane, 10)
    for lane in range(TOTAL):
        queue.add(10_000 + lane, lane, 0)
    slow = 0
    while turn := queue.take(20):
        slow += len(turn)
    assert slow == TOTAL // 2

    queue.add(99_999, "quick", 0)
    assert queue.take(20) == [(99_999, "quick")]


def test_what_waits_can_be_called_earlier_and_what_has_begun_is_not_begun_again() -> None:
    queue = Queue()
    queue.add(1, "a", 100)
    queue.add(1, "a", 5)
    assert queue.take(5) == [(1, "a")]
    queue.add(1, "a", 5)
    queue.release(1, "a", 6)
    queue.add(1, "a", 5)
    assert queue.take(100) == []
    queue.finish(1)
    queue.add(1, "a", 7)
    assert queue.take(100) == [(1, "a")]


def test_a_paused_lane_waits() -> None:
    paused = {"a"}
    queue = Queue(lambda lane: lane in paused)
    queue.add(1, "a", 0)
    queue.add(2, "b", 0)
    assert queue.take(1) == [(2, "b")]
    paused.clear()
    assert queue.take(1) == [(1, "a")]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost", "a.localhost"])
def test_loopback_is_local(host: str) -> None:
    assert targets.is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "169.254.169.254", "localhost.example", "hooks.example", "::"])
def test_everything_else_is_not(host: str) -> None:
    assert not targets.is_local(host)


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": []},
        {"headers": {"a b": "c"}},
        {"headers": {"Host": "other"}},
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X": None}},
        {"headers": {"X": "日本"}},
        {"query": "a=b"},
        {"query": {"a": ["b"]}},
        {"authentication": "basic"},
        {"authentication": {"type": "digest"}},
        {"authentication": {"type": "basic"}},
        {"authentication": {"type": "basic", "basic": {"username": "u"}}},
        {"authentication": {"type": "bearer", "bearer": {"token": "a b"}}},
        {"authentication": {"type": "bearer", "bearer": {"token": "a\nb"}}},
        {"authentication": {"type": "oauth2_client_credentials", "oauth2_client_credentials": {"token_url": "x"}}},
    ],
)
def test_a_configuration_that_cannot_be_followed_says_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(configuration.Unusable):
        configuration.read(wrong)


@given(st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.text() | st.integers(), st.lists), max_size=4))
def test_any_object_is_a_configuration_or_refused(data: dict[str, Any]) -> None:
    assert isinstance(configuration.read(data), configuration.Configuration)
