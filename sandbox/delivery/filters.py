"""What the filters of a webhook let through (section 10.2; their semantics are ASSUMED there)."""

from typing import Any


def lets_through(filters: list[dict[str, Any]] | None, event_type: str, workspace_id: int) -> bool:
    """Whether an event of a contract in that workspace passes: all rules of one filter, of any filter.

    No filters let everything through, and so does an empty list of them.
    """
    if not filters:
        return True
    return any(all(_holds(rule, event_type, workspace_id) for rule in item["filter_rules"]) for item in filters)


def _holds(rule: dict[str, Any], event_type: str, workspace_id: int) -> bool:
    return {"EVENT_TYPE": event_type, "WORKSPACE": workspace_id}[rule["type"]] in rule["values"]
