"""Each condition that Oneflow can bring about, alone: the real way from HTTP to the verdict, and back when cleared."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken
from extensions.health.codes import CODES
from extensions.health.words import explain
from tests.connected import connect, refresh
from tests.making import make_user

# What only the console itself can be in: no fault of Oneflow's.
OURS = {"refresh.stale", "token.unreadable", "user.unset", "mapping.incomplete"}
FAULTS = sorted(CODES.keys() - OURS)
# The faults strike a required field, the templates of one type of two, and an API that fails for less than an hour.
WARNINGS = {code for code, row in CODES.items() if row.verdict == "warning"} - {"field.missing", "field.inactive"}


@pytest.fixture
def healthy(db, sandbox):
    """An installation of a fresh sandbox account, refreshed once."""
    installation = connect(sandbox)
    refresh(installation)
    assert (installation.verdict, list(installation.findings.all())) == ("healthy", [])
    return installation


def page(client, installation):
    """The installation's page, as support sees it."""
    client.force_login(make_user("support"))
    key = installation.extension.integration_key
    return client.get(reverse("installation", args=[installation.account.oneflow_id, key])).content.decode()


def causes(installation):
    return sorted({finding.code for finding in installation.findings.causes()})


@pytest.mark.parametrize("code", FAULTS)
def test_a_condition_alone_is_the_only_cause_and_is_gone_when_cleared(client, healthy, sandbox, code):
    account = healthy.account.oneflow_id
    sandbox.fault(account, code)

    refresh(healthy)
    found, verdict, cause = causes(healthy), healthy.verdict, healthy.cause
    words = [explain(finding, healthy).sentence for finding in healthy.findings.all()]
    shown = page(client, healthy)
    sandbox.clear(account, code)
    refresh(healthy)

    assert (found, cause) == ([code], code)
    assert verdict == ("warning" if code in WARNINGS else "failing")
    assert all(words)
    assert f'href="/health/codes/{code}/"' in shown and "further cause" not in shown
    assert (healthy.verdict, causes(healthy)) == ("healthy", [])


@pytest.mark.parametrize(
    ("path", "status"),
    [("/webhooks", 500), ("/webhooks", 402), ("/template_types", 403), ("/users", 404), ("/users", 400)],
)
def test_an_answer_of_no_use_is_a_failing_api_and_nothing_is_missing(healthy, sandbox, path, status):
    sandbox.answer("status", account=healthy.account.oneflow_id, path=path, status=status)
    try:
        refresh(healthy)
    finally:
        sandbox.behave()

    assert (healthy.verdict, causes(healthy)) == ("warning", ["api.failing"])


def test_what_was_broken_stays_last_known_while_its_part_is_unread(healthy, sandbox):
    account = healthy.account.oneflow_id
    sandbox.fault(account, "webhook.missing")
    refresh(healthy)
    sandbox.answer("html", account=account, path="/webhooks")
    try:
        refresh(healthy)
    finally:
        sandbox.behave()

    finding = healthy.findings.get(code="webhook.missing")
    assert (healthy.verdict, causes(healthy)) == ("failing", ["api.failing", "webhook.missing"])
    assert finding.last_known is not None


def test_an_extension_disabled_in_the_marketplace_is_a_refused_token(healthy, sandbox):
    account = healthy.account.oneflow_id
    sandbox.control("DELETE", f"/accounts/{account}/extension")

    refresh(healthy)

    assert (healthy.verdict, causes(healthy)) == ("failing", ["token.rejected"])
    assert ApiToken.objects.get(pk=healthy.token_id).state == ApiToken.State.REJECTED
