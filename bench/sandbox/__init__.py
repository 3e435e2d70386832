"""The local Oneflow at its full size, beside a small one. `make bench BENCH=sandbox`."""

from collections.abc import Iterable

from bench.figures import Figure
from bench.sandbox import scale


def figures() -> Iterable[Figure]:
    """What a large fleet costs."""
    yield from scale.figures()
