"""The local Oneflow at its full size, beside a small one. `make bench BENCH=sandbox`."""

from collections.abc import Iterable

from bench.figures import Figure
from bench.sandbox import delivery, scale


def figures() -> Iterable[Figure]:
    """What a large fleet costs, and whether webhooks arrive."""
    yield from scale.figures()
    yield from delivery.figures()
