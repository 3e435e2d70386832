import pytest

from extensions.installations.models import Installation
from tests.health.judged import AccountExtension, causes, codes, judged, the

Mode = Installation.Mode


def listed(installation, key="acme_ledger"):
    return AccountExtension.objects.filter(installation=installation, extension_type=key)


def test_our_extension_not_listed_is_absent(installation):
    listed(installation).delete()

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["extension.absent"])


def test_our_extension_that_oneflow_listed_once_is_absent(installation):
    listed(installation).update(missing_since=installation.refreshed_at)

    assert causes(judged(installation)) == ["extension.absent"]


def test_our_extension_listed_as_disabled_is_disabled_and_not_absent(installation):
    listed(installation).update(enabled=False)

    assert codes(judged(installation)) == {"extension.disabled"}


@pytest.mark.parametrize("mode", [Mode.EXTENSION, Mode.TOOLKIT])
def test_the_extension_is_needed_where_it_gives_the_token(installation, mode):
    installation.mode = mode
    listed(installation).update(enabled=False)

    assert causes(judged(installation)) == ["extension.disabled"]


def test_in_development_no_extension_and_no_dependency_is_missed(installation):
    installation.mode = Mode.DEVELOPMENT
    AccountExtension.objects.filter(installation=installation).delete()

    assert judged(installation).verdict == "healthy"


def test_a_dependency_listed_as_disabled_is_named(installation):
    listed(installation, "webhooks").update(enabled=False, name="Webhooks")

    judgement = judged(installation)

    assert causes(judgement) == ["dependency.disabled"]
    assert the(judgement, "dependency.disabled").subject_name == "Webhooks"


def test_a_dependency_that_is_not_listed_is_unknown_and_not_disabled(installation):
    listed(installation, "webhooks").delete()

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("unknown", set())
    assert judgement.unknown == ("dependency.disabled",)


def test_dependencies_that_are_no_list_of_words_are_passed_over(installation):
    installation.extension.dependencies = {"webhooks": True}

    assert judged(installation).verdict == "healthy"
