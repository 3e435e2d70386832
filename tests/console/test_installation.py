"""The page of one installation: what it says, and what staff can do there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from console.models import AuditEvent, Heartbeat
from console.templatetags.console import thin
from extensions.blueprints.models import BlueprintField
from extensions.health.facts import gather
from extensions.health.judging import judge
from extensions.health.models import Finding
from extensions.health.storing import known_findings, store
from extensions.installations.mirror import Mirror
from extensions.installations.models import (
    AccountExtension,
    AccountUser,
    Change,
    DataField,
    Exchange,
    Installation,
    Part,
    Refresh,
    Webhook,
)
from tests.making import make_blueprint, make_installation, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def address(installation, name: str = "installation") -> str:
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def judged(installation) -> Installation:
    """The installation with the verdict and findings that its rows lead to."""
    installation = Installation.objects.select_related("account", "extension", "token", "blueprint").get(
        pk=installation.pk
    )
    with transaction.atomic():
        facts = gather(installation, Mirror.load(installation), NOW)
        store(
            installation,
            judge(facts, known_findings(installation), NOW, part_use_by=settings.PART_USE_BY),
            NOW,
        )
        installation.save()
    return installation


def reject_token(installation) -> Installation:
    """As a refresh leaves it after Oneflow refused the token."""
    since = NOW - timedelta(hours=3)
    ApiToken.objects.filter(pk=installation.token_id).update(state="rejected", rejected_since=since)
    parts = Part.objects.filter(installation=installation)
    parts.update(unread_reason="not_asked", unread_detail="The token is refused.", unread_since=since)
    run = Refresh.objects.create(installation=installation, started_at=NOW, ended_at=NOW, outcome="refused", calls=1)
    Exchange.objects.create(
        refresh=run, part="account", at=NOW, method="GET", path="/ping", status=401, milliseconds=40, request_id="r-77"
    )
    return judged(installation)


def text(client, installation, name: str = "installation", **query: str) -> str:
    answer = client.get(address(installation, name), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


@pytest.fixture
def administrator(client):
    client.force_login(make_user("administrator"))
    return client


def test_a_healthy_installation_says_so_with_its_facts(support, installation):
    page = text(support, installation)

    assert "Everything is as it should be." in page
    for fact in ("410001", "559900-0001", "acme_ledger", "inferred", installation.token.last_four):
        assert fact in page


def test_the_page_never_shows_the_token(support, installation):
    secret = installation.token.reveal()

    for name in ("installation", "installation-refreshes", "installation-webhooks", "installation-fields"):
        assert secret not in text(support, installation, name)


def test_a_refused_token_is_told_with_cause_evidence_remedy_and_what_it_explains(support, installation):
    reject_token(installation)

    page = text(support, installation)

    for words in (
        "The token is refused.",
        "token.rejected",
        "GET /ping",
        "401",
        "r-77",
        "Text for the customer",
        "Relink…",
        "unknown until this is mended",
    ):
        assert words in page


def test_the_remedy_links_to_relinking_only_for_those_who_may(client, installation):
    reject_token(installation)
    client.force_login(make_user("auditor"))

    assert "Relink" in text(client, installation)
    assert address(installation, "installation-relink") not in text(client, installation)


@pytest.mark.parametrize("change", ["extension", "webhook"])
def test_whatever_ends_with_a_new_token_has_a_button_to_relink(support, installation, change):
    if change == "extension":
        AccountExtension.objects.filter(extension_type="acme_ledger").update(enabled=False)
    else:
        Webhook.objects.update(callback_url="https://old.example/")

    page = text(support, judged(installation))

    assert f'href="{address(installation, "installation-relink")}">Relink…</a>' in page.partition("Facts")[0]


def test_further_causes_stand_below_the_worst(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    DataField.objects.filter(custom_id="vat_exempt").update(name="VAT")

    page = text(support, judged(installation))

    assert page.index("field.inactive") < page.index("1 further cause") < page.index("field.changed")


def test_of_causes_that_began_together_the_page_begins_with_the_one_that_the_list_shows(support, installation):
    Webhook.objects.filter(template_type_oneflow_id=41000110).update(legacy=True)
    Webhook.objects.filter(template_type_oneflow_id=41000120).delete()

    installation = judged(installation)

    page = text(support, installation)
    assert installation.cause == "webhook.legacy"
    assert page.index("webhook.legacy") < page.index("1 further cause") < page.index("webhook.missing")


@pytest.mark.parametrize("explained_by", ["", "template_type.missing"])
def test_a_page_with_thousands_of_findings_stays_small(support, installation, explained_by):
    common = {"installation": installation, "verdict": "failing", "rank": 0, "since": NOW}
    Finding.objects.create(**common, code="template_type.missing", subject="acme_deal", subject_name="Deal")
    Finding.objects.bulk_create(
        Finding(
            **common,
            code="field.missing",
            subject=f"acme_deal/field_{number}",
            subject_name=f"Field {number}",
            evidence={"asked": "GET /template_types/41000110", "answer": "not in the template type"},
            explained_by=explained_by,
        )
        for number in range(2000)
    )
    Installation.objects.update(verdict="failing", cause="template_type.missing", causes=2001)

    page = text(support, installation)

    assert len(page.encode()) < 150_000
    assert (f"{thin(2000)} findings follow from this" in page) == bool(explained_by)


def test_what_follows_from_a_cause_stands_under_it_and_is_no_cause(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)

    page = text(support, judged(installation))

    assert "1 finding follows from this" in page
    assert "further cause" not in page


def test_an_unknown_verdict_without_a_finding_says_what_is_in_doubt(support, installation):
    installation.parts.filter(name="extensions").update(
        read_at=NOW - settings.PART_USE_BY, unread_reason="budget_spent", unread_since=NOW
    )

    page = support.get(address(judged(installation))).content.decode()

    assert "could not be read for too long: our own share" in page


def test_a_stale_state_is_unknown_and_says_why_before_anything_else(support, installation):
    Installation.objects.update(fresh_until=NOW - timedelta(hours=1))

    page = text(support, installation)

    assert "refresh.stale" in page
    assert "unknown" in page
    assert "Everything is as it should be." not in page


def test_an_unread_part_is_named_with_its_reason_and_never_called_missing(support, installation):
    Part.objects.filter(name="webhooks").update(
        unread_reason="unavailable", unread_detail="500 from Oneflow", unread_since=NOW
    )
    Webhook.objects.all().delete()
    Part.objects.filter(name="webhooks").update(read_at=None)

    overview, tab = text(support, installation), text(support, installation, "installation-webhooks")

    assert "Oneflow did not answer" in overview
    assert "500 from Oneflow" in tab
    assert "does not mean that there are none" in tab


def test_a_disconnected_account_says_so_and_offers_no_refresh(support, installation):
    Installation.objects.update(state="disconnected", disconnected_at=NOW)

    page = text(support, installation)

    assert "The account is disconnected." in page
    assert "Refresh now" not in page


def test_a_connecting_account_leads_to_its_checklist(support, installation):
    Installation.objects.update(state="connecting")

    assert address(installation, "installation-connecting") in text(support, installation)


def test_an_account_never_read_says_what_to_do(support, installation):
    Part.objects.all().delete()
    Installation.objects.update(verdict="unknown", refreshed_at=None)

    assert "Nothing has been read" in text(support, installation)


def test_a_warning_is_not_told_as_the_reason_why_nothing_is_known(support, installation):
    Installation.objects.update(acting_user_email="")
    judged(installation)
    Installation.objects.update(verdict="unknown")

    page = text(support, installation)

    assert page.index("Not everything is known") < page.index("1 further cause") < page.index("user.unset")


@pytest.mark.parametrize("number", [9, 99999999999999999999999])
def test_an_account_that_is_not_there_is_not_found(support, installation, number):
    assert support.get(reverse("installation", args=[number, "acme_ledger"])).status_code == 404


TABS = (
    "installation",
    "installation-fields",
    "installation-templates",
    "installation-webhooks",
    "installation-people",
    "installation-changes",
    "installation-refreshes",
)


@pytest.mark.parametrize("name", TABS)
def test_a_page_costs_the_same_however_much_there_is(support, installation, django_assert_max_num_queries, name):
    for number in range(30):
        DataField.objects.create(
            installation=installation,
            seen_at=NOW,
            template_type_oneflow_id=41000110,
            oneflow_id=900 + number,
            custom_id=f"more_{number}",
            name=f"More {number}",
            active=True,
            source="user",
        )
        BlueprintField.objects.create(
            template_type=installation.blueprint.template_types.first(), custom_id=f"x{number}", name="X"
        )
        Change.objects.create(installation=installation, at=NOW, kind="appeared", subject_kind="x", subject_id=number)
        run = Refresh.objects.create(installation=installation, started_at=NOW, ended_at=NOW, outcome="complete")
        Exchange.objects.create(refresh=run, at=NOW, method="GET", path="/users", status=200, milliseconds=1)
    judged(installation)

    Heartbeat.beat("worker", timezone.now())
    with django_assert_max_num_queries(10):
        text(support, installation, name)


@pytest.mark.parametrize("name", TABS)
def test_every_page_of_an_empty_account_holds(support, name):
    installation = make_installation()
    for kind in (AccountUser, DataField, Webhook, Part):
        kind.objects.all().delete()
    Installation.objects.update(blueprint=None, acting_user_email="", token=None)

    assert text(support, installation, name)


@pytest.mark.parametrize("name", ["changes", "people", "templates", "webhooks", "refreshes", "fields"])
@pytest.mark.parametrize("query", ["?page=x", "?page=-1", "?page=999", "?q=%00%27%22<", "?refresh=x", "?kind=x"])
def test_odd_addresses_are_taken_calmly(support, installation, name, query):
    assert support.get(address(installation, f"installation-{name}") + query).status_code == 200


def test_names_from_oneflow_are_escaped(support, installation):
    AccountUser.objects.update(name="<script>alert(1)</script>")
    DataField.objects.filter(custom_id="deal_value").update(name="<script>alert(2)</script>")

    for name in TABS:
        assert "<script>alert" not in text(support, installation, name)


def test_a_callback_address_is_text_and_no_link(support, installation):
    page = text(support, installation, "installation-webhooks")

    assert "https://hooks.acme.example/oneflow/410001" in page
    assert 'href="https://hooks' not in page


@pytest.mark.parametrize(
    "url", ["https://hooks.other.example/services/T0/SECRET?key=hidden", "https://[oops/SECRET", "SECRET"]
)
def test_of_the_customers_own_webhooks_only_the_host_is_shown(support, installation, url):
    Webhook.objects.create(installation=installation, seen_at=NOW, oneflow_id=5, callback_url=url)

    page = text(support, installation, "installation-webhooks")

    assert "the customer’s own" in page
    assert "SECRET" not in page


def test_reading_people_is_recorded_without_their_names(support, installation):
    text(support, installation, "installation-people", q="maja")

    event = AuditEvent.objects.get(verb="people.read")
    assert (event.actor, event.role, event.account_oneflow_id) == ("support", "support", 410001)
    assert "maja" not in f"{event.details}{event.reason}{event.subject_name}".casefold()


def test_people_who_are_there_come_before_those_who_left(support, installation):
    row = AccountUser.objects.get(installation=installation)
    AccountUser.objects.create(
        installation=installation,
        oneflow_id=row.oneflow_id + 1,
        name="Aaron Gone",
        email="aaron@410001.example",
        active=True,
        seen_at=NOW,
        missing_since=NOW,
    )

    page = text(support, installation, "installation-people")

    assert page.index("Maja Lind") < page.index("Aaron Gone")


def test_the_overview_shows_no_email(support, installation):
    assert installation.acting_user_email not in text(support, installation)


def test_a_refresh_is_wanted_and_its_progress_shown(support, installation):
    Heartbeat.beat("worker", timezone.now())

    page = support.post(address(installation, "installation-refresh"), follow=True).content.decode()

    installation.refresh_from_db()
    assert installation.wanted_at is not None
    assert "The refresh waits for its turn" in page
    assert AuditEvent.objects.filter(verb="installation.refresh", outcome="done").exists()


def test_without_a_worker_the_refresh_is_noted_and_the_page_says_so(support, installation):
    page = support.post(address(installation, "installation-refresh"), follow=True).content.decode()

    assert "No worker is alive" in page


def test_progress_ends_by_loading_the_page_anew(support, installation):
    answer = support.get(address(installation, "installation-progress"))

    assert answer.headers["HX-Refresh"] == "true"


def test_a_running_refresh_is_called_so(support, installation):
    Installation.objects.update(wanted_at=NOW, lease_until=timezone.now() + timedelta(minutes=1))

    assert "being read now" in support.get(address(installation, "installation-progress")).content.decode()


def test_a_disconnected_account_is_not_refreshed(support, installation):
    Installation.objects.update(state="disconnected")

    page = support.post(address(installation, "installation-refresh"), follow=True).content.decode()

    assert "Connect it again first" in page
    assert AuditEvent.objects.filter(verb="installation.refresh", outcome="refused").exists()


def another_user(installation, **values) -> AccountUser:
    return AccountUser.objects.create(
        **{
            "installation": installation,
            "seen_at": NOW,
            "oneflow_id": 88,
            "name": "Nils",
            "email": "nils@x.example",
            "active": True,
            **values,
        }
    )


def test_the_acting_user_is_chosen_from_the_active_ones(support, installation):
    another_user(installation)

    support.post(address(installation, "installation-acting-user"), {"user": "88"})

    installation.refresh_from_db()
    assert installation.acting_user_email == "nils@x.example"
    assert installation.wanted_at is not None
    event = AuditEvent.objects.get(verb="installation.choose_acting_user")
    assert event.details == {"user": 88}


@pytest.mark.parametrize(
    "values", [{"active": False}, {"missing_since": NOW}, {"email": ""}, {"email": "år@x.example"}, {"oneflow_id": 89}]
)
def test_nobody_else_becomes_the_acting_user(support, installation, values):
    another_user(installation, **values)
    before = installation.acting_user_email

    answer = support.post(address(installation, "installation-acting-user"), {"user": "88"}, follow=True)

    installation.refresh_from_db()
    assert installation.acting_user_email == before
    assert "Only an active user" in answer.content.decode()
    assert AuditEvent.objects.get(verb="installation.choose_acting_user").outcome == "refused"


@pytest.mark.parametrize("user", ["", "x", "-1", "٣", "9" * 40])
def test_a_senseless_choice_of_user_is_refused(support, installation, user):
    assert support.post(address(installation, "installation-acting-user"), {"user": user}).status_code == 302
    assert AuditEvent.objects.get(verb="installation.choose_acting_user").outcome == "refused"


def test_an_administrator_sets_the_blueprint_version(administrator, installation):
    second = make_blueprint(installation.extension, 2)
    Installation.objects.update(blueprint_match=97)

    administrator.post(address(installation, "installation-blueprint"), {"version": "2"})

    installation.refresh_from_db()
    assert (installation.blueprint, installation.blueprint_set) == (second, True)
    assert installation.blueprint_match is None  # how well it matches version 2 the refresh will say
    assert AuditEvent.objects.get(verb="installation.set_blueprint").details == {"before": 1, "after": 2}


def test_an_administrator_lets_the_version_be_inferred_again(administrator, installation):
    Installation.objects.update(blueprint_set=True)

    administrator.post(address(installation, "installation-blueprint"), {"version": ""})

    installation.refresh_from_db()
    assert (installation.blueprint, installation.blueprint_set) == (None, False)


@pytest.mark.parametrize("version", ["2", "x", "9" * 40])
def test_a_version_that_is_not_released_is_refused(administrator, installation, version):
    make_blueprint(installation.extension, 2)
    installation.extension.blueprints.filter(version=2).update(state="draft")

    administrator.post(address(installation, "installation-blueprint"), {"version": version})

    installation.refresh_from_db()
    assert installation.blueprint.version == 1
    assert AuditEvent.objects.get(verb="installation.set_blueprint").outcome == "refused"
