"""A desk at which the tests of contracts work: one account, its administrator, and contracts of its templates."""

from dataclasses import dataclass
from typing import Any

import requests

from tests.sandbox.conftest import Json, admin_of, member_of
from tests.sandboxes import Sandbox


def person(name: str, *, signatory: bool = True, **more: Any) -> Json:
    """A participant as a request has it; the email is made of the name."""
    return {
        "name": name,
        "email": f"{name.lower().replace(' ', '.')}@fjord.example",
        "delivery_channel": "email",
        "sign_method": "standard_esign",
        "_permissions": {"contract:update": True},
        "signatory": signatory,
        **more,
    }


def company(*people: Json, **more: Any) -> Json:
    return {"type": "company", "name": "Fjord AS", "country_code": "NO", "participants": list(people), **more}


@dataclass
class Desk:
    """Speaks to one account as its first administrator, unless told to speak as somebody else."""

    sandbox: Sandbox
    account: Json
    workspace: Json
    templates: dict[str, Json]

    @classmethod
    def at(cls, sandbox: Sandbox, account: Json) -> "Desk":
        """In the first workspace, where there is a template of each of our types and one without."""
        email = admin_of(account)
        workspace = sandbox.api("/workspaces", token=account["token"], email=email).json()["data"][0]
        query = {"filter[active]": "", "filter[workspace_ids]": workspace["id"]}
        listed = sandbox.api("/templates", token=account["token"], email=email, params=query).json()["data"]
        return cls(sandbox, account, workspace, {item["name"]: item for item in listed})

    def api(self, method: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        options.setdefault("email", admin_of(self.account))
        options.setdefault("token", self.account["token"])
        return self.sandbox.api(path, method=method, json=json, **options)

    def ask(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        """The JSON of an answer that must be 200; None for an empty one."""
        answer = self.api(method, path, json, **options)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def body(self, template: str = "Sales agreement", **more: Any) -> Json:
        return {"workspace_id": self.workspace["id"], "template_id": self.templates[template]["id"], **more}

    def create(self, template: str = "Sales agreement", **more: Any) -> Json:
        """A contract with one signatory, Ida Berg of Fjord AS, unless the parties are given."""
        more.setdefault("parties", [company(person("Ida Berg"))])
        made: Json = self.ask("POST", "/contracts/create", self.body(template, **more))
        return made

    def published(self, **more: Any) -> Json:
        made = self.create(**more)
        published: Json = self.ask("POST", f"/contracts/{made['id']}/publish", {"subject": "Hello", "message": "Sign"})
        return published

    def read(self, contract: Json) -> Json:
        return self.ask("GET", f"/contracts/{contract['id']}")

    def people(self, contract: Json, act: str, who: Json | None = None) -> Any:
        """A participant signs, declines or visits; the next signatory when nobody is named."""
        return self.sandbox.control("POST", f"/contracts/{contract['id']}/{act}", who and {"participant": who["id"]})

    def refused(self, contract: Json, act: str, who: Json | None = None) -> str:
        """What the control plane says to what cannot be done."""
        url = f"{self.sandbox.url}/_sandbox/contracts/{contract['id']}/{act}"
        answer = self.sandbox.session.post(url, json=who and {"participant": who["id"]})
        assert answer.status_code == 409, answer.text
        return str(answer.json()["error"])

    def events(self, contract: Json) -> list[str]:
        listed = self.ask("GET", f"/contracts/{contract['id']}/events?limit=all&sort=id")
        return [event["type"] for event in listed["data"]]

    def barred_member(self) -> str:
        """The email of a member of the workspace who may not create contracts in it."""
        member = member_of(self.account)
        place = self.ask("GET", f"/workspaces/{self.workspace['id']}", email=member)
        if place["_permissions"]["contract:create"]:
            self.sandbox.fault(self.account["id"], "workspace.none", user=member)
        return member

    def days_pass(self, days: int) -> Json:
        passed: Json = self.sandbox.control("POST", "/time", {"days": days})
        return passed


def people_of(contract: Json) -> list[Json]:
    """Every participant, the owner's first."""
    parties = contract["parties"]
    return [one for party in parties for one in party.get("participants") or [party["participant"]]]


def counterpart(contract: Json) -> Json:
    """The first participant who is not the owner's."""
    party = next(party for party in contract["parties"] if not party["my_party"])
    found: Json = (party.get("participants") or [party["participant"]])[0]
    return found


def values_of(contract: Json) -> dict[str, str]:
    return {field["custom_id"]: field["value"] for field in contract["data_fields"]}
