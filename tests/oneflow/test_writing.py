"""Writes: sent once and nowhere else, whole, and remembered without what they held."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow import Conflict, NotPermitted, OneflowClient, OneflowError, Rejected, Unavailable, UnexpectedAnswer
from oneflow.kept import KeptField, KeptTemplateType, KeptWebhook
from oneflow.transport import Exchange, Login, Transport
from oneflow.verifying.asking import ReadOnlyTransport, WritingRefused
from tests.oneflow import answers
from tests.oneflow.servers import Script, Server, Talk
from tests.oneflow.test_objects import ANY_JSON, with_one_change
from tests.oneflow.test_transport import demand_no_token

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"
EMAIL = "maja.lind@norrsken.example"
BODY = {"data_fields": [{"custom_id": "deal_value", "value": "9 000 kr"}]}


def put(server: Server, body: Any = BODY, *, method: str = "PUT", record: Any = None, **options: Any) -> Any:
    limits = {"connect_timeout": 5, "read_timeout": 5, "total": 10, "max_bytes": 100_000}
    with Transport(server.url, **(limits | options)) as transport:
        return transport.send(
            method, "/template_types/5201/data_fields", body, login=Login(TOKEN, EMAIL), record=record
        )


def failure(script: Script, **options: Any) -> OneflowError:
    with Server(script) as server, pytest.raises(OneflowError) as caught:
        put(server, **options)
    assert len(server.talks) == 1, "a write is sent once"
    return caught.value


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_is_sent_whole_with_token_and_user(method: str) -> None:
    with Server(lambda talk: talk.answer_json({"fine": True})) as server:
        assert put(server, method=method) == {"fine": True}

    (talk,) = server.talks
    assert (talk.method, json.loads(talk.body)) == (method, BODY)
    assert talk.headers["content-type"] == "application/json"
    assert talk.headers["x-oneflow-api-token"] == TOKEN
    assert talk.headers["x-oneflow-user-email"] == EMAIL


@pytest.mark.parametrize("method", ["GET", "PATCH", "put", "HEAD", ""])
def test_only_methods_that_write_are_sent(method: str) -> None:
    with Server(lambda talk: talk.answer_json({})) as server, pytest.raises(ValueError, match="method"):
        put(server, method=method)

    assert server.talks == []


@pytest.mark.parametrize("value", ["\0", "\ud800", "å\u2028", "x" * 50_000, "\x1f"])
def test_a_text_is_sent_as_it_was_shown(value: str) -> None:
    with Server(lambda talk: talk.answer_json({})) as server:
        put(server, {"value": value})

    assert json.loads(server.talks[0].body) == {"value": value}


def test_a_deletion_has_no_body_and_may_be_answered_with_none() -> None:
    with Server(lambda talk: talk.answer(200, b"")) as server:
        assert put(server, None, method="DELETE") is None

    assert "content-type" not in server.talks[0].headers


@pytest.mark.parametrize("location", ["/v1/there", "http://127.0.0.1:9/v1/there", "https://elsewhere.example/"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_is_led_nowhere(location: str, status: int) -> None:
    error = failure(lambda talk: talk.answer(status, b"", Location=location))

    assert isinstance(error, UnexpectedAnswer)
    assert error.status == status


def _close(talk: Talk) -> None:
    talk.socket.shutdown(2)


def _hang(talk: Talk) -> None:
    talk.stopping.wait(5)


@pytest.mark.parametrize("script", [_close, _hang, lambda talk: talk.answer(500, b"{}")])
def test_a_write_without_an_answer_is_not_repeated(script: Script) -> None:
    assert isinstance(failure(script, read_timeout=0.1), Unavailable)


def test_a_connection_that_the_server_closed_meanwhile_costs_no_second_write() -> None:
    def script(talk: Talk) -> None:
        if talk.method == "GET":
            talk.answer_json({})
        else:
            talk.socket.shutdown(2)

    with Server(script) as server, Transport(server.url) as transport:
        transport.get("/ping", login=Login(TOKEN, None))
        with pytest.raises(Unavailable):
            transport.send("PUT", "/x", {}, login=Login(TOKEN, None))

    assert [talk.method for talk in server.talks] == ["GET", "PUT"]


@pytest.mark.parametrize(("status", "kind"), [(400, Rejected), (403, NotPermitted), (409, Conflict), (422, Rejected)])
def test_a_refused_write_is_its_error(status: int, kind: type) -> None:
    assert type(failure(lambda talk: talk.answer(status, b"{}"))) is kind


def test_what_oneflow_does_not_accept_is_told_in_words() -> None:
    problems = {
        "data_fields[3].name": ["A text of 1 to 200 characters is expected."],
        "data_fields[4]": ["No.", "So."],
    }
    error = failure(lambda talk: talk.answer_json({"parameter_problems": problems}, 400))

    assert isinstance(error, Rejected)
    assert error.problems_in_words == (
        "data_fields[3].name: A text of 1 to 200 characters is expected. data_fields[4]: No. So."
    )


def test_a_write_is_remembered_without_what_it_held() -> None:
    seen: list[Exchange] = []
    with Server(lambda talk: talk.answer_json({"data_fields": [{"id": 5, "value": "9 000 kr"}]})) as server:
        put(server, record=seen.append)

    (exchange,) = seen
    assert (exchange.method, exchange.path, exchange.status) == ("PUT", "/template_types/5201/data_fields", 200)
    assert json.loads(exchange.excerpt) == {"data_fields": [{"id": 5}]}
    assert "9 000" not in repr(exchange)


@pytest.mark.parametrize("script", [_close, lambda talk: talk.answer(400, b"{}"), lambda talk: talk.answer(200, b"<")])
def test_no_error_of_a_write_leads_to_the_token(script: Script) -> None:
    demand_no_token(failure(script, read_timeout=0.1))


def test_what_verifies_cannot_send() -> None:
    with Server(lambda talk: talk.answer_json({})) as server:
        transport = ReadOnlyTransport(server.url)
        for method in ("POST", "PUT", "DELETE"):
            with pytest.raises(WritingRefused):
                transport.send(method, "/webhooks", {}, login=Login(TOKEN, None))
        transport.close()

    assert server.talks == []


def oneflow(talk: Talk) -> None:
    """An account that takes what it is sent."""
    path = talk.path.partition("?")[0].removeprefix("/v1")
    sent = json.loads(talk.body or b"{}")
    if path == "/template_types/5201/data_fields":
        talk.answer_json({"data_fields": [answers.DATA_FIELD]})
    elif path == "/template_types":
        talk.answer_json({"id": 5300, "active": True, "data_fields": [], **sent})
    elif path in ("/webhooks", "/webhooks/20565") and talk.method != "GET":
        talk.answer_json({**answers.WEBHOOK, **sent})
    elif path == "/webhooks":
        talk.answer_json([answers.WEBHOOK])
    else:
        talk.answer_json(answers.TEMPLATE_TYPE)


def test_each_write_goes_to_its_path_in_the_users_name() -> None:
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url) as client:
        fields = client.kept_template_type(5201).data_fields
        assert [field.custom_id for field in fields] == ["customer_number"]
        body = [field.as_body() for field in fields]
        assert [field.id for field in client.replace_data_fields(5201, body, EMAIL)] == [90411]
        assert client.create_template_type("Acme Ledger", "", EMAIL).id == 5300
        (webhook,) = client.kept_webhooks()
        assert client.create_webhook(webhook.as_body(), EMAIL).template_group_id == 5201
        assert client.update_webhook(20565, webhook.as_body(), EMAIL).id == 20565
        client.delete_webhook(20565, EMAIL)

    writes = [talk for talk in server.talks if talk.method != "GET"]
    assert [(talk.method, talk.path.removeprefix("/v1")) for talk in writes] == [
        ("PUT", "/template_types/5201/data_fields"),
        ("POST", "/template_types"),
        ("POST", "/webhooks"),
        ("PUT", "/webhooks/20565"),
        ("DELETE", "/webhooks/20565"),
    ]
    assert all(talk.headers["x-oneflow-user-email"] == EMAIL for talk in writes)
    assert json.loads(writes[0].body) == {
        "data_fields": [
            {
                "custom_id": "customer_number",
                "name": "Customer number",
                "description": "Number in the ledger",
                "placeholder": "e.g. 10042",
                "value": "",
                "active": True,
            }
        ]
    }
    assert json.loads(writes[3].body) == {
        key: answers.WEBHOOK[key]
        for key in ("callback_url", "configuration", "filters", "sign_key", "template_group_id")
    }


@given(st.dictionaries(st.sampled_from(["name", "description", "placeholder", "value"]), st.text() | st.none()))
def test_a_field_goes_back_as_it_was_shown(texts: dict[str, str | None]) -> None:
    plain = {"id": 5, "custom_id": " o\0dd ", "active": False, "source": "system"}
    field = KeptField.from_json({**plain, **texts, "kind": "checkbox"})

    shown = {name: text for name, text in texts.items() if text is not None}
    assert field.as_body() == {"custom_id": " o\0dd ", "active": False, **shown}
    assert field.unknown == ("kind",)


def test_a_custom_id_is_found_where_it_may_be() -> None:
    nested = {"id": 5, "active": True, "_private_ownerside": {"custom_id": "deal\x07"}}

    assert KeptField.from_json(nested).custom_id == "deal\x07"
    with pytest.raises(UnexpectedAnswer):
        KeptField.from_json({"id": 5, "active": True})


@pytest.mark.parametrize("source", ["system", "", "robot"])
def test_a_field_of_no_user_is_taken_for_the_systems(source: str) -> None:
    assert KeptField.from_json({**answers.DATA_FIELD, "source": source}).is_systems


@pytest.mark.parametrize(
    ("parse", "example"),
    [
        (KeptField.from_json, answers.DATA_FIELD),
        (KeptTemplateType.from_json, answers.TEMPLATE_TYPE),
        (KeptWebhook.from_json, answers.WEBHOOK),
    ],
)
@given(data=st.data())
def test_whatever_else_comes_is_an_object_or_not_understood(parse: Any, example: Any, data: st.DataObject) -> None:
    try:
        parsed = parse(data.draw(ANY_JSON | with_one_change(example)))
    except UnexpectedAnswer:
        return
    assert parsed.id > 0


def test_secrets_of_a_webhook_are_in_no_repr() -> None:
    webhook = KeptWebhook.from_json({**answers.WEBHOOK, "callback_url": "https://h.example/?key=geheim"})

    for secret in ("kontor-sign-key-2025", "hook-password", "geheim"):
        assert secret not in repr(webhook)
