"""Schemas as one sees them from outside: `$ref`, `allOf`, `oneOf` and `anyOf` resolved."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sandbox.spec_diff.reading import Unusable

# A schema and the references that led to it, by which a circle is noticed.
Alternative = tuple[Any, frozenset[str]]
# A document that reaches more has schemas that refer to each other over and over.
MOST_SCHEMAS = 200_000
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Attribute:
    """What one document says of one value. `types` is empty where it says nothing; `values` is None without an enum."""

    types: frozenset[str]
    values: frozenset[str] | None
    required: bool
    confidence: str = ""


@dataclass(slots=True)
class _View:
    """A schema with everything that it is put together from."""

    types: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    properties: dict[str, list[Alternative]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: list[Alternative] = field(default_factory=list)

    @property
    def is_object(self) -> bool:
        return "object" in self.types or bool(self.properties)


class Schemas:
    """The schemas of one document. `notes` are references that could not be followed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.notes: set[str] = set()
        self._seen = 0

    def resolved(self, thing: Any) -> dict[str, Any]:
        """An object of the document, its `$ref` followed; an empty one for whatever is none."""
        followed: set[str] = set()
        while isinstance(thing, dict) and "$ref" in thing:
            reference = str(thing["$ref"])
            if reference in followed:
                self.notes.add(f"$ref {reference} leads in a circle")
                return {}
            followed.add(reference)
            thing = self._target(reference)
        return thing if isinstance(thing, dict) else {}

    def attributes(self, schema: Any) -> Iterator[tuple[str, Attribute]]:
        """Every attribute that a value of this schema can have, by its path: `data[].id`; the value itself is ``."""
        yield from self._walk([(schema, frozenset())], "", required=True, depth=0)

    def _walk(
        self, alternatives: list[Alternative], name: str, *, required: bool, depth: int
    ) -> Iterator[tuple[str, Attribute]]:
        view = _any_of([self._view(schema, led) for schema, led in alternatives])
        yield name, Attribute(view.types, view.values, required, _confidence(alternatives))
        if depth > DEEPEST:
            raise Unusable(f"Its objects are nested deeper than {DEEPEST} levels, at {name[:200]}.")
        for key, inner in view.properties.items():
            below = f"{name}.{key}" if name else key
            yield from self._walk(inner, below, required=key in view.required, depth=depth + 1)
        if view.items:
            yield from self._walk(view.items, f"{name}[]", required=True, depth=depth + 1)

    def _view(self, schema: Any, led: frozenset[str]) -> _View:
        self._seen += 1
        if self._seen > MOST_SCHEMAS:
            raise Unusable(f"Its schemas refer to each other more than {MOST_SCHEMAS:,} times.")
        if not isinstance(schema, dict):
            return _View()
        parts = [_own(schema, led)]
        if "$ref" in schema:
            parts.append(self._referred(str(schema["$ref"]), led))
        parts += [self._view(one, led) for one in _list(schema.get("allOf"))]
        for keyword in ("oneOf", "anyOf"):
            if variants := _list(schema.get(keyword)):
                parts.append(_any_of([self._view(one, led) for one in variants]))
        view = _all_of(parts)
        if schema.get("nullable") is True and view.types:
            view.types |= {"null"}
        return view

    def _referred(self, reference: str, led: frozenset[str]) -> _View:
        if reference in led:
            # A circle is described by what stands where it begins.
            return _View(types=frozenset({"object"}))
        return self._view(self._target(reference), led | {reference})

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            self.notes.add(f"$ref {reference[:200]} leads out of the document and was not followed")
            return {}
        found: Any = self.document
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isascii() and key.isdecimal() and int(key[:9]) < len(found):
                found = found[int(key[:9])]
            else:
                self.notes.add(f"$ref {reference[:200]} leads nowhere")
                return {}
        return found


def _own(schema: dict[str, Any], led: frozenset[str]) -> _View:
    """What a schema says itself, without those that it refers to."""
    properties = schema.get("properties")
    required = frozenset(str(name) for name in _list(schema.get("required")))
    view = _View(
        types=frozenset(str(kind) for kind in _list(schema.get("type"))),
        values=_values(schema),
        properties={str(key): [(one, led)] for key, one in properties.items()} if isinstance(properties, dict) else {},
        required=required,
        items=[(schema["items"], led)] if isinstance(schema.get("items"), dict) else [],
    )
    if not view.types and view.properties:
        view.types = frozenset({"object"})
    if not view.types and view.items:
        view.types = frozenset({"array"})
    return view


def _values(schema: dict[str, Any]) -> frozenset[str] | None:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return frozenset(map(_written, listed)) if isinstance(listed, list) else None


def _all_of(parts: list[_View]) -> _View:
    """What holds for a value that fits every part."""
    whole = _View()
    for part in parts:
        both = whole.types & part.types
        whole.types = both or whole.types | part.types
        if part.values is not None:
            whole.values = part.values if whole.values is None else whole.values & part.values
        _add(whole, part)
        whole.required |= part.required
    return whole


def _any_of(parts: list[_View]) -> _View:
    """What can hold for a value that fits one of the parts; required is what each object among them requires."""
    whole = _View()
    for part in parts:
        whole.types |= part.types
        _add(whole, part)
    if any(not part.types for part in parts):
        whole.types = frozenset()  # one of them says nothing, so it may be anything
    whole.values = _values_of_any(parts)
    objects = [part.required for part in parts if part.is_object]
    whole.required = frozenset.intersection(*objects) if objects else frozenset()
    return whole


def _values_of_any(parts: list[_View]) -> frozenset[str] | None:
    """The values that are listed; None where a value of the same type may be any, since it fits another part."""
    listed = [part for part in parts if part.values is not None]
    types = frozenset().union(*(part.types for part in listed))
    # What says neither type nor values says that everything will do.
    open_ones = [part for part in parts if part.values is None]
    if not listed or any(not part.types or not types or part.types & types for part in open_ones):
        return None
    return frozenset().union(*(part.values for part in listed if part.values is not None))


def _add(whole: _View, part: _View) -> None:
    for key, inner in part.properties.items():
        whole.properties.setdefault(key, []).extend(inner)
    whole.items.extend(part.items)


def _confidence(alternatives: Iterable[Alternative]) -> str:
    for schema, _ in alternatives:
        if told := confidence_of(schema):
            return told
    return ""


def confidence_of(thing: Any) -> str:
    """`D, section 6.1`, where the document carries marks of confidence."""
    found = thing.get("x-confidence") if isinstance(thing, dict) else None
    return f"{found.get('mark')}, section {found.get('section')}" if isinstance(found, dict) else ""


def _list(value: Any) -> list[Any]:
    if value is None or isinstance(value, bool):
        return []
    return value if isinstance(value, list) else [value]


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, sort_keys=True, default=str)
    except (TypeError, ValueError):  # YAML has keys that JSON has not
        return repr(value)[:200]
