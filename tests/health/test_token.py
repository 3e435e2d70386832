import pytest
from django.utils import timezone

from accounts.models import ApiToken
from extensions.installations.models import Installation
from tests.health.judged import HOUR, causes, change, codes, judged, the, unread


def test_a_healthy_installation_has_no_finding(installation):
    judgement = judged(installation)

    assert (judgement.verdict, judgement.findings, judgement.cause) == ("healthy", (), "")


def test_a_token_whose_key_is_not_configured_is_unreadable_and_not_called_rejected(installation):
    change(installation.token, key_id="lost")

    judgement = judged(installation)

    assert causes(judgement) == ["token.unreadable"]
    assert the(judgement, "token.unreadable").evidence["key"] == "lost"


def test_a_token_sealed_with_an_older_configured_key_is_readable(installation, settings):
    from accounts import vault

    settings.VAULT_KEYS = f"new:{vault.new_key()},{settings.VAULT_KEYS}"

    assert judged(installation).verdict == "healthy"


def test_a_token_that_oneflow_refuses_is_rejected_since_it_was_first_refused(installation):
    since = timezone.now() - HOUR
    change(installation.token, state=ApiToken.State.REJECTED, rejected_since=since)
    unread(installation, reason="not_asked")

    judgement = judged(installation)

    assert causes(judgement) == ["token.rejected"]
    assert the(judgement, "token.rejected").since == since
    assert judgement.verdict == "failing"


def test_a_token_that_works_is_not_rejected_by_one_endpoints_401(installation):
    unread(installation, "webhooks", reason="invalid_token")

    judgement = judged(installation)

    assert causes(judgement) == ["api.failing"]


def test_a_token_with_another_integration_key_is_foreign(installation):
    installation.shown_key = "hubspot"

    judgement = judged(installation)

    assert causes(judgement) == ["token.foreign"]
    assert the(judgement, "token.foreign").evidence["shown"] == "hubspot"


def test_a_token_with_another_key_is_accepted_in_development(installation):
    installation.shown_key, installation.mode = "custom", Installation.Mode.DEVELOPMENT

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize("mode", Installation.Mode)
def test_a_token_of_another_account_is_foreign_in_every_mode(installation, mode):
    installation.shown_account_id, installation.mode = 410999, mode

    assert causes(judged(installation)) == ["token.foreign"]


def test_a_refresh_that_stopped_at_another_account_has_a_foreign_token_and_nothing_missing(installation):
    installation.shown_account_id = 410999
    unread(installation, reason="other_account")

    assert codes(judged(installation)) == {"token.foreign"}


def test_a_token_that_shows_no_key_at_all_is_neither_cleared_nor_accused(installation):
    installation.shown_key = ""

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("unknown", set())
