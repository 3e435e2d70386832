"""What the filters of a webhook mean. Their form is documented (create-a-webhook); how rules combine is not.

API reference, section 10.2.
"""

from typing import Any, TypeVar

from oneflow import reading

ASSUMED = (
    "Assumed: the rules inside one webhook filter must all hold, one of several filters is enough, and a webhook "
    "without filters is sent everything."
)
T = TypeVar("T")


def rules(data: object) -> tuple[tuple[str, ...] | None, tuple[int, ...] | None]:
    """Event types and workspace ids that one filter lets through; None where it has no rule of that type.

    Rules of types that we do not know are ignored.
    """
    what = "webhook filter"
    event_types: tuple[str, ...] | None = None
    workspace_ids: tuple[int, ...] | None = None
    for rule in reading.required_items(reading.as_object(data, what), "filter_rules", what, _rule):
        kind = reading.required_text(rule, "type", what)
        if kind == "EVENT_TYPE":
            event_types = _both(event_types, reading.required_items(rule, "values", what, _event_type))
        elif kind == "WORKSPACE":
            workspace_ids = _both(workspace_ids, reading.required_items(rule, "values", what, _workspace_id))
    return event_types, workspace_ids


def _both(one: tuple[T, ...] | None, other: tuple[T, ...]) -> tuple[T, ...]:
    return other if one is None else tuple(value for value in one if value in set(other))


def _rule(data: object) -> dict[str, Any]:
    return reading.as_object(data, "webhook filter rule")


def _event_type(data: object) -> str:
    return reading.clean_text(data, "webhook filter rule", "values")


def _workspace_id(data: object) -> int:
    return reading.clean_id(data, "webhook filter rule", "values")
