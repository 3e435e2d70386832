"""Pagination ends, whatever the server says, with the whole list or an error."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow import reading
from oneflow.errors import UnexpectedAnswer
from oneflow.pages import LAST_OFFSET, MOST_ITEMS, MOST_PAGES, read_pages

Page = Callable[[int, int], object]


def item_id(data: object) -> int:
    return reading.required_id(reading.as_object(data, "thing"), "id", "thing")


class Remote:
    """Counts the calls; `page` answers them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[tuple[int, int]] = []

    def fetch(self, limit: int, offset: int) -> object:
        self.asked.append((limit, offset))
        return self.page(limit, offset)

    def read(self, *, may_be_bare: bool = False) -> tuple[int, ...]:
        return read_pages(self.fetch, item_id, what="things", identity=lambda number: number, may_be_bare=may_be_bare)


def things(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def envelope(data: object, count: object, href: object = None) -> dict[str, Any]:
    return {"data": data, "count": count, "_links": {"next": {"href": href}}}


def honest(total: int, longest: int = 100) -> Page:
    """A list of the ids from 1, told as documented; at most `longest` items in a page."""

    def page(limit: int, offset: int) -> object:
        size = min(limit, longest)
        last = min(offset + size, total)
        more = "https://elsewhere.example/" if last < total else None
        return envelope(things(*range(offset + 1, last + 1)), total, more)

    return page


@pytest.mark.parametrize(("total", "calls"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (250, 3), (20_000, 200)])
def test_an_honest_list_is_read_whole(total: int, calls: int) -> None:
    remote = Remote(honest(total))

    assert remote.read() == tuple(range(1, total + 1))
    assert len(remote.asked) == calls


def test_limit_and_offset_are_ours() -> None:
    remote = Remote(honest(250))
    remote.read()

    assert remote.asked == [(100, 0), (100, 100), (100, 200)]


def test_pages_shorter_than_asked_are_followed_while_more_are_counted() -> None:
    assert Remote(honest(120, longest=50)).read() == tuple(range(1, 121))


def test_a_list_longer_than_can_be_paged_is_not_passed_off_as_whole() -> None:
    remote = Remote(honest(20_001))

    with pytest.raises(UnexpectedAnswer, match="more than can be paged"):
        remote.read()
    assert max(offset for _, offset in remote.asked) == LAST_OFFSET


def test_a_count_that_is_too_high_is_found_out() -> None:
    remote = Remote(lambda limit, offset: envelope(things(1, 2, 3) if not offset else [], 5))

    with pytest.raises(UnexpectedAnswer, match="counts 5 and gave 3"):
        remote.read()
    assert len(remote.asked) == 2


def test_a_count_that_is_too_low_ends_no_list() -> None:
    def page(limit: int, offset: int) -> object:
        return envelope(things(*range(offset + 1, min(offset + 100, 150) + 1)), 100)

    assert len(Remote(page).read()) == 150


def test_an_empty_first_page_that_counts_items_is_found_out() -> None:
    with pytest.raises(UnexpectedAnswer):
        Remote(lambda limit, offset: envelope([], 7)).read()


def test_pages_that_repeat_are_found_out() -> None:
    remote = Remote(lambda limit, offset: envelope(things(*range(1, 101)), 1000, "https://x.example"))

    with pytest.raises(UnexpectedAnswer, match="repeat"):
        remote.read()
    assert len(remote.asked) == 2


def test_two_pages_that_take_turns_are_found_out() -> None:
    def page(limit: int, offset: int) -> object:
        start = 1 if offset % 200 == 0 else 101
        return envelope(things(*range(start, start + 100)), 1000)

    remote = Remote(page)
    with pytest.raises(UnexpectedAnswer, match="repeat"):
        remote.read()
    assert len(remote.asked) == 3


def test_a_list_that_never_ends_is_given_up() -> None:
    remote = Remote(lambda limit, offset: envelope(things(*range(offset + 1, offset + 101)), offset + 200))

    with pytest.raises(UnexpectedAnswer):
        remote.read()
    assert len(remote.asked) <= MOST_PAGES


def test_a_list_of_one_item_a_page_that_never_ends_is_given_up() -> None:
    remote = Remote(lambda limit, offset: envelope(things(offset + 1), 10**9))

    with pytest.raises(UnexpectedAnswer, match="does not end"):
        remote.read()
    assert len(remote.asked) == MOST_PAGES


def test_a_page_of_more_than_everything_is_given_up() -> None:
    with pytest.raises(UnexpectedAnswer):
        Remote(lambda limit, offset: envelope(things(*range(1, MOST_ITEMS + 2)), MOST_ITEMS + 1)).read()


def test_a_next_link_without_a_next_page_costs_one_call() -> None:
    def page(limit: int, offset: int) -> object:
        return envelope(things(1, 2) if not offset else [], 2, "https://x.example")

    remote = Remote(page)

    assert remote.read() == (1, 2)
    assert len(remote.asked) == 2


def test_without_a_count_an_empty_page_ends_the_list() -> None:
    def page(limit: int, offset: int) -> object:
        return {"data": things(1, 2) if not offset else []}

    assert Remote(page).read() == (1, 2)


def test_a_list_that_changed_while_it_was_read_is_not_passed_off_as_whole() -> None:
    def page(limit: int, offset: int) -> object:
        return envelope(things(*range(1, 101)), 101) if not offset else envelope(things(100), 100)

    with pytest.raises(UnexpectedAnswer, match="changed"):
        Remote(page).read()


def test_an_item_that_came_twice_hides_no_missing_one() -> None:
    def page(limit: int, offset: int) -> object:
        return envelope(things(*range(1, 101)), 102) if not offset else envelope(things(100, 101), 102)

    with pytest.raises(UnexpectedAnswer, match="counts 102 and gave 101"):
        Remote(page).read()


@pytest.mark.parametrize("count", ["3", True, -1, 1.5, [], {}, 2**70])
def test_a_count_of_a_wrong_type_is_not_understood(count: object) -> None:
    with pytest.raises(UnexpectedAnswer, match="count"):
        Remote(lambda limit, offset: envelope(things(1), count)).read()


@pytest.mark.parametrize("page", [None, 5, "x", [], {}, {"data": None}, {"data": {}}, {"count": 0}])
def test_a_page_without_data_is_not_an_empty_list(page: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        Remote(lambda limit, offset: page).read()


def test_a_bare_array_is_read_where_it_may_come() -> None:
    remote = Remote(lambda limit, offset: things(1, 2))

    assert remote.read(may_be_bare=True) == (1, 2)
    assert len(remote.asked) == 1


def test_a_bare_array_of_a_hundred_is_asked_for_more() -> None:
    paged = Remote(lambda limit, offset: things(*range(offset + 1, min(offset + 100, 130) + 1)))
    whole = Remote(lambda limit, offset: things(*range(1, 131)))

    assert paged.read(may_be_bare=True) == whole.read(may_be_bare=True) == tuple(range(1, 131))


def test_an_envelope_and_then_a_bare_array_are_no_list() -> None:
    def page(limit: int, offset: int) -> object:
        return things(101) if offset else envelope(things(*range(1, 101)), 101)

    with pytest.raises(UnexpectedAnswer):
        Remote(page).read(may_be_bare=True)


LISTS = st.lists(st.fixed_dictionaries({"id": st.integers(1, 150)}), max_size=120) | st.builds(
    lambda first, size: things(*range(first, first + size)), st.integers(1, 400), st.integers(0, 130)
)
PAGES = st.one_of(
    LISTS,
    st.builds(
        lambda data, count, href: {"data": data, "count": count, "_links": {"next": {"href": href}}},
        LISTS,
        st.none() | st.integers(-1, 400) | st.just(10**12) | st.booleans() | st.text(max_size=2),
        st.none() | st.just("https://x.example/") | st.just(7),
    ),
    st.dictionaries(st.sampled_from(["data", "count", "_links"]), st.none() | st.integers() | LISTS),
    st.none() | st.integers() | st.text(),
)


@given(pages=st.lists(PAGES, min_size=1, max_size=5), may_be_bare=st.booleans())
def test_whatever_a_server_answers_reading_ends(pages: list[object], may_be_bare: bool) -> None:
    """The pages come in turn, over and over."""
    remote = Remote(lambda limit, offset: pages[(len(remote.asked) - 1) % len(pages)])

    try:
        numbers = remote.read(may_be_bare=may_be_bare)
    except UnexpectedAnswer:
        pass
    else:
        assert len(set(numbers)) == len(numbers) <= MOST_ITEMS
    assert len(remote.asked) <= MOST_PAGES
    assert all(offset <= LAST_OFFSET for _, offset in remote.asked)


@given(total=st.integers(0, 700), longest=st.integers(20, 100))
def test_every_honest_list_is_read_whole(total: int, longest: int) -> None:
    assert Remote(honest(total, longest)).read() == tuple(range(1, total + 1))
