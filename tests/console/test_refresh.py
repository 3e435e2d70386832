"""One refresh, the whole way, against a running sandbox."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken, Spending
from accounts.vault import new_key
from console import refreshing
from console.connecting import verbs
from console.models import Heartbeat
from extensions.blueprints import drafting
from extensions.blueprints.models import BlueprintField, Extension
from extensions.blueprints.releasing import release
from extensions.health import rolling_out
from extensions.health.models import Finding, Issue
from extensions.installations import rollouts
from extensions.installations.models import Change, Exchange, Installation, Part, Refresh, Verdict
from tests.connected import connect, lease, refresh
from tests.making import STAFF

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation(sandbox: Any) -> Any:
    """An installation that was refreshed once and is healthy."""
    connected = connect(sandbox)
    refresh(connected)
    return connected


def causes(installation: Installation) -> list[str]:
    return list(Finding.objects.filter(installation=installation).causes().values_list("code", flat=True))


def test_a_healthy_account_is_healthy_after_its_first_refresh(sandbox: Any) -> None:
    installation = connect(sandbox)

    done = refresh(installation)

    assert done.outcome == "complete", list(installation.parts.values_list("name", "unread_reason", "unread_detail"))
    assert causes(installation) == []
    assert installation.verdict == Verdict.HEALTHY
    assert installation.state == Installation.State.LIVE
    assert not Change.objects.exists()


def test_the_first_refresh_infers_the_version_and_learns_whose_token_it_is(sandbox: Any) -> None:
    installation = connect(sandbox)

    refresh(installation)

    assert (installation.blueprint.version, installation.blueprint_set, installation.blueprint_match) == (1, False, 100)
    assert (installation.shown_account_id, installation.shown_key) == (installation.account.oneflow_id, "acme_ledger")
    installation.account.refresh_from_db()
    assert installation.account.registration_number


def test_a_refresh_stores_how_well_the_account_matches_its_version(installation: Any) -> None:
    wanted = BlueprintField.objects.filter(template_type__blueprint=installation.blueprint)
    wanted.create(template_type=installation.blueprint.template_types.first(), custom_id="later", name="Later")

    refresh(installation)

    # All 15 there are but the one that the account never had; and its version sticks.
    assert (installation.blueprint.version, installation.blueprint_match) == (1, 93)


def test_a_match_stays_while_too_little_is_read(sandbox: Any, installation: Any) -> None:
    assert installation.blueprint_match == 100
    BlueprintField.objects.all().delete()
    sandbox.fault(installation.account.oneflow_id, "api.failing")

    refresh(installation)

    assert installation.blueprint_match == 100


def test_a_refresh_makes_eight_calls_and_one_for_each_type_of_ours(sandbox: Any, installation: Any) -> None:
    sandbox.forget_requests()

    done = refresh(installation)

    assert len(sandbox.requests(installation.account.oneflow_id)) == done.calls == 8 + 2
    assert Exchange.objects.filter(refresh=done).count() == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acting", [True, False])
def test_an_unchanged_refresh_costs_at_most_thirty_statements(sandbox: Any, acting: bool) -> None:
    installation = connect(sandbox, **({} if acting else {"acting_user_email": ""}))
    refresh(installation)
    now = timezone.now()
    Installation.objects.update(refresh_at=now)

    with CaptureQueriesContext(connection) as captured:
        Heartbeat.beat("dispatch", now)
        lease_id = Installation.claim(now, limit=1, until=now + settings.REFRESH_LEASE)
        refreshing.refresh(installation.pk, lease_id)

    assert len(captured) <= 30


def test_nothing_is_stored_of_a_lease_that_is_lost(installation: Any) -> None:
    before = Refresh.objects.count()
    lease(installation)

    assert refreshing.refresh(installation.pk, uuid4()) is None
    assert Refresh.objects.count() == before


def test_a_lease_lost_while_oneflow_answered_stores_nothing_and_gives_the_calls_back(
    installation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = refreshing.fetch

    def slow(*args: Any, **options: Any) -> Any:
        answered = fetch(*args, **options)
        Installation.objects.update(lease_id=uuid4())
        return answered

    monkeypatch.setattr(refreshing, "fetch", slow)
    before = rows()

    assert refreshing.refresh(installation.pk, lease(installation)) is None
    assert rows() == before


def rows() -> tuple[int, ...]:
    counted = (Refresh, Exchange, Change, Finding)
    latest = Part.objects.order_by("-read_at").first()
    return (*(model.objects.count() for model in counted), hash(latest.read_at if latest else None))


def test_of_two_refreshes_of_one_installation_only_one_is_stored(installation: Any) -> None:
    first, second = lease(installation), lease(installation)

    assert refreshing.refresh(installation.pk, first) is None
    assert refreshing.refresh(installation.pk, second) is not None
    assert refreshing.refresh(installation.pk, second) is None


@pytest.mark.parametrize(
    "meanwhile",
    [{"acting_user_email": "other@x.example"}, {"token": None}, {"state": Installation.State.DISCONNECTED}],
)
def test_an_answer_to_a_question_that_no_longer_stands_is_dropped(
    installation: Any, monkeypatch: pytest.MonkeyPatch, meanwhile: dict[str, Any]
) -> None:
    fetch = refreshing.fetch

    def meddled(*args: Any, **options: Any) -> Any:
        Installation.objects.update(**meanwhile)
        return fetch(*args, **options)

    monkeypatch.setattr(refreshing, "fetch", meddled)
    before = rows()

    assert refreshing.refresh(installation.pk, lease(installation)) is None

    installation.refresh_from_db()
    assert rows() == before
    assert installation.lease_id is None
    assert installation.refresh_at <= timezone.now()


def test_a_refused_token_is_noted_since_when_and_looked_at_again(sandbox: Any, installation: Any) -> None:
    sandbox.fault(installation.account.oneflow_id, "token.rejected")

    done = refresh(installation)

    token = ApiToken.objects.get()
    assert (done.outcome, done.calls) == ("refused", 2)
    assert (token.state, token.rejected_since) == (ApiToken.State.REJECTED, done.ended_at)
    assert (installation.verdict, installation.cause) == (Verdict.FAILING, "token.rejected")
    assert installation.refresh_at - done.ended_at < settings.REFRESH_ALERT * 1.2


def test_a_token_refused_for_long_is_looked_at_seldom(sandbox: Any, installation: Any) -> None:
    sandbox.fault(installation.account.oneflow_id, "token.rejected")
    refresh(installation)
    ApiToken.objects.update(rejected_since=timezone.now() - timedelta(hours=2))

    done = refresh(installation)

    assert installation.refresh_at - done.ended_at > settings.REFRESH_REFUSED * 0.8


def test_a_token_that_works_again_is_active_again(sandbox: Any, installation: Any) -> None:
    sandbox.fault(installation.account.oneflow_id, "token.rejected")
    refresh(installation)
    sandbox.clear(installation.account.oneflow_id, "token.rejected")

    refresh(installation)

    token = ApiToken.objects.get()
    assert (token.state, token.rejected_since) == (ApiToken.State.ACTIVE, None)
    assert installation.verdict == Verdict.HEALTHY


def test_a_token_that_cannot_be_opened_costs_no_call(sandbox: Any, installation: Any, settings: Any) -> None:
    settings.VAULT_KEYS = f"another:{new_key()}"
    sandbox.forget_requests()

    done = refresh(installation)

    assert (done.outcome, done.calls) == ("not_tried", 0)
    assert sandbox.requests(installation.account.oneflow_id) == []
    assert (installation.verdict, installation.cause) == (Verdict.FAILING, "token.unreadable")
    assert not installation.webhooks.exclude(missing_since=None).exists()


def test_a_refused_base_url_is_an_unread_part_with_a_reason(installation: Any) -> None:
    Extension.objects.update(base_url="http://oneflow.example/v1")

    done = refresh(installation)

    assert done.outcome == "unreachable"
    assert "https" in installation.parts.get(name="webhooks").unread_detail


def test_a_used_up_share_puts_the_refresh_off_for_a_minute(sandbox: Any, installation: Any, settings: Any) -> None:
    settings.ONEFLOW_BUDGET = settings.ONEFLOW_STAFF_RESERVE + 5
    before = installation.refreshed_at
    sandbox.forget_requests()

    done = refresh(installation)

    assert (done.outcome, done.calls) == ("postponed", 0)
    assert sandbox.requests(installation.account.oneflow_id) == []
    assert installation.refreshed_at == before
    assert timedelta(seconds=50) < installation.refresh_at - done.ended_at < timedelta(seconds=70)
    assert installation.lease_id is None
    assert installation.verdict == Verdict.HEALTHY


def test_what_staff_want_may_use_the_reserve(installation: Any, settings: Any) -> None:
    settings.ONEFLOW_BUDGET = settings.ONEFLOW_STAFF_RESERVE + 5
    Spending.objects.all().delete()
    Installation.objects.update(wanted_at=timezone.now())

    done = refresh(installation)

    assert (done.outcome, done.wanted) == ("complete", True)
    assert installation.wanted_at is None


def test_a_wish_that_is_put_off_stands(installation: Any, settings: Any) -> None:
    settings.ONEFLOW_BUDGET = 5
    Installation.objects.update(wanted_at=timezone.now())

    refresh(installation)

    assert installation.wanted_at is not None


def test_unspent_calls_are_given_back(sandbox: Any, installation: Any) -> None:
    Spending.objects.all().delete()
    sandbox.fault(installation.account.oneflow_id, "token.rejected")

    refresh(installation)

    assert Spending.objects.get().current == 2


def test_a_429_halves_the_share_for_a_while(sandbox: Any, installation: Any) -> None:
    sandbox.fault(installation.account.oneflow_id, "api.limited")

    refresh(installation)

    assert Spending.objects.get().throttled_until > timezone.now()


def test_a_healthy_account_is_left_alone_and_a_broken_one_looked_at_sooner(sandbox: Any, installation: Any) -> None:
    quiet = refresh(installation)
    assert installation.refresh_at - quiet.ended_at > settings.REFRESH_QUIET * 0.8
    assert installation.fresh_until == installation.refresh_at + settings.FRESH_FOR

    sandbox.fault(installation.account.oneflow_id, "webhook.missing")
    broken = refresh(installation)

    assert installation.refresh_at - broken.ended_at < settings.REFRESH_ALERT * 1.2
    assert broken.changes == 1


def test_a_verdict_that_rests_on_something_old_is_fresh_no_longer_than_that(sandbox: Any, installation: Any) -> None:
    read_at = timezone.now() - settings.PART_USE_BY + timedelta(minutes=5)
    Part.objects.filter(name="webhooks").update(read_at=read_at)
    sandbox.answer("status", account=installation.account.oneflow_id, path="/webhooks", status=500)

    refresh(installation)
    sandbox.behave()

    assert installation.fresh_until == read_at + settings.PART_USE_BY


def test_a_wish_made_while_it_ran_is_fulfilled_by_the_next(installation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = refreshing.fetch
    wished: list[Any] = []

    def meanwhile(*args: Any, **options: Any) -> Any:
        wished.append(timezone.now())
        Installation.objects.update(refresh_at=wished[0], wanted_at=wished[0])
        return fetch(*args, **options)

    monkeypatch.setattr(refreshing, "fetch", meanwhile)

    refresh(installation)

    assert (installation.refresh_at, installation.wanted_at) == (wished[0], wished[0])
    assert Installation.objects.due(timezone.now()).exists()


def test_another_accounts_token_changes_nothing_that_we_know_of_this_one(sandbox: Any, installation: Any) -> None:
    other = sandbox.new_account()
    token = installation.token
    token.seal(other["token"])
    token.save()
    name = installation.account.name

    done = refresh(installation)

    assert (done.outcome, done.calls) == ("partial", 1)
    assert (installation.verdict, installation.cause) == (Verdict.FAILING, "token.foreign")
    installation.account.refresh_from_db()
    assert installation.account.name == name
    assert not installation.webhooks.exclude(missing_since=None).exists()


def test_nothing_secret_or_personal_is_in_the_exchanges(sandbox: Any, installation: Any) -> None:
    token = installation.token.reveal()
    texts = [f"{row.path} {row.excerpt} {row.error}" for row in Exchange.objects.all()]
    emails = [user.email for user in installation.accountusers.all()]

    assert texts and emails
    assert not [text for text in texts if token in text or any(email in text for email in emails)]


def test_a_refresh_opens_and_resolves_issues_and_repeating_it_changes_nothing(sandbox: Any, installation: Any) -> None:
    account = installation.account.oneflow_id
    sandbox.fault(account, "extension.disabled")
    refresh(installation)
    first = Issue.objects.get(code="extension.disabled")
    refresh(installation)
    again = Issue.objects.get(code="extension.disabled")
    sandbox.clear(account, "extension.disabled")
    refresh(installation)

    assert (first.state, again.opened_at) == ("open", first.opened_at)
    assert Issue.objects.get(code="extension.disabled").state == "resolved"
    assert [flip.after for flip in installation.flips.order_by("pk")] == ["healthy", "failing", "healthy"]


def test_what_was_disconnected_while_it_was_read_keeps_no_issue(
    sandbox: Any, installation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fault(installation.account.oneflow_id, "extension.disabled")
    refresh(installation)
    fetch = refreshing.fetch

    def meanwhile(*args: Any, **options: Any) -> Any:
        answer = fetch(*args, **options)
        verbs.end(installation, actor=STAFF, now=timezone.now())
        return answer

    monkeypatch.setattr(refreshing, "fetch", meanwhile)
    refreshing.refresh(installation.pk, lease(installation))

    assert {issue.state for issue in Issue.objects.all()} == {"resolved"}
    assert installation.flips.order_by("pk").last().after == "disconnected"
    assert not Finding.objects.filter(installation=installation).exists()


def test_a_version_set_by_a_rollout_is_inferred_again_once_the_extension_made_everything_anew(sandbox, installation):
    """Disabling and enabling is what a rollout asks for: the account then has what Oneflow gave it, not what we set."""
    first = installation.blueprint
    second = drafting.copy(first, actor=STAFF)
    BlueprintField.objects.create(template_type=second.template_types.first(), custom_id="later", name="Later")
    second = release(second, actor=STAFF, now=timezone.now(), notes="One field more.")
    rollout = rollouts.start(rollouts.plan(second, actor=STAFF, now=timezone.now()), actor=STAFF, now=timezone.now())
    rolling_out.step(rollout.pk, timezone.now())
    refresh(installation)
    assert (installation.blueprint, installation.blueprint_set, installation.rollout) == (second, True, rollout)

    # What a later version gives a role for the first time was there before all the same.
    installation.datafields.all().delete()
    installation.parts.filter(name__startswith="fields/").delete()
    refresh(installation)
    assert (installation.blueprint, installation.blueprint_set, installation.rollout) == (second, True, rollout)

    # As if the template types had been others until now: the sandbox switches the former ones on again.
    installation.templatetypes.all().delete()
    installation.datafields.all().delete()
    installation.parts.filter(name__startswith="fields/").delete()
    refresh(installation)

    assert (installation.blueprint, installation.blueprint_set, installation.rollout) == (first, False, None)
    assert installation.blueprint_match == 100
