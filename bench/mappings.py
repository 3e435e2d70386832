"""Blueprints and mappings: the conformance matrix and the preview of a release over a large fleet, and lineage."""

from collections.abc import Iterable

from bench import conformance, lineage, previewing
from bench.figures import Figure


def figures() -> Iterable[Figure]:
    """The figures of each, one after the other."""
    yield from conformance.figures()
    yield from previewing.figures()
    yield from lineage.figures()
