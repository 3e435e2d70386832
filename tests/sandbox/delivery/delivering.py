"""What the tests of webhook delivery do over and over: contracts, events in them, and looking at the log."""

import time
from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.delivery.receivers import PATIENCE
from tests.sandboxes import Sandbox

HOST = "https://hooks.acme.example"


def account_of_ours(sandbox: Sandbox) -> Json:
    """A new account whose only webhooks are the extension's."""
    account = sandbox.new_account()
    remove_webhooks(sandbox, account)
    return account


def remove_webhooks(sandbox: Sandbox, account: Json) -> None:
    """Remove those that are the account's own."""
    token = sandbox.control("POST", f"/accounts/{account['id']}/token", {})["token"]
    for webhook in sandbox.api("/webhooks", token=token).json()["data"]:
        if webhook["integration_instance"] is None:
            sandbox.api(f"/webhooks/{webhook['id']}", token=token, method="DELETE")


def path_of(account: Json) -> str:
    """Where the extension's webhooks of the account call."""
    return f"/oneflow/{account['id']}"


def make_contract(
    sandbox: Sandbox, account: Json, *, extension_type: str | None = "acme_deal", by_hand: bool = False
) -> int:
    """A draft from the first template of that type (None: of no type), through the extension or beside it."""
    listed = sandbox.api("/templates", token=account["token"]).json()["data"]
    template = next(each for each in listed if (each["template_type"] or {}).get("extension_type") == extension_type)
    token = account["token"]
    if by_hand:
        token = sandbox.control("POST", f"/accounts/{account['id']}/token")["token"]
    body = {"workspace_id": template["workspaces"][0]["id"], "template_id": template["id"], "name": "A contract"}
    made = sandbox.api("/contracts/create", method="POST", token=token, email=admin_of(account), json=body)
    assert made.status_code == 200, made.text
    return int(made.json()["id"])


def bring_about(sandbox: Sandbox, account: Json, contract: int, *types: str) -> list[Json]:
    """Events of these types in the contract; their ids and types."""
    path = f"/accounts/{account['id']}/events"
    events: list[Json] = sandbox.control("POST", path, {"contract": contract, "types": list(types)})["events"]
    return events


def add_webhook(sandbox: Sandbox, account: Json, path: str = "", **more: Any) -> Json:
    """A webhook of the account's own, called at a path of its own below `HOST`."""
    body = {"callback_url": f"{HOST}/own/{account['id']}{path}", "sign_key": "own-key", **more}
    made = sandbox.api("/webhooks", token=account["token"], method="POST", json=body)
    assert made.status_code == 200, made.text
    webhook: Json = made.json()
    return webhook


def deliveries(sandbox: Sandbox, **query: Any) -> list[Json]:
    """The log, narrowed, the oldest first."""
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    listed: list[Json] = sandbox.control("GET", f"/deliveries?limit=1000&{parameters}")["data"]
    return listed[::-1]


def await_states(sandbox: Sandbox, states: list[str], *, seconds: float = PATIENCE, **query: Any) -> list[Json]:
    """The log once its callbacks have these states."""
    return until(
        lambda: deliveries(sandbox, **query), lambda rows: [row["state"] for row in rows] == states, seconds=seconds
    )


def until(ask: Callable[[], Any], enough: Callable[[Any], bool], *, seconds: float = PATIENCE) -> Any:
    """What `ask` gives once it is enough."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if enough(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
