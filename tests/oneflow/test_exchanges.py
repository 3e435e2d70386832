"""What is remembered of an answer: allowed keys only, bounded, no secret, no person."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow.assumed import ASSUMPTIONS
from oneflow.exchanges import LONGEST_EXCERPT, error_excerpt, excerpt, recorded_path
from tests.oneflow import answers

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"
KEYS = st.sampled_from(
    ["id", "name", "data", "data_fields", "token_info", "integration", "email", "value", "sign_key", "detail", "title"]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800") | st.just("ö" * 3000),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(KEYS | st.text(), inner, max_size=8),
    max_leaves=40,
)


def test_only_allowed_keys_are_kept() -> None:
    told = json.loads(excerpt({"data": [answers.WEBHOOK], "count": 1, "_links": {}}))

    assert told == {
        "data": [
            {
                "webhook_id": 20565,
                "id": 20565,
                "integration_instance": 7701,
                "legacy_webhook": False,
                "template_group_id": 5201,
            }
        ],
        "count": 1,
    }


def test_of_a_person_no_name_title_or_email_is_kept() -> None:
    told = json.loads(excerpt({"data": [answers.USER]}))

    assert told == {"data": [{"active": True, "id": 52010, "is_admin": True, "state": "registered"}]}


def test_a_data_fields_value_is_not_kept() -> None:
    told = json.loads(excerpt({**answers.TEMPLATE_TYPE, "data_fields": [{**answers.DATA_FIELD, "value": "9000"}]}))

    assert told["data_fields"] == [
        {
            "active": True,
            "custom_id": "customer_number",
            "id": 90411,
            "name": "Customer number",
            "source": "system",
        }
    ]


def test_whose_token_it_is_is_kept() -> None:
    assert json.loads(excerpt(answers.ACCOUNT))["token_info"] == {"integration": {"id": 7701, "key": "acme_ledger"}}


def test_what_does_not_fit_is_counted() -> None:
    told = json.loads(excerpt({"data": [answers.DATA_FIELD] * 300}))

    assert told["data"][-1]["left_out"] == 300 - (len(told["data"]) - 1)


@pytest.mark.parametrize("key", ["id", "name", "status", "key", "custom_id"])
def test_an_allowed_key_does_not_let_a_nested_secret_through(key: str) -> None:
    assert "hush" not in excerpt({key: {"sign_key": "hush", "name": "hush"}})


@given(ANY_JSON)
def test_any_answer_has_a_bounded_excerpt_that_is_json(answer: Any) -> None:
    for text in (excerpt(answer), error_excerpt(answer) or "{}"):
        assert len(text) <= LONGEST_EXCERPT
        json.loads(text)
        assert "\0" not in text
        text.encode("utf-8")


@given(st.dictionaries(KEYS, st.just(f"x {TOKEN} y") | st.just(TOKEN * 100), min_size=1))
def test_no_token_comes_into_an_excerpt(answer: dict[str, str]) -> None:
    assert TOKEN[:20] not in excerpt(answer)
    assert TOKEN[:20] not in error_excerpt(answer)


def test_an_error_keeps_its_explanation() -> None:
    told = {"detail": "No such template.", "status": 404, "parameter_problems": {"id": ["unknown"]}, "name": "Maja"}

    assert json.loads(error_excerpt(told)) == {
        "status": 404,
        "detail": "No such template.",
        "parameter_problems": {"id": ["unknown"]},
    }


def test_a_path_shows_no_value_that_may_be_personal() -> None:
    parameters = {"limit": "100", "offset": "0", "filter[participant_email]": "maja@norrsken.example", "x": TOKEN}

    assert recorded_path("/contracts", parameters) == (
        "/contracts?limit=100&offset=0&filter[participant_email]=***&x=***"
    )


@given(st.text(max_size=900), st.dictionaries(st.text(), st.text()))
def test_a_path_is_bounded(path: str, parameters: dict[str, str]) -> None:
    assert len(recorded_path(path, parameters)) <= 500


@pytest.mark.parametrize("sentence", ASSUMPTIONS.values(), ids=ASSUMPTIONS.keys())
def test_each_assumption_is_a_sentence_for_a_screen(sentence: str) -> None:
    assert sentence.startswith("Assumed: ")
    assert sentence.endswith(".")
