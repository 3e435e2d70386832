"""Whatever Oneflow answers: a typed error, an unread part with its reason, and the last good state stays."""

from collections.abc import Iterator
from typing import Any

import pytest

from extensions.installations.mirror import Mirror
from extensions.installations.models import Change, Installation, Part, Verdict
from oneflow.budget import MemoryBudgetStore, TimedBudget
from oneflow.errors import Unavailable
from tests.connected import connect, refresh

pytestmark = pytest.mark.django_db
PATHS = {
    "account": "/accounts/me",
    "users": "/users",
    "workspaces": "/workspaces",
    "templates": "/templates",
    "template_types": "/template_types",
    "fields": "/template_types/{deal}",
    "webhooks": "/webhooks",
    "extensions": "/integration_extensions",
    "usable": "/helpers/contract_create_data",
}
KINDS = {
    "malformed": "unexpected_answer",
    "html": "unexpected_answer",
    "empty": "unexpected_answer",
    "wrong_types": "unexpected_answer",
    "huge": "unexpected_answer",
    "redirect": "unexpected_answer",
    "truncate": "unavailable",
    "close": "unavailable",
}
STATUSES = {
    400: "rejected",
    401: "not_permitted",  # since /ping says that the token works
    402: "not_permitted",
    403: "not_permitted",
    404: "not_found",
    409: "rejected",
    418: "rejected",
    429: "rate_limited",
    500: "unavailable",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}


@pytest.fixture
def installation(sandbox: Any, settings: Any) -> Iterator[Installation]:
    """A healthy installation, whose refresh gives an answer the time that a busy machine needs."""
    settings.ONEFLOW_TIMEOUTS = {"connect": 3.0, "read": 10.0, "total": 15.0}
    settings.REFRESH_SOFT_LIMIT = 60
    settings.ONEFLOW_BUDGET = 100_000
    connected = connect(sandbox)
    refresh(connected)
    yield connected
    sandbox.behave()


@pytest.fixture
def impatient(installation: Installation, settings: Any) -> None:
    """Waits for no more than a moment: for answers that are slow on purpose."""
    settings.ONEFLOW_TIMEOUTS = {"connect": 3.0, "read": 0.4, "total": 1.5}


def misbehave(sandbox: Any, installation: Installation, part: str, kind: str, **more: Any) -> str:
    """Let one path of the account answer that way; the name of the part that it serves."""
    deal = installation.templatetypes.get(extension_type="acme_deal").oneflow_id
    path = PATHS[part].format(deal=deal)
    sandbox.answer(kind, account=installation.account.oneflow_id, path=path, **more)
    return f"fields/{deal}" if part == "fields" else part


def assert_only_unread(installation: Installation, part: str, reason: str) -> None:
    unread = {row.name: row.unread_reason for row in installation.parts.exclude(unread_reason="")}
    assert unread == {part: reason}
    row = Part.objects.get(installation=installation, name=part)
    assert row.unread_detail
    assert row.read_at < row.unread_since
    assert_last_good_state(installation)


def assert_last_good_state(installation: Installation) -> None:
    """Everything is still there, nothing is called missing, and nothing that was merely unread makes it fail."""
    mirror = Mirror.load(installation)
    kinds = (mirror.users, mirror.workspaces, mirror.templates, mirror.template_types, mirror.fields)
    for rows in (*kinds, mirror.webhooks, mirror.extensions, mirror.usable):
        assert rows
        assert not [row for row in rows if row.missing_since]
    assert not Change.objects.filter(installation=installation).exists()
    assert installation.verdict in {Verdict.HEALTHY, Verdict.WARNING}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", PATHS)
def test_a_bad_answer_costs_only_its_part(sandbox: Any, installation: Installation, part: str, kind: str) -> None:
    name = misbehave(sandbox, installation, part, kind)

    done = refresh(installation)

    assert done.outcome == "partial"
    assert_only_unread(installation, name, KINDS[kind])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("part", PATHS)
def test_an_answer_that_hangs_costs_only_its_part(sandbox: Any, installation: Installation, part: str) -> None:
    name = misbehave(sandbox, installation, part, "delay", seconds=5)

    done = refresh(installation)

    assert done.outcome == "partial"
    assert_only_unread(installation, name, "unavailable")


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_costs_only_its_part(sandbox: Any, installation: Installation, status: int) -> None:
    name = misbehave(sandbox, installation, "webhooks", "status", status=status)

    refresh(installation)

    assert_only_unread(installation, name, STATUSES[status])


@pytest.mark.parametrize("part", PATHS)
def test_a_500_costs_only_its_part(sandbox: Any, installation: Installation, part: str) -> None:
    name = misbehave(sandbox, installation, part, "status", status=500)

    refresh(installation)

    assert_only_unread(installation, name, "unavailable")


def test_a_page_that_never_ends_ends(sandbox: Any, installation: Installation) -> None:
    name = misbehave(sandbox, installation, "webhooks", "endless")

    done = refresh(installation)

    assert_only_unread(installation, name, "unexpected_answer")
    assert done.exchanges.count() <= 100


def test_what_takes_too_long_as_a_whole_ends_with_the_time_of_the_refresh(
    sandbox: Any, installation: Installation, settings: Any
) -> None:
    settings.REFRESH_SOFT_LIMIT = 20.5  # less the longest call and a margin: half a second for all calls
    sandbox.answer("delay", account=installation.account.oneflow_id, seconds=0.2)

    done = refresh(installation)

    assert done.outcome == "partial"
    assert done.calls < 6
    assert "Out of time" in installation.parts.get(name="usable").unread_detail
    assert_last_good_state(installation)


def test_no_further_page_of_a_long_list_is_asked_for_when_time_is_over() -> None:
    now = 0.0
    budget = TimedBudget(MemoryBudgetStore(), "token", seconds=10.0, clock=lambda: now)
    budget.spend()

    now = 10.1

    with pytest.raises(Unavailable, match="Out of time"):
        budget.spend()


def test_when_nothing_answers_it_gives_up_after_two_calls(sandbox: Any, installation: Installation) -> None:
    sandbox.answer("close", account=installation.account.oneflow_id)

    done = refresh(installation)

    assert (done.outcome, done.calls) == ("unreachable", 2)
    assert set(installation.parts.values_list("unread_reason", flat=True)) == {"unavailable"}
    assert_last_good_state(installation)


def test_nobody_listening_is_unreachable(sandbox: Any, installation: Installation) -> None:
    installation.extension.base_url = "http://127.0.0.1:9/v1"
    installation.extension.save()

    done = refresh(installation)

    assert (done.outcome, done.calls) == ("unreachable", 2)
    assert_last_good_state(installation)


def test_the_next_good_answer_makes_all_well_again(sandbox: Any, installation: Installation) -> None:
    sandbox.answer("html", account=installation.account.oneflow_id)
    refresh(installation)
    sandbox.behave()

    done = refresh(installation)

    assert done.outcome == "complete"
    assert not installation.parts.exclude(unread_reason="").exists()
    assert installation.verdict == Verdict.HEALTHY


def test_a_first_refresh_that_could_not_read_anything_is_no_verdict(sandbox: Any, settings: Any) -> None:
    installation = connect(sandbox)
    sandbox.answer("html", account=installation.account.oneflow_id)

    refresh(installation)
    sandbox.behave()

    assert installation.verdict == Verdict.UNKNOWN
    assert installation.state == Installation.State.CONNECTING
    refresh(installation)
    assert installation.verdict == Verdict.HEALTHY
    assert not Change.objects.exists()
