"""Every address of the console, with arguments that lead somewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver: its name ("admin:index"), the view, the names of its arguments."""

    name: str
    view: Callable[..., Any]
    route: str
    arguments: tuple[str, ...]


def every_address() -> list[Address]:
    """All patterns that answer, ours and the admin's."""
    return list(_of(get_resolver(), "", ""))


def _of(resolver: URLResolver, namespace: str, route: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        where = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else f"{namespace}{where}"
            yield Address(name, pattern.callback, where, tuple(pattern.pattern.regex.groupindex))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _of(pattern, inner, where)


def reach(address: Address, values: dict[str, Any]) -> str:
    """The path of an address; an admin's `object_id` is that of its model's row in `values`."""
    wanted = {name: values[name] for name in address.arguments if name in values}
    if "object_id" in address.arguments:
        model = address.route.split("/")
        wanted["object_id"] = values.get(f"{model[0]}_{model[1]}", 1)
    if address.name.endswith(address.route):  # nameless
        path = address.route
        for name, value in wanted.items():
            path = path.replace(f"<path:{name}>", str(value))
        return "/" + path.replace("(?P<url>.*)$", "nowhere")
    return reverse(address.name, kwargs=wanted)


def every_action() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Model label, name and function of each action of the admin."""
    for model, model_admin in admin.site._registry.items():
        for name in model_admin.actions:
            function = getattr(model_admin, name) if isinstance(name, str) else name
            yield model._meta.label, function.__name__, function
    for name, function in admin.site.actions:
        yield "site", name, function


@contextmanager
def watched(ignored: set[str]) -> Iterator[list[str]]:
    """Collects every statement that changes a table other than these."""
    changes: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb = sql.lstrip().split(" ", 1)[0].upper()
        if verb in {"INSERT", "UPDATE", "DELETE"} and not any(f'"{table}"' in sql for table in ignored):
            changes.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield changes
