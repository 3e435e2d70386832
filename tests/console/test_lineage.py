"""The lineage preview on the screen, a contract beside it, and nothing of either left behind."""

import json
import logging
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent, Heartbeat
from extensions.installations.models import Contract, DataField, Exchange, Installation, Part, UsableTemplate
from extensions.mappings.models import ContractTest, Mapping, Override
from tests.connected import connect, refresh
from tests.making import make_installation, make_user

pytestmark = pytest.mark.django_db
RECORD = {"deal": {"deal_value": "12500", "customer_number": 10042, "vat_exempt": "Söder & <b>"}}
LEDGER = {
    "deal": {"amount": 12500, "name": "Annual plan", "currency": "SEK", "starts_on": "2026-01-31"},
    "account": {"number": "10042", "vat_exempt": "1", "payment_days": 30},
}


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


def address(installation, name="installation-lineage"):
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def shown(client, installation, record=RECORD, **more):
    text = record if isinstance(record, str) else json.dumps(record)
    answer = client.post(address(installation), {"record": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def compared(client, installation, contract, record=LEDGER, **more):
    form = {"record": json.dumps(record), "contract": contract, **more}
    answer = client.post(address(installation, "installation-lineage-contract"), form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_field_shows_rule_value_text_and_the_body(support, installation):
    page = shown(support, installation)
    assert 'aria-current="page">What would a record become?' in page
    assert 'aria-current="page">Fields' in page

    for words in (
        "deal.deal_value",
        "3 filled",
        "Söder &amp; &lt;b&gt;",
        "“deal” has no “engagement_id”.",
        "2 empty",
    ):
        assert words in page
    body = page.split('<textarea id="body-1"')[1].split(">", 1)[1].split("</textarea>")[0]
    assert json.loads(unescape(body)) == {
        "workspace_id": 41000101,
        "template_id": 41000116,
        "data_fields": [
            {"custom_id": "deal_value", "value": "12500"},
            {"custom_id": "customer_number", "value": "10042"},
            {"custom_id": "vat_exempt", "value": "Söder & <b>"},
        ],
    }


def test_the_form_can_begin_with_all_that_the_mapping_reads(support, installation):
    text = unescape(support.get(address(installation), {"begin": "1"}).content.decode())

    assert '"deal_value": null' in text
    assert "Begin with the names" not in text
    assert "Begin with the names" in support.get(address(installation)).content.decode()


def test_a_refused_field_says_why_and_only_it_is_shown_when_asked_so(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)

    page = shown(support, installation, attention="1")

    assert "1 refused" in page
    assert "The field is switched off in the account." in page
    assert "<code>customer_number</code>" not in page
    assert "assumed" in page


def signed_in(role):
    client = Client()
    client.force_login(make_user(role))
    return client


def test_the_rule_leads_to_where_it_is_changed_and_what_the_account_lacks_to_the_repair(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    Override.objects.create(
        installation=installation, extension_type="acme_deal", custom_id="vat_exempt", path="deal.vat", transform="text"
    )
    shared = f'<a href="{reverse("mapping-field", args=["acme_ledger", "acme_deal", "deal_value"])}">'
    own = '<a href="' + reverse("installation-mapping-field", args=[410001, "acme_ledger", "acme_deal", "{}"]) + '">'
    off = '<a href="{}">Have it switched on in the template type.</a>'

    page = shown(support, installation)
    for custom_id in ("deal_value", "vat_exempt"):
        assert own.replace("%7B%7D", custom_id) in page
    assert shared not in page
    assert off.format(address(installation, "installation-repair")) in page

    page = shown(signed_in("administrator"), installation)
    assert shared in page
    assert own.replace("%7B%7D", "vat_exempt") in page

    page = shown(signed_in("onboarding"), installation)
    assert own.replace("%7B%7D", "deal_value") in page


@pytest.mark.parametrize(("mode", "where"), [("extension", "installation-fields"), ("toolkit", "installation-repair")])
def test_what_is_missing_leads_to_the_repair_where_the_console_may_add_it(installation, mode, where):
    Installation.objects.update(mode=mode)
    DataField.objects.filter(custom_id="deal_value").update(missing_since=timezone.now())

    page = shown(signed_in("onboarding"), installation)

    assert f'<a href="{address(installation, where)}">See what to do about it.</a>' in page


def test_the_answer_has_a_place_that_the_form_leads_to(support, installation):
    page = shown(support, installation)

    assert f'action="{address(installation)}#result"' in page
    assert page.count('id="result"') == 1
    assert 'id="result"' not in support.get(address(installation)).content.decode()


def test_enter_reads_the_contract_that_is_named_and_without_one_shows_what_the_record_becomes(support, installation):
    assert "The id of a contract is a number." in compared(support, installation, "abc", enter="1")

    page = compared(support, installation, "", RECORD, enter="1")

    assert "3 filled" in page
    assert AuditEvent.objects.filter(verb="contract.read").count() == 1


def test_a_rule_for_another_template_type_stands_apart(support, installation):
    Mapping.objects.create(
        extension=installation.extension, extension_type="acme_order", custom_id="total", path="deal.deal_value"
    )

    assert "no template type acme_order" in shown(support, installation)


def test_the_chosen_template_is_that_of_the_body(support, installation):
    first = UsableTemplate.objects.get(template_oneflow_id=41000116)
    other = UsableTemplate.objects.create(
        installation=installation,
        seen_at=first.seen_at,
        workspace_oneflow_id=7,
        workspace_name="Zürich",
        template_oneflow_id=8,
        template_name="Other",
        template_type_oneflow_id=first.template_type_oneflow_id,
    )

    page = shown(support, installation, template="7:8")

    assert f"{other.template_name} in {other.workspace_name}" in page
    assert "template_id&quot;: 8" in page


def test_without_a_usable_template_there_is_no_body_and_it_is_said(support, installation):
    UsableTemplate.objects.all().delete()

    page = shown(support, installation)

    assert "No template of this type is usable" in page
    assert "body-1" not in page


def test_a_file_is_read_like_pasted_text(support, installation):
    upload = SimpleUploadedFile("deal.json", json.dumps(RECORD).encode())

    answer = support.post(address(installation), {"record": "", "file": upload})

    assert "3 filled" in answer.content.decode()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("", "There is no record."),
        ("[1]", "Expected an object, found a list"),
        ("{", "Expected JSON"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
        ('{"a": "\0"}', "Expected JSON"),
    ],
)
def test_a_record_that_is_none_is_refused_with_what_to_do_and_stays_in_the_form(support, installation, record, words):
    page = shown(support, installation, record)

    assert words in page
    assert 'role="alert"' in page
    if record and len(record) < 100:
        assert record.replace("\0", "�").replace('"', "&quot;") in page


def test_values_that_no_page_can_hold_are_shown_as_such(support, installation):
    page = shown(
        support, installation, '{"deal": {"deal_value": "\\ud800", "customer_number": "a\\u0000", "vat_exempt": [1]}}'
    )

    assert "no field can hold" in page
    assert "�" in page
    assert "a list of 1" in page


@pytest.mark.parametrize("megabytes", [1.2, 3, 50])
def test_an_upload_that_is_too_large_is_refused_and_touches_no_disk(
    support, installation, megabytes, tmp_path, settings
):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    seen: list[list[Path]] = []
    upload = SimpleUploadedFile("big.json", b'{"a": "' + b"x" * int(megabytes * 1_000_000) + b'"}')

    answer = support.post(address(installation), {"record": "", "file": upload})

    seen.append(list(tmp_path.iterdir()))
    assert answer.status_code == 200
    assert b"1,000,000" in answer.content
    assert seen == [[]]


def test_pasted_text_that_is_too_large_is_refused(support, installation):
    answer = support.post(address(installation), {"record": "x" * 4_000_000})

    assert answer.status_code == 200
    assert b"and a record at most 1,000,000" in answer.content


def test_a_long_record_is_not_put_back_into_the_page(support, installation):
    page = shown(support, installation, {**RECORD, "notes": "x" * 30_000})

    assert "3 filled" in page
    assert "too long to be shown here again" in page
    assert len(page) < 60_000


def test_the_form_must_come_from_a_page_of_ours(installation):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("support"))

    for name in ("installation-lineage", "installation-lineage-contract"):
        answer = client.post(address(installation, name), {"record": json.dumps(RECORD)})
        assert answer.status_code == 403
        assert b"The form was too old" in answer.content


def test_nothing_of_a_record_is_stored_logged_or_recorded(support, installation, caplog):
    caplog.set_level(logging.DEBUG)
    events = AuditEvent.objects.count()

    shown(support, installation, {"deal": {"deal_value": "qqx-secret"}})

    assert AuditEvent.objects.count() == events
    assert "qqx-secret" not in caplog.text


def test_what_was_never_read_or_has_no_version_is_said(support, installation):
    Part.objects.filter(installation=installation).update(read_at=None)
    assert "was never read" in shown(support, installation)

    Installation.objects.update(blueprint=None)
    assert "No blueprint version yet" in shown(support, installation)


def test_the_page_asks_little_however_many_fields_there_are(support, installation, django_assert_max_num_queries):
    Heartbeat.beat("worker", timezone.now())

    with django_assert_max_num_queries(13):
        shown(support, installation)


def test_an_installation_is_found_by_name_or_number(support, installation):
    make_installation(oneflow_id=410002, name="Fjord AS")
    home = reverse("lineage")

    assert "Customer 410001" in support.get(home).content.decode()
    found = support.get(home, {"q": "fjord"}).content.decode()
    assert "Fjord AS" in found and "Customer 410001" not in found
    assert "Nobody matches" in support.get(home, {"q": "\0nobody"}).content.decode()


@pytest.fixture
def ledger(sandbox):
    """An installation of a sandbox account, refreshed."""
    installation = connect(sandbox)
    refresh(installation)
    return installation


def make_contract(sandbox, installation, **values):
    """A contract of the deal type in the sandbox, with these values; its id."""
    usable = UsableTemplate.objects.filter(installation=installation)
    deal = DataField.objects.filter(installation=installation, custom_id="deal_value").first()
    place = usable.filter(template_type_oneflow_id=deal.template_type_oneflow_id).first()
    body = {
        "workspace_id": place.workspace_oneflow_id,
        "template_id": place.template_oneflow_id,
        "data_fields": [{"custom_id": key, "value": value} for key, value in values.items()],
    }
    made = sandbox.api(
        "/contracts/create",
        method="POST",
        json=body,
        token=installation.token.reveal(),
        email=installation.acting_user_email,
    )
    assert made.status_code == 200, made.text
    return made.json()["id"]


def test_a_contract_is_compared_recorded_and_kept_as_a_fact_only(support, sandbox, ledger):
    made = make_contract(sandbox, ledger, currency="SEK", customer_number="99999")
    exchanges = Exchange.objects.count()

    page = compared(support, ledger, made)

    assert "different" in page and "99999" in page and "10042" in page
    row = Contract.objects.get()
    assert (row.oneflow_id, row.state, row.how, row.gone_at) == (made, "draft", "looked_at", None)
    event = AuditEvent.objects.get(verb="contract.read")
    assert (event.outcome, event.details) == ("done", {"contract": made})
    assert Exchange.objects.count() == exchanges

    page = compared(support, ledger, made, attention="1")
    assert "<code>currency</code>" not in page


@pytest.mark.parametrize("asked", ["", "abc", "12 3", "٣", "9" * 30, "\0", "-1", "0"])
def test_an_id_that_is_none_is_refused_and_recorded(support, installation, asked):
    page = compared(support, installation, asked)

    assert "The id of a contract is a number." in page
    assert AuditEvent.objects.get(verb="contract.read").outcome == "refused"


def test_a_contract_of_another_account_is_not_there_and_one_that_was_deleted_is_gone(support, sandbox, ledger):
    other = connect(sandbox)
    refresh(other)
    foreign = make_contract(sandbox, other, deal_value="5")
    assert f"Oneflow knows no contract {foreign} in this account." in compared(support, ledger, foreign)
    assert not Contract.objects.exists()

    made = make_contract(sandbox, ledger, deal_value="5")
    compared(support, ledger, made)
    sandbox.api(f"/contracts/{made}", method="DELETE", token=ledger.token.reveal(), email=ledger.acting_user_email)
    assert "It was deleted" in compared(support, ledger, made)
    assert Contract.objects.get().gone_at is not None


def test_of_a_contract_of_another_template_type_nothing_is_shown(support, sandbox, ledger):
    made = make_contract(sandbox, ledger, deal_value="geheim")
    Installation.objects.filter(pk=ledger.pk).update(
        blueprint=ledger.extension.blueprints.create(version=9, state="released")
    )

    page = compared(support, ledger, made)

    assert "is of no template type of ours" in page
    assert "geheim" not in page
    assert not Contract.objects.exists()


def test_a_dead_token_and_a_disconnected_account_are_told(support, sandbox, ledger):
    made = make_contract(sandbox, ledger, deal_value="5")
    sandbox.fault(ledger.account.oneflow_id, "token.rejected")
    assert "was not read" in compared(support, ledger, made)

    Installation.objects.filter(pk=ledger.pk).update(state="disconnected", token=None)
    assert "The account is disconnected" in compared(support, ledger, made)
    assert {event.outcome for event in AuditEvent.objects.filter(verb="contract.read")} == {"refused"}


def test_test_contracts_that_may_remain_are_listed_where_one_begins(support, installation):
    now = timezone.now()
    for state, minutes in (("left", 0), ("running", 9), ("running", 0), ("deleted", 9), ("not_made", 9)):
        ContractTest.objects.create(
            installation=installation,
            state=state,
            by="Sam",
            started_at=now - timedelta(minutes=minutes),
            workspace_oneflow_id=1,
            workspace_name="Sales",
            template_oneflow_id=2,
            template_name="Deal",
        )

    page = support.get(reverse("lineage")).content.decode()

    assert page.count("Console test ") == 2
    remaining = {test.pk for test in ContractTest.objects.remaining(now)}
    assert remaining == {test.pk for test in ContractTest.objects.all() if test.may_remain(now)}
