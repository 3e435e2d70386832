"""Product tables and files of contracts and templates (sections 6.13 and 6.14)."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk
from tests.sandboxes import Sandbox

PDF = b"%PDF-1.4\n\x00\xff binary \r\n stays"


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


@pytest.fixture
def made(desk: Desk) -> Json:
    return desk.create()


def upload(
    desk: Desk, contract: Json, name: str = "terms.pdf", content: bytes = PDF, **fields: str
) -> requests.Response:
    fields.setdefault("upload_as", "attachment")
    files = {"file": (name, content)}
    return desk.api("POST", f"/contracts/{contract['id']}/files", data=fields, files=files)


def test_a_template_with_a_product_table_shows_it_and_its_contracts_have_it(desk: Desk, made: Json) -> None:
    template = desk.ask("GET", f"/templates/{desk.templates['Sales agreement']['id']}")
    assert template["available_options"]["can_receive_products"] is True
    assert [group["products"] for group in template["product_groups"]] == [[]]
    assert len(made["product_groups"]) == 1
    assert made["product_groups"][0]["id"] != template["product_groups"][0]["id"]

    other = desk.create("Engagement letter")
    assert (other["product_groups"], other["available_options"]["can_receive_products"]) == ([], False)


@pytest.mark.parametrize("with_id", [True, False])
def test_products_are_given_on_creation(desk: Desk, with_id: bool) -> None:
    template = desk.ask("GET", f"/templates/{desk.templates['Sales agreement']['id']}")
    key = {"id": template["product_groups"][0]["id"]} if with_id else {}
    price = {"base_amount": {"amount": "100.00"}, "discount_percent": 10}
    product = {"name": "Audit", "price_1": price, "quantity": {"type": "quantity", "amount": 2}}

    made = desk.create(product_groups=[{**key, "products": [product]}])

    (shown,) = made["product_groups"][0]["products"]
    assert (shown["name"], shown["price_1"]["amount"], shown["quantity"]["amount"]) == ("Audit", {"amount": "90.00"}, 2)


@pytest.mark.parametrize(
    ("template", "group", "status"), [("Engagement letter", {}, 400), ("Sales agreement", {"id": 1}, 404)]
)
def test_products_need_a_table_of_the_template(desk: Desk, template: str, group: Json, status: int) -> None:
    body = desk.body(template, product_groups=[{**group, "products": []}])

    assert desk.api("POST", "/contracts/create", body).status_code == status


def test_a_product_is_added(desk: Desk, made: Json) -> None:
    group = made["product_groups"][0]["id"]

    added = desk.ask("POST", f"/contracts/{made['id']}/product_groups/{group}/products", {"name": "Audit"})

    assert desk.ask("GET", f"/contracts/{made['id']}/product_groups?limit=all")["data"] == [
        {**made["product_groups"][0], "products": [added]}
    ]
    assert desk.events(made) == ["product:create"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "name"),
        ({"name": "x", "price_1": {"base_amount": {"amount": 5}}}, "price_1.base_amount.amount"),
        ({"name": "x", "price_1": {"base_amount": {"amount": "5,00"}}}, "price_1.base_amount.amount"),
        ({"name": "x", "price_2": []}, "price_2"),
        ({"name": "x", "price_1": {"discount_percent": "much"}}, "price_1.discount_percent"),
        ({"name": "x", "price_1": {"discount_percent": 1e300}}, "price_1.discount_percent"),
        ({"name": "x", "quantity": {"type": "heap"}}, "quantity.type"),
        ({"name": "x", "quantity": {"amount": True}}, "quantity.amount"),
        ({"name": "x", "counterparty_lock": "no"}, "counterparty_lock"),
    ],
)  # fmt: skip
def test_a_product_that_cannot_be_is_refused(desk: Desk, made: Json, body: Json, problem: str) -> None:
    group = made["product_groups"][0]["id"]

    answer = desk.api("POST", f"/contracts/{made['id']}/product_groups/{group}/products", body)

    assert list(answer.json()["parameter_problems"]) == [problem]


def test_a_contract_holds_at_most_150_products(desk: Desk) -> None:
    full = desk.create(product_groups=[{"products": [{"name": "A"}] * 150}])
    path = f"/contracts/{full['id']}/product_groups/{full['product_groups'][0]['id']}/products"

    assert desk.api("POST", path, {"name": "B"}).status_code == 400


def test_what_was_signed_takes_neither_products_nor_files(desk: Desk) -> None:
    sent = desk.published()
    desk.people(sent, "sign")
    path = f"/contracts/{sent['id']}/product_groups/{sent['product_groups'][0]['id']}/products"

    assert desk.api("POST", path, {"name": "A"}).status_code == 409
    assert upload(desk, sent).status_code == 409


def test_the_contract_itself_is_a_file(desk: Desk) -> None:
    made = desk.create(name="Sale (Fjord)", data_fields=[{"custom_id": "deal_name", "value": "Årsplan"}])
    path = f"/contracts/{made['id']}/files"

    assert desk.ask("GET", path)["data"] == [{"extension": "pdf", "id": 1, "name": "Sale (Fjord)", "type": "contract"}]
    assert desk.ask("GET", f"{path}/1") == desk.ask("GET", path)["data"][0]
    content = fetched(desk, f"{path}/1")
    assert content.startswith(b"%PDF-1.4")
    assert "Årsplan".encode("latin-1") in content
    assert desk.api("GET", f"{path}/2").status_code == 404


def fetched(desk: Desk, path: str) -> bytes:
    """What a client gets that follows the redirect without its token."""
    answer = desk.api("GET", f"{path}?download=true")
    assert (answer.status_code, answer.content) == (302, b"")
    assert "/v1/" not in answer.headers["Location"]
    return desk.sandbox.session.get(answer.headers["Location"]).content


def test_an_attachment_comes_back_byte_for_byte(desk: Desk, made: Json) -> None:
    file = upload(desk, made, "Terms of sale.PDF").json()

    assert (file["name"], file["extension"], file["type"]) == ("Terms of sale", "pdf", "attachment")
    own = f"/contracts/{made['id']}/files/{file['id']}"
    assert desk.ask("GET", own) == file == desk.ask("GET", f"{own}?download=false")
    assert fetched(desk, own) == PDF
    assert desk.read(made)["attachment_file_groups"] == [{"files": [file]}]
    names = [one["name"] for one in desk.ask("GET", f"/contracts/{made['id']}/files?sort=-name&limit=all")["data"]]
    assert names == ["Terms of sale", ""]
    assert desk.ask("GET", f"/contracts/{made['id']}/files?limit=1")["count"] == 2


def test_a_second_expanded_pdf_takes_the_place_of_the_first(desk: Desk) -> None:
    made = desk.create("Engagement letter")
    assert made["available_options"]["can_receive_expanded_pdf"] is True
    upload(desk, made, upload_as="expanded_pdf")

    second = upload(desk, made, "second.pdf", upload_as="expanded_pdf").json()

    assert desk.read(made)["pdf_file_groups"] == [{"files": [second]}]
    assert upload(desk, made, content=b"no pdf", upload_as="expanded_pdf").status_code == 400


def test_a_template_without_a_place_takes_no_expanded_pdf(desk: Desk, made: Json) -> None:
    answer = upload(desk, made, upload_as="expanded_pdf")

    assert list(answer.json()["parameter_problems"]) == ["upload_as"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": {"upload_as": "attachment"}}, 400),
        ({"data": {"upload_as": "attachment"}, "files": {"other": ("a.pdf", PDF)}}, 400),
        ({"data": {"upload_as": "picture"}, "files": {"file": ("a.pdf", PDF)}}, 400),
        ({"files": {"file": ("a.pdf", PDF)}}, 400),
        ({"json": {"upload_as": "attachment"}}, 400),
        ({"data": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400),
        ({"data": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"data": {f"f{n}": "1" for n in range(2000)}, "files": {"file": ("a", b"")}}, 400),
        ({"data": {"upload_as": "attachment"}, "files": {"file": ("x" * 300, PDF)}}, 200),
        ({"data": {"upload_as": "attachment"}, "files": {"file": ("a.pdf", b"x" * 10_000_001)}}, 413),
    ],
)
def test_an_upload_that_cannot_be_is_refused(desk: Desk, made: Json, options: Any, status: int) -> None:
    answer = desk.api("POST", f"/contracts/{made['id']}/files", **options)

    assert answer.status_code == status, answer.text
    if status != 200:
        assert desk.read(made) == made


def test_a_file_of_several_megabytes_is_taken(desk: Desk, made: Json) -> None:
    file = upload(desk, made, content=b"x" * 5_000_000).json()

    assert len(fetched(desk, f"/contracts/{made['id']}/files/{file['id']}")) == 5_000_000


def test_a_file_of_another_contract_is_a_404(desk: Desk, made: Json) -> None:
    file = upload(desk, made).json()
    other = desk.create()

    assert desk.api("GET", f"/contracts/{other['id']}/files/{file['id']}").status_code == 404
    assert desk.api("GET", f"/contracts/{made['id']}/files/1?download=maybe").status_code == 400


def test_a_link_that_nobody_has_leads_nowhere(sandbox: Sandbox) -> None:
    assert sandbox.session.get(f"{sandbox.url}/_downloads/{'0' * 40}").status_code == 404


def test_a_template_has_a_file(desk: Desk) -> None:
    path = f"/templates/{desk.templates['Sales agreement']['id']}/files"

    assert desk.ask("GET", f"{path}/1")["name"] == "Sales agreement"
    assert fetched(desk, f"{path}/1").startswith(b"%PDF-")
    assert desk.api("GET", f"{path}/3").status_code == 404


def test_a_template_is_given_a_product_table_and_loses_it(desk: Desk) -> None:
    path = f"/accounts/{desk.account['id']}/templates/{desk.templates['Engagement letter']['id']}"

    assert desk.sandbox.control("PUT", path, {"products": True, "expanded_pdf": False})["products"] is True
    made = desk.create("Engagement letter", product_groups=[{"products": [{"name": "Audit"}]}])
    assert made["available_options"]["can_receive_expanded_pdf"] is False

    desk.sandbox.control("PUT", path, {"products": False})
    assert desk.read(made)["product_groups"] == made["product_groups"]
    assert desk.create("Engagement letter")["product_groups"] == []


@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("1", "0")])
def test_yes_and_no_are_understood_as_the_languages_of_clients_write_them(
    desk: Desk, made: Json, yes: str, no: str
) -> None:
    file = f"/contracts/{made['id']}/files/1"

    assert desk.api("GET", file, params={"download": yes}).status_code == 302
    assert desk.api("GET", file, params={"download": no}).status_code == 200
    for name, path in (("filter[active]", "/templates"), ("filter[is_canceled]", "/contracts")):
        counts = [desk.ask("GET", path, params={name: text})["count"] for text in (yes, no, "true", "false")]
        assert counts[:2] == counts[2:], name
        assert desk.api("GET", path, params={name: "yes"}).status_code == 400
