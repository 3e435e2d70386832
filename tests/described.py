"""Whether an answer of the sandbox is one that its OpenAPI document describes."""

import json
import re
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

# What a path or a method that is not there can be answered with: the checks come in this order (section 16).
UNSERVED = {400, 401, 404, 405, 413, 429}
MENDING = "Describe it in sandbox/openapi/ (docs/sandbox.md, The OpenAPI document), or do not answer it."


class Described:
    """One OpenAPI document, ready to have answers checked against it."""

    def __init__(self, text: str) -> None:
        self.document: dict[str, Any] = json.loads(text)
        self._patterns = [(_pattern(path), path) for path in self.document["paths"]]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """The path as the document names it, and the operation; None where nothing is served."""
        wanted = plain_path(path)
        found = [shape for pattern, shape in self._patterns if pattern.fullmatch(wanted)]
        # A path without parameters is the more exact one, and then the only one that is meant.
        fewest = min((shape.count("{") for shape in found), default=0)
        for shape in found:
            if shape.count("{") == fewest and (operation := self.document["paths"][shape].get(method.lower())):
                return shape, operation
        return None

    def problem(self, method: str, path: str, status: int, content_type: str, body: bytes) -> str | None:
        """What the document does not describe about this answer to a path below `/v1`; None when all is well."""
        found = self.operation(method, path)
        if found is None:
            if status not in UNSERVED:
                return f"{method} {path} answered {status} and is not described. {MENDING}"
            return self._body_problem(_error(status), f"{method} {path}", status, content_type, body, method)
        shape, operation = found
        response = operation["responses"].get(str(status))
        if response is None:
            return f"{method} {shape} answered the status {status}, which is not described. {MENDING}"
        return self._body_problem(response, f"{method} {shape}", status, content_type, body, method)

    def _body_problem(
        self, response: dict[str, Any], what: str, status: int, content_type: str, body: bytes, method: str
    ) -> str | None:
        if method == "HEAD":
            return f"{what} answered a HEAD with a body." if body else None
        content = response.get("content")
        if content is None:
            return f"{what} answered {status} with a body, where none is described. {MENDING}" if body else None
        media = content_type.partition(";")[0].strip()
        if media not in content:
            return f"{what} answered {status} as {media}, which is not described. {MENDING}"
        if media != "application/json":
            return None
        try:
            data = json.loads(body)
        except ValueError:
            return f"{what} answered {status} with a body that is no JSON."
        schema = json.dumps(content[media]["schema"], sort_keys=True)
        worst = next(iter(sorted(self._validator(schema).iter_errors(data), key=lambda error: -len(error.path))), None)
        if worst is None:
            return None
        return f"{what} answered {status} with {worst.json_path}: {worst.message[:300]}. {MENDING}"

    @cache  # noqa: B019 - one document for a whole run
    def _validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator({**json.loads(schema), "components": self.document["components"]})


def plain_path(path: str) -> str:
    """The path as the sandbox reads it: without the query, one slash for several, none at the end."""
    return re.sub("/+", "/", unquote(path.partition("?")[0])).rstrip("/") or "/"


@lru_cache(maxsize=4)
def described(text: str) -> Described:
    return Described(text)


def _error(status: int) -> dict[str, Any]:
    name = "RateLimitError" if status == 429 else "Error"
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def _pattern(path: str) -> re.Pattern[str]:
    """Ids are digits, as the routes have them; another parameter is anything within one part of the path."""
    parts = re.split(r"(\{[^}]*\})", path)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))
