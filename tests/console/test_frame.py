"""The frame of every page: who may enter, what stands in it, and the elements that pages are made of."""

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent, Heartbeat
from console.pages import page
from extensions.installations.models import Verdict
from tests.making import make_installation, make_user


def shown(source: str, **values: Any) -> str:
    return Template("{% load console %}" + source).render(Context(values))


@pytest.mark.parametrize("value", Verdict.values)
def test_a_verdict_is_shape_and_word_and_colour(value):
    text = shown("{% verdict value %}", value=value)

    assert f'class="verdict {value}"' in text
    assert "<svg" in text
    assert text.endswith(f"{value}</span>")


def test_a_verdict_that_nobody_knows_is_unknown():
    assert 'class="verdict unknown"' in shown("{% verdict value %}", value='"><script>')


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=40), "40\u202fs ago"),
        (timedelta(minutes=59), "59\u202fmin ago"),
        (timedelta(hours=3), "3\u202fh ago"),
        (timedelta(days=400), "400\u202fd ago"),
        (timedelta(minutes=-10, seconds=-5), "in 10\u202fmin"),
    ],
)
def test_an_age_is_told_with_its_exact_time_and_zone(ago, words):
    moment = timezone.now() - ago

    text = shown("{% since moment %}", moment=moment)

    assert f">{words}<" in text
    assert f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}" in text


def test_what_lasts_is_told_since_when_and_how_long(monkeypatch):
    now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)

    today = shown("{% lasting moment %}", moment=now.replace(hour=8, minute=12))
    earlier = shown("{% lasting moment %}", moment=now - timedelta(days=12))

    assert ">since 08:12 (3\u202fh)<" in today
    assert f">since {now - timedelta(days=12):%Y-%m-%d} (12\u202fd)<" in earlier


def test_an_age_of_nothing_is_the_word_given():
    assert shown("{% since moment 'never' %}", moment=None) == "never"


def test_an_identifier_is_escaped_wherever_it_stands():
    assert "<b>" not in shown("{% identifier value %}", value='"><b>')


def test_numbers_are_set_with_thin_spaces_and_their_nouns():
    assert shown("{{ 48211|thin }}") == "48\u202f211"
    assert shown("{{ 1|counted:'entry' }}, {{ 2|counted:'entry' }}") == "1 entry, 2 entries"


def test_a_page_declares_what_it_records_or_why_nothing():
    with pytest.raises(TypeError, match="declares"):
        page("installations.view_installation")


def test_every_page_names_its_environment_and_assures_of_the_machine(client, db):
    Heartbeat.beat("worker", timezone.now())
    make_installation()
    client.force_login(make_user("support"))

    text = client.get("/").content.decode()

    assert 'class="environment demo"' in text
    assert "worker alive" in text
    assert "beat never seen" in text
    assert "state as of" in text


def test_the_menu_shows_only_rooms_that_may_be_entered(client, db):
    def rooms(role: str) -> list[str]:
        client.force_login(make_user(role))
        return [item["label"] for item in client.get("/").context["menu"]["rooms"]]

    common = ["Fleet", "Installations", "Issues", "Maintenance", "Incidents"]
    common += ["Blueprints", "Fields", "Mappings", "Repairs", "Codes"]
    assert rooms("onboarding") == [*common, "Connect"]
    assert rooms("auditor") == [*common, "Record"]


@pytest.mark.parametrize(
    ("address", "room"),
    [
        ("/", "Fleet"),
        ("/as-of/", "Fleet"),
        ("/installation/410001/acme_ledger/fields/", "Installations"),
        ("/release-previews/", "Blueprints"),
        ("/rollouts/", "Blueprints"),
        ("/lineage/", "Fields"),
        ("/repairs/jobs/", "Repairs"),
        ("/password_change/", None),
    ],
)
def test_the_menu_shows_in_which_room_one_is(client, db, address, room):
    make_installation()
    client.force_login(make_user("administrator"))

    menu = client.get(address).context["menu"]["rooms"]

    assert [item["label"] for item in menu if item["current"]] == ([room] if room else [])


def test_no_page_writes_a_script_or_a_style_into_itself(client, db):
    make_installation()
    client.force_login(make_user("administrator"))

    for address in ("/", "/installations/installation/", "/assumed/", "/nowhere/", "/password_change/"):
        text = client.get(address).content.decode()
        assert "<style" not in text, address
        assert " style=" not in text, address
        assert "<script>" not in text, address
        assert " onclick=" not in text, address


def test_a_page_that_does_not_exist_says_where_to_go(client, db):
    client.force_login(make_user("support"))

    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert b"/nowhere/" in answer.content
    assert b"Go to the fleet" in answer.content


def test_a_denied_page_is_explained_and_recorded(client, db):
    client.force_login(make_user("auditor"))

    answer = client.get("/connect/")

    assert answer.status_code == 403
    assert b"accounts.connect_account" in answer.content
    event = AuditEvent.objects.get(outcome="denied")
    assert (event.actor, event.role, event.subject_name) == ("auditor", "auditor", "/connect/")


