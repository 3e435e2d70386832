from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from extensions.blueprints.models import BlueprintField
from extensions.health import storing
from extensions.health.facts import gather
from extensions.health.judging import judge
from extensions.health.models import Flip, Issue, IssueEvent
from extensions.health.signals import health_changed
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Installation
from tests.beside import begin_and_wait, with_locks
from tests.health.judged import change, deal, deal_field, deal_webhook, judged, stored, unread
from tests.making import make_installation


@pytest.fixture
def told():
    """What the signal told, in order."""
    flips = []

    def note(sender, **said):
        flips.append(said)

    health_changed.connect(note)
    yield flips
    health_changed.disconnect(note)


def loaded(installation):
    return Installation.objects.select_related("account", "extension", "token", "blueprint").get(pk=installation.pk)


def more_fields(installation, number):
    """Extra fields in the blueprint, in the account, and all of them off."""
    kind = installation.blueprint.template_types.get(extension_type="acme_deal")
    row = deal_field(installation)
    BlueprintField.objects.bulk_create(
        BlueprintField(template_type=kind, custom_id=f"more_{n}", name=f"More {n}") for n in range(number)
    )
    DataField.objects.bulk_create(
        DataField(
            installation=installation,
            template_type_oneflow_id=deal(installation).oneflow_id,
            oneflow_id=row.oneflow_id + 1000 + n,
            custom_id=f"more_{n}",
            name=f"More {n}",
            active=False,
            source="system",
            seen_at=row.seen_at,
        )
        for n in range(number)
    )


@pytest.mark.parametrize("fields", [0, 300])
def test_gathering_takes_two_statements_beside_the_mirror(installation, django_assert_num_queries, fields):
    more_fields(installation, fields)
    fresh = loaded(installation)
    mirror = Mirror.load(fresh)

    with django_assert_num_queries(2):
        gather(fresh, mirror, timezone.now())


@pytest.mark.parametrize("fields", [1, 300])
def test_judging_and_storing_what_did_not_change_takes_two_statements(installation, django_assert_num_queries, fields):
    more_fields(installation, fields)
    stored(installation)
    fresh, now = loaded(installation), timezone.now()
    facts = gather(fresh, Mirror.load(fresh), now)

    with django_assert_num_queries(2):  # what was found before, and its issues
        storing.store(fresh, judge(facts, storing.known_findings(fresh), now), now)


def test_storing_a_change_writes_findings_issues_and_what_happened_to_them(installation, django_assert_num_queries):
    change(deal_webhook(installation), legacy=True)
    stored(installation)
    change(deal_webhook(installation), legacy=False)
    change(deal_field(installation), active=False)
    judgement = judged(installation)

    # The issues are read; findings go and come; issues, their events and what is to be told of them are written,
    # whatever their number.
    with django_assert_num_queries(6):
        storing.store(installation, judgement, timezone.now())


def test_everything_changing_at_once_takes_ten_statements(installation, django_assert_num_queries):
    """Findings go, come and change, the verdict flips, issues open, grow worse and are resolved, and are to be told."""
    begun = timezone.now() - timedelta(hours=2)
    unread(installation, "templates", since=begun)
    change(deal_field(installation, "vat_exempt"), active=False)
    stored(installation, begun + timedelta(minutes=20))
    change(deal_field(installation, "vat_exempt"), active=True)
    change(deal_webhook(installation), legacy=True)
    fresh, now = loaded(installation), timezone.now()
    mirror = Mirror.load(fresh)

    # Read: the version of the blueprint, the mappings, findings, issues. Written: findings that go, findings, flips,
    # issues, what happened to them, what is to be told.
    with django_assert_num_queries(10):
        judgement = judge(gather(fresh, mirror, now), storing.known_findings(fresh), now)
        storing.store(fresh, judgement, now)

    assert all((judgement.created, judgement.changed, judgement.gone))
    kinds = IssueEvent.objects.filter(at=now).values_list("kind", flat=True)
    assert set(kinds) == {"opened", "resolved"}
    assert Flip.objects.filter(installation=installation, at=now).exists()
    worse = Issue.objects.get(installation=installation, code="api.failing")
    assert worse.verdict == "failing"


def test_what_is_stored_is_what_was_judged(installation):
    change(deal_field(installation), active=False)

    judgement = stored(installation)

    rows = installation.findings.values_list("code", "subject", "explained_by")
    assert set(rows) == {(each.code, each.subject, each.explained_by) for each in judgement.findings}
    assert (installation.verdict, installation.cause, installation.causes) == ("failing", "field.inactive", 1)


def test_a_finding_that_changed_is_the_same_row_with_the_same_since(installation):
    change(deal_field(installation), name="Renamed")
    stored(installation, timezone.now() - timedelta(days=1))
    before = installation.findings.get()
    change(deal_field(installation), name="Renamed again")

    stored(installation)

    after = installation.findings.get()
    assert (after.pk, after.since) == (before.pk, before.since)
    assert after.evidence["differs"]["name"]["after"] == "Renamed again"


def test_three_hundred_findings_appear_and_go(installation):
    more_fields(installation, 300)

    stored(installation)
    appeared = installation.findings.filter(code="field.inactive").count()
    DataField.objects.filter(installation=installation).update(active=True)
    stored(installation)

    assert (appeared, installation.findings.filter(code="field.inactive").count()) == (300, 0)


def test_a_flip_of_the_verdict_is_told_once_and_dates_it(installation, told):
    change(deal_webhook(installation), legacy=True)
    now = timezone.now()

    stored(installation, now)
    stored(installation, now + timedelta(hours=1))

    [flip] = told
    assert (flip["before"], flip["after"], flip["cause"]) == ("healthy", "failing", "webhook.legacy")
    assert installation.verdict_since == now


def test_another_cause_of_the_same_verdict_is_no_flip(installation, told):
    change(deal_webhook(installation), legacy=True)
    first = timezone.now()
    stored(installation, first)
    change(deal_webhook(installation), legacy=False)
    change(deal_field(installation), active=False)

    stored(installation, first + timedelta(hours=1))

    assert (len(told), installation.cause, installation.verdict_since) == (1, "field.inactive", first)


def test_a_disconnected_installation_keeps_no_finding(installation, told):
    change(deal_webhook(installation), legacy=True)
    stored(installation)
    installation.state = Installation.State.DISCONNECTED

    stored(installation)

    assert (installation.findings.count(), installation.verdict, told[-1]["after"]) == (
        0,
        "disconnected",
        "disconnected",
    )


@with_locks
@pytest.mark.django_db(transaction=True)
def test_storing_issues_and_whoever_acts_on_several_do_not_wait_for_each_other():
    installation = make_installation()
    more_fields(installation, 2)
    stored(installation)
    issues = list(Issue.objects.order_by("-pk"))
    *_, second, first = [each.pk for each in issues]

    with transaction.atomic():
        Issue.objects.select_for_update().get(pk=first)
        written = begin_and_wait(lambda: storing.upsert(issues))
        Issue.objects.select_for_update().get(pk=second)

    written.result(10)
