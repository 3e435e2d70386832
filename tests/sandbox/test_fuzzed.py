"""Requests that schemathesis makes from the sandbox's own document: none ends in a 5xx, none is answered otherwise than
the document says. `FUZZ_EXAMPLES=2000 make test ARGS="tests/sandbox/test_fuzzed.py"` looks much longer.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sandbox.openapi.document import MODULES
from tests.sandbox.conftest import admin_of, member_of
from tests.sandbox.contracting import Desk, people_of
from tests.sandboxes import Sandbox

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [(one.method, one.path) for module in MODULES for one in module.OPERATIONS]


# Where the ids come from that bodies and queries name.
NAMED = {
    "workspace_id": "/workspaces",
    "template_id": "/templates",
    "template_type_id": "/template_types",
    "template_group_id": "/template_types",
    "folder_id": "/folders",
    "parent_id": "/folders",
}


@pytest.fixture
def desk(sandbox: Sandbox) -> Iterator[Desk]:
    """An account with contracts, a webhook and a template type made by hand, whose token no rate limit ends."""
    sandbox.control("PUT", "/switches", {"rate_limit": None})
    desk = Desk.at(sandbox, sandbox.new_account())
    for _ in range(3):
        desk.published()
        desk.ask("POST", f"/contracts/{desk.create()['id']}/comments", {"body": "Is this the right number?"})
        desk.ask("POST", "/webhooks", {"callback_url": "https://hooks.acme.example/"})
    desk.ask("POST", "/template_types", {"name": "Made by hand"})
    yield desk
    sandbox.control("PUT", "/switches", {"rate_limit": 2000})


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value)
def test_no_request_is_answered_otherwise_than_described(sandbox: Sandbox, desk: Desk, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_dict(sandbox.described.document)[path][method]
    emails = [None, admin_of(desk.account), member_of(desk.account)]
    in_path, named = ids_in(desk, path), {name: ids_at(desk, source) for name, source in NAMED.items()}
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)), st.data())
    def run(case: Any, data: st.DataObject) -> None:
        # Random ids only ever lead to a 404, so half of the requests name what is there.
        if data.draw(st.booleans()):
            case.path_parameters |= {name: data.draw(st.sampled_from(found)) for name, found in in_path.items()}
            for place in (case.body, case.query):
                for name in set(named) & set(place if isinstance(place, dict) else ()):
                    place[name] = data.draw(st.sampled_from(named[name]))
        headers = {
            "X-Oneflow-API-Token": desk.account["token"],
            "X-Oneflow-User-Email": data.draw(st.sampled_from(emails)),
        }
        answer = case.call(base_url=sandbox.api_url, headers={name: value for name, value in headers.items() if value})
        case.validate_response(answer, checks=CHECKS)

    run()


def ids_in(desk: Desk, path: str) -> dict[str, list[Any]]:
    """The name of each parameter in the path → ids that are there, as the list before it has them."""
    found: dict[str, list[Any]] = {}
    filled = ""
    parts = path.strip("/").split("/")
    for place, part in enumerate(parts):
        if part.startswith("{"):
            ids = ids_at(desk, filled.removeprefix("/helpers"))
            # What lies below is read from the first of them.
            found[part.strip("{}")] = ids if place == len(parts) - 1 else ids[:1]
            part = str(ids[0])
        filled += f"/{part}"
    return found


def ids_at(desk: Desk, path: str) -> list[Any]:
    """The ids that a list shows to the administrator; where there is no such list, those that the thing above shows."""
    query = {"workspace_id": desk.workspace["id"]} if path == "/contacts" else {}
    answer = desk.api("GET", path, params=query)
    if answer.status_code == 404:
        above, _, kind = path.rpartition("/")
        listed = people_of(desk.ask("GET", above)) if kind == "participants" else [{"id": 1}]
    else:
        listed = answer.json()["data"] or [{"id": 1}]
    return [item["id"] for item in listed]