def test_the_admins_own_pages_speak_as_ours_do(client, db):
    installation = make_installation()
    client.force_login(make_user("administrator"))

    fleet = client.get("/accounts/account/").content.decode()
    one = client.get(f"/accounts/account/{installation.account.pk}/change/").content.decode()

    assert "<h1>Accounts</h1>" in fleet
    for text in (fleet, one):
        assert "Select account" not in text
        assert "Home" not in text
    assert '<li><a href="/accounts/account/">Accounts</a></li>' in one


def test_how_long_each_class_of_data_is_kept_stands_on_a_page(client, db, settings):
    settings.KEEP_REFRESHES, settings.KEEP_FAILED_DAYS, settings.KEEP_CHANGES_DAYS = 12, 34, 567
    client.force_login(make_user("support"))

    text = client.get("/").content.decode()
    assert 'href="/retention/"' in text

    text = client.get("/retention/").content.decode()
    for words, setting in (
        ("the latest 12", "KEEP_REFRESHES"),
        ("34 days", "KEEP_FAILED_DAYS"),
        ("567 days", "KEEP_CHANGES_DAYS"),
    ):
        assert words in text
        assert setting in text
    assert "never deleted" in text


def test_a_stranger_is_led_to_the_sign_in_and_back(client, db):
    answer = client.get("/assumed/")

    assert answer.headers["Location"] == "/login/?next=/assumed/"


def test_a_form_sent_after_the_sign_in_has_ended_says_so_and_leads_back_to_its_page(client, db):
    page = f"/installation/{make_installation().account.oneflow_id}/acme_ledger/"

    answer = client.post(f"{page}refresh/", headers={"Referer": f"http://testserver{page}"}, follow=True)

    assert answer.redirect_chain == [(f"/login/?next={page}", 302)]
    assert b"nothing was done" in answer.content


@pytest.mark.parametrize("referer", ["https://elsewhere.example/installation/1/", "//", ""])
def test_no_stranger_s_page_is_led_back_to(client, db, referer):
    page = f"/installation/{make_installation().account.oneflow_id}/acme_ledger/"

    answer = client.post(f"{page}refresh/", headers={"Referer": referer})

    assert answer.headers["Location"] == "/login/?next=/"


def test_a_part_that_moves_by_itself_is_never_filled_with_the_sign_in_page(client, db):
    installation = make_installation()
    part = f"/installation/{installation.account.oneflow_id}/acme_ledger/progress/"

    answer = client.get(part, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


def test_a_part_that_moves_by_itself_is_denied_only_once(client, db):
    installation = make_installation()
    client.force_login(make_user(""))

    answer = client.get(
        f"/installation/{installation.account.oneflow_id}/acme_ledger/progress/", headers={"HX-Request": "true"}
    )

    assert answer.status_code == 403
    assert answer.headers["HX-Refresh"] == "true"


def test_a_form_from_before_the_last_sign_in_says_that_nothing_was_done_and_what_to_do(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("onboarding"))

    answer = client.post("/connect/", {"token": "x"})

    assert answer.status_code == 403
    assert b"The form was too old" in answer.content
    assert b"Nothing was done" in answer.content
    assert b"load the page anew" in answer.content
    assert b'class="environment demo"' in answer.content


def test_a_failure_is_told_without_a_database(settings):
    from console.pages import broken

    answer = broken(None)  # type: ignore[arg-type]

    assert answer.status_code == 500
    assert b'class="environment demo"' in answer.content
    assert b"manage.py doctor" in answer.content


def test_a_colleague_whose_roles_are_changed_stands_in_the_record(client, db):
    administrator, support = make_user("administrator"), make_user("support")
    client.force_login(administrator)

    answer = client.post(
        f"/auth/user/{support.pk}/change/",
        {
            "username": "renamed",
            "is_active": "on",
            "is_staff": "on",
            "date_joined_0": "2026-01-01",
            "date_joined_1": "12:00:00",
        },
    )

    assert answer.status_code == 302
    event = AuditEvent.objects.get(verb="user.change")
    assert event.actor == "administrator"
    assert "Groups" in str(event.details)


@pytest.fixture
def telling(settings) -> None:
    """Templates write down what they are asked to show and were not given; else nothing would stand there."""
    changed = deepcopy(settings.TEMPLATES)
    changed[0]["OPTIONS"]["string_if_invalid"] = "NOT-GIVEN:%s!"
    settings.TEMPLATES = changed


@pytest.mark.django_db
def test_no_page_shows_what_its_view_does_not_give(client, telling):
    installation = make_installation()
    where = [installation.account.oneflow_id, installation.extension.integration_key]
    parts = ["", *(f"-{name}" for name in ("fields", "templates", "webhooks", "people", "changes", "refreshes"))]
    verbs = [f"-{name}" for name in ("connecting", "relink", "disconnect")]
    addresses = [
        *(reverse(f"installation{part}", args=where) for part in [*parts, *verbs]),
        *(reverse(name) for name in ("admin:index", "connect", "fields-home", "assumed", "retention")),
        *(reverse(f"admin:{name}_changelist") for name in ("installations_installation", "console_auditevent")),
        reverse("fields", args=where[1:]),
        reverse("field", args=[where[1], "acme_deal", "deal_value"]),
        "/nowhere/",
    ]
    client.force_login(make_user("administrator"))

    pages = {address: client.get(address, follow=True).content.decode() for address in addresses}

    assert {name: found for name, page in pages.items() if (found := re.findall("NOT-GIVEN:(.*?)!", page))} == {}
