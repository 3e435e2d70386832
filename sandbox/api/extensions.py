"""Integration extensions of the account: path and attributes ASSUMED (sections 6.18 and 14)."""

from typing import Any

from sandbox.api.call import Call, written_time
from sandbox.models import Extension
from sandbox.paging import one_of, page


def listed(call: Call) -> dict[str, Any]:
    return page(call, call.caller.account.extensions.living(), lambda row: shown(call, row))


def one(call: Call, pk: int) -> dict[str, Any]:
    return shown(call, one_of(call.caller.account.extensions.living(), pk, "integration extension"))


def shown(call: Call, extension: Extension) -> dict[str, Any]:
    return {
        "_links": {"self": call.href(f"/integration_extensions/{extension.pk}")},
        "id": extension.pk,
        "name": extension.name,
        "description": extension.description,
        "extension_type": extension.key,
        "enabled": extension.enabled,
        "enabled_time": written_time(extension.enabled_time),
    }
