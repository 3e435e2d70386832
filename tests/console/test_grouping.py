"""Much of one kind is told as one thing: by how many, the first few, and where the rest is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console.models import Heartbeat
from console.templatetags.console import thin
from extensions.health.models import Finding
from extensions.installations.models import DataField, Installation
from tests.health.judged import BlueprintField, Mapping, judged, stored
from tests.making import make_user

pytestmark = pytest.mark.django_db
TYPE_ID = 41000110


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


def address(name="installation"):
    return reverse(name, args=[410001, "acme_ledger"])


def text(client, name="installation", **query):
    answer = client.get(address(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def turn_off(installation, number):
    """So many further fields of the blueprint, mapped, there, and off."""
    kind = installation.blueprint.template_types.get(extension_type="acme_deal")
    names = [f"more_{n}" for n in range(number)]
    BlueprintField.objects.bulk_create(
        BlueprintField(template_type=kind, custom_id=name, name=name.title()) for name in names
    )
    Mapping.objects.bulk_create(
        Mapping(extension=installation.extension, extension_type="acme_deal", custom_id=name, path=f"deal.{name}")
        for name in names
    )
    DataField.objects.bulk_create(
        DataField(
            installation=installation,
            seen_at=timezone.now(),
            template_type_oneflow_id=TYPE_ID,
            oneflow_id=TYPE_ID + 1000 + n,
            custom_id=name,
            name=name.title(),
            active=False,
            source="system",
        )
        for n, name in enumerate(names)
    )


def test_many_fields_that_are_off_are_one_cause_with_the_first_few_and_a_link_to_all(support, installation):
    turn_off(installation, 312)
    stored(installation)

    page = text(support)

    assert "312 fields are off" in page
    assert "further cause" not in page
    assert page.count("Switch on") == 1
    assert f'href="{address("installation-findings")}?code=field.inactive">See all 312' in page
    assert page.count("<li>") < 60


def test_the_letter_names_the_first_few_and_says_how_many_more(support, installation):
    turn_off(installation, 20)
    stored(installation)

    page = text(support)

    assert "and 15 more" in page and "och 15 till" in page


def test_two_of_one_kind_say_which_of_them_fails(support, installation):
    turn_off(installation, 1)
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    stored(installation)

    page = text(support)

    assert "2 fields are off" in page
    assert "1 of them failing, the others a warning" in page


def test_what_has_another_remedy_is_another_cause(support, installation):
    common = {"installation": installation, "verdict": "failing", "rank": 0, "since": timezone.now()}
    for number, owned in ((1, True), (2, True), (3, False)):
        evidence = {"by_extension": owned}
        Finding.objects.create(**common, code="webhook.legacy", subject=f"webhook/{number}", evidence=evidence)
    Installation.objects.update(verdict="failing", cause="webhook.legacy", causes=3)

    page = text(support)

    assert "2 webhooks send the old format" in page
    assert "1 further cause" in page


@pytest.mark.parametrize("explained_by", ["", "token.foreign"])
def test_ten_thousand_findings_cost_a_small_page_and_few_queries(
    support, installation, django_assert_max_num_queries, explained_by
):
    common = {"installation": installation, "since": timezone.now(), "explained_by": explained_by}
    codes = ("field.missing", "field.inactive", "field.changed", "webhook.deaf", "mapping.incomplete")
    if explained_by:
        Finding.objects.create(
            installation=installation, code=explained_by, verdict="failing", rank=0, since=timezone.now()
        )
    Finding.objects.bulk_create(
        Finding(
            **common,
            code=codes[n % 5],
            subject=f"webhook/{n}" if n % 5 == 3 else f"acme_deal/field_{n}",
            subject_name="N" * 200,
            verdict="failing",
            rank=0,
            evidence={"differs": {"name": {"before": "x" * 300, "after": "y" * 300}}, "workspaces": list(range(100))},
        )
        for n in range(10_000)
    )
    Installation.objects.update(verdict="failing", cause=codes[0], causes=10_000)

    Heartbeat.beat("worker", timezone.now())
    for name in ("installation", "installation-findings"):
        with django_assert_max_num_queries(10):
            page = text(support, name)
        assert len(page.encode()) < 150_000
    assert (f"{thin(10_000)} findings follow from this" in text(support)) == bool(explained_by)


def test_judging_costs_the_same_statements_whatever_is_found(installation):
    with CaptureQueriesContext(connection) as of_nothing:
        judged(installation)
    turn_off(installation, 2000)
    stored(installation)

    with CaptureQueriesContext(connection) as of_thousands:
        judgement = judged(installation)

    assert len(of_thousands) == len(of_nothing)
    assert len(judgement.findings) == 4000 and not (judgement.created or judgement.changed or judgement.gone)


def test_findings_are_searched_narrowed_and_paged(support, installation):
    turn_off(installation, 150)
    stored(installation)

    everything = text(support, "installation-findings", code="field.inactive")
    one = text(support, "installation-findings", q="More_149")

    assert everything.count('data-label="What"') == 100 and "page=2" in everything
    assert one.count('data-label="What"') == 2  # the field, and its mapping, which follows from it


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=999", "?q=%00%27%22<", "?code=nothing.such", "?code=%00", "?q=" + "x" * 3000]
)
def test_odd_addresses_are_taken_calmly(support, installation, query):
    assert support.get(address("installation-findings") + query).status_code == 200


def test_an_account_without_findings_says_what_would_stand_there(support, installation):
    assert "Nothing found" in text(support, "installation-findings")
