"""Repairs against the sandbox: what is written, what is not, and that each write is read back."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from console.models import AuditEvent
from console.repairs import running
from extensions.blueprints.models import ExtensionSecret
from extensions.health.models import Finding
from extensions.installations.reference import forget_roles
from extensions.mappings.models import Repair, RepairSnapshot
from extensions.mappings.repairing import approving, executing
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.refusing import Refused
from oneflow.client import OneflowClient
from oneflow.kept import KeptField
from tests.connected import refresh
from tests.console.repairing import (
    ROLE,
    actor,
    approve,
    approved,
    customer_puts,
    fields_of,
    in_account,
    of_field,
    run,
    run_claimed,
    to_repair,
    type_of,
    writes,
)

pytestmark = pytest.mark.django_db
State = Repair.State
SWITCH_ON = of_field(Kind.ACTIVATE_FIELD, "deal_value")


@pytest.fixture(autouse=True)
def _behaving(sandbox: Any) -> Any:
    sandbox.forget_requests()
    yield
    sandbox.behave()


@pytest.mark.parametrize("toolkit", [True, False])
def test_an_inactive_field_is_switched_on_and_read_back(sandbox: Any, toolkit: bool) -> None:
    installation = to_repair(sandbox, toolkit=toolkit, fault="field.inactive", custom_id="deal_value")
    before = fields_of(sandbox, installation)
    assert not before["deal_value"]["active"]

    repair = run(approved(installation, *SWITCH_ON))

    assert (repair.state, repair.notes) == (State.VERIFIED, [])
    after = fields_of(sandbox, installation)
    assert after == {**before, "deal_value": {**before["deal_value"], "active": True}}
    assert writes(sandbox, installation) == [("PUT", f"/template_types/{type_of(installation)}/data_fields")]
    installation.refresh_from_db()
    assert installation.wanted_at is not None, "it is refreshed next"
    refresh(installation)
    assert not Finding.objects.filter(installation=installation, code="field.inactive").exists()


def add_own(sandbox: Any, installation: Any, *, until: int) -> dict[str, Any]:
    """The customer adds fields of its own until the type has so many that a PUT sends; all of its fields then."""
    keys = ("custom_id", "name", "description", "placeholder", "value", "active")
    here = [each for each in fields_of(sandbox, installation).values() if each["source"] == "user"]
    own = [
        {
            "custom_id": f"own {number} ".ljust(200, "x"),
            "name": f"Eget fält {number} å".ljust(200, "y"),
            "value": "9" * 1024,
            "placeholder": " \t",
        }
        for number in range(until - len(here))
    ]
    customer_puts(sandbox, installation, [*({name: each[name] for name in keys} for each in here), *own])
    return fields_of(sandbox, installation)


def test_three_hundred_fields_of_the_customers_own_come_through_unharmed(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    before = add_own(sandbox, installation, until=300)
    assert len(before) == 300

    repair = run(approved(installation, *SWITCH_ON))

    assert repair.state == State.VERIFIED
    assert fields_of(sandbox, installation) == {**before, "deal_value": {**before["deal_value"], "active": True}}
    with pytest.raises(Refused, match="already"):
        running.plan(installation, of_field(Kind.ADD_FIELD, "deal_value"), actor=actor())


def test_three_hundred_of_its_own_beside_the_extensions_are_more_than_oneflow_takes_and_all_stay(sandbox: Any) -> None:
    """How many a PUT may send is assumed: where Oneflow refuses it, no field may be left out to make it fit."""
    installation = to_repair(sandbox, toolkit=False, fault="field.inactive", custom_id="deal_value")
    before = add_own(sandbox, installation, until=300)
    assert len(before) > 300

    repair = run(approved(installation, *SWITCH_ON))

    assert repair.state == State.FAILED
    assert "at most 300 data fields" in repair.result
    assert "ask Oneflow" in repair.remedy
    assert fields_of(sandbox, installation) == before


def test_missing_fields_of_a_toolkit_account_are_added(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.missing", custom_id="currency")

    repair = run(approved(installation, *of_field(Kind.ADD_FIELD, "currency")))

    assert repair.state == State.VERIFIED
    made = fields_of(sandbox, installation)["currency"]
    assert (made["name"], made["placeholder"], made["active"]) == ("Currency", "e.g. SEK", True)


def test_a_missing_field_of_the_extensions_is_refused_with_its_price(sandbox: Any) -> None:
    installation = to_repair(sandbox, toolkit=False, fault="field.missing", custom_id="currency")

    with pytest.raises(Refused) as caught:
        running.plan(installation, of_field(Kind.ADD_FIELD, "currency"), actor=actor())

    assert "costs the token" in caught.value.remedy
    assert not Repair.objects.exists()


def test_a_template_type_then_its_fields_then_its_webhook_are_made_and_known_as_ours(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="template_type.missing", template_type=ROLE)
    made = run(approved(installation, Operation(Kind.CREATE_TEMPLATE_TYPE, ROLE)))
    assert made.state == State.VERIFIED
    refresh(installation)
    row = installation.templatetypes.get(oneflow_id=made.made)
    assert row.confirmed_role == ROLE

    wanted = [each.custom_id for each in installation.blueprint.template_types.get(extension_type=ROLE).fields.all()]
    filled = run(approved(installation, *of_field(Kind.ADD_FIELD, *wanted)))
    assert filled.state == State.VERIFIED
    hooked = run(approved(installation, Operation(Kind.CREATE_WEBHOOK, ROLE)))
    assert hooked.state == State.VERIFIED
    refresh(installation)

    webhook = installation.webhooks.get(oneflow_id=hooked.made)
    assert webhook.remembered
    codes = set(Finding.objects.filter(installation=installation).causes().values_list("code", flat=True))
    assert not codes & {"template_type.missing", "field.missing", "webhook.missing", "webhook.misdirected"}


def test_a_made_webhook_is_signed_by_the_extensions_key_which_is_kept_nowhere_else(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="webhook.missing", template_type=ROLE)
    secret = ExtensionSecret.objects.get(kind=ExtensionSecret.Kind.SIGN_KEY).reveal()

    sandbox.control("PUT", "/switches", {"echo_sign_key": False})
    try:
        repair = run(approved(installation, Operation(Kind.CREATE_WEBHOOK, ROLE)))
    finally:
        sandbox.control("PUT", "/switches", {"echo_sign_key": True})

    assert repair.state == State.VERIFIED
    assert in_account(sandbox, installation, f"/webhooks/{repair.made}")["sign_key"] == secret
    stored = str(list(Repair.objects.values())) + str([each.content() for each in RepairSnapshot.objects.all()])
    assert secret not in stored
    assert secret not in str(list(AuditEvent.objects.values()))


def test_a_webhook_that_is_made_without_its_filter_is_not_called_done(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="webhook.missing", template_type=ROLE)
    repair = approved(installation, Operation(Kind.CREATE_WEBHOOK, ROLE))
    create = OneflowClient.create_webhook
    monkeypatch.setattr(
        OneflowClient, "create_webhook", lambda self, body, email: create(self, {**body, "filters": None}, email)
    )

    run(repair)

    assert (repair.state, repair.notes) == (State.DIFFERS, ["The webhook is not as it was sent: filters."])
    assert in_account(sandbox, installation, f"/webhooks/{repair.made}")["filters"] is None


def misdirected(sandbox: Any) -> tuple[Any, dict[str, Any]]:
    """An installation, and a webhook of ours that points to a former address."""
    installation = to_repair(sandbox, fault="webhook.misdirected", template_type=ROLE)
    webhook = next(
        each for each in in_account(sandbox, installation, "/webhooks")["data"] if "old-hooks" in each["callback_url"]
    )
    installation.webhooks.filter(oneflow_id=webhook["id"]).update(remembered=True)
    return installation, webhook


def test_a_misdirected_webhook_is_sent_right_and_back_again(sandbox: Any) -> None:
    installation, webhook = misdirected(sandbox)

    repair = run(approved(installation, Operation(Kind.CORRECT_WEBHOOK_URL, webhook=webhook["id"])))

    assert repair.state == State.VERIFIED
    right = f"https://hooks.acme.example/oneflow/{installation.account.oneflow_id}"
    assert in_account(sandbox, installation, f"/webhooks/{webhook['id']}") == {**webhook, "callback_url": right}
    undoing = run(approve(running.plan_undoing(repair, actor=actor())))
    assert undoing.state == State.VERIFIED
    assert in_account(sandbox, installation, f"/webhooks/{webhook['id']}") == webhook


@pytest.mark.parametrize("shown", ["", None])
def test_a_sign_key_that_is_shown_empty_is_sent_again_with_the_address(sandbox: Any, shown: str | None) -> None:
    """Oneflow may hide it so: what is sent back as it is shown would take the key away."""
    installation, webhook = misdirected(sandbox)
    path = f"/webhooks/{webhook['id']}"
    emptied = sandbox.api(path, token=installation.token.reveal(), method="PUT", json={"sign_key": shown})
    assert emptied.status_code == 200, emptied.text

    repair = run(approved(installation, Operation(Kind.CORRECT_WEBHOOK_URL, webhook=webhook["id"])))

    secret = ExtensionSecret.objects.get(kind=ExtensionSecret.Kind.SIGN_KEY).reveal()
    assert in_account(sandbox, installation, path)["sign_key"] == secret
    assert (repair.state, repair.notes) == (State.VERIFIED, [])


@pytest.mark.parametrize("when", ["before the approval", "before the write"])
def test_what_the_customer_changes_meanwhile_stops_the_repair(sandbox: Any, when: str) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = running.plan(installation, SWITCH_ON, actor=actor())
    if when == "before the write":
        approve(repair)
    own = [{"custom_id": each} for each in fields_of(sandbox, installation)] + [{"custom_id": "own"}]
    customer_puts(sandbox, installation, own)
    if when == "before the approval":
        approve(repair)
    sandbox.forget_requests()

    run(repair)

    assert (repair.state, repair.notes) == (State.STOPPED, ["Field own is new."])
    assert writes(sandbox, installation) == []
    assert repair.remedy


def test_nothing_is_asked_between_the_last_reading_and_the_write(sandbox: Any) -> None:
    """A change in between would be overwritten: Oneflow takes no condition with a write."""
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)

    run(repair)

    asked = [(each["method"], each["path"]) for each in sandbox.requests(installation.account.oneflow_id)]
    put = asked.index(("PUT", _put_path(installation)))
    assert asked[put - 1] == ("GET", f"/template_types/{type_of(installation)}")


def test_what_the_customer_changes_right_after_the_write_is_told_and_left(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    replaced = OneflowClient.replace_data_fields

    def raced(client: OneflowClient, *args: Any) -> Any:
        answer = replaced(client, *args)
        here = [{"custom_id": each} for each in fields_of(sandbox, installation)]
        customer_puts(sandbox, installation, [*here, {"custom_id": "own", "value": "theirs"}])
        return answer

    monkeypatch.setattr(OneflowClient, "replace_data_fields", raced)
    run(repair)

    assert (repair.state, repair.notes) == (State.DIFFERS, ["Field own is new."])
    monkeypatch.undo()
    run(approve(running.plan_undoing(repair, actor=actor())))
    here = fields_of(sandbox, installation)
    assert (here["own"]["value"], here["deal_value"]["active"]) == ("theirs", False)


def test_a_name_that_no_database_takes_is_told_without_what_it_cannot_hold(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    read = OneflowClient.kept_template_type
    odd = KeptField.from_json({"id": 1, "custom_id": "a\0\ud800" + "x" * 2000, "active": True, "source": "user"})

    def with_an_odd_one(client: OneflowClient, pk: int) -> Any:
        found = read(client, pk)
        return replace(found, data_fields=(*found.data_fields, odd))

    monkeypatch.setattr(OneflowClient, "kept_template_type", with_an_odd_one)
    run(repair)

    assert repair.state == State.STOPPED
    [note] = repair.notes
    assert note.startswith("Field a?xxx") and len(note) == 1000
    planned = running.plan(installation, SWITCH_ON, actor=actor())
    assert "a\\u0000\\ud800" in json.dumps(planned.snapshots.get().content()), "as it is, sealed, to be sent back"


def test_the_writes_may_be_switched_off_up_to_the_last_moment(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    users = OneflowClient.users

    def switched_off(client: OneflowClient) -> Any:
        type(installation.extension).objects.update(writes_allowed=False)
        return users(client)

    monkeypatch.setattr(OneflowClient, "users", switched_off)
    run(repair)

    assert repair.state == State.STOPPED
    assert "Writes are off" in repair.result
    assert writes(sandbox, installation) == []
    with pytest.raises(Refused, match="Writes are off"):
        repair.installation.extension.refresh_from_db()
        running.want(repair, actor=actor(), now=timezone.now())


def test_an_installation_disconnected_meanwhile_is_not_written(sandbox: Any) -> None:
    from console.connecting.verbs import end

    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    end(installation, actor=actor(), now=timezone.now())

    run(repair)

    assert "disconnected" in repair.result
    assert writes(sandbox, installation) == []


def test_a_token_that_dies_before_the_write_stops_it(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    sandbox.fault(installation.account.oneflow_id, "token.rejected")

    run(repair)

    assert repair.state == State.STOPPED
    assert "relink" in repair.remedy
    assert writes(sandbox, installation) == []


def test_a_token_that_dies_after_the_write_leaves_it_to_be_read_back(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    replaced = OneflowClient.replace_data_fields

    def then_die(client: OneflowClient, *args: Any) -> Any:
        answer = replaced(client, *args)
        sandbox.fault(installation.account.oneflow_id, "token.rejected")
        return answer

    monkeypatch.setattr(OneflowClient, "replace_data_fields", then_die)
    run(repair)
    assert (repair.state, repair.run_at, repair.lease_id) == (State.WRITTEN, None, None)
    assert "not known yet" in repair.result

    sandbox.clear(installation.account.oneflow_id, "token.rejected")
    run(repair)

    assert repair.state == State.VERIFIED
    assert len(writes(sandbox, installation)) == 1


def test_a_write_that_only_administrators_may_do_is_sent_for_one(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    somebody = sandbox.control(
        "POST", f"/accounts/{installation.account.oneflow_id}/users", {"email": "no.admin@x.example", "name": "No"}
    )
    assert somebody
    type(installation).objects.filter(pk=installation.pk).update(acting_user_email="no.admin@x.example")
    installation.refresh_from_db()

    repair = run(approved(installation, *SWITCH_ON))

    assert repair.state == State.VERIFIED
    put = next(each for each in sandbox.requests(installation.account.oneflow_id) if each["method"] == "PUT")
    assert put["user"] != "no.admin@x.example"


def test_without_an_active_administrator_nothing_is_planned(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    pk = installation.account.oneflow_id
    for each in sandbox.account(pk)["users"]:
        sandbox.control("PUT", f"/accounts/{pk}/users/{each['email']}", {"is_admin": False})

    with pytest.raises(Refused, match="no active administrator") as caught:
        running.plan(installation, SWITCH_ON, actor=actor())

    assert "Ask the customer" in caught.value.remedy


def test_a_refusal_of_oneflows_is_told_in_words(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="field.missing", custom_id="currency")
    repair = approved(installation, *of_field(Kind.ADD_FIELD, "currency"))
    sandbox.answer("status", status=403, account=installation.account.oneflow_id, path=_put_path(installation))

    run(repair)

    assert repair.state == State.FAILED
    assert "not permitted" in repair.result
    assert "administrators" in repair.remedy
    assert "currency" not in fields_of(sandbox, installation)


@pytest.mark.parametrize("kind", ["truncate", "malformed", "empty", "html", "wrong_types"])
def test_a_write_whose_answer_is_no_good_is_read_back_and_found_done_or_not(sandbox: Any, kind: str) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    sandbox.answer(kind, account=installation.account.oneflow_id, path=_put_path(installation))

    run(repair)

    took_effect = kind in {"truncate", "wrong_types"}
    if not took_effect:
        settle(repair)
    assert repair.state == (State.VERIFIED if took_effect else State.FAILED), repair.result
    assert fields_of(sandbox, installation)["deal_value"]["active"] is took_effect
    assert len(writes(sandbox, installation)) == 1


def settle(repair: Repair) -> None:
    """Read back what has had its time, after it was left open at first."""
    assert (repair.state, repair.lease_id) == (State.WRITING, None)
    assert "may still take effect" in repair.result
    now = timezone.now()
    Repair.objects.filter(pk=repair.pk).update(sent_at=now - executing.SETTLED_AFTER, run_at=now)
    run_claimed(repair)


@pytest.mark.parametrize("status", [500, 503])
def test_a_write_that_oneflow_answers_with_an_error_of_its_own_is_not_repeated(sandbox: Any, status: int) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    sandbox.answer("status", status=status, account=installation.account.oneflow_id, path=_put_path(installation))

    run(repair)
    settle(repair)

    assert repair.state == State.FAILED
    assert "nothing has changed" in repair.result
    assert len(writes(sandbox, installation)) == 1


def test_a_rate_limit_leaves_it_approved_to_be_run_again(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    sandbox.answer("status", status=429, account=installation.account.oneflow_id, path=_put_path(installation))

    run(repair)
    assert (repair.state, repair.lease_id, repair.run_at) == (State.APPROVED, None, None)

    sandbox.behave()
    assert run(repair).state == State.VERIFIED


def test_what_oneflow_ignores_is_not_called_done(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    monkeypatch.setattr(OneflowClient, "replace_data_fields", lambda *args: ())

    run(repair)

    assert (repair.state, repair.notes) == (State.IGNORED, ["Field deal_value is not as it was sent: active."])


def test_what_is_lost_all_the_same_is_told(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    replaced = OneflowClient.replace_data_fields

    def loses_one(client: OneflowClient, pk: int, fields: Any, email: str) -> Any:
        return replaced(client, pk, [each for each in fields if each["custom_id"] != "currency"], email)

    monkeypatch.setattr(OneflowClient, "replace_data_fields", loses_one)
    run(repair)

    assert (repair.state, repair.notes) == (State.DIFFERS, ["Field currency is gone."])


def test_a_repair_is_undone_by_a_second_person_while_the_account_has_not_moved_on(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.missing", custom_id="currency")
    before = fields_of(sandbox, installation)
    done = run(approved(installation, *of_field(Kind.ADD_FIELD, "currency")))

    undoing = running.plan_undoing(done, actor=actor())
    assert (undoing.state, undoing.removes) == (State.WAITING, ["currency"])
    with pytest.raises(Refused, match="somebody else"):
        approving.approve(undoing, actor=actor(), confirmed=["currency"], alone=False, now=timezone.now())
    with pytest.raises(Refused, match="Not confirmed: currency"):
        approving.approve(undoing, actor=actor("Ada"), confirmed=[], alone=False, now=timezone.now())
    run(approve(undoing))

    assert undoing.state == State.VERIFIED
    assert fields_of(sandbox, installation) == before
    done.refresh_from_db()
    assert done.state == State.UNDONE


@pytest.fixture
def in_part(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Repair:
    """A repair that switched on one field of two: Oneflow left the other as it was, and a third is gone."""
    installation = to_repair(sandbox)
    off = ("deal_value", "customer_number")
    here = [{"custom_id": each, "active": each not in off} for each in fields_of(sandbox, installation)]
    customer_puts(sandbox, installation, here)
    repair = approved(installation, *of_field(Kind.ACTIVATE_FIELD, *off))
    replaced = OneflowClient.replace_data_fields

    def in_part(client: OneflowClient, pk: int, fields: Any, email: str) -> Any:
        sent = [each for each in fields if each["custom_id"] != "currency"]
        return replaced(
            client, pk, [{**each, "active": each["custom_id"] != "customer_number"} for each in sent], email
        )

    with monkeypatch.context() as patched:
        patched.setattr(OneflowClient, "replace_data_fields", in_part)
        return run(repair)


def test_a_write_that_was_taken_in_part_says_what_of_it_was_not(in_part: Repair) -> None:
    assert (in_part.state, in_part.notes) == (
        State.DIFFERS,
        ["Field customer_number is not as it was sent: active.", "Field currency is gone."],
    )
    assert "not all as approved" in in_part.result
    assert "undo what was taken" in in_part.remedy
    told = AuditEvent.objects.get(verb="repair.write")
    assert (told.outcome, told.details["state"]) == ("failed", "differs")


def test_what_was_taken_in_part_is_taken_back_and_what_is_gone_made_anew(sandbox: Any, in_part: Repair) -> None:
    installation = in_part.installation
    undoing = running.plan_undoing(in_part, actor=actor())
    assert undoing.summary == "Switch off deal_value; Bring back currency in acme_deal"
    assert (undoing.state, undoing.removes) == (State.WAITING, ["deal_value"])

    run(approve(undoing))

    assert (undoing.state, undoing.notes) == (State.VERIFIED, [])
    here = fields_of(sandbox, installation)
    assert [here[each]["active"] for each in ("deal_value", "customer_number", "currency")] == [False, False, True]
    assert here["currency"]["placeholder"] == "e.g. SEK"
    in_part.refresh_from_db()
    assert in_part.state == State.DIFFERS, "it never was as approved"
    with pytest.raises(Refused, match="can be undone"):
        running.plan_undoing(in_part, actor=actor())


def test_a_partly_taken_write_is_not_undone_once_the_account_has_moved_on(sandbox: Any, in_part: Repair) -> None:
    installation = in_part.installation
    own = [{"custom_id": each} for each in fields_of(sandbox, installation)] + [{"custom_id": "own"}]
    customer_puts(sandbox, installation, own)

    with pytest.raises(Refused, match="moved on"):
        running.plan_undoing(in_part, actor=actor())


def test_a_webhook_that_was_made_otherwise_is_removed_again(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="webhook.missing", template_type=ROLE)
    before = in_account(sandbox, installation, "/webhooks")["data"]
    repair = approved(installation, Operation(Kind.CREATE_WEBHOOK, ROLE))
    create = OneflowClient.create_webhook
    monkeypatch.setattr(
        OneflowClient, "create_webhook", lambda self, body, email: create(self, {**body, "filters": None}, email)
    )
    run(repair)
    assert repair.state == State.DIFFERS

    undoing = running.plan_undoing(repair, actor=actor())
    assert undoing.removes == [f"webhook {repair.made}"]
    run(approve(undoing))

    assert undoing.state == State.VERIFIED
    assert in_account(sandbox, installation, "/webhooks")["data"] == before


def test_what_is_not_known_to_have_been_sent_is_not_undone(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    Repair.objects.filter(pk=repair.pk).update(state=State.WRITING)
    own = [{"custom_id": each} for each in fields_of(sandbox, installation)] + [{"custom_id": "own"}]
    customer_puts(sandbox, installation, own)

    run(repair)

    assert repair.state == State.DIFFERS
    assert "not known" in repair.result
    with pytest.raises(Refused, match="can be undone"):
        running.plan_undoing(repair, actor=actor())


def test_an_account_that_has_moved_on_is_not_taken_back(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.missing", custom_id="currency")
    done = run(approved(installation, *of_field(Kind.ADD_FIELD, "currency")))
    customer_puts(
        sandbox, installation, [{"custom_id": each, "description": "x"} for each in fields_of(sandbox, installation)]
    )

    with pytest.raises(Refused, match="moved on"):
        running.plan_undoing(done, actor=actor())


def test_a_double_click_runs_it_once(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    now = timezone.now()
    running.want(repair, actor=actor(), now=now)
    running.want(repair, actor=actor(), now=now)

    first = executing.claim(repair.pk, now, now + executing.READ_BACK_AFTER)
    assert first is not None
    assert executing.claim(repair.pk, now, now + executing.READ_BACK_AFTER) is None
    with pytest.raises(Refused, match="running already"):
        running.want(repair, actor=actor(), now=now)
    running.run(repair.pk, first)
    running.run(repair.pk, first)

    assert len(writes(sandbox, installation)) == 1


def test_dispatch_hands_out_what_is_due_and_only_once(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    running.want(repair, actor=actor(), now=timezone.now())
    sent: list[Any] = []
    monkeypatch.setattr(running, "hand_out", lambda task, arguments, **how: sent.extend(arguments) or len(sent))

    running.dispatch(timezone.now())
    running.dispatch(timezone.now())

    assert [pk for pk, _ in sent] == [repair.pk]


def test_a_run_that_was_ended_after_its_write_is_taken_up_by_reading_back(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    ours = fields_of(sandbox, installation)
    keys = ("custom_id", "name", "description", "placeholder", "value", "active")
    sent = [{name: each[name] for name in keys} for each in ours.values()]
    next(each for each in sent if each["custom_id"] == "deal_value")["active"] = True
    customer_puts(sandbox, installation, sent)
    Repair.objects.filter(pk=repair.pk).update(state=State.WRITING)
    sandbox.forget_requests()

    run(repair)

    assert repair.state == State.VERIFIED
    assert writes(sandbox, installation) == []


def test_two_repairs_of_one_account_are_not_written_at_once(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    one, other = approved(installation, *SWITCH_ON), approved(installation, *SWITCH_ON)
    Repair.objects.filter(pk=one.pk).update(state=State.WRITING)

    run(other)

    assert (other.state, other.lease_id) == (State.APPROVED, None)
    assert f"repair {one.pk} was sent to this account and is not read back yet" in other.result
    assert f"See that repair {one.pk} comes to its end" in other.remedy


def late(repair: Repair) -> Any:
    """A claim whose task stood in the queue for nearly all of the lease."""
    running.want(repair, actor=actor(), now=timezone.now())
    now = timezone.now()
    return executing.claim(repair.pk, now, now + timedelta(seconds=5))


def test_no_second_run_begins_beside_one_that_began_late_in_its_lease(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="template_type.missing", template_type=ROLE)
    repair = approved(installation, Operation(Kind.CREATE_TEMPLATE_TYPE, ROLE))
    lease_id, second = late(repair), []
    send = OneflowClient.create_template_type

    def slowly(client: OneflowClient, *arguments: Any) -> Any:
        later = timezone.now() + timedelta(seconds=30)
        second.append(executing.claim(repair.pk, later, later + settings.REFRESH_LEASE))
        return send(client, *arguments)

    monkeypatch.setattr(OneflowClient, "create_template_type", slowly)
    running.run(repair.pk, lease_id)

    assert second == [None]
    repair.refresh_from_db()
    assert repair.state == State.VERIFIED, repair.result


def test_a_run_whose_lease_has_ended_in_the_queue_does_nothing(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    lease_id = late(repair)
    sandbox.forget_requests()

    assert running.run(repair.pk, lease_id, clock=lambda: timezone.now() + timedelta(seconds=6)) is None

    assert sandbox.requests(installation.account.oneflow_id) == []


def test_what_may_have_been_sent_is_given_its_time_before_it_is_sent_again(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    sent_at = timezone.now() - timedelta(seconds=60)
    Repair.objects.filter(pk=repair.pk).update(state=State.WRITING, sent_at=sent_at)  # where a worker was killed
    sandbox.forget_requests()

    run(repair)

    assert writes(sandbox, installation) == []
    settle(repair)
    assert repair.state == State.VERIFIED
    assert len(writes(sandbox, installation)) == 1


def test_time_that_is_over_before_the_write_leaves_it_to_be_run_again(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    repair = approved(installation, *SWITCH_ON)
    mark = executing._Run._mark_writing

    def take_long(run: Any, *arguments: Any) -> Any:
        run.client._budget._ends_at = 0.0
        return mark(run, *arguments)

    monkeypatch.setattr(executing._Run, "_mark_writing", take_long)
    run(repair)

    assert (repair.state, repair.sent_at, repair.unanswered) == (State.APPROVED, None, "")
    assert "Nothing was written" in repair.result
    assert writes(sandbox, installation) == []


def test_what_is_the_extensions_by_now_is_not_written(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.missing", custom_id="payment_terms")
    repair = approved(installation, *of_field(Kind.ADD_FIELD, "payment_terms"))
    type(installation).objects.filter(pk=installation.pk).update(mode="extension")

    run(repair)

    assert (repair.state, writes(sandbox, installation)) == (State.STOPPED, [])
    assert "made by the extension" in repair.result


def test_what_staff_say_is_not_ours_after_all_is_not_written(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="template_type.missing", template_type=ROLE)
    token, email = installation.token.reveal(), installation.acting_user_email
    own = {"name": "Avtal", "description": ""}
    made = sandbox.api("/template_types", token=token, email=email, method="POST", json=own).json()
    refresh(installation)
    row = installation.templatetypes.get(oneflow_id=made["id"])
    type(row).objects.filter(pk=row.pk).update(confirmed_role=ROLE)
    repair = approved(installation, *of_field(Kind.ADD_FIELD, "payment_terms"))
    sandbox.forget_requests()
    forget_roles(installation, [row], actor=actor())

    run(repair)

    assert (repair.state, writes(sandbox, installation)) == (State.STOPPED, [])
    assert "is not our acme_deal any more" in repair.result


def test_an_address_that_is_right_no_more_is_not_written(sandbox: Any) -> None:
    installation, hook = misdirected(sandbox)
    repair = approved(installation, Operation(Kind.CORRECT_WEBHOOK_URL, ROLE, webhook=hook["id"]))
    urls = ["https://other.acme.example/{account_id}"]
    type(installation.extension).objects.filter(pk=installation.extension_id).update(callback_urls=urls)
    sandbox.forget_requests()

    run(repair)

    assert repair.state == State.STOPPED
    assert "would write something else today" in repair.result
    assert writes(sandbox, installation) == []


def test_a_repair_that_cannot_be_read_back_is_given_up_and_stands_in_no_other_s_way(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    one, other = approved(installation, *SWITCH_ON), approved(installation, *SWITCH_ON)
    now = timezone.now()
    Repair.objects.filter(pk=one.pk).update(state=State.WRITTEN, sent_at=now)
    one.refresh_from_db()
    with pytest.raises(Refused, match="may yet take effect"):
        approving.give_up(one, actor=actor("Ada"), now=now)

    approving.give_up(one, actor=actor("Ada"), now=now + approving.SETTLED_AFTER)

    assert (one.state, one.run_at) == (State.DIFFERS, None)
    assert "is not known" in one.result
    assert not Repair.objects.undoable().filter(pk=one.pk).exists()
    assert AuditEvent.objects.get(verb="repair.give_up").actor == "Ada"
    assert run(other).state == State.VERIFIED
    with pytest.raises(Refused, match="does not wait to be read back"):
        approving.give_up(other, actor=actor("Ada"), now=now)


def test_each_step_stands_in_the_record(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    run(approved(installation, *SWITCH_ON))

    told = AuditEvent.objects.filter(verb__startswith="repair.").order_by("pk").values_list("verb", "outcome")
    assert list(told) == [
        ("repair.plan", "done"),
        ("repair.approve", "done"),
        ("repair.run", "done"),
        ("repair.write", "done"),
    ]


def _put_path(installation: Any) -> str:
    return f"/template_types/{type_of(installation)}/data_fields"
