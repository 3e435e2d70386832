"""Whatever stands in a body about contracts: a documented answer, never a 5xx, and a refusal changes nothing."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.contracting import Desk, company, counterpart, person
from tests.sandbox.test_bad_input import DOCUMENTED, ODD_BODIES, raw
from tests.sandboxes import Sandbox

ODD = (
    None, True, False, 0, -1, 1.5, 10**30, 2**63, "", "x", "x" * 2000, "\x00", "💩", "5", [], [[]], {}, [{}], [None],
    {"id": None}, {"amount": None}, [1, "1", None, True], {"custom_id": []}, "2026-02-31", "9999y", "-1d", 1e300,
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(sandbox: Sandbox) -> Desk:
    sandbox.control("PUT", "/switches", {"rate_limit": None})
    return Desk.at(sandbox, sandbox.new_account())


def requests_of(desk: Desk, contract: Json) -> dict[tuple[str, str], Json]:
    """Every path that reads a body about a contract, with a body that is right or nearly so."""
    own = f"/contracts/{contract['id']}"
    fjord = contract["parties"][1]["id"]
    price = {"base_amount": {"amount": "5.00"}, "discount_percent": 5}
    product = {"name": "Audit", "price_1": price, "price_2": price, "quantity": {"type": "quantity", "amount": 1}}
    period = {"type": "fixed_date", "expire_fixed_date": "2090-01-01"}
    field = {"id": contract["data_fields"][0]["id"], "value": "1", "_private_ownerside": {"custom_id": "deal_value"}}
    life = {"type": "recurring_two_periods", "initial_duration": "1y", "duration": "2m", "notice_period": "1w"}
    created = desk.body(
        name="A",
        value={"amount": "5", "currency": "SEK"},
        data_fields=[{"custom_id": "deal_value", "value": "1"}],
        parties=[company(person("Ida Berg")), {"type": "individual", "participant": person("Olle Ek")}],
        my_party={"name": "We", "participants": [person("Me")], "creator_inherit_settings_from_template": True},
        product_groups=[{"products": [product]}],
        tags=[{"id": 1}],
        folder_id=None,
        lifecycle_settings=life,
    )
    top = {"name": "B", "value": {"amount": "5", "currency": "SEK"}, "signing_period_expiration": period}
    return {
        ("POST", "/contracts/create"): created,
        ("PUT", own): {"_private": top, "sign_order": [counterpart(contract)["id"]], "lifecycle_settings": life},
        ("POST", f"{own}/copy"): {"workspace_id": desk.workspace["id"], "folder_id": None, "name": "C"},
        ("POST", f"{own}/move"): {"workspace_id": desk.workspace["id"], "folder_id": None},
        ("PUT", f"{own}/data_fields"): {"data_fields": [field]},
        ("PUT", f"{own}/data_fields/c::deal_value"): field,
        ("POST", f"{own}/parties"): company(person("Ola Moen")),
        ("PUT", f"{own}/parties/{fjord}"): {"name": "Granit", "country_code": "SE", "identification_number": "1"},
        ("POST", f"{own}/parties/{fjord}/participants"): person("Eva Dahl", phone_number="+4670123", title="CFO"),
        ("PUT", f"{own}/parties/{fjord}/participants/{counterpart(contract)['id']}"): person("Ida Berg"),
        ("POST", f"{own}/product_groups/{contract['product_groups'][0]['id']}/products"): product,
        ("POST", f"{own}/files"): {"upload_as": "attachment"},
        ("POST", f"{own}/publish"): {"subject": "A", "message": "B"},
    }


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a body."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def with_value(body: Json, path: tuple[Any, ...], value: Any) -> Json:
    changed: Any = copy.deepcopy(body)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize("number", range(13))
def test_any_value_at_any_place(desk: Desk, number: int) -> None:
    contract = desk.create()
    (method, path), right = list(requests_of(desk, contract).items())[number]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(st.sampled_from(list(places(right))), st.sampled_from(ODD))
    def tried(place: tuple[Any, ...], value: Any) -> None:
        before = desk.read(contract)
        answer = desk.api(method, path, with_value(right, place, value))
        assert answer.status_code in DOCUMENTED, (place, value)
        if answer.status_code == 400:
            assert answer.json()["parameter_problems"]
        if answer.status_code != 200:
            assert desk.read(contract) == before

    tried()


@pytest.mark.parametrize("number", range(13))
def test_any_body_at_all(desk: Desk, number: int) -> None:
    method, path = list(requests_of(desk, desk.create()))[number]
    headers = {"X-Oneflow-API-Token": desk.account["token"], "X-Oneflow-User-Email": admin_of(desk.account)}

    for body in ODD_BODIES:
        assert raw(desk.sandbox, method, f"/v1{path}", headers, body) in DOCUMENTED, body[:60]
        multipart = {**headers, "Content-Type": "multipart/form-data; boundary=x"}
        assert raw(desk.sandbox, method, f"/v1{path}", multipart, body) in DOCUMENTED, body[:60]


@pytest.mark.parametrize("act", ["sign", "decline", "visit", "revive", "cancel", "terminate"])
def test_the_control_plane_refuses_nonsense_about_contracts(desk: Desk, act: str) -> None:
    path = f"/_sandbox/contracts/{desk.create()['id']}/{act}"

    for body in (*ODD_BODIES, b'{"participant": {}}', b'{"days": 1e9}', b'{"participant": 9223372036854775808}'):
        if body:
            assert raw(desk.sandbox, "POST", path, {}, body) in DOCUMENTED, body[:60]
