"""The client's methods: which path each asks, what it returns, and what it costs of the budget."""

from typing import Any

import pytest

from oneflow import (
    Budget,
    BudgetSpent,
    Exchange,
    MemoryBudgetStore,
    NotFound,
    OneflowClient,
    OneflowError,
    RateLimited,
    Rejected,
    Transport,
    UnexpectedAnswer,
)
from tests.oneflow import answers
from tests.oneflow.servers import Server, Talk

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"
LISTS = {
    "/users": answers.USER,
    "/workspaces": answers.WORKSPACE,
    "/templates": answers.TEMPLATE,
    "/template_types": {k: v for k, v in answers.TEMPLATE_TYPE.items() if k != "data_fields"},
    "/webhooks": answers.WEBHOOK,
    "/integration_extensions": answers.EXTENSION,
}


def oneflow(talk: Talk) -> None:
    """A small account."""
    path = talk.path.partition("?")[0].removeprefix("/v1")
    if path in LISTS:
        talk.answer_json({"data": [LISTS[path]], "count": 1, "_links": {"next": {"href": None}}})
    elif path == "/ping":
        talk.answer_json({})
    elif path == "/accounts/me":
        talk.answer_json(answers.ACCOUNT)
    elif path == "/template_types/5201":
        talk.answer_json(answers.TEMPLATE_TYPE)
    elif path == "/helpers/contract_create_data":
        talk.answer_json([answers.USABLE_WORKSPACE])
    else:
        talk.answer_json({"error_code": 4040000}, 404)


def test_each_thing_is_read_from_its_path() -> None:
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url) as client:
        client.ping()
        assert client.account().id == 410021
        assert [user.id for user in client.users()] == [52010]
        assert [workspace.id for workspace in client.workspaces()] == [13001]
        assert [template.id for template in client.templates()] == [17001]
        assert [(kind.id, kind.data_fields) for kind in client.template_types()] == [(5201, ())]
        assert [field.custom_id for field in client.template_type(5201).data_fields] == ["customer_number"]
        assert [webhook.id for webhook in client.webhooks()] == [20565]
        assert [one.extension_type for one in client.integration_extensions()] == ["acme_ledger"]
        assert [usable.template_id for usable in client.contract_create_data("maja@norrsken.example")] == [17001]

    paths = [talk.path.removeprefix("/v1") for talk in server.talks]
    assert paths == [
        "/ping",
        "/accounts/me",
        "/users?limit=100&offset=0",
        "/workspaces?limit=100&offset=0",
        "/templates?filter%5Bactive%5D=&limit=100&offset=0",
        "/template_types?limit=100&offset=0",
        "/template_types/5201",
        "/webhooks?limit=100&offset=0",
        "/integration_extensions?limit=100&offset=0",
        "/helpers/contract_create_data",
    ]
    assert server.connections == 1


def test_only_what_is_asked_for_a_user_names_the_user() -> None:
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url) as client:
        client.account()
        client.ping("maja@norrsken.example")
        client.workspaces("maja@norrsken.example")
        client.contract_create_data("maja@norrsken.example", extension_type="acme_deal")

    emails = [talk.headers.get("x-oneflow-user-email") for talk in server.talks]
    assert emails == [None, *["maja@norrsken.example"] * 3]
    assert server.talks[-1].path.endswith("?extension_type=acme_deal")


@pytest.mark.parametrize(
    "email", ["", "maja@norrsken.example\r\nX-Evil: 1", "måja@norrsken.example", "a b@c", "x" * 321]
)
def test_an_email_that_fits_no_header_is_rejected_without_a_call(email: str) -> None:
    with (
        Server(oneflow) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
        pytest.raises(Rejected, match="email"),
    ):
        client.ping(email)

    assert server.talks == []


def test_another_template_type_than_asked_is_not_understood() -> None:
    with (
        Server(lambda talk: talk.answer_json({**answers.TEMPLATE_TYPE, "id": 9})) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
        pytest.raises(UnexpectedAnswer),
    ):
        client.template_type(5201)


def test_a_template_type_that_is_gone_is_not_found() -> None:
    with (
        Server(oneflow) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
        pytest.raises(NotFound) as caught,
    ):
        client.template_type(1)
    assert caught.value.error_code == 4040000


@pytest.mark.parametrize("answer", [None, 5, "x", {}, {"data": []}, [{}], [5], [[]]])
def test_a_helper_that_answers_no_array_of_workspaces_is_not_understood(answer: Any) -> None:
    with (
        Server(lambda talk: talk.answer_json(answer)) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
        pytest.raises(UnexpectedAnswer),
    ):
        client.contract_create_data("maja@norrsken.example")


def test_webhooks_may_come_as_a_bare_array_and_users_may_not() -> None:
    with (
        Server(lambda talk: talk.answer_json([answers.WEBHOOK])) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
    ):
        assert len(client.webhooks()) == 1
        with pytest.raises(UnexpectedAnswer):
            client.users()


def test_each_call_is_spent_and_the_rest_given_back() -> None:
    store = MemoryBudgetStore(clock=lambda: 0.0)
    budget = Budget(store, "k", limit=10, staff=True)

    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url, budget=budget) as client:
        budget.reserve(8)
        client.account()
        client.users()
        budget.settle()

    assert store.take("k", 8, limit=10, window_seconds=300)
    assert not store.take("k", 1, limit=10, window_seconds=300)


def test_without_budget_no_call_is_made() -> None:
    budget = Budget(MemoryBudgetStore(), "k", limit=0, staff=True)

    with (
        Server(oneflow) as server,
        OneflowClient(TOKEN, base_url=server.url, budget=budget) as client,
        pytest.raises(BudgetSpent),
    ):
        client.account()

    assert server.talks == []


def test_a_429_halves_the_share() -> None:
    store = MemoryBudgetStore(clock=lambda: 0.0)
    budget = Budget(store, "k", limit=10, staff=True)

    with (
        Server(lambda talk: talk.answer_json({}, 429)) as server,
        OneflowClient(TOKEN, base_url=server.url, budget=budget) as client,
        pytest.raises(RateLimited),
    ):
        client.account()
    budget.settle()

    assert not store.take("k", 5, limit=10, window_seconds=300)
    assert store.take("k", 4, limit=10, window_seconds=300)


def test_every_exchange_is_recorded() -> None:
    seen: list[Exchange] = []
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url, record=seen.append) as client:
        client.users()
        with pytest.raises(OneflowError):
            client.template_type(1)

    assert [(exchange.path, exchange.status) for exchange in seen] == [
        ("/users?limit=100&offset=0", 200),
        ("/template_types/1", 404),
    ]
    assert "Maja" not in repr(seen)
    assert "norrsken" not in repr(seen)


def test_a_transport_of_ones_own_is_used() -> None:
    with Server(oneflow) as server, Transport(server.url) as transport:
        OneflowClient(TOKEN, base_url="https://api.oneflow.com/v1", transport=transport).ping()

    assert len(server.talks) == 1


def test_the_client_never_shows_its_token() -> None:
    client = OneflowClient(TOKEN, base_url="https://api.oneflow.com/v1")

    assert repr(client) == "<OneflowClient of https://api.oneflow.com/v1>"
    assert TOKEN not in f"{client} {client!r}"


def test_a_text_that_is_no_token_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="40 characters") as caught:
        OneflowClient("hush-hush", base_url="https://api.oneflow.com/v1")

    assert "hush-hush" not in str(caught.value)
