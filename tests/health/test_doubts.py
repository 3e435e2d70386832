from datetime import timedelta

from django.utils import timezone

from extensions.health.words.doubts import doubts, names
from extensions.installations.models import AccountExtension, Part
from tests.health.judged import judged, never_read, unread


def doubts_of(installation, now=None):
    parts = Part.objects.filter(installation=installation)
    return doubts(
        installation, parts, AccountExtension.objects.filter(installation=installation), now or timezone.now()
    )


def test_a_healthy_installation_raises_no_doubt(installation):
    assert doubts_of(installation) == []


def test_what_was_never_read_is_named_with_its_reason(installation):
    never_read(installation, "webhooks", reason="budget_spent")

    assert doubts_of(installation) == [
        "Nothing was ever read of the webhooks: our own share of Oneflow's rate limit was used up."
    ]


def test_what_was_read_lately_raises_no_doubt_and_later_does(installation):
    unread(installation, "users")

    assert doubts_of(installation) == []
    assert len(doubts_of(installation, timezone.now() + timedelta(days=2))) == 1


def test_every_unknown_verdict_without_a_cause_has_its_doubt(installation):
    AccountExtension.objects.filter(extension_type="webhooks").delete()

    assert (judged(installation).verdict, judged(installation).cause) == ("unknown", "")
    [said] = doubts_of(installation)
    assert said.startswith('Oneflow does not list "webhooks"')


def test_an_installation_without_a_version_of_the_blueprint_says_what_to_do(installation):
    installation.blueprint = None

    [said] = doubts_of(installation)
    assert said.endswith("release one, or set it under the facts.")


def test_parts_are_named_for_people_each_once():
    assert names(["users", "fields/5201", "fields/5202"]) == "the users and the fields of a template type"
