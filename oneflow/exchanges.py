"""One request and its answer as we remember it: no token, no personal data, no values."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from oneflow.tokens import without_secrets

LONGEST_EXCERPT = 2_000
LONGEST_PATH = 500
LONGEST_REQUEST_ID = 120
LONGEST_ERROR = 500

_PLAIN_KEYS = frozenset(
    [
        "id",
        "name",
        "custom_id",
        "active",
        "template_active",
        "enabled",
        "extension_type",
        "key",
        "source",
        "status",
        "title",
        "error_code",
        "count",
        "template_group_id",
        "template_type_id",
        "integration_instance",
        "legacy_webhook",
        "webhook_id",
        "is_admin",
        "state",
        "type",
        "country_code",
        "contract:create",
    ]
)
_NESTED_KEYS = frozenset(
    [
        "data",
        "data_fields",
        "template_type",
        "templates",
        "workspaces",
        "token_info",
        "integration",
        "_permissions",
        "_private_ownerside",
    ]
)
# A person's name and title are theirs, whatever the same keys mean elsewhere.
_KEYS_OF_PEOPLE = frozenset({"id", "active", "is_admin", "state"})
_KEYS_OF_ERRORS = ("status", "title", "error_code")
_PLAIN_PARAMETERS = frozenset(
    {"limit", "offset", "sort", "extension_type", "template_type_id", "filter[active]", "filter[workspace_ids]"}
)
_LONGEST_VALUE = 120
_MOST_ITEMS = 25
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request to Oneflow. `status` is None when no answer came; `error` is then a sentence."""

    method: str
    path: str
    status: int | None
    milliseconds: int
    request_id: str
    excerpt: str
    error: str
    at: datetime


def recorded_path(path: str, parameters: dict[str, str]) -> str:
    """The path with its query, where only values that cannot be personal or secret are shown."""
    shown = (
        f"{name}={quote(value, safe=',-') if name in _PLAIN_PARAMETERS else '***'}"
        for name, value in parameters.items()
    )
    query = "&".join(shown)
    return without_secrets(f"{path}?{query}" if query else path, LONGEST_PATH)


def excerpt(answer: object) -> str:
    """The allowed keys of an answer as JSON, at most 2,000 characters; what did not fit is counted as `left_out`."""
    room = LONGEST_EXCERPT
    while room >= 250:
        text = json.dumps(_excerpt(answer, _Room(room), 0), ensure_ascii=False, separators=(",", ":"))
        if len(text) <= LONGEST_EXCERPT:
            return text
        room //= 2
    return "{}"


def error_excerpt(answer: object) -> str:
    """The same for an answer of 4xx or 5xx, with its explanation masked and bounded."""
    if not isinstance(answer, dict):
        return ""
    told = {key: _plain(answer[key]) for key in _KEYS_OF_ERRORS if key in answer and _is_plain(answer[key])}
    if detail := detail_of(answer):
        told["detail"] = detail
    if problems := problems_of(answer):
        told["parameter_problems"] = problems
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    if len(text) > LONGEST_EXCERPT:
        told.pop("parameter_problems", None)
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= LONGEST_EXCERPT else "{}"


def detail_of(answer: dict[str, object]) -> str:
    """Oneflow's explanation of an error, for developers."""
    detail = answer.get("detail")
    return clean(detail, 500) if isinstance(detail, str) else ""


def problems_of(answer: dict[str, object]) -> dict[str, list[str]]:
    """What was wrong with which parameter, bounded: names of parameters and sentences."""
    problems = answer.get("parameter_problems")
    if not isinstance(problems, dict):
        return {}
    return {
        clean(str(name), 100): [clean(line, 200) for line in lines[:5] if isinstance(line, str)]
        for name, lines in list(problems.items())[:20]
        if isinstance(lines, list)
    }


def clean(text: str, longest: int) -> str:
    """A text of Oneflow's that may be stored: masked, bounded, and without NUL and lone surrogates."""
    text = without_secrets(text, longest).replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@dataclass(slots=True)
class _Room:
    """About how many characters are left, so that a huge answer costs no more than a small one."""

    left: int


def _excerpt(answer: object, room: _Room, depth: int) -> object:
    if isinstance(answer, dict):
        return _excerpt_of_object(answer, room, depth)
    if isinstance(answer, list):
        return _excerpt_of_list(answer, room, depth)
    return None


def _excerpt_of_object(answer: dict[str, object], room: _Room, depth: int) -> dict[str, object]:
    kept: dict[str, object] = {}
    plain_keys = _KEYS_OF_PEOPLE if "email" in answer else _PLAIN_KEYS
    for key, value in answer.items():
        if key in plain_keys:
            if isinstance(value, str):
                kept[key] = clean(value, _LONGEST_VALUE)
                room.left -= len(key) + len(value) + 6
            elif _is_plain(value):
                kept[key] = value
                room.left -= len(key) + 10
        elif key in _NESTED_KEYS and depth < _DEEPEST and isinstance(value, dict | list) and room.left > 0:
            room.left -= len(key) + 5
            kept[key] = _excerpt(value, room, depth + 1)
    return kept


def _excerpt_of_list(answer: list[object], room: _Room, depth: int) -> list[object]:
    kept: list[object] = []
    for item in answer[:_MOST_ITEMS]:
        if room.left <= 0 or depth >= _DEEPEST:
            break
        room.left -= 3
        kept.append(_excerpt(item, room, depth + 1))
    if len(kept) < len(answer):
        kept.append({"left_out": len(answer) - len(kept)})
    return kept


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool) or (type(value) is int and -(2**63) < value < 2**63)


def _plain(value: object) -> object:
    return clean(value, _LONGEST_VALUE) if isinstance(value, str) else value
