"""The customer's status page: what it shows, who may give its address, and every way in which an address is no good."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone
from gunicorn.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Tag
from console import serving
from console.access_log import AccessLog, Masked, masked
from console.models import AuditEvent
from console.status.telling import MOST
from extensions.health import sharing
from extensions.health.models import Finding, Issue, MaintenanceWindow, StatusLink
from extensions.installations.models import DataField, Installation
from tests.health.judged import stored
from tests.making import STAFF, make_installation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation():
    return make_installation(name="Nordlund Bygg AB")


@pytest.fixture
def link(installation):
    return sharing.share(installation, 7, STAFF, timezone.now())


def address(link: StatusLink) -> str:
    return reverse("status", args=[sharing.address_of(link)])


def text_of(client, link: StatusLink, language: str = "en") -> str:
    answer = client.get(address(link), {"language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def switch_off(installation: Installation, **narrowed: str) -> None:
    """Switch fields off in the account and judge it, as the next refresh would."""
    DataField.objects.filter(installation=installation, **narrowed).update(active=False)
    stored(installation)


def test_a_healthy_account_says_that_everything_works(client, link):
    text = text_of(client, link)

    assert "Everything works." in text
    assert "Acme Ledger for Nordlund Bygg AB" in text


def test_it_says_what_is_wrong_and_what_to_do_with_the_accounts_own_names(client, link, installation):
    switch_off(installation, custom_id="deal_value")

    text = text_of(client, link)

    assert "One thing needs attention" in text
    assert "The field &quot;Deal value&quot; in &quot;Deal&quot; is switched off" in text
    assert "Please switch it on again." in text
    assert "Everything works." not in text


def test_swedish_is_the_language_of_an_account_in_sweden_until_another_is_asked_for(client, link, installation):
    switch_off(installation, custom_id="deal_value")

    text = client.get(address(link)).content.decode()

    assert '<html lang="sv">' in text
    assert "En sak behöver åtgärdas" in text
    assert "Slå på det igen." in text
    assert '<html lang="en">' in text_of(client, link)
    assert '<html lang="sv">' in text_of(client, link, "tlh")


def test_nothing_of_how_we_know_is_on_it(client, link, installation):
    switch_off(installation, custom_id="deal_value")
    finding = Finding.objects.get(installation=installation, explained_by="")

    text = text_of(client, link)

    for hidden in (
        finding.code,
        "deal_value",
        installation.acting_user_email,
        installation.token.last_four,
        str(installation.account.oneflow_id),
        "/v1/",
        "blueprint",
    ):
        assert hidden not in text, hidden


def test_what_the_customer_cannot_mend_is_counted_as_ours(client, link, installation):
    DataField.objects.filter(installation=installation, custom_id="deal_value").update(name="Value of the deal")
    now = timezone.now()
    stored(installation, now)
    Issue.objects.filter(installation=installation).update(state=Issue.State.OPEN, opened_at=now)

    text = text_of(client, link)

    assert "We are mending one more thing on our side" in text
    assert "Everything works." not in text


def test_what_follows_from_something_else_asks_nothing_of_the_customer(client, link, installation):
    switch_off(installation, custom_id="deal_value")
    Issue.objects.filter(installation=installation).update(explained_by="oneflow.down")
    Finding.objects.filter(installation=installation).update(explained_by="oneflow.down")

    text = text_of(client, link)

    assert "Please switch it on again." not in text
    assert "Everything works." not in text
    assert "Not everything works at the moment." in text


def test_what_has_not_lasted_long_enough_to_be_an_issue_is_not_called_well(client, link, installation):
    DataField.objects.filter(installation=installation, custom_id="deal_value").update(active=False)
    stored(installation)
    Issue.objects.filter(installation=installation).delete()

    text = text_of(client, link, "sv")

    assert "Allt fungerar." not in text
    assert "Just nu fungerar inte allt." in text


def test_many_things_are_told_up_to_a_bound_and_the_rest_is_counted(client, link, installation):
    now = timezone.now()
    for number in range(MOST + 5):
        Issue.objects.create(
            installation=installation,
            code="field.inactive",
            subject=f"acme_deal/field_{number}",
            subject_name=f"Field {number}",
            verdict="failing",
            rank=1,
            state=Issue.State.OPEN,
            holds_since=now,
            opens_at=now,
            opened_at=now,
        )

    text = text_of(client, link)

    assert text.count("<li>") == MOST
    assert "And 5 more of the same kind." in text


def test_several_of_one_kind_have_one_letter(client, link, installation):
    now = timezone.now()
    for number in range(3):
        Issue.objects.create(
            installation=installation,
            code="webhook.misdirected",
            subject=f"webhook/{number}",
            verdict="failing",
            rank=1,
            state=Issue.State.OPEN,
            holds_since=now - timedelta(hours=number),
            opens_at=now,
            opened_at=now,
        )

    assert text_of(client, link).count("<li>") == 1


def test_an_account_that_was_not_checked_lately_says_so(client, link, installation):
    installation.fresh_until = timezone.now() - timedelta(minutes=1)
    installation.save()

    text = text_of(client, link)

    assert "We could not check your account lately" in text
    assert "Everything works." not in text


@pytest.mark.parametrize("scope", ["account", "tag", "all"])
def test_maintenance_is_announced_with_its_end(client, link, installation, scope):
    now = timezone.now()
    tag = Tag.objects.create(name="nordic")
    installation.account.tags.add(tag)
    narrowed = {"account": {"account": installation.account}, "tag": {"tag": tag}, "all": {}}[scope]
    MaintenanceWindow.objects.create(
        **narrowed,
        reason="moving",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        created_at=now,
        created_by="Sam",
    )

    text = text_of(client, link)

    assert "Maintenance is under way." in text
    assert "moving" not in text  # the reason is written for colleagues


def test_maintenance_of_another_is_not_announced(client, link, installation):
    now = timezone.now()
    MaintenanceWindow.objects.create(
        account=make_installation(oneflow_id=410002).account,
        reason="moving",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        created_at=now,
        created_by="Sam",
    )

    assert "Maintenance" not in text_of(client, link)


def test_nothing_of_another_account_is_shown(client, link):
    other = make_installation(oneflow_id=410002, name="Fjord AS")
    switch_off(other)

    text = text_of(client, link)

    assert "Fjord" not in text
    assert "Everything works." in text


def test_a_link_that_was_forwarded_after_its_end_says_so_and_nothing_else(client, link, installation):
    switch_off(installation)
    StatusLink.objects.update(expires_at=timezone.now())

    answer = client.get(address(link), {"language": "en"})

    assert answer.status_code == 410
    assert "This link has ended" in answer.content.decode()
    assert "Nordlund" not in answer.content.decode()


def test_a_revoked_link_ends_at_once(client, link):
    assert sharing.revoke(link, STAFF, timezone.now())

    assert client.get(address(link)).status_code == 410
    assert not sharing.revoke(link, STAFF, timezone.now())


def test_a_link_of_a_disconnected_account_has_ended(client, link, installation):
    installation.state = Installation.State.DISCONNECTED
    installation.save()

    assert client.get(address(link)).status_code == 410


def test_a_link_whose_row_is_gone_is_none(client, link):
    StatusLink.objects.all().delete()

    assert client.get(address(link)).status_code == 404


@pytest.mark.parametrize("tried", ["x", "a.b", "0" * 32, "é" * 40, "%00", "." * 50, "x" * 5000])
def test_a_guess_is_refused_before_the_database_is_asked(client, link, tried, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(f"/status/{tried}/", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_the_right_key_under_another_signature_is_refused(client, link):
    other = Signer(key="somebody else's", salt="extensions.health.sharing", sep=".").sign(link.key.hex)
    elsewhere = Signer(salt="for something else", sep=".").sign(link.key.hex)

    for forged in (other, elsewhere, link.key.hex, f"{link.key.hex}.", sharing.address_of(link)[:-1]):
        assert client.get(f"/status/{forged}/").status_code == 404, forged


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 75), character=st.sampled_from("abcdefABCDEF0123456789-_."))
def test_any_altered_address_is_refused(client, link, place, character):
    right = sharing.address_of(link)
    altered = right[: place % len(right)] + character + right[place % len(right) + 1 :]

    expected = 200 if altered == right else 404
    # The last character of a signature carries bits that decoding drops, but the text is compared, not the bits.
    assert client.get(f"/status/{altered}/").status_code == expected


def test_a_key_that_is_rotated_out_opens_what_it_signed_as_a_fallback(client, link, settings):
    given_out = address(link)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"

    assert client.get(given_out).status_code == 200


def test_openings_are_counted_and_nobody_is_given_a_cookie(client, link):
    answer = client.get(address(link))
    client.head(address(link))

    link.refresh_from_db()
    assert link.opened == 2
    assert link.last_opened_at is not None
    assert not answer.cookies
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(client, link, method):
    assert getattr(client, method)(address(link)).status_code == 405


def test_no_log_holds_the_key(client, link, caplog, monkeypatch):
    caplog.handler.addFilter(Masked())
    monkeypatch.setattr("console.status.views.status_of", None)  # whatever breaks while the page is made
    client.raise_request_exception = False

    assert client.get(address(link)).status_code == 500

    assert "/status/…" in caplog.text
    assert sharing.address_of(link) not in caplog.text
    assert masked(f"/status/{sharing.address_of(link)}/") == "/status/…/"
    assert masked("/installation/410001/acme_ledger/status-links/") == "/installation/410001/acme_ledger/status-links/"


def test_gunicorn_logs_through_the_mask(link):
    class Answer:
        status, sent, response_length, headers = "200 OK", 1, 1, ()

    class Request:
        headers = ()

    environ = {
        "PATH_INFO": address(link),
        "REQUEST_METHOD": "GET",
        "RAW_URI": address(link),
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    log = AccessLog(Config())

    line = serving.access_log_format % log.atoms_wrapper_class(
        log.atoms(Answer(), Request(), environ, timedelta(seconds=1))
    )

    assert serving.logger_class == f"{AccessLog.__module__}.{AccessLog.__name__}"
    assert "/status/…/" in line
    assert sharing.address_of(link) not in line


def test_support_makes_a_link_sees_its_address_and_ends_it(client, installation):
    client.force_login(make_user("support"))
    args = [installation.account.oneflow_id, installation.extension.integration_key]

    answer = client.post(reverse("installation-status-share", args=args), {"days": "30"}, follow=True)
    link = StatusLink.objects.get()

    assert address(link) in answer.content.decode()
    assert link.created_by == "support"
    assert link.expires_at - link.created_at == timedelta(days=30)

    answer = client.post(reverse("installation-status-revoke", args=[*args, link.pk]), follow=True)

    assert "The link has ended" in answer.content.decode()
    assert address(link) not in answer.content.decode()
    verbs = list(AuditEvent.objects.exclude(verb="login").order_by("pk").values_list("verb", "actor"))
    assert verbs == [("status_link.share", "support"), ("status_link.revoke", "support")]


def test_an_auditor_sees_which_links_there_are_and_no_address(client, link, installation):
    client.force_login(make_user("auditor"))
    args = [installation.account.oneflow_id, installation.extension.integration_key]

    text = client.get(reverse("installation-status-links", args=args)).content.decode()

    assert "works" in text
    assert sharing.address_of(link) not in text
    assert "Make a link" not in text


@pytest.mark.parametrize("days", ["", "0", "-7", "8", "7.0", "seven", "9" * 30])
def test_a_link_without_a_sensible_end_is_refused(client, installation, days):
    client.force_login(make_user("support"))
    args = [installation.account.oneflow_id, installation.extension.integration_key]

    answer = client.post(reverse("installation-status-share", args=args), {"days": days}, follow=True)

    assert "Choose one of these." in answer.content.decode()
    assert not StatusLink.objects.exists()
    assert AuditEvent.objects.exclude(verb="login").get().outcome == "refused"


def test_staff_see_the_customers_page_without_it_counting_as_opened(client, link, installation):
    switch_off(installation, custom_id="deal_value")
    client.force_login(make_user("auditor"))
    args = [installation.account.oneflow_id, installation.extension.integration_key]

    text = client.get(reverse("installation-status-preview", args=args), {"language": "en"}).content.decode()

    assert "Please switch it on again." in text
    link.refresh_from_db()
    assert link.opened == 0


def test_a_disconnected_account_gets_no_link(installation):
    installation.state = Installation.State.DISCONNECTED

    with pytest.raises(sharing.Refused, match="disconnected"):
        sharing.share(installation, 7, STAFF, timezone.now())


def test_an_account_has_a_bounded_number_of_living_links(installation):
    now = timezone.now()
    for _ in range(sharing.MOST_LIVING):
        sharing.share(installation, 1, STAFF, now)

    with pytest.raises(sharing.Refused, match="End one"):
        sharing.share(installation, 1, STAFF, now)

    sharing.share(installation, 1, STAFF, now + timedelta(days=2))  # those have ended by then


def test_a_link_of_another_installation_cannot_be_ended_from_here(client, link):
    other = make_installation(oneflow_id=410002)
    client.force_login(make_user("support"))
    args = [other.account.oneflow_id, other.extension.integration_key, link.pk]

    assert client.post(reverse("installation-status-revoke", args=args)).status_code == 404
    assert StatusLink.objects.living(timezone.now()).exists()
