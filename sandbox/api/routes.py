"""Every method and path that the sandbox serves below `/v1`, and whether it demands a user email (section 2.2)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.api import (
    accounts,
    contacts,
    data_fields,
    extensions,
    folders,
    helpers,
    logs,
    tags,
    template_types,
    templates,
    users,
    webhooks,
    workspaces,
)
from sandbox.api.contracts import comments, creating, fields, files, happenings, listing, parties, single, tables
from sandbox.errors import NotThere, Refusal

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    pattern: re.Pattern[str]
    handlers: dict[str, Handler]
    needs_email: tuple[str, ...] = ()


def _route(path: str, *, needs_email: tuple[str, ...] = (), **handlers: Handler) -> Route:
    shape = path.replace("{id}", r"([0-9]{1,18})").replace("{field}", r"([0-9]{1,18}|c::[^/]+)")
    pattern = re.compile(shape)
    return Route(path, pattern, handlers, needs_email)


ROUTES = (
    _route("/", GET=accounts.welcome),
    _route("/ping", GET=accounts.ping),
    _route("/accounts/me", GET=accounts.me),
    _route("/logs", GET=logs.listed),
    _route("/users", GET=users.listed),
    _route("/users/{id}", GET=users.one),
    _route("/workspaces", GET=workspaces.listed),
    _route("/workspaces/{id}", GET=workspaces.one),
    _route("/folders", GET=folders.listed, POST=folders.create),
    _route("/folders/{id}", PUT=folders.update, DELETE=folders.delete),
    _route("/tags", GET=tags.listed, POST=tags.create),
    _route("/tags/{id}", GET=tags.one, PUT=tags.update, DELETE=tags.delete),
    _route("/contacts", GET=contacts.listed, POST=contacts.create),
    _route("/contacts/{id}", GET=contacts.one, PUT=contacts.update, DELETE=contacts.delete),
    _route("/templates", GET=templates.listed),
    _route("/templates/{id}", GET=templates.one),
    _route("/templates/{id}/files/{id}", GET=files.of_template),
    _route("/template_types", GET=template_types.listed, POST=template_types.create),
    _route("/template_types/{id}", GET=template_types.one),
    _route("/template_types/{id}/data_fields", PUT=data_fields.replace, needs_email=("PUT",)),
    _route("/helpers/contract_create_data", GET=helpers.contract_create_data),
    _route("/helpers/template_types/{id}/data_fields", GET=template_types.fields),
    _route("/webhooks", GET=webhooks.listed, POST=webhooks.create),
    _route("/webhooks/{id}", GET=webhooks.one, PUT=webhooks.update, DELETE=webhooks.delete),
    _route("/contracts", GET=listing.listed),
    _route("/contracts/create", POST=creating.create, needs_email=("POST",)),
    _route(
        "/contracts/{id}",
        GET=single.one,
        PUT=single.update,
        DELETE=single.delete,
        needs_email=("PUT", "DELETE"),
    ),
    _route("/contracts/{id}/publish", POST=single.publish, needs_email=("POST",)),
    _route("/contracts/{id}/copy", POST=creating.copy),
    _route("/contracts/{id}/move", POST=single.move),
    _route("/contracts/{id}/decline", POST=single.decline),
    _route("/contracts/{id}/mark_as_signed", POST=single.mark_as_signed),
    _route("/contracts/{id}/data_fields", GET=fields.listed, PUT=fields.update_several),
    _route("/contracts/{id}/data_fields/{field}", PUT=fields.update_one, needs_email=("PUT",)),
    _route("/contracts/{id}/parties", GET=parties.listed, POST=parties.add),
    _route(
        "/contracts/{id}/parties/{id}",
        GET=parties.one,
        PUT=parties.update,
        DELETE=parties.remove,
        needs_email=("DELETE",),
    ),
    _route(
        "/contracts/{id}/parties/{id}/participants",
        GET=parties.participants,
        POST=parties.add_participant,
        needs_email=("POST",),
    ),
    _route(
        "/contracts/{id}/parties/{id}/participants/{id}",
        GET=parties.participant,
        PUT=parties.update_participant,
        DELETE=parties.remove_participant,
    ),
    _route("/contracts/{id}/participants/{id}/access_link", POST=parties.access_link),
    _route("/contracts/{id}/product_groups", GET=tables.listed),
    _route("/contracts/{id}/product_groups/{id}/products", POST=tables.add_product),
    _route("/contracts/{id}/files", GET=files.listed, POST=files.upload, needs_email=("POST",)),
    _route("/contracts/{id}/files/{id}", GET=files.one),
    _route("/contracts/{id}/comments", GET=comments.listed, POST=comments.create),
    _route("/contracts/{id}/comments/{id}", GET=comments.one),
    _route("/contracts/{id}/events", GET=happenings.listed),
    _route("/contracts/{id}/events/{id}", GET=happenings.one),
    _route("/integration_extensions", GET=extensions.listed),
    _route("/integration_extensions/{id}", GET=extensions.one),
)


def endpoint(path: str) -> str:
    """The shape of the route that a path belongs to, as `/users/{id}`; nothing for a path that is not served."""
    return next((route.path for route in ROUTES if route.pattern.fullmatch(path)), "")


def find(method: str, path: str) -> tuple[Handler, list[int | str], bool]:
    """The handler, the ids in the path, and whether a user email is required; 404 or 405 when there is none."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is None:
            continue
        handler = route.handlers.get(method)
        if handler is None:
            allowed = ", ".join(route.handlers)
            raise Refusal(405, f"This path answers {allowed} only.")
        return (
            handler,
            [int(text) if text.isdecimal() else text for text in match.groups()],
            method in route.needs_email,
        )
    raise NotThere("path")
