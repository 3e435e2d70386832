"""`/`, `/ping` and `/accounts/me` (sections 1, 2.4 and 6.1)."""

from typing import Any

from sandbox.api.call import Call, written_time


def welcome(call: Call) -> dict[str, Any]:
    return {
        "api_version": "1",
        "description": "A local stand-in for the Oneflow API.",
        "documentation": "https://developer.oneflow.com",
        "message": "Welcome to the sandbox.",
    }


def ping(call: Call) -> dict[str, Any]:
    return {}


def me(call: Call) -> dict[str, Any]:
    account, extension = call.caller.account, call.caller.token.extension
    return {
        "_links": {"self": call.href("/accounts/me")},
        "country_code": account.country_code,
        "created_time": written_time(account.created_time),
        "id": account.pk,
        "name": account.name,
        "registration_number": account.registration_number,
        "token_info": {
            "integration": {
                "id": extension.pk if extension else None,
                "key": extension.key if extension else "custom",
            }
        },
        "updated_time": written_time(account.updated_time),
    }
