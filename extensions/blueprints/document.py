"""The files of an extension, a blueprint, a mapping: read as JSON, checked against their schemas and what none can say.

`docs/extension-file.md` explains them; their published schemas stand beside this module. Everything that is wrong
becomes a `Problem` that names the place, what was expected and what to do; no problem repeats a secret.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry, Resource

from extensions.blueprints.plain_json import NotPlain, kind, read_object
from extensions.blueprints.rules import base_url_problem, callback_url_problem

SCHEMA = Path(__file__).with_name("extension.schema.json")
BLUEPRINT_SCHEMA = SCHEMA.with_name("blueprint.schema.json")
MAPPING_SCHEMA = SCHEMA.with_name("mapping.schema.json")
# An extension with 100 template types of 300 fields is below it; what is larger was not meant for us.
MAX_BYTES = 8_000_000
MAX_PROBLEMS = 20
# A file of few bytes can be wrong in a million places. More than are told, as the schema's order is not the file's.
MOST_SOUGHT = 200
MOST_DIGITS = 30

Document = dict[str, Any]
Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (a JSON path such as `$.blueprint.version`), what was expected, what to do."""

    path: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.expected} {self.remedy}"


MORE = Problem("$", f"the file has more mistakes than these {MAX_PROBLEMS}.", "Correct these, then try it again.")


class BadDocument(Exception):
    """The document cannot be loaded. `problems` says why, place by place, and last whether that is not all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = tuple(islice(problems, MAX_PROBLEMS + 1))
        self.problems = (*found[:MAX_PROBLEMS], MORE) if len(found) > MAX_PROBLEMS else found
        super().__init__("\n".join(map(str, self.problems)))


def read(raw: bytes) -> Document:
    """The JSON object in the bytes of a file. Raises `BadDocument`."""
    try:
        return read_object(raw, most_bytes=MAX_BYTES, whole=_number)
    except NotPlain as exc:
        raise BadDocument([Problem("$", exc.expected, exc.remedy)]) from None


def check(document: Document) -> None:
    """Raise `BadDocument` unless it can be loaded as it stands as an extension."""
    _refuse(_problems(document, SCHEMA, _meaning_problems))


def check_blueprint(document: Document) -> None:
    """Raise `BadDocument` unless it can be taken as it stands as a blueprint."""
    _refuse(_problems(document, BLUEPRINT_SCHEMA, _blueprint_problems))


def check_mapping(document: Document) -> None:
    """Raise `BadDocument` unless it can be taken as it stands as a mapping."""
    _refuse(_problems(document, MAPPING_SCHEMA, _mapping_problems))


def problems_of(template_types: Sequence[Document]) -> list[Problem]:
    """What is wrong with template types that stand in no file yet, as a blueprint file would be told."""
    return _problems({"template_types": template_types}, BLUEPRINT_SCHEMA, _blueprint_problems)


def _problems(document: Document, schema: Path, meaning: Callable[[Document], Iterable[Problem]]) -> list[Problem]:
    wrong = _schema_problems(_validator(schema).iter_errors(document))
    return wrong or list(islice(chain(_text_problems(document, ()), meaning(document)), MOST_SOUGHT))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise BadDocument(problems)


def with_sign_key(document: Document, environment: Mapping[str, str]) -> Document:
    """The document with the sign key that `sign_key_env` names. Raises `BadDocument` when it is not there."""
    name = document.get("sign_key_env")
    if not isinstance(name, str) or not name:
        return document
    if "sign_key" in document:
        raise BadDocument([Problem("$.sign_key", "stands beside sign_key_env.", "Keep one of the two.")])
    if not environment.get(name):
        problem = Problem("$.sign_key_env", f"the environment variable {name} is empty or not set.", "Set it.")
        raise BadDocument([problem])
    return {**{key: value for key, value in document.items() if key != "sign_key_env"}, "sign_key": environment[name]}


def _of_lists_that_fit(keyword: Callable[..., Iterator[ValidationError]]) -> Callable[..., Iterator[ValidationError]]:
    """The schema's keyword, silent about a list that is longer than it may be: maxItems has said so.

    What stands in it has no bound then, and to find one entry twice each may be compared with each.
    """

    def checked(
        validator: Validator, wanted: Any, instance: Any, schema: Mapping[str, Any]
    ) -> Iterator[ValidationError]:
        if not (isinstance(instance, list) and len(instance) > schema.get("maxItems", len(instance))):
            yield from keyword(validator, wanted, instance, schema)

    return checked


_Checker = extend(
    Draft202012Validator,
    {name: _of_lists_that_fit(Draft202012Validator.VALIDATORS[name]) for name in ("items", "uniqueItems")},
)


@lru_cache(maxsize=3)
def _validator(schema: Path) -> Validator:
    content = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in {SCHEMA, schema}}
    known = ((name, Resource.from_contents(each)) for name, each in content.items())
    return _Checker(content[schema.name], registry=Registry().with_resources(known))


def _schema_problems(errors: Iterator[ValidationError]) -> list[Problem]:
    """The first of the schema's complaints by their places. Each is put in words and let go: it quotes its value."""
    found = [(list(error.absolute_path), _schema_problem(error)) for error in islice(errors, MOST_SOUGHT)]
    # A dict, because the schema complains once for each of several missing keys and the words name them all.
    return list(dict.fromkeys(problem for _, problem in sorted(found, key=itemgetter(0))))


