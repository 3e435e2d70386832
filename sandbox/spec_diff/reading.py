"""An OpenAPI document out of a file that may be anything."""

import json
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 20_000_000
# Far more than any API needs, and few enough to be walked in seconds.
MOST_VALUES = 3_000_000
# The C loader is many times faster; not every build of PyYAML has it.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unusable(Exception):
    """The file cannot be compared; the message says why and what to do."""


def read_document(path: Path) -> dict[str, Any]:
    """The OpenAPI 3 document in a file, YAML or JSON. Raises `Unusable`."""
    text = _text(path)
    if not text.strip():
        raise Unusable(f"{path} is empty.")
    if text.lstrip().startswith("<"):
        raise Unusable(f"{path} is a web page or XML, not an OpenAPI document. Download the document itself.")
    try:
        data = _decoded(text, path)
        _measure(data, path)
    except RecursionError:
        raise Unusable(f"{path} is nested too deep to be read.") from None
    return _openapi_3(data, path)


def _text(path: Path) -> str:
    try:
        if not path.exists():
            raise Unusable(f"There is no file {path}.")
        if not path.is_file():
            raise Unusable(f"{path} is not a file.")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as exc:
        raise Unusable(f"{path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise Unusable("The file's name cannot be one.") from exc
    if len(raw) > MOST_BYTES:
        raise Unusable(f"{path} is larger than {MOST_BYTES // 1_000_000} MB; no OpenAPI document is.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Unusable(f"{path} is not text in UTF-8.") from exc


def _decoded(text: str, path: Path) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass  # flow-style YAML begins like JSON too
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader, both of them
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise Unusable(f"{path} is neither JSON nor YAML that can be read{where}.") from exc
    except (ValueError, TypeError, OverflowError) as exc:
        # What a scalar such as a date that is none, or a key that is a list, makes of the loader.
        raise Unusable(f"{path} holds a value that cannot be read: {str(exc)[:100]}.") from exc


def _measure(data: Any, path: Path) -> None:
    """Refuse aliases that lead in a circle, or that unfold to more than can be walked."""
    sizes: dict[int, int] = {}

    def size(value: Any) -> int:
        if not isinstance(value, dict | list):
            return 1
        key = id(value)
        if key in sizes:
            if not sizes[key]:
                raise Unusable(f"{path} has an alias that leads back into itself.")
            return sizes[key]
        sizes[key] = 0
        inner = value.values() if isinstance(value, dict) else value
        sizes[key] = 1 + sum(size(item) for item in inner)
        return sizes[key]

    if size(data) > MOST_VALUES:
        raise Unusable(f"{path} unfolds to more than {MOST_VALUES:,} values, by its aliases or its size.")


def _openapi_3(data: Any, path: Path) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Unusable(f"{path} is no OpenAPI document: it is not an object.")
    if "swagger" in data:
        raise Unusable(
            f"{path} is a Swagger {str(data['swagger'])[:10]} document, the version before OpenAPI 3. Convert it to "
            "OpenAPI 3 first, or download the newer document."
        )
    version = str(data.get("openapi", ""))
    if not version:
        raise Unusable(f"{path} is no OpenAPI document: it has no version under openapi.")
    if not version.startswith("3."):
        raise Unusable(f"{path} is OpenAPI {version[:10]}; only 3.x can be compared.")
    if not isinstance(data.get("paths"), dict) or not data["paths"]:
        raise Unusable(f"{path} describes no paths.")
    return data
