from datetime import timedelta

from django.utils import timezone

from extensions.installations.models import Installation, Template
from tests.health.judged import (
    Mapping,
    change,
    codes,
    deal_field,
    deal_webhook,
    judged,
    never_read,
    stored,
    the,
    unread,
)


def test_the_verdict_is_that_of_the_worst_finding_and_names_its_cause(installation):
    change(deal_field(installation), name="Renamed")
    change(deal_webhook(installation), legacy=True)

    judgement = judged(installation)

    assert (judgement.verdict, judgement.cause, judgement.causes) == ("failing", "webhook.legacy", 2)


def test_of_two_equal_causes_the_longer_standing_is_named(installation):
    change(deal_webhook(installation), legacy=True)
    stored(installation, timezone.now() - timedelta(days=1))
    change(deal_field(installation), active=False)

    assert judged(installation).cause == "webhook.legacy"


def test_unknown_outranks_a_warning(installation):
    change(deal_field(installation), name="Renamed")
    never_read(installation, "webhooks", reason="budget_spent")

    judgement = judged(installation)

    assert (judgement.verdict, judgement.causes) == ("unknown", 1)


def test_an_unknown_verdict_names_only_a_cause_that_tells_why(installation):
    change(deal_field(installation), name="Renamed")
    never_read(installation, "webhooks")

    assert judged(installation).cause == "api.failing"


def test_failing_outranks_unknown(installation):
    change(deal_webhook(installation), legacy=True)
    never_read(installation, "users", reason="budget_spent")

    assert judged(installation).verdict == "failing"


def test_a_failing_verdict_needs_no_use_by(installation):
    change(deal_webhook(installation), legacy=True)
    unread(installation, "users", reason="budget_spent")

    assert judged(installation).use_by is None


def test_the_earliest_use_by_counts(installation):
    now = timezone.now()
    unread(installation, "users", "webhooks", reason="budget_spent")
    installation.parts.filter(name="users").update(read_at=now - timedelta(hours=5))

    assert judged(installation, now, part_use_by=timedelta(hours=6)).use_by == now + timedelta(hours=1)


def test_what_cannot_be_asked_without_an_acting_user_needs_no_use_by(installation):
    installation.acting_user_email = ""
    unread(installation, "usable", reason="not_asked")

    assert judged(installation).use_by is None


def test_a_disconnected_installation_has_no_findings(installation):
    change(deal_webhook(installation), legacy=True)
    stored(installation)
    installation.state = Installation.State.DISCONNECTED

    judgement = judged(installation)

    assert (judgement.verdict, judgement.findings, len(judgement.gone)) == ("disconnected", (), 1)


def test_a_finding_keeps_its_since_while_it_lasts(installation):
    change(deal_field(installation), active=False)
    first = timezone.now() - timedelta(days=2)
    stored(installation, first)
    change(deal_field(installation), name="Renamed too")

    judgement = judged(installation)

    assert the(judgement, "field.inactive").since == first


def test_a_finding_that_no_longer_holds_is_gone(installation):
    row = change(deal_webhook(installation), legacy=True)
    stored(installation)
    change(row, legacy=False)

    judgement = judged(installation)

    assert (judgement.verdict, [each.code for each in judgement.gone]) == ("healthy", ["webhook.legacy"])


def test_what_did_not_change_is_neither_created_nor_changed(installation):
    Mapping.objects.filter(custom_id="vat_exempt").delete()
    change(deal_field(installation), name="Renamed")
    Template.objects.update(active=False)
    stored(installation)

    judgement = judged(installation)

    assert (judgement.created, judgement.changed, judgement.gone) == ((), (), ())
    assert {"mapping.incomplete", "field.changed", "template_type.unused"} <= codes(judgement)


def test_a_clock_that_was_set_back_dates_nothing_into_the_future(installation):
    now = timezone.now()
    change(installation.token, state="rejected", rejected_since=now + timedelta(days=1))

    assert the(judged(installation, now), "token.rejected").since == now
