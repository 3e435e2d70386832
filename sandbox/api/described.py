"""The OpenAPI document of what this sandbox serves."""

from functools import cache
from typing import Any

from sandbox.api.routes import ROUTES
from sandbox.openapi.document import document


@cache
def own_document() -> dict[str, Any]:
    """The document of all routes. Raises `Undescribed`."""
    return document(ROUTES)
