"""Looking for facts: only by reading, whatever the server answers, and without a value in what is told."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow import MemoryBudgetStore, TimedBudget
from oneflow.verifying import FACTS, Result, verify
from oneflow.verifying.asking import Asked, CannotTell, ReadOnlyTransport, WritingRefused
from oneflow.verifying.fact import Fact, Outcome, confirmed
from oneflow.verifying.shapes import attributes, keys_of, kind_of
from tests.oneflow.servers import Server, Talk

TOKEN = "0123456789abcdef0123456789abcdef01234567"
EMAIL = "maja.lind@norrsken.example"


def budget(limit: int = 500) -> TimedBudget:
    return TimedBudget(MemoryBudgetStore(), "test", limit=limit, staff=True, seconds=60)


def verified(
    url: str, *, facts: Any = FACTS, limit: int = 500, user_email: str | None = None, **options: Any
) -> tuple[Result, ...]:
    transport = ReadOnlyTransport(url, **options)
    try:
        return verify(TOKEN, transport=transport, budget=budget(limit), facts=facts, user_email=user_email)
    finally:
        transport.close()


class Anything:
    """A transport that gives whatever JSON a test has made up, chosen by the path."""

    base_url = "http://127.0.0.1/v1"

    def __init__(self, answers: list[Any], media_type: str = "application/json") -> None:
        self.answers = answers
        self.adapter = type("Adapter", (), {"media_type": media_type})()

    def get(self, path: str, parameters: Any, **options: Any) -> Any:
        return self.answers[hash((path, str(parameters))) % len(self.answers)]


def test_ids_are_unique_and_everything_is_said() -> None:
    assert len({fact.id for fact in FACTS}) == len(FACTS) > 80
    for fact in FACTS:
        assert re.fullmatch(r"\d+(\.\d+)?", fact.section), fact.id
        assert fact.mark in ("C", "ASSUMED"), fact.id
        assert fact.sentence.endswith("."), fact.id


def test_what_is_asked_is_named_unless_nothing_is() -> None:
    class Nothing(Anything):
        def get(self, path: str, parameters: Any, **options: Any) -> Any:
            raise AssertionError(f"{path} was asked for")

    for fact in FACTS:
        if not fact.how:
            with pytest.raises(CannotTell):
                fact.look(Asked(Nothing([]), TOKEN, None, budget()))  # type: ignore[arg-type]


def test_nothing_but_get_leaves_the_machine() -> None:
    with Server(lambda talk: talk.answer_json({})) as server:
        transport = ReadOnlyTransport(server.url)
        for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            with pytest.raises(WritingRefused):
                transport._session.request(method, server.url)
        with pytest.raises(WritingRefused):
            transport._session.request("GET", server.url, data=b"body")
        transport.close()

    assert server.talks == []


KEYS = [
    "_links", "next", "previous", "href", "data", "count", "id", "token_info", "integration", "key", "created_time",
    "template_type", "workspaces", "tags", "extension_type", "configuration", "webhook_id", "name", "parties",
    "participants", "participant", "_private", "_private_ownerside", "events", "actor", "party", "template_id",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner),
    max_leaves=20,
)
PAGE = st.builds(lambda items: {"data": items, "count": 1, "_links": {}}, st.lists(JSON, max_size=3))


@given(st.lists(PAGE | JSON, min_size=1, max_size=6), st.text(max_size=20))
def test_whatever_json_comes_every_fact_has_an_outcome(answers: list[Any], media_type: str) -> None:
    transport: Any = Anything(answers, media_type)

    results = verify(TOKEN, transport=transport, budget=budget(), user_email=EMAIL)

    assert [result.fact for result in results] == list(FACTS)
    assert all(result.seen and len(result.seen) <= 600 for result in results)


MARKER = "Zebrafink"


@given(JSON)
def test_no_value_of_an_answer_is_told(shape: Any) -> None:
    def marked(value: Any) -> Any:
        """The same with every text a marker, and markers for keys that are no names."""
        if isinstance(value, dict):
            return {(key if key in KEYS else f"{MARKER} {key}"): marked(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [marked(inner) for inner in value]
        return MARKER if isinstance(value, str) else 918_273_645 if type(value) is int else value

    item = marked(shape)
    transport: Any = Anything([item, {"data": [item], "count": 1}, {"data": [{"id": 918_273_645, MARKER: item}]}])

    told = json.dumps([result.seen for result in verify(TOKEN, transport=transport, budget=budget())])

    assert MARKER not in told
    assert "918273645" not in told


def html(talk: Talk) -> None:
    talk.answer(200, b"<!doctype html><title>Log in</title>", Content_Type="text/html")


def elsewhere(talk: Talk) -> None:
    talk.answer(302, b"", Location="https://elsewhere.example/login?token=abc")


def circle(talk: Talk) -> None:
    talk.answer(302, b"", Location=talk.path)


def endless(talk: Talk) -> None:
    """Every page is full, and says that more follow."""
    link = {"href": f"http://127.0.0.1/v1{talk.path}"}
    item = {"id": 1, "name": "x", "created_time": "2025-01-01T00:00:00+00:00"}
    talk.answer_json({"_links": {"next": link, "previous": link}, "count": 10**9, "data": [item] * 100})


def status(code: int) -> Callable[[Talk], None]:
    def script(talk: Talk) -> None:
        talk.answer_json({"status": code, "title": EMAIL, "detail": f"{TOKEN} {EMAIL}"}, code)

    return script


def cut_off(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    talk.socket.shutdown(socket.SHUT_RDWR)


def no_http(talk: Talk) -> None:
    talk.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    talk.socket.shutdown(socket.SHUT_RDWR)


def bomb(talk: Talk) -> None:
    talk.answer(200, b"[" * 100_000)


HOSTILE = {
    "html": (html, "is HTML"),
    "elsewhere": (elsewhere, "redirected"),
    "circle": (circle, "again and again"),
    "500": (status(500), "Oneflow is in trouble (Oneflow answered 500 to /users)"),
    "401": (status(401), "refused (status 401)"),
    "402": (status(402), "not permitted with this token or user (status 402)"),
    "403": (status(403), "not permitted with this token or user (status 403)"),
    "429": (status(429), "rate limit"),
    "cut off": (cut_off, "cut off"),
    "no http": (no_http, "The connection to Oneflow failed"),
    "deep": (bomb, "not JSON that we can read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_gives_a_reason_for_every_fact(name: str) -> None:
    script, reason = HOSTILE[name]
    with Server(script) as server:
        results = verified(server.url, user_email=EMAIL)

    assert {result.outcome for result in results} == {Outcome.NOT_TESTABLE}
    assert any(reason in result.seen for result in results)
    told = "".join(result.seen for result in results)
    assert TOKEN not in told
    assert EMAIL not in told
    assert "elsewhere" not in told


def test_pages_without_end_are_not_followed() -> None:
    with Server(endless) as server:
        results = verified(server.url)

    assert len(server.talks) < 80
    assert len(results) == len(FACTS)


def test_a_server_that_is_silent_is_given_up_after_three_questions() -> None:
    with Server(lambda talk: talk.stopping.wait(30)) as server:
        results = verified(server.url, read_timeout=0.2, total=0.3)

    assert len(server.talks) == 3
    assert "not asked: 3 answers in a row could not be had" in {result.seen for result in results}


def test_a_429_ends_the_asking() -> None:
    with Server(status(429)) as server:
        verified(server.url)

    assert len(server.talks) == 1


def test_a_budget_that_is_spent_ends_the_asking() -> None:
    with Server(lambda talk: talk.answer_json({})) as server:
        results = verified(server.url, limit=5)

    assert len(server.talks) == 5
    assert "not asked: the console's share of the rate limit is used up" in {result.seen for result in results}


def test_nobody_listening_is_said() -> None:
    results = verified("http://127.0.0.1:9/v1")

    assert any("The connection to Oneflow failed" in result.seen for result in results)


def test_each_question_is_asked_once() -> None:
    def look(asked: Asked) -> Any:
        asked.get("/users")
        asked.get("/users", {"limit": "1"})
        return confirmed("seen")

    facts = [Fact(str(number), "1", "C", "It is.", "GET /users", look) for number in range(3)]
    with Server(lambda talk: talk.answer_json({})) as server:
        verified(server.url, facts=facts)

    assert [talk.path for talk in server.talks] == ["/v1/users", "/v1/users?limit=1"]


def test_ids_are_left_out_of_what_is_told() -> None:
    def script(talk: Talk) -> None:
        if talk.path == "/v1/tags":
            talk.answer_json({"data": [{"id": 918273645}], "count": 1})
        else:
            talk.answer_json({}, 500)

    with Server(script) as server:
        results = verified(server.url, facts=[fact for fact in FACTS if fact.id == "tag-by-id"])

    assert results[0].seen == "Oneflow is in trouble (Oneflow answered 500 to /tags/{pk})"


@pytest.fixture
def odd_keys() -> Iterator[dict[str, int]]:
    yield {"name": 1, EMAIL: 2, TOKEN: 3, "Maja Lind": 4, "contract:create": 5, "": 6}


def test_only_names_of_keys_that_look_like_names_are_told(odd_keys: dict[str, int]) -> None:
    assert keys_of(odd_keys) == "contract:create, name, and 4 that are no names"


def test_types_are_those_of_json() -> None:
    assert [kind_of(value) for value in (None, True, 1, 1.5, "", [], {})] == [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ]  # fmt: skip


def test_an_attribute_of_another_type_is_refuted() -> None:
    assert attributes({"id": "5"}, {"id": "integer"}).what == "id is string, not integer"
    assert attributes({"id": None}, {"id": "integer|null"}).outcome == Outcome.CONFIRMED
    assert attributes({"ids": 1}, {"id": "integer"}).what == "missing: id; the keys there are: ids"
