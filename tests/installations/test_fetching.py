"""What is asked of Oneflow, in which order, and when asking ends."""

from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from extensions.blueprints.models import BlueprintTemplateType
from extensions.installations import snapshot as parts
from extensions.installations.fetching import FetchPlan, fetch
from extensions.installations.models import Installation
from extensions.installations.snapshot import Snapshot, Unread
from oneflow.errors import (
    BudgetSpent,
    InvalidToken,
    NotFound,
    NotPermitted,
    OneflowError,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from tests.installations.answers import Remote, answers_of

pytestmark = pytest.mark.django_db
REFUSED = InvalidToken("Oneflow answered 401.", status=401)
SILENT = Unavailable("Oneflow did not answer.")


@pytest.fixture
def remote(installation: Installation) -> Remote:
    return Remote(answers_of(installation))


@pytest.fixture
def plan(installation: Installation) -> FetchPlan:
    return FetchPlan(
        account_id=installation.account.oneflow_id,
        acting_user_email=installation.acting_user_email,
        wanted=list(BlueprintTemplateType.objects.all()),
        known_types=list(installation.templatetypes.values_list("oneflow_id", flat=True)),
    )


def fetched(remote: Remote, plan: FetchPlan, **options: Any) -> Snapshot:
    return fetch(remote, plan=plan, **options)  # type: ignore[arg-type]


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {name: part.reason for name, part in snapshot.unread.items()}


def test_everything_is_read_with_eight_calls_and_one_for_each_type_of_ours(remote: Remote, plan: FetchPlan) -> None:
    snapshot = fetched(remote, plan)

    assert snapshot.unread == {}
    assert len(remote.asked) == 8 + 2 == plan.most_calls
    assert set(snapshot.read) == set(remote.answers)


def test_a_template_type_of_the_customers_own_is_not_asked_for_its_fields(remote: Remote, plan: FetchPlan) -> None:
    first = remote.answers[parts.TEMPLATE_TYPES][0]
    remote.answers[parts.TEMPLATE_TYPES] = [first]

    fetched(remote, plan)

    assert [name for name in remote.asked if name.startswith("fields/")] == [parts.fields_of(first.id)]


@pytest.mark.parametrize(
    "error",
    [
        NotPermitted("403", status=403),
        NotPermitted("402", status=402),
        NotFound("404", status=404),
        Rejected("409", status=409),
        Unavailable("500", status=500),
        UnexpectedAnswer("HTML"),
        RateLimited("429", status=429),
        SILENT,
    ],
)
@pytest.mark.parametrize(
    "part", ["account", "users", "workspaces", "templates", "template_types", "webhooks", "extensions", "usable"]
)
def test_a_failing_part_costs_only_itself(remote: Remote, plan: FetchPlan, part: str, error: OneflowError) -> None:
    remote.answers[part] = error

    snapshot = fetched(remote, plan)

    assert snapshot.unread == {part: Unread(error.reason, str(error))}
    assert len(remote.asked) == 10


def test_fields_are_asked_for_even_when_the_list_of_template_types_fails(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.TEMPLATE_TYPES] = UnexpectedAnswer("HTML")

    snapshot = fetched(remote, plan)

    assert {parts.fields_of(type_id) for type_id in plan.known_types} <= set(snapshot.read)


def test_a_refused_token_ends_the_asking_after_one_ping(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.ACCOUNT] = REFUSED
    remote.ping_answers = REFUSED

    snapshot = fetched(remote, plan)

    assert remote.asked == ["account", "ping"]
    assert snapshot.token_refused
    assert reasons(snapshot).pop("account") == "invalid_token"
    assert {reason for name, reason in reasons(snapshot).items() if name != "account"} == {"not_asked"}
    assert len(snapshot.parts) == 10


def test_a_401_while_the_token_works_is_the_acting_users(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.USABLE] = REFUSED

    snapshot = fetched(remote, plan)

    assert reasons(snapshot) == {"usable": "user_refused"}
    assert not snapshot.token_refused


def test_a_401_elsewhere_while_the_token_works_costs_only_that_part(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.USERS] = remote.answers[parts.WEBHOOKS] = REFUSED

    snapshot = fetched(remote, plan)

    assert reasons(snapshot) == {"users": "not_permitted", "webhooks": "not_permitted"}
    assert remote.asked.count("ping") == 1


def test_a_ping_without_an_answer_refuses_nobody(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.USERS] = REFUSED
    remote.ping_answers = Unavailable("500", status=500)

    snapshot = fetched(remote, plan)

    assert not snapshot.token_refused
    assert reasons(snapshot) == {"users": "invalid_token"}


def test_another_accounts_token_is_asked_nothing_further(remote: Remote, plan: FetchPlan) -> None:
    other = FetchPlan(1, plan.acting_user_email, plan.wanted, plan.known_types)

    snapshot = fetched(remote, other)

    assert remote.asked == ["account"]
    assert parts.ACCOUNT in snapshot.read
    assert set(reasons(snapshot).values()) == {"other_account"}


def test_a_spent_budget_ends_the_asking(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.TEMPLATES] = BudgetSpent("Our share is used up.")

    snapshot = fetched(remote, plan)

    assert remote.asked[-1] == "templates"
    assert set(reasons(snapshot).values()) == {"budget_spent"}
    assert set(snapshot.read) == {"account", "users", "workspaces"}


@pytest.mark.parametrize("error", [SILENT, RateLimited("429", status=429)])
def test_two_hopeless_answers_in_a_row_end_the_asking(remote: Remote, plan: FetchPlan, error: OneflowError) -> None:
    remote.answers = dict.fromkeys(remote.answers, error)

    snapshot = fetched(remote, plan)

    assert remote.asked == ["account", "users"]
    assert set(reasons(snapshot).values()) == {error.reason}
    assert len(snapshot.parts) == 10


def test_hopeless_answers_that_are_not_in_a_row_end_nothing(remote: Remote, plan: FetchPlan) -> None:
    remote.answers[parts.ACCOUNT] = remote.answers[parts.WORKSPACES] = remote.answers[parts.WEBHOOKS] = SILENT

    assert set(fetched(remote, plan).unread) == {"account", "workspaces", "webhooks"}


def test_when_time_is_over_no_further_call_is_begun(remote: Remote, plan: FetchPlan) -> None:
    now = 0.0

    def slow(part: str) -> None:
        nonlocal now
        now += 20.0

    remote.after = slow

    snapshot = fetched(remote, plan, clock=lambda: now)

    assert remote.asked == ["account", "users", "workspaces"]
    assert reasons(snapshot)["webhooks"] == "unavailable"
    assert "Out of time" in snapshot.unread["webhooks"].detail


def test_without_an_acting_user_nobody_is_asked_for(remote: Remote, plan: FetchPlan) -> None:
    nobody = FetchPlan(plan.account_id, "", plan.wanted, plan.known_types)

    snapshot = fetched(remote, nobody)

    assert reasons(snapshot) == {"usable": "not_asked"}


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded(), KeyError("ours"), MemoryError()])
def test_what_is_not_oneflows_doing_is_not_taken_for_a_failing_part(
    remote: Remote, plan: FetchPlan, error: Exception
) -> None:
    remote.answers[parts.WEBHOOKS] = error

    with pytest.raises(type(error)):
        fetched(remote, plan)


def test_the_log_is_told_which_part_each_call_is_for(remote: Remote, plan: FetchPlan) -> None:
    begun: list[str] = []

    fetched(remote, plan, begin=begun.append)

    assert begun == remote.asked


def test_a_type_that_staff_confirmed_is_ours_whatever_its_name(
    installation: Installation, remote: Remote, plan: FetchPlan
) -> None:
    confirmed = FetchPlan(plan.account_id, "", plan.wanted, (), confirmed={555: "acme_deal"})
    remote.answers[parts.TEMPLATE_TYPES] = [
        type(each)(555, "Made by hand", "", True, None, ()) if number == 0 else each
        for number, each in enumerate(remote.answers[parts.TEMPLATE_TYPES])
    ]
    remote.answers[parts.fields_of(555)] = []

    snapshot = fetched(remote, confirmed)

    assert parts.fields_of(555) in snapshot.read
