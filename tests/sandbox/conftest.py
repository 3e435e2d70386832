"""One sandbox for all tests of this room, and ways to look at an account from outside."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandboxes import Sandbox

Json = dict[str, Any]
READS = (
    "/ping",
    "/accounts/me",
    "/users",
    "/workspaces",
    "/templates?filter[active]=",
    "/template_types",
    "/webhooks",
    "/integration_extensions",
    "/tags",
    "/folders",
    "/helpers/contract_create_data",
)
# Those whose answers depend on who reads.
READS_BY_PERSON = ("/ping", "/workspaces", "/templates?filter[active]=", "/helpers/contract_create_data")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox.start(tmp_path_factory.mktemp("sandbox"), accounts=3) as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Json:
    """An account that no other test has touched."""
    return sandbox.new_account()


@pytest.fixture
def behaving(sandbox: Sandbox) -> Iterator[None]:
    """Whatever misbehaviour the test asks for is over afterwards."""
    yield
    sandbox.behave()


@pytest.fixture
def read(sandbox: Sandbox, account: Json) -> Callable[..., Any]:
    """`read("/users")` → the JSON of a path as the account's token reads it; it must be 200."""

    def reading(path: str, **options: Any) -> Any:
        answer = sandbox.api(path, token=account["token"], **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return reading


def admin_of(account: Json) -> str:
    """The email of the first active administrator."""
    return next(user["email"] for user in account["users"] if user["active"] and user["is_admin"])


def member_of(account: Json) -> str:
    """The email of an active user who is no administrator."""
    return next(user["email"] for user in account["users"] if user["active"] and not user["is_admin"])


def in_workspaces(sandbox: Sandbox, at_least: int) -> tuple[Json, list[int]]:
    """A fresh account with so many workspaces, and their ids; how many one has is drawn by chance."""
    for _ in range(50):
        account = sandbox.new_account()
        places = sandbox.api("/workspaces", token=account["token"]).json()["data"]
        if len(places) >= at_least:
            return account, [place["id"] for place in places]
    raise AssertionError(f"None of fifty accounts has {at_least} workspaces.")


def hidden_from_member(sandbox: Sandbox) -> tuple[Json, int]:
    """A fresh account, and a workspace of it that its first member is not in."""
    for _ in range(50):
        account, places = in_workspaces(sandbox, 2)
        seen = sandbox.api("/workspaces", token=account["token"], email=member_of(account)).json()["data"]
        hidden = set(places) - {place["id"] for place in seen}
        if hidden:
            return account, hidden.pop()
    raise AssertionError("In none of fifty accounts is a workspace hidden from its first member.")


def forbid_creating(sandbox: Sandbox, account: Json, email: str) -> None:
    """Let the user create contracts nowhere; chance may have had it so from the start."""
    places = sandbox.api("/workspaces", token=account["token"], email=email).json()["data"]
    if any(place["_permissions"]["contract:create"] for place in places):
        sandbox.fault(account["id"], "workspace.none", user=email)


def type_of(sandbox: Sandbox, account: Json, extension_type: str = "acme_deal") -> Json:
    """A template type of ours with its fields."""
    listed = sandbox.api("/template_types", token=account["token"]).json()["data"]
    pk = next(item["id"] for item in listed if item["extension_type"] == extension_type)
    shown: Json = sandbox.api(f"/template_types/{pk}", token=account["token"]).json()
    return shown


def ours(sandbox: Sandbox, account: Json) -> list[Json]:
    """The webhooks that the extension owns."""
    listed = sandbox.api("/webhooks", token=account["token"]).json()["data"]
    return [hook for hook in listed if hook["integration_instance"] == account["extension"]["id"]]


def whole_state(sandbox: Sandbox, account: Json) -> dict[str, tuple[int, Any]]:
    """Every answer of the API about the account, as the anonymous administrator and as the first administrator."""
    state: dict[str, tuple[int, Any]] = {}
    for email, paths in ((None, READS), (admin_of(account), READS_BY_PERSON)):
        for path in paths:
            state[f"{path} as {email}"] = _answer(sandbox, account, path, email)
    types = state["/template_types as None"]
    if types[0] == 200:
        for item in types[1]["data"]:
            path = f"/template_types/{item['id']}"
            state[path] = _answer(sandbox, account, path, None)
    return state


def _answer(sandbox: Sandbox, account: Json, path: str, email: str | None) -> tuple[int, Any]:
    answer = sandbox.api(path, token=account["token"], email=email)
    body = answer.json()
    if isinstance(body, dict):
        body.pop("request_id", None)
    return answer.status_code, body


@pytest.fixture
def unlimited(sandbox: Sandbox) -> Iterator[None]:
    """No rate limit, for a test that asks more than any client may."""
    sandbox.control("PUT", "/switches", {"rate_limit": None})
    yield
    sandbox.control("PUT", "/switches", {"rate_limit": 2000})
