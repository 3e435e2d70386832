"""The few words in which the modules of this package describe objects and operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

# How sure a fact is: documented, first-party code, seen in clients, inferred, or our own proposal.
MARKS = ("D", "F", "C", "I", "ASSUMED")
CONFIDENCE = "x-confidence"

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
NOTHING: Schema = {"type": "null"}
ID: Schema = {"type": "integer", "minimum": 1}
EMAIL: Schema = {"type": "string", "format": "email"}
# Both spellings of the offset (section 3.1); `date-time` of JSON Schema knows only the one with a colon.
DATETIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d$"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path: what it takes and what it answers.

    `answer` is the schema of the 200, None for an empty body. `refuses` names the error statuses beside those that
    every operation can have. `answers` holds further statuses that are no errors. The names in the path are free; a
    path parameter that is no id is described in `parameters`.
    """

    method: str
    path: str
    summary: str
    mark: str
    section: str
    answer: Schema | None
    body: Schema | None = None
    body_type: str = "application/json"
    parameters: tuple[Schema, ...] = ()
    refuses: tuple[int, ...] = ()
    answers: Mapping[int, Schema] = field(default_factory=dict)


def marked(mark: str, schema: Schema, says: str = "", *, section: str = "") -> Schema:
    """The schema with its mark of confidence; an attribute without a section takes the one of its object."""
    if mark not in MARKS:
        raise ValueError(f"{mark} is no mark of confidence; there are {', '.join(MARKS)}.")
    told = {"description": says} if says else {}
    return {**schema, **told, CONFIDENCE: {"mark": mark, "section": section}}


def thing(section: str, attributes: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object of an answer. It is closed: an attribute that is not described here must not be sent."""
    return {
        "type": "object",
        "properties": {name: _in_section(schema, section) for name, schema in attributes.items()},
        "required": sorted(set(attributes) - set(optional)),
        "additionalProperties": False,
    }


def sent(section: str, attributes: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """An object of a request. It is open: what the API does not know it passes over."""
    properties = {name: _in_section(schema, section) for name, schema in attributes.items()}
    return {"type": "object", "properties": properties, **({"required": sorted(required)} if required else {})}


def ref(name: str) -> Schema:
    """The schema that a module lists under that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, NOTHING]}


def array(items: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": items, **limits}


def always_empty() -> Schema:
    """An array in which the sandbox never has anything."""
    return {"type": "array", "maxItems": 0}


def text(low: int = 0, high: int | None = None) -> Schema:
    """A string of so many characters."""
    longest = {} if high is None else {"maxLength": high}
    return {**TEXT, "minLength": low, **longest}


def one_of(*values: str) -> Schema:
    return {**TEXT, "enum": list(values)}


def query(mark: str, section: str, name: str, schema: Schema, says: str, *, required: bool = False) -> Schema:
    """A query parameter."""
    return _parameter("query", mark, section, name, schema, says, required=required)


def path_part(mark: str, section: str, name: str, schema: Schema, says: str) -> Schema:
    """A path parameter that is no id."""
    return _parameter("path", mark, section, name, schema, says, required=True)


def _parameter(place: str, mark: str, section: str, name: str, schema: Schema, says: str, *, required: bool) -> Schema:
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": says,
        "schema": schema,
        CONFIDENCE: {"mark": mark, "section": section},
    }


def _in_section(schema: Schema, section: str) -> Schema:
    confidence = schema.get(CONFIDENCE)
    if confidence is None:
        raise ValueError(f"An attribute of section {section} has no mark of confidence: {schema}.")
    return {**schema, CONFIDENCE: {**confidence, "section": confidence["section"] or section}}
