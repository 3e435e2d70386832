"""A snapshot and our rows: what appears, changes, goes, returns, and what is left alone because it was not read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from extensions.installations import snapshot as parts
from extensions.installations.applying import MOST_CHANGES, Applied, apply
from extensions.installations.mirror import Mirror
from extensions.installations.models import Change, DataField, Installation, Part, TemplateType, Webhook
from extensions.installations.snapshot import Unread
from oneflow import objects
from oneflow.errors import BudgetSpent, InvalidToken
from tests.installations.answers import answers_of, changed, snapshot_of

pytestmark = pytest.mark.django_db
NOW = timezone.now() + timedelta(hours=1)


@pytest.fixture
def answers(installation: Installation) -> dict[str, Any]:
    """What Oneflow answers when nothing has changed; event types are stored in order, as a refresh stores them."""
    for webhook in installation.webhooks.all():
        webhook.filters = [each | {"event_types": sorted(each["event_types"])} for each in webhook.filters]
        webhook.save()
    return answers_of(installation)


def applied(installation: Installation, answers: dict[str, Any], now: datetime = NOW) -> Applied:
    mirror = Mirror.load(installation)
    done = apply(installation, snapshot_of(answers), mirror, now)
    assert_same(mirror, Mirror.load(installation))
    return done


def assert_same(mirror: Mirror, stored: Mirror) -> None:
    """The mirror in memory says what the database says, so that health may judge by it."""
    for name in ("template_types", "fields", "templates", "webhooks", "workspaces", "users", "extensions", "usable"):
        ours = {row.pk: values(row) for row in getattr(mirror, name)}
        assert ours == {row.pk: values(row) for row in getattr(stored, name)}
    assert {name: values(part) for name, part in mirror.parts.items()} == {
        name: values(part) for name, part in stored.parts.items()
    }


def values(row: Any) -> dict[str, Any]:
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}


def told(done: Applied) -> list[tuple[str, str, str, str, str]]:
    return [(c.kind, c.subject_kind, c.attribute, c.before, c.after) for c in done.changes]


def test_nothing_changed_writes_one_statement_only(
    installation: Installation, answers: dict[str, Any], django_assert_num_queries: Any
) -> None:
    mirror = Mirror.load(installation)

    with django_assert_num_queries(1):
        done = apply(installation, snapshot_of(answers), mirror, NOW)

    assert done.changes == []
    assert set(Part.objects.values_list("read_at", flat=True)) == {NOW}


def test_what_is_new_is_stored_and_told(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.WORKSPACES] = [*answers[parts.WORKSPACES], objects.Workspace(77, "Legal", "SE", "", True)]

    done = applied(installation, answers)

    assert installation.workspaces.get(oneflow_id=77).seen_at == NOW
    assert told(done) == [("appeared", "workspace", "", "", "")]
    assert Change.objects.get().subject_name == "Legal"


def test_what_changed_is_stored_and_told_from_what_to_what(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.WEBHOOKS] = changed(answers[parts.WEBHOOKS], callback_url="https://old.example/hook")
    before = installation.webhooks.first().callback_url

    done = applied(installation, answers)

    assert told(done) == [("changed", "webhook", "callback_url", before, "https://old.example/hook")]
    assert installation.webhooks.first().seen_at == NOW


def test_what_oneflow_no_longer_lists_is_kept_and_dated(installation: Installation, answers: dict[str, Any]) -> None:
    gone = answers[parts.WEBHOOKS].pop(0)

    done = applied(installation, answers)

    assert Webhook.objects.get(oneflow_id=gone.id).missing_since == NOW
    assert told(done) == [("missing", "webhook", "", "", "")]


def test_what_is_missing_still_keeps_its_date(installation: Installation, answers: dict[str, Any]) -> None:
    gone = answers[parts.WEBHOOKS].pop(0)
    applied(installation, answers)

    done = applied(installation, answers, NOW + timedelta(hours=1))

    assert Webhook.objects.get(oneflow_id=gone.id).missing_since == NOW
    assert done.changes == []


def test_what_returns_is_the_same_row_and_is_missing_no_more(
    installation: Installation, answers: dict[str, Any]
) -> None:
    gone = answers[parts.WEBHOOKS].pop(0)
    row = Webhook.objects.get(oneflow_id=gone.id)
    applied(installation, answers)
    answers[parts.WEBHOOKS].append(gone)

    done = applied(installation, answers, NOW + timedelta(hours=1))

    row.refresh_from_db()
    assert row.missing_since is None
    assert [kind for kind, *_ in told(done)] == ["returned"]


@pytest.mark.parametrize("part", [parts.WEBHOOKS, parts.TEMPLATE_TYPES, parts.TEMPLATES, parts.USERS, parts.USABLE])
def test_unread_is_not_empty(installation: Installation, answers: dict[str, Any], part: str) -> None:
    answers[part] = Unread("unavailable", "Oneflow answered 500.")
    before = Mirror.load(installation)

    done = applied(installation, answers)

    after = Mirror.load(installation)
    assert len(before.webhooks) == len(after.webhooks)
    assert not [row for row in [*after.webhooks, *after.template_types, *after.usable] if row.missing_since]
    assert done.changes == []
    unread = after.parts[part]
    assert (unread.unread_reason, unread.unread_detail, unread.unread_since) == (
        "unavailable",
        "Oneflow answered 500.",
        NOW,
    )
    assert unread.read_at == before.parts[part].read_at


def test_an_unread_part_remembers_since_when(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.WEBHOOKS] = Unread("unavailable", "500")
    applied(installation, answers)
    answers[parts.WEBHOOKS] = Unread("rate_limited", "429")

    applied(installation, answers, NOW + timedelta(hours=1))

    part = installation.parts.get(name=parts.WEBHOOKS)
    assert (part.unread_reason, part.unread_since) == ("rate_limited", NOW)


@pytest.mark.parametrize("reason", [parts.NOT_ASKED, parts.OTHER_ACCOUNT, BudgetSpent.reason, InvalidToken.reason])
def test_a_part_is_unread_since_somebody_asked_for_it_with_a_token_that_works(
    installation: Installation, answers: dict[str, Any], reason: str
) -> None:
    answers[parts.WEBHOOKS] = Unread(reason, "")
    applied(installation, answers)
    answers[parts.WEBHOOKS] = Unread("unavailable", "500")

    applied(installation, answers, NOW + timedelta(days=3))

    assert installation.parts.get(name=parts.WEBHOOKS).unread_since == NOW + timedelta(days=3)


def test_a_part_read_again_is_unread_no_more(installation: Installation, answers: dict[str, Any]) -> None:
    webhooks = answers[parts.WEBHOOKS]
    answers[parts.WEBHOOKS] = Unread("unavailable", "500")
    applied(installation, answers)
    answers[parts.WEBHOOKS] = webhooks

    applied(installation, answers, NOW + timedelta(hours=1))

    part = installation.parts.get(name=parts.WEBHOOKS)
    assert (part.read_at, part.unread_reason, part.unread_since) == (NOW + timedelta(hours=1), "", None)


def test_the_first_read_of_a_part_is_no_flood_of_changes(installation: Installation, answers: dict[str, Any]) -> None:
    installation.parts.all().delete()
    installation.workspaces.all().delete()

    done = applied(installation, answers)

    assert installation.workspaces.count() == 1
    assert done.changes == []


def test_of_persons_it_is_told_that_they_changed_and_not_from_what_to_what(
    installation: Installation, answers: dict[str, Any]
) -> None:
    answers[parts.USERS] = changed(answers[parts.USERS], name="Maja Ek", email="maja.ek@x.example", is_admin=False)

    done = applied(installation, answers)

    assert told(done) == [
        ("changed", "account user", "name", "", ""),
        ("changed", "account user", "email", "", ""),
        ("changed", "account user", "is_admin", "true", "false"),
    ]
    assert "Maja" not in Change.objects.first().subject_name
    assert installation.accountusers.get().name == "Maja Ek"


def test_texts_longer_than_their_column_are_cut(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.TEMPLATE_TYPES] = changed(answers[parts.TEMPLATE_TYPES], name="x" * 9000, extension_type="y" * 9000)
    answers[parts.WORKSPACES] = changed(answers[parts.WORKSPACES], country_code="SWEDEN", registration_number="9" * 99)
    kind = answers[parts.TEMPLATE_TYPES][1].id
    answers[parts.fields_of(kind)] = changed(answers[parts.fields_of(kind)], custom_id="z" * 9000, source="s" * 99)

    applied(installation, answers)

    row = TemplateType.objects.get(oneflow_id=answers[parts.TEMPLATE_TYPES][0].id)
    assert (len(row.name), len(row.extension_type)) == (255, 120)
    assert installation.workspaces.get().country_code == ""
    assert applied(installation, answers).changes == []


def test_the_same_id_twice_in_one_answer_counts_once(installation: Installation, answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        if name != parts.ACCOUNT:
            answers[name] = [*answer, *answer]

    assert applied(installation, answers).changes == []


def test_what_differs_in_order_only_has_not_changed(installation: Installation, answers: dict[str, Any]) -> None:
    events, turned = ("contract:sign", "contract:publish"), ("contract:publish", "contract:sign")
    filters = [objects.WebhookFilter(events, (2, 1)), objects.WebhookFilter(None, None)]
    answers[parts.WEBHOOKS] = changed(answers[parts.WEBHOOKS], filters=tuple(filters))
    applied(installation, answers)
    filters = [objects.WebhookFilter(None, None), objects.WebhookFilter(turned, (1, 2))]
    answers[parts.WEBHOOKS] = changed(answers[parts.WEBHOOKS], filters=tuple(filters))

    assert applied(installation, answers).changes == []


def test_very_many_changes_are_capped_with_a_note(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.WORKSPACES] = [objects.Workspace(number, "W", "SE", "", True) for number in range(1, 2001)]

    done = applied(installation, answers)

    assert len(done.changes) == MOST_CHANGES + 1
    assert done.changes[-1].subject_name == "1001 further differences are not listed"
    assert installation.workspaces.filter(missing_since=None).count() == 2000


def test_fields_of_one_template_type_say_nothing_of_anothers(
    installation: Installation, answers: dict[str, Any]
) -> None:
    first, second = (each.id for each in answers[parts.TEMPLATE_TYPES])
    answers[parts.fields_of(first)] = []
    answers[parts.fields_of(second)] = Unread("unavailable", "500")

    applied(installation, answers)

    missing = DataField.objects.exclude(missing_since=None)
    assert set(missing.values_list("template_type_oneflow_id", flat=True)) == {first}


def test_the_part_of_fields_that_are_asked_for_no_more_is_forgotten(
    installation: Installation, answers: dict[str, Any]
) -> None:
    kind = answers[parts.TEMPLATE_TYPES].pop(0).id
    del answers[parts.fields_of(kind)]

    applied(installation, answers)

    assert not installation.parts.filter(name=parts.fields_of(kind)).exists()
    assert not DataField.objects.filter(template_type_oneflow_id=kind).exclude(missing_since=None).exists()


def test_the_account_takes_the_name_that_oneflow_shows(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.ACCOUNT] = changed([answers[parts.ACCOUNT]], name="Norrsken Konsult AB")[0]

    done = applied(installation, answers)

    installation.account.refresh_from_db()
    assert installation.account.name == "Norrsken Konsult AB"
    assert told(done) == [("changed", "account", "name", "Customer 410001", "Norrsken Konsult AB")]


def test_another_accounts_data_never_becomes_this_ones(installation: Installation, answers: dict[str, Any]) -> None:
    answers[parts.ACCOUNT] = changed([answers[parts.ACCOUNT]], id=1, name="Somebody else", integration_key="other")[0]

    applied(installation, answers)

    installation.account.refresh_from_db()
    assert installation.account.name == "Customer 410001"
    assert (installation.shown_account_id, installation.shown_key) == (1, "other")
