"""Read a whole list, page by page, to an end that comes whatever the server says.

Envelope, limit and offset: pagination; API reference, section 3.2. The offset is our own count of the items that
came; `count` and `_links.next` can make us ask once more, never stop early on a full page, and never go on without
end. A list that does not add up is an `UnexpectedAnswer`: read as it is, what it lacks would be called missing.
"""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from oneflow import reading
from oneflow.errors import UnexpectedAnswer

LIMIT = 100
LAST_OFFSET = 19_900
MOST_ITEMS = 20_000
# Full pages come to the ceiling in 200; the rest is for pages that Oneflow may cut shorter than asked.
MOST_PAGES = 210

T = TypeVar("T")
Fetch = Callable[[int, int], object]


def read_pages(
    fetch: Fetch,
    parse: Callable[[object], T],
    *,
    what: str,
    identity: Callable[[T], Hashable],
    may_be_bare: bool = False,
) -> tuple[T, ...]:
    """Every item of a list, each once, in the order in which they came.

    `fetch(limit, offset)` gets one page. `identity` tells items apart. `may_be_bare` accepts an array without the
    envelope where Oneflow is seen to send one.
    """
    reader = _Reader(parse, what, identity, may_be_bare)
    for _ in range(MOST_PAGES):
        if reader.take(fetch(LIMIT, reader.offset)):
            return reader.items()
        if reader.offset > LAST_OFFSET:
            return reader.items_at_the_ceiling()
    raise UnexpectedAnswer(f"{what}: the list does not end within {MOST_PAGES} pages.")


class _Reader(Generic[T]):
    """What was read of one list so far."""

    def __init__(
        self, parse: Callable[[object], T], what: str, identity: Callable[[T], Hashable], may_be_bare: bool
    ) -> None:
        self.offset = 0
        self._parse = parse
        self._what = what
        self._identity = identity
        self._may_be_bare = may_be_bare
        self._items: dict[Hashable, T] = {}
        self._bare: bool | None = None
        self._count: int | None = None

    def take(self, page: object) -> bool:
        """Add one page; whether the list ends with it."""
        data, more = self._open(page)
        if not data:
            return True
        known_before = len(self._items)
        for item in map(self._parse, data):
            self._items.setdefault(self._identity(item), item)
        self.offset += len(data)
        if self.offset > MOST_ITEMS:
            raise UnexpectedAnswer(f"{self._what}: more than {MOST_ITEMS} items, more than can be paged.")
        if len(self._items) == known_before:
            # A bare array has no pages that could repeat: offset was ignored, and the first answer was all.
            if self._bare:
                return True
            raise UnexpectedAnswer(f"{self._what}: the pages repeat.")
        return len(data) < LIMIT and not more

    def items(self) -> tuple[T, ...]:
        """The whole list; raises UnexpectedAnswer if Oneflow counts more than it gave."""
        if self._count is not None and self._count > len(self._items):
            raise UnexpectedAnswer(
                f"{self._what}: Oneflow counts {self._count} and gave {len(self._items)} different ones."
            )
        return tuple(self._items.values())

    def items_at_the_ceiling(self) -> tuple[T, ...]:
        """The list, if it is known to end where paging does."""
        if self._count is None or self._count > len(self._items):
            raise UnexpectedAnswer(f"{self._what}: more than {MOST_ITEMS} items, more than can be paged.")
        return self.items()

    def _open(self, page: object) -> tuple[list[Any], bool]:
        """The items of a page, and whether it says that more follow."""
        bare = isinstance(page, list)
        if (bare and not self._may_be_bare) or (self._bare is not None and bare != self._bare):
            raise UnexpectedAnswer(f"{self._what}: the list has not the form of a page.")
        self._bare = bare
        if bare:
            return reading.as_list(page, self._what), False
        envelope = reading.as_object(page, self._what)
        data = reading.as_list(envelope.get("data"), f"{self._what}: data")
        self._note(_count(envelope, self._what))
        if self._count is None:
            return data, True
        return data, self._count > self.offset + len(data) or _has_next(envelope, self._what)

    def _note(self, count: int | None) -> None:
        # An item that came or went between two pages has shifted the others: one may have slipped between them.
        if self.offset and count != self._count:
            raise UnexpectedAnswer(f"{self._what}: the list changed while it was read.")
        self._count = count


def _count(envelope: dict[str, Any], what: str) -> int | None:
    count = envelope.get("count")
    if count is None:
        return None
    if type(count) is not int or not 0 <= count <= reading.LARGEST_ID:
        raise reading.unexpected(what, "count", "a number of items")
    return count


def _has_next(envelope: dict[str, Any], what: str) -> bool:
    """Whether the page links to a next one. Where that leads is not looked at."""
    links = reading.child(envelope, "_links", what)
    return reading.child(links, "next", f"{what}: _links").get("href") is not None
