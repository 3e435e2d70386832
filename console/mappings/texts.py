"""How a form writes texts that may be empty, or begin with a space: in quotation marks, as JSON does.

An empty field means that nothing is said; a pair of quotation marks is the empty text.
"""

import json
from collections.abc import Mapping


class Unreadable(Exception):
    """What was written cannot be read; the text says what is wrong with which line."""


def written(text: str) -> str:
    """The text as a form shows it."""
    plain = text and text == text.strip() and not text.startswith('"') and text.isprintable()
    return text if plain else json.dumps(text, ensure_ascii=False)


def read(text: str) -> str:
    """The text that a form was given. Raises `Unreadable`."""
    text = text.strip()
    if not text.startswith('"'):
        return text
    value, rest = _quoted(text)
    if rest:
        raise Unreadable("nothing may follow the closing quotation mark.")
    return value


def written_table(values: Mapping[str, str]) -> str:
    """A line for each value: the value, an equals sign, the text that it becomes."""
    return "\n".join(f"{_key(key)} = {written(text)}" for key, text in values.items())


def read_table(text: str) -> dict[str, str]:
    """What each value becomes. Raises `Unreadable`."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            key, becomes = _line(line.strip())
        except Unreadable as exc:
            raise Unreadable(f"Line {number}: {exc}") from None
        if key in found:
            raise Unreadable(f"Line {number}: {written(key)[:60]} stands above already.")
        found[key] = becomes
    return found


def _line(line: str) -> tuple[str, str]:
    if line.startswith('"'):
        key, rest = _quoted(line)
        sign, becomes = rest[:1], rest[1:]
    else:
        key, sign, becomes = line.partition("=")
    if sign != "=":
        raise Unreadable("write the value, an equals sign, and the text that it becomes.")
    return key if line.startswith('"') else key.strip(), read(becomes)


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False) if "=" in key else written(key)


def _quoted(text: str) -> tuple[str, str]:
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError:
        raise Unreadable("a quotation mark at the beginning needs one at the end.") from None
    return value, text[end:].strip()
