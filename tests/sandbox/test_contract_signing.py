"""From a draft to a contract that is signed or declined (sections 8.4 and 9.1)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.contracting import Desk, company, counterpart, people_of, person
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


def test_publishing_sends_it(desk: Desk) -> None:
    made = desk.create()

    sent = desk.ask("POST", f"/contracts/{made['id']}/publish", {"subject": "Hello", "message": "Please sign"})

    assert (sent["state"], counterpart(sent)["delivery_status"]) == ("pending", "success")
    assert sent["published_time"] == sent["state_updated_time"]
    assert sent["signing_period_expiry_time"] is not None
    assert desk.events(sent) == ["contract:publish"]


def test_what_is_sent_cannot_be_sent_again(desk: Desk) -> None:
    sent = desk.published()

    answer = desk.api("POST", f"/contracts/{sent['id']}/publish", {})

    assert (answer.status_code, answer.json()["error_code"]) == (409, 4090000)
    assert desk.events(sent) == ["contract:publish"]


def test_a_contract_without_a_signatory_is_not_sent(desk: Desk) -> None:
    made = desk.create(parties=[company(person("Ida Berg", signatory=False))])

    assert desk.api("POST", f"/contracts/{made['id']}/publish", {}).status_code == 409


def test_on_the_free_plan_nothing_is_published(desk: Desk) -> None:
    made, path = desk.create(), f"/accounts/{desk.account['id']}/plan"
    desk.sandbox.control("PUT", path, {"free": True})

    answer = desk.api("POST", f"/contracts/{made['id']}/publish", {})
    assert (answer.status_code, answer.json()["error_code"]) == (402, 4020000)

    desk.sandbox.control("PUT", path, {"free": False})
    assert desk.api("POST", f"/contracts/{made['id']}/publish", {}).status_code == 200


@pytest.mark.parametrize("body", [{"subject": 5}, {"message": "x" * 5001}])
def test_an_invitation_that_cannot_be_is_refused(desk: Desk, body: Json) -> None:
    made = desk.create()

    assert desk.api("POST", f"/contracts/{made['id']}/publish", body).status_code == 400
    assert desk.read(made)["state"] == "draft"


def test_the_last_signatory_signs_the_contract(desk: Desk) -> None:
    sent = desk.published(
        parties=[company(person("Ida Berg"), person("Ola Moen"), person("Eva Dahl", signatory=False))]
    )

    assert desk.people(sent, "sign")["state"] == "pending"
    signed = desk.people(sent, "sign")

    assert signed["state"] == "signed"
    assert desk.events(sent) == [
        "contract:publish", "participant:sign", "participant:sign", "contract:sign", "contract:lifecycle_state:start",
    ]  # fmt: skip
    shown = desk.read(sent)
    assert [one["sign_state"] for one in people_of(shown)] == ["undecided", "signed", "signed", "undecided"]


def test_an_event_names_who_did_it(desk: Desk) -> None:
    sent = desk.published()
    desk.people(sent, "sign")
    path = f"/contracts/{sent['id']}/events"

    by_us, by_ida, *_ = desk.ask("GET", path)["data"]

    assert by_us["actor"]["party"]["name"] == desk.account["name"]
    assert by_ida["actor"]["participant"] == {"id": counterpart(sent)["id"], "name": "Ida Berg"}
    assert desk.ask("GET", f"{path}/{by_ida['id']}") == by_ida
    other = Desk.at(desk.sandbox, desk.account).published()
    assert desk.api("GET", f"/contracts/{other['id']}/events/{by_ida['id']}").status_code == 404


def test_declining_ends_it(desk: Desk) -> None:
    sent = desk.published(parties=[company(person("Ida Berg"), person("Ola Moen"))])

    assert desk.people(sent, "decline")["state"] == "declined"

    assert desk.events(sent)[1:] == ["participant:decline", "contract:decline"]
    assert "can" in desk.refused(sent, "sign")


def test_the_owner_can_decline(desk: Desk) -> None:
    sent = desk.published()

    declined = desk.ask("POST", f"/contracts/{sent['id']}/decline")

    assert (declined["state"], desk.events(sent)) == ("declined", ["contract:publish", "contract:decline"])
    assert desk.api("POST", f"/contracts/{sent['id']}/decline").status_code == 409


def test_what_was_signed_elsewhere_is_marked(desk: Desk) -> None:
    made = desk.create()

    marked = desk.ask("POST", f"/contracts/{made['id']}/mark_as_signed")

    assert marked["state"] == "signed"
    assert desk.events(made) == ["contract:sign", "contract:lifecycle_state:start"]
    assert desk.api("POST", f"/contracts/{made['id']}/mark_as_signed").status_code == 409


@pytest.mark.parametrize("act", ["sign", "decline", "visit"])
def test_nobody_does_anything_with_a_draft(desk: Desk, act: str) -> None:
    made = desk.create()

    assert "draft" in desk.refused(made, act)


def test_nobody_signs_twice_and_only_signatories_sign(desk: Desk) -> None:
    sent = desk.published(parties=[company(person("Ida Berg"), person("Ola Moen"))])
    desk.people(sent, "sign", counterpart(sent))

    assert desk.refused(sent, "sign", counterpart(sent)) == "Ida Berg has signed already."
    assert "is not a signatory" in desk.refused(sent, "sign", people_of(sent)[0])


def test_a_visit_is_counted_and_the_first_is_an_event(desk: Desk) -> None:
    sent = desk.published()
    desk.people(sent, "visit")
    desk.people(sent, "visit")

    ida = counterpart(desk.read(sent))

    assert (ida["_private_ownerside"]["visits"], ida["delivery_status"]) == (2, "opened")
    assert ida["_private_ownerside"]["first_visited_time"] is not None
    assert desk.events(sent) == ["contract:publish", "participant:first_visit"]


def test_participants_of_an_order_sign_in_turn(desk: Desk) -> None:
    made = desk.create(parties=[company(person("Ida Berg"), person("Ola Moen"))])
    ida, ola = people_of(made)[1:]
    desk.ask("PUT", f"/contracts/{made['id']}", {"sign_order": [ola["id"], ida["id"]]})
    desk.ask("POST", f"/contracts/{made['id']}/publish")

    assert desk.refused(made, "sign", ida) == "It is not the turn of Ida Berg yet: others sign before."
    desk.people(made, "sign", ola)
    assert desk.people(made, "sign", ida)["state"] == "signed"


@pytest.mark.parametrize("body", [{"participant": 1}, {"participant": "x"}, {"who": 1}])
@pytest.mark.parametrize("act", ["sign", "decline", "visit"])
def test_somebody_unknown_is_refused_with_who_is_there(desk: Desk, act: str, body: Json) -> None:
    sent = desk.published()

    answer = desk.sandbox.session.post(f"{desk.sandbox.url}/_sandbox/contracts/{sent['id']}/{act}", json=body)

    assert answer.status_code in (400, 404)
    assert desk.read(sent)["state"] == "pending"
    if body == {"participant": 1}:
        assert "Ida Berg" in answer.json()["error"]


def test_the_control_plane_shows_a_contract_with_its_people(desk: Desk) -> None:
    sent = desk.published()

    shown = desk.sandbox.control("GET", f"/contracts/{sent['id']}")

    assert (shown["id"], shown["account"], shown["state"]) == (sent["id"], desk.account["id"], "pending")
    assert [one["id"] for one in shown["participants"]] == [one["id"] for one in people_of(sent)]
    assert shown["signing_period_expiry_time"] == shown["changes_by_itself"]
    answer = desk.sandbox.session.get(f"{desk.sandbox.url}/_sandbox/contracts/1")
    assert answer.json() == {"error": "There is no contract 1. GET /_sandbox/contracts lists them."}


def test_a_deleted_contract_is_out_of_reach(desk: Desk) -> None:
    sent = desk.published()
    desk.ask("DELETE", f"/contracts/{sent['id']}")

    answer = desk.sandbox.session.post(f"{desk.sandbox.url}/_sandbox/contracts/{sent['id']}/sign")

    assert answer.status_code == 404


def test_of_many_who_publish_at_once_one_does(desk: Desk) -> None:
    made = desk.create()
    headers = {"X-Oneflow-API-Token": desk.account["token"], "X-Oneflow-User-Email": admin_of(desk.account)}
    url = f"{desk.sandbox.api_url}/contracts/{made['id']}/publish"

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(requests.post, url, headers=headers, timeout=30) for _ in range(8)]
        statuses = sorted(one.result().status_code for one in asked)

    assert statuses == [200, *[409] * 7]
    assert desk.events(made) == ["contract:publish"]


def test_time_passes_while_nobody_asks(desk: Desk) -> None:
    """Seen in the log of deliveries, which asks for no contract."""
    hook = {"callback_url": "https://hooks.acme.example/time", "filters": None}
    webhook = desk.ask("POST", "/webhooks", hook)["id"]
    soon = desk.published()
    desk.days_pass(13)
    # Within a second of its end, so that the machine's own time does the rest.
    desk.sandbox.control("POST", "/time", {"seconds": 86_399})

    deadline = time.monotonic() + 60
    told: list[str] = []
    while "contract:signing_period_expire" not in told and time.monotonic() < deadline:
        listed = desk.sandbox.control("GET", f"/deliveries?webhook={webhook}&contract={soon['id']}")["data"]
        told = [event["type"] for each in listed for event in each["events"]]
        time.sleep(0.1)

    assert told.count("contract:signing_period_expire") == 1
