"""Walking along every route that the sandbox serves, so that one landed tomorrow is held to the conventions too."""

import http.client
import re
from dataclasses import dataclass
from typing import Any

import requests

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.contracting import Desk
from tests.sandboxes import Sandbox

# A path without a list of its own, and the list whose ids it takes.
TAKEN_FROM = {"/helpers/template_types": "/template_types"}
ERROR = {"detail", "error_code", "parameter_problems", "request_id", "status", "title", "type"}
RATE_LIMIT_ERROR = {"detail", "error_code", "parameter_problems", "status", "title", "info"}


@dataclass(frozen=True)
class Step:
    """One method of one path, as the sandbox describes what it serves."""

    method: str
    shape: str
    described: Json

    def __str__(self) -> str:
        return f"{self.method} {self.shape}"

    @property
    def answers_a_page(self) -> bool:
        content = self.described["responses"]["200"].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        return self.method == "GET" and str(schema.get("$ref", "")).endswith("Page")

    @property
    def demands_a_body(self) -> bool:
        return bool(self.described.get("requestBody", {}).get("required"))

    @property
    def downloads(self) -> bool:
        """Whether it answers what is no JSON."""
        contents = [response.get("content", {}) for response in self.described["responses"].values()]
        return any(media != "application/json" for content in contents for media in content)

    @property
    def sortable(self) -> set[str]:
        """The columns that it says it can be sorted by."""
        found = [one["schema"]["pattern"] for one in self.described["parameters"] if one["name"] == "sort"]
        return set(re.findall("[a-z_]+", found[0].partition(",")[0])) if found else set()


def steps(sandbox: Sandbox) -> list[Step]:
    """Every step there is; the document holds each route of the sandbox and nothing else."""
    paths = sandbox.described.document["paths"]
    found = [
        Step(method.upper(), shape, described)
        for shape, operations in paths.items()
        for method, described in operations.items()
    ]
    assert len(found) > 45
    return found


class Ground:
    """An account with one of everything, in which each path has real ids."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.account = sandbox.new_account()
        self.desk = Desk.at(sandbox, self.account)
        self.contract = self.desk.create()
        self.desk.ask("POST", "/webhooks", {"callback_url": "https://x.example"})
        self.served = {step.shape for step in steps(sandbox) if step.method == "GET"}

    def ask(self, step: Step, path: str, **options: Any) -> requests.Response:
        """As the account's first administrator, unless told otherwise; the answer keeps to the conventions."""
        options.setdefault("token", self.account["token"])
        options.setdefault("email", admin_of(self.account))
        answer = self.sandbox.api(path, method=step.method, **options)
        demand_conventions(answer, step)
        return answer

    def path(self, step: Step) -> str:
        """The step's path with ids of this account."""
        path, shape = "", ""
        for part in step.shape.strip("/").split("/"):
            path += f"/{self._id_below(path, shape) if part.startswith('{') else part}"
            shape += f"/{part}"
        return path

    def _id_below(self, path: str, shape: str) -> int:
        """The last one of the list above; any number where there is no list or nothing in it."""
        path, shape = TAKEN_FROM.get(path, path), TAKEN_FROM.get(shape, shape)
        if shape not in self.served | {"/contacts"} and shape != "/folders":
            return 1
        query = {"workspace_id": self.desk.workspace["id"], "filter[active]": ""}
        listed = self.desk.ask("GET", path, params=query)["data"]
        return int(listed[-1]["id"]) if listed else 1


def demand_conventions(answer: requests.Response, step: Step) -> None:
    """What every answer keeps to: the media type to the letter (section 14), and the error body (4.1, 4.4)."""
    if answer.status_code in (200, 302) and step.downloads:
        return
    assert answer.headers["Content-Type"] == "application/json", step
    if answer.status_code == 200:
        return
    body = answer.json()
    assert set(body) == (RATE_LIMIT_ERROR if answer.status_code == 429 else ERROR), step
    assert body["status"] == answer.status_code == body["error_code"] // 10_000, step
    assert bool(body["parameter_problems"]) <= (answer.status_code == 400), step


def raw(sandbox: Sandbox, method: str, target: str, headers: dict[str, Any], body: bytes | None = None) -> int:
    """The status that a request gets which no well-meaning client would send."""
    host = sandbox.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, target, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