def _number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _path(place: Place) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in place)


def _shown(key: str) -> str:
    """A key, short and as Python writes it: a control character in it is shown, not printed."""
    return repr(key[:60])[1:-1]


def _schema_problem(error: ValidationError) -> Problem:
    """The schema's complaint in plain words. It never repeats the value, which may be a sign key."""
    return Problem(_path(error.absolute_path), *_words(error))


def _words(error: ValidationError) -> tuple[str, str]:
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            names = {"object": "an object", "array": "a list", "string": "text", "integer": "a whole number"}
            expected = names.get(wanted, "true or false")
            return f"expected {expected}, found {kind(error.instance)}.", "Correct the value."
        case "required":
            missing = [key for key in wanted if key not in error.instance]
            return f"lacks the key {_list(missing)}.", "Add it; docs/extension-file.md says what it holds."
        case "additionalProperties":
            known = error.schema["properties"]
            unknown = [key for key in error.instance if key not in known]
            return f"does not know the key {_list(unknown)}.", f"Use one of {_list(list(known))}, or take it out."
        case "enum":
            return f"expected one of {_list(wanted)}.", "Choose one of them."
        case "pattern":
            return f"{_pattern_words(wanted)}", "Correct the value."
        case "minLength" | "minItems":
            return "is empty.", "Fill it in."
        case "maxLength":
            return f"expected at most {wanted} characters, found {len(error.instance)}.", "Shorten it."
        case "maxItems":
            return f"expected at most {wanted} entries, found {len(error.instance)}.", "Take some out."
        case "minimum" | "maximum":
            return "expected a whole number from 1 to 2147483647.", "Correct the number."
        case "uniqueItems":
            return "holds the same entry twice.", "Keep one of them."
        case "not":
            return (
                "expected the extension's own key: custom marks tokens made by hand.",
                "Ask Oneflow for it.",
            )
    return f"does not satisfy the schema ({error.validator}).", "See its schema in docs/."


def _pattern_words(pattern: str) -> str:
    if pattern.startswith("^[A-Za-z0-9_-]"):
        return "expected letters a to z, digits, _ and - only."
    if pattern.startswith("^[a-z_]+("):
        return "expected an event type of two or three parts, such as contract:sign."
    if pattern.startswith("^[A-Za-z_][A-Za-z0-9_]*$"):
        return "expected the name of an environment variable, such as ACME_SIGN_KEY."
    if pattern.startswith("^[A-Za-z_]"):
        return "expected a path of names with dots between them, such as deal.amount."
    if pattern == r"\S":
        return "expected some text, found spaces only."
    return "expected text without spaces at either end."


def _list(words: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(map(_shown, words[:most]))
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def _text_problems(value: Any, place: Place) -> Iterator[Problem]:
    """Characters that no database and no screen can hold: control characters, halves of a surrogate pair."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _text_problems(each, [*place, key])
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _text_problems(each, [*place, number])
    elif isinstance(value, str):
        lines = bool(place) and place[-1] in {"description", "notes"}
        allowed = "\n\r\t" if lines else ""
        if any((ord(sign) < 32 and sign not in allowed) or 0xD800 <= ord(sign) <= 0xDFFF for sign in value):
            yield Problem(_path(place), "holds a character that cannot be shown, such as a line break.", "Take it out.")


def _meaning_problems(document: Document) -> Iterator[Problem]:
    if sentence := base_url_problem(document["base_url"]):
        yield Problem("$.base_url", sentence, "Correct the address.")
    for number, url in enumerate(document["callback_urls"]):
        if sentence := callback_url_problem(url):
            yield Problem(f"$.callback_urls[{number}]", sentence, "Correct the address.")
    if document["integration_key"] in document.get("dependencies", []):
        yield Problem("$.dependencies", "names the extension itself.", "Take it out.")
    yield from _types_twice(document["blueprint"]["template_types"], "$.blueprint.template_types")
    yield from _mapping_problems(document)


def _mapping_problems(document: Document) -> Iterator[Problem]:
    rows = [f"{row['template_type']}.{row['custom_id']}" for row in document.get("mapping", [])]
    yield from _twice(rows, "$.mapping", "custom_id", "rows for one field")


def _blueprint_problems(document: Document) -> Iterator[Problem]:
    yield from _types_twice(document["template_types"], "$.template_types")


def _types_twice(types: Sequence[Document], place: str) -> Iterator[Problem]:
    yield from _twice([each["extension_type"] for each in types], place, "extension_type", "template types")
    for number, each in enumerate(types):
        custom_ids = [field["custom_id"] for field in each["fields"]]
        yield from _twice(custom_ids, f"{place}[{number}].fields", "custom_id", "fields of one template type")


def _twice(values: Sequence[str], place: str, key: str, what: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, value in enumerate(values):
        if value in first:
            expected = f"{value} stands already at {place}[{first[value]}]: no two {what} share it."
            yield Problem(f"{place}[{number}].{key}", expected, "Rename one or take it out.")
        first.setdefault(value, number)
