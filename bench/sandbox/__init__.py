"""The local Oneflow at its full size, beside a small one. `make bench BENCH=sandbox`."""

from collections.abc import Iterable

from bench.figures import Figure
from bench.sandbox import contracts, delivery, scale


def figures() -> Iterable[Figure]:
    """What a large fleet and a long list of contracts cost, and whether webhooks arrive."""
    yield from scale.figures()
    yield from contracts.figures()
    yield from delivery.figures()
