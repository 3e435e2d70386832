"""The whole document, put together along the routes so that it describes what is served and nothing else."""

import re
from collections.abc import Iterable
from typing import Any, Protocol

from sandbox.openapi import (
    accounts,
    comments,
    common,
    contacts,
    contents,
    contracts,
    data_fields,
    folders,
    helpers,
    integration_extensions,
    logs,
    parties,
    tags,
    template_types,
    templates,
    users,
    webhooks,
    workspaces,
)
from sandbox.openapi.describing import CONFIDENCE, ID, Operation, Schema

MODULES = (
    common,
    accounts,
    users,
    workspaces,
    folders,
    tags,
    contacts,
    comments,
    templates,
    template_types,
    data_fields,
    helpers,
    contracts,
    parties,
    contents,
    webhooks,
    integration_extensions,
    logs,
)
_NAMED = re.compile(r"\{([a-z_]+)\}")


class Route(Protocol):
    """What the document needs of a route of `sandbox/api/routes.py`."""

    path: str
    handlers: dict[str, Any]
    needs_email: tuple[str, ...]


class Undescribed(Exception):
    """Routes and descriptions do not match; the message names each and where to mend it."""


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes. Raises `Undescribed`."""
    served = {(method, blank(route.path)): route for route in routes for method in route.handlers}
    described = {(one.method, blank(one.path)): one for module in MODULES for one in module.OPERATIONS}
    _demand_same(set(served), set(described))
    paths: dict[str, dict[str, Any]] = {}
    for key, operation in described.items():
        needs_email = operation.method in served[key].needs_email
        paths.setdefault(operation.path, {})[operation.method.lower()] = _shown(operation, needs_email)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The sandbox: a local Oneflow",
            "version": "1",
            "description": "What the local Oneflow serves. x-confidence says how sure each fact is, and in which "
            "section of the API reference it stands: D documented, F first-party code, C seen in clients, "
            "I inferred, ASSUMED our own proposal.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{name: []} for name in common.SECURITY],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": common.SECURITY},
    }


def blank(path: str) -> str:
    """The path with its parameters' names taken out, which routes and documents choose differently."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _demand_same(served: set[tuple[str, str]], described: set[tuple[str, str]]) -> None:
    problems = [f"{method} {path} is served and not described" for method, path in sorted(served - described)]
    problems += [f"{method} {path} is described and not served" for method, path in sorted(described - served)]
    if problems:
        raise Undescribed(
            f"{'; '.join(problems)}. Describe each route in the module of its object in sandbox/openapi/ "
            "(docs/sandbox.md, The OpenAPI document, says how)."
        )


def _schemas() -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for module in MODULES:
        if twice := set(found) & set(module.SCHEMAS):
            raise Undescribed(f"The schema {', '.join(sorted(twice))} is there twice in sandbox/openapi/.")
        found |= module.SCHEMAS
    return dict(sorted(found.items()))


def _shown(operation: Operation, needs_email: bool) -> dict[str, Any]:
    statuses = sorted({*common.ALWAYS, *operation.refuses})
    shown = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "parameters": _parameters(operation, needs_email),
        "responses": {
            "200": _success(operation),
            **{str(status): response for status, response in operation.answers.items()},
            **{str(status): common.refusal(status) for status in statuses},
        },
        CONFIDENCE: {"mark": operation.mark, "section": operation.section},
    }
    if operation.body is not None:
        shown["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": operation.body}}}
    return shown


def _success(operation: Operation) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "Done; the body is empty."}
    return {"description": operation.summary, "content": {"application/json": {"schema": operation.answer}}}


def _parameters(operation: Operation, needs_email: bool) -> list[Schema]:
    described = {parameter["name"] for parameter in operation.parameters}
    ids = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": ID,
            CONFIDENCE: {"mark": operation.mark, "section": operation.section},
        }
        for name in _NAMED.findall(operation.path)
        if name not in described
    ]
    return [*ids, *operation.parameters, {**common.EMAIL_HEADER, "required": needs_email}]


def _operation_id(operation: Operation) -> str:
    words = re.findall("[a-z_]+", operation.path) or ["root"]
    return "_".join([operation.method.lower(), *words])
