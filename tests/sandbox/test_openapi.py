"""The sandbox describes what it serves: everything, nothing else, and every answer of every test is held to it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from sandbox.openapi.describing import CONFIDENCE, ID, MARKS, marked, thing
from sandbox.openapi.document import MODULES, Undescribed, blank, document
from tests.sandbox.conftest import Json
from tests.sandboxes import ROOT, Sandbox


@dataclass
class Route:
    path: str
    handlers: dict[str, Any]
    needs_email: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def own(sandbox: Sandbox) -> Json:
    return sandbox.described.document


def all_routes() -> list[Route]:
    return [Route(one.path, {one.method: None}) for module in MODULES for one in module.OPERATIONS]


def attributes(schema: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every attribute of every object below a schema."""
    if isinstance(schema, list):
        for item in schema:
            yield from attributes(item, where)
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        yield f"{where}.{name}", inner
    for key, inner in schema.items():
        yield from attributes(inner, f"{where}.{key}" if key not in ("properties", "items") else where)


def test_it_is_openapi_3_1(own: Json) -> None:
    assert own["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(own).validate()


def test_every_route_is_described_and_nothing_else() -> None:
    # By the sandbox itself, which alone can import its routes; what it says names each and where to describe it.
    program = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'sandbox.settings'; django.setup()\n"
        "from sandbox.api.described import own_document; own_document()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr.strip().splitlines()[-1]


def test_a_route_without_a_description_is_named_with_what_to_do() -> None:
    with pytest.raises(Undescribed, match=r"PATCH /quotes/\{\} is served and not described\. .* sandbox/openapi/"):
        document([*all_routes(), Route("/quotes/{id}", {"PATCH": None})])


def test_a_description_without_a_route_is_named() -> None:
    with pytest.raises(Undescribed, match="GET /users is described and not served"):
        document([route for route in all_routes() if route.path != "/users"])


def test_the_routes_say_where_a_user_email_is_required(sandbox: Sandbox, account: Json, own: Json) -> None:
    for path, operations in own["paths"].items():
        for method, operation in operations.items():
            header = next(one for one in operation["parameters"] if one["name"] == "X-Oneflow-User-Email")
            sent = None if method == "get" else {}
            # The email is missed before the object is (section 16), so any id will do.
            some = re.sub(r"\{[^}]*\}", "1", path)
            answer = sandbox.api(some, method=method.upper(), token=account["token"], json=sent)
            missed = answer.status_code == 400 and "X-Oneflow-User-Email" in answer.json()["parameter_problems"]
            assert missed == header["required"], (method, path)


def test_every_operation_and_attribute_carries_its_mark_and_section(own: Json) -> None:
    operations = [one for operations in own["paths"].values() for one in operations.values()]
    found = [(one["operationId"], one) for one in operations]
    found += [(f"{one['operationId']} {p['name']}", p) for one in operations for p in one["parameters"]]
    found += list(attributes(own["components"]["schemas"]))

    assert len(found) > 150
    for name, described in found:
        confidence = described.get(CONFIDENCE, {})
        assert confidence.get("mark") in MARKS, name
        assert confidence.get("section", "")[:1].isdigit(), name


def test_operations_have_names_of_their_own(own: Json) -> None:
    names = [one["operationId"] for operations in own["paths"].values() for one in operations.values()]

    assert len(names) == len(set(names))


def test_every_operation_names_the_statuses_that_any_can_answer(own: Json) -> None:
    for operations in own["paths"].values():
        for operation in operations.values():
            assert {"200", "400", "401", "413", "429"} <= set(operation["responses"])


def test_every_schema_is_used(own: Json) -> None:
    text = json.dumps(own)

    assert [name for name in own["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text] == []


def test_objects_of_answers_are_closed(own: Json) -> None:
    schemas = own["components"]["schemas"]

    assert schemas["User"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["NewWebhook"]


def test_an_attribute_without_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="no mark of confidence"):
        thing("6.1", {"id": ID})
    with pytest.raises(ValueError, match="MAYBE is no mark"):
        marked("MAYBE", ID)


def test_the_command_prints_what_is_served(own: Json) -> None:
    command = [sys.executable, "-m", "sandbox", "openapi"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == own


def test_names_of_parameters_do_not_tell_paths_apart() -> None:
    assert blank("/contracts/{contract_id}/parties/{id}") == "/contracts/{}/parties/{}"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (("GET", "/ping", 200, "application/json", b'{"pong": 1}'), "Additional properties"),
        (("GET", "/ping", 200, "application/json", b"{"), "no JSON"),
        (("GET", "/ping", 200, "text/html", b"{}"), "text/html"),
        (("GET", "/ping", 201, "application/json", b"{}"), "status 201"),
        (("GET", "/ping", 500, "application/json", b"{}"), "status 500"),
        (("GET", "/nothing", 200, "application/json", b"{}"), "not described"),
        (("GET", "/nothing", 404, "application/json", b"{}"), "required property"),
        (("PATCH", "/ping", 200, "application/json", b"{}"), "not described"),
        (("DELETE", "/webhooks/5", 200, "application/json", b"{}"), "with a body"),
        (("GET", "/users/5", 200, "application/json", b'{"id": "5"}'), "/users/{user_id}"),
        (("GET", "//users//5/?a=b", 200, "application/json", b'{"id": "5"}'), "/users/{user_id}"),
        (("GET", "/ping", 200, "application/json", b"{}"), None),
        (("DELETE", "/webhooks/5", 200, "application/json", b""), None),
    ],
)
def test_an_answer_that_is_not_described_is_told(sandbox: Sandbox, answer: Any, told: str | None) -> None:
    problem = sandbox.described.problem(*answer)

    assert problem is None if told is None else told in problem


@pytest.mark.usefixtures("behaving")
def test_only_a_misbehaviour_that_was_asked_for_passes(sandbox: Sandbox, account: Json) -> None:
    undescribed = ("GET", "/users", 599, "application/json", b"{}")
    sandbox.api("/users", token=account["token"])
    with pytest.raises(AssertionError, match="status 599"):
        sandbox.demand_described(*undescribed)

    sandbox.answer("status", account=account["id"], path="/users", status=599)
    sandbox.api("/users", token=account["token"])

    sandbox.demand_described(*undescribed)
