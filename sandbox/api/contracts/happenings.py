"""The events of a contract (section 6.15)."""

from typing import Any

from sandbox.api.call import Call
from sandbox.api.contracts import finding, shown
from sandbox.paging import one_of, page


def listed(call: Call, pk: int) -> dict[str, Any]:
    rows = finding.one(call, pk).events.all()
    return page(call, rows, shown.event, sortable=("created_time", "id", "type"), all_at_once=True)


def one(call: Call, pk: int, event_id: int) -> dict[str, Any]:
    return shown.event(one_of(finding.one(call, pk).events.all(), event_id, "event"))
