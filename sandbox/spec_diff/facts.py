"""A document as facts that can be compared: its operations, each with parameters, bodies and answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.spec_diff.reading import Unusable
from sandbox.spec_diff.schemas import Attribute, Schemas, confidence_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
REQUEST = "request body"


@dataclass(slots=True)
class OperationFacts:
    """One operation. `parameters` by place and name, `attributes` by body or answer and path, `media` by the same."""

    shown: str
    confidence: str
    parameters: dict[tuple[str, str], Attribute] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Attribute] = field(default_factory=dict)
    media: dict[str, frozenset[str]] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Facts:
    """`operations` by method and path, without the names of parameters in it."""

    title: str
    operations: dict[str, OperationFacts]
    notes: list[str]


def facts_of(document: dict[str, Any]) -> Facts:
    """The facts of a document. Raises `Unusable` for one that cannot be walked."""
    reader = _Reader(document)
    try:
        operations = dict(reader.operations())
    except RecursionError:
        raise Unusable("Its schemas are nested too deep to be read.") from None
    if not operations:
        raise Unusable("It describes paths, but no operation of any of them.")
    info = document.get("info")
    told = info if isinstance(info, dict) else {}
    title = " ".join(str(told[key]) for key in ("title", "version") if key in told)
    return Facts(title or "without a title", operations, sorted(reader.schemas.notes))


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.schemas = Schemas(document)

    def operations(self) -> Iterator[tuple[str, OperationFacts]]:
        paths = {str(path): item for path, item in self.document["paths"].items()}
        # Some documents have the version in every path instead of in the server's address.
        versioned = all(path.startswith("/v1/") for path in paths)
        for path, item in paths.items():
            described = self.schemas.resolved(item)
            below = path.removeprefix("/v1") if versioned else path
            for method in METHODS:
                if isinstance(described.get(method), dict):
                    key = f"{method.upper()} {_blank(below)}"
                    yield key, self._operation(f"{method.upper()} {below}", described, described[method])

    def _operation(self, shown: str, item: dict[str, Any], operation: dict[str, Any]) -> OperationFacts:
        facts = OperationFacts(shown, confidence_of(operation))
        facts.parameters = dict(self._parameters(item, operation, shown))
        facts.parameters |= self._credentials(operation)
        body = self.schemas.resolved(operation.get("requestBody"))
        self._read_content(facts, REQUEST, body, required=body.get("required") is True)
        responses = operation.get("responses")
        for status, response in responses.items() if isinstance(responses, dict) else ():
            name = str(status).upper()
            facts.statuses.add(name)
            self._read_content(facts, f"answer {name}", self.schemas.resolved(response), required=True)
        return facts

    def _parameters(
        self, item: dict[str, Any], operation: dict[str, Any], shown: str
    ) -> Iterator[tuple[tuple[str, str], Attribute]]:
        """Those of the path and of the operation; ones in the path by their place in it, since names may differ."""
        in_path = re.findall(r"\{([^}]*)\}", shown)
        for listed in (item.get("parameters"), operation.get("parameters")):
            for one in listed if isinstance(listed, list) else ():
                parameter = self.schemas.resolved(one)
                place, name = str(parameter.get("in")), str(parameter.get("name"))
                if place == "path":
                    name = f"number {in_path.index(name) + 1}" if name in in_path else name
                elif place == "header":
                    name = name.lower()
                yield (place, name), self._parameter(parameter)

    def _parameter(self, parameter: dict[str, Any]) -> Attribute:
        found = dict(self.schemas.attributes(parameter.get("schema", {})))[""]
        required = parameter.get("required") is True
        return Attribute(found.types, found.values, required, confidence_of(parameter))

    def _credentials(self, operation: dict[str, Any]) -> dict[tuple[str, str], Attribute]:
        """Keys that security demands in headers, as if they were parameters: documents choose either way."""
        wanted = operation.get("security", self.document.get("security"))
        components = self.document.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, dict) else None
        found = {}
        for alternative in wanted if isinstance(wanted, list) else ():
            for name in alternative if isinstance(alternative, dict) else ():
                scheme = self.schemas.resolved(schemes.get(name)) if isinstance(schemes, dict) else {}
                if scheme.get("type") == "apiKey":
                    place, key = str(scheme.get("in")), str(scheme.get("name")).lower()
                    found[place, key] = Attribute(frozenset({"string"}), None, True, confidence_of(scheme))
        return found

    def _read_content(self, facts: OperationFacts, where: str, thing: dict[str, Any], *, required: bool) -> None:
        content = thing.get("content")
        if not isinstance(content, dict) or not content:
            return
        facts.media[where] = frozenset(str(kind).partition(";")[0].strip() for kind in content)
        chosen = next((one for kind, one in content.items() if "json" in str(kind)), next(iter(content.values())))
        schema = chosen.get("schema", {}) if isinstance(chosen, dict) else {}
        for name, attribute in self.schemas.attributes(schema):
            if not name:
                attribute = Attribute(attribute.types, attribute.values, required, attribute.confidence)
            facts.attributes[where, name] = attribute


def _blank(path: str) -> str:
    return re.sub("/+", "/", re.sub(r"\{[^}]*\}", "{}", path)).rstrip("/") or "/"
