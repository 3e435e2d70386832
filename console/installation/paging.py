"""Lists of one installation, page by page, on the server."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 100


def paged(request: HttpRequest, rows: QuerySet[Any] | list[Any], per_page: int = PER_PAGE) -> Page[Any]:
    """The page that the address asks for, the nearest one where there is none such."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def rest_of_address(request: HttpRequest) -> str:
    """The query of this address without the page, so that paging keeps search and filter: "q=deal&" or ""."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def searched(request: HttpRequest) -> str:
    """What was searched for, without the NUL that PostgreSQL takes for an error."""
    return request.GET.get("q", "").replace("\0", "").strip()
