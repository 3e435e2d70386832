"""The log of the account's API calls (section 6.19)."""

from typing import Any

from sandbox import api_log
from sandbox.api.call import Call, written_time
from sandbox.paging import page_of_items


def listed(call: Call) -> dict[str, Any]:
    """The last calls, the newest first; the call that asks is not among them yet. Administrators only (ASSUMED)."""
    call.need_admin("read the log of API calls")
    calls = api_log.of_account(call.caller.account.pk)
    return page_of_items(call, [one.shown() | {"request_time": written_time(one.at)} for one in calls])
