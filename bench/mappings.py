"""Blueprints and mappings over a large fleet: the conformance matrix, and the preview of a release."""

from collections.abc import Iterable

from bench import conformance, previewing
from bench.figures import Figure


def figures() -> Iterable[Figure]:
    """The figures of each, one after the other."""
    yield from conformance.figures()
    yield from previewing.figures()
