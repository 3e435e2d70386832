"""Judging stored rows anew in batches, after a release."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.health.models import Finding, Issue
from extensions.health.rejudging import rejudge
from extensions.installations.models import Installation, Webhook
from extensions.mappings.models import Override
from tests.health.judged import change, deal_webhook, stored
from tests.making import make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_what_is_judged_anew_is_what_a_refresh_would_have_judged():
    first, second, third = (make_installation(oneflow_id=number) for number in (1, 2, 3))
    for row in (first, second):
        change(deal_webhook(row), legacy=True)
    stored(first)
    expected = set(first.findings.values_list("code", "subject"))

    done = rejudge(timezone.now(), batch=2)

    assert (done.judged, done.changed) == (3, 1)
    codes = {row.pk: {code for code, _ in row.findings.values_list("code", "subject")} for row in (first, second)}
    assert codes[first.pk] == codes[second.pk] == {code for code, _ in expected}
    assert list(Installation.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "failing",
        "failing",
        "healthy",
    ]
    assert Issue.objects.filter(state="open", code="webhook.legacy").count() == 2
    assert not third.findings.exists()


def test_each_is_judged_by_its_own_extension_and_version():
    one = make_installation(oneflow_id=1)
    newer = make_blueprint(one.extension, 2)
    newer.template_types.get(extension_type="acme_deal").fields.create(custom_id="only_in_2", name="New")
    make_installation(oneflow_id=2, blueprint=newer)
    make_installation(make_extension("acme_other", name="Other"), oneflow_id=3)

    rejudge(timezone.now())

    found = Finding.objects.filter(code="field.missing").values_list("installation__account__oneflow_id", "subject")
    assert list(found) == [(2, "acme_deal/only_in_2")]


def test_what_grew_stale_or_is_disconnected_is_left_alone():
    stale = make_installation(oneflow_id=1, fresh_until=NOW - timedelta(seconds=1))
    ended = make_installation(oneflow_id=2, state="disconnected")
    Webhook.objects.update(legacy=True)

    done = rejudge(timezone.now())

    assert done.judged == 0
    assert not Finding.objects.filter(installation__in=[stale, ended]).exists()


def test_a_batch_costs_the_same_for_two_and_for_twenty():
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            rejudge(timezone.now())
        return len(captured)

    for number in range(1, 3):
        make_installation(oneflow_id=number)
    few = statements()
    for number in range(3, 21):
        row = make_installation(oneflow_id=number)
        Override.objects.create(installation=row, extension_type="acme_deal", custom_id="vat_exempt", path="deal.own")

    assert statements() == few <= 20


def test_nothing_changed_writes_nothing(django_assert_num_queries):
    from tests.console.walking import watched

    change(deal_webhook(make_installation()), legacy=True)
    rejudge(timezone.now())

    with watched(set()) as changes:
        done = rejudge(timezone.now())

    assert (done.judged, done.changed, changes) == (1, 0, [])
