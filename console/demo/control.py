"""The sandbox's control plane (docs/sandbox.md), over HTTP like everything that the console knows of it."""

from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT = (3.05, 60)  # seconds to connect, seconds between two reads: a large fleet takes a while to list


def direct() -> requests.Session:
    """A session for this machine: a proxy that the developer's environment names has no business between."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True, slots=True)
class SandboxAccount:
    """An account as the control plane lists it. Its token is a secret and stays out of `repr`."""

    id: int
    name: str
    token: str
    administrators: tuple[str, ...]
    faults: tuple[str, ...]
    toolkit: bool = False  # set up by the partner's code through the API

    def __repr__(self) -> str:
        return f"<sandbox account {self.id}>"


class Control:
    """The control plane of one sandbox."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_sandbox"
        self._session = direct()

    def ready(self) -> bool:
        """Whether the sandbox answers yet."""
        try:
            return self._session.get(f"{self._url}/faults", timeout=TIMEOUT).ok
        except requests.RequestException:
            return False

    def accounts(self) -> list[SandboxAccount]:
        """Every account of the fleet, by id."""
        return sorted(map(_account, self._get("/accounts")), key=lambda account: account.id)

    def fault_codes(self) -> list[str]:
        """The codes of every condition that the sandbox can bring about."""
        return list(self._get("/faults"))

    def bring_about(self, account_id: int, fault: str) -> None:
        address = f"{self._url}/accounts/{account_id}/faults"
        answer = self._session.post(address, json={"fault": fault}, timeout=TIMEOUT)
        answer.raise_for_status()

    def clear(self, account_id: int, fault: str) -> None:
        answer = self._session.delete(f"{self._url}/accounts/{account_id}/faults/{fault}", timeout=TIMEOUT)
        answer.raise_for_status()

    def go_down(self) -> None:
        """Let every request to the API fail, until `behave`."""
        misbehaviour = {"account": None, "path": None, "kind": "status", "status": 503}
        answer = self._session.post(f"{self._url}/answers", json=misbehaviour, timeout=TIMEOUT)
        answer.raise_for_status()

    def behave(self) -> None:
        self._session.delete(f"{self._url}/answers", timeout=TIMEOUT).raise_for_status()

    def set_switches(self, **switches: object) -> None:
        self._session.put(f"{self._url}/switches", json=switches, timeout=TIMEOUT).raise_for_status()

    def _get(self, path: str) -> Any:
        answer = self._session.get(self._url + path, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()


def _account(data: dict[str, Any]) -> SandboxAccount:
    return SandboxAccount(
        id=data["id"],
        name=data["name"],
        token=data["token"],
        administrators=tuple(user["email"] for user in data["users"] if user["active"] and user["is_admin"]),
        faults=tuple(data["faults"]),
        toolkit=data["extension"]["mode"] == "toolkit",
    )
