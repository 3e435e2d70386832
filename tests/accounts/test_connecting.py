"""Whose token it is, and who can be the acting user."""

from typing import Any

import pytest

from accounts import connecting
from accounts.connecting import Identity, Refusal, identify, token_in
from oneflow import User
from tests.accounts.answering import oneflow

TOKEN = "0123456789" * 4


def answers(*users: dict[str, Any], key: str = "acme_ledger") -> dict[str, Any]:
    account = {
        "id": 410001,
        "name": "Nordlund Bygg AB",
        "country_code": "SE",
        "registration_number": "559900-1234",
        "token_info": {"integration": {"id": 7, "key": key}},
    }
    return {"/ping": {}, "/accounts/me": account, "/users": {"data": list(users), "count": len(users), "_links": {}}}


def user(number: int, *, active: bool = True, is_admin: bool = False, **values: Any) -> dict[str, Any]:
    email = f"user{number}@nordlund.example"
    known = {"id": number, "name": f"User {number}", "email": email, "active": active, "is_admin": is_admin}
    return {**known, "state": "registered", **values}


def asked(known: dict[str, Any], **options: Any) -> Identity:
    with oneflow(known) as base_url:
        return identify(TOKEN, extension_key="acme_ledger", base_url=base_url, **options)


def test_the_identity_holds_what_the_account_shows():
    identity = asked(answers(user(1)))

    assert (identity.account_id, identity.name) == (410001, "Nordlund Bygg AB")
    assert (identity.registration_number, identity.country_code) == ("559900-1234", "SE")
    assert (identity.integration_key, identity.integration_instance, identity.accepted) == ("acme_ledger", 7, False)


def test_admins_come_first_and_nobody_inactive_is_a_candidate():
    identity = asked(answers(user(1), user(2, active=False, is_admin=True), user(3, is_admin=True)))

    assert [each.id for each in identity.candidates] == [3, 1]
    assert identity.suggested().id == 3
    assert identity.suggested("USER1@nordlund.example").id == 1
    assert identity.suggested("user2@nordlund.example").id == 3


@pytest.mark.parametrize(
    "users", [(), (user(1, active=False),), (user(1, email=""),), (user(1, email="åsa@nordlund.example"),)]
)
def test_without_an_active_user_the_token_is_refused(users):
    with pytest.raises(Refusal) as refused:
        asked(answers(*users))

    assert refused.value.code == "no_active_user"
    assert "activate a user" in refused.value.what_to_do


def test_an_unexpected_key_is_accepted_on_purpose_only():
    with pytest.raises(Refusal) as refused:
        asked(answers(user(1), key="other"))
    assert refused.value.code == "foreign"

    assert asked(answers(user(1), key="other"), accept_key=True).accepted


def test_another_account_than_the_expected_is_refused():
    with pytest.raises(Refusal) as refused:
        asked(answers(user(1)), account_expected=410002)

    assert (refused.value.code, refused.value.account_id) == ("other_account", 410001)


def test_a_base_url_that_a_token_must_not_go_to_is_refused():
    with pytest.raises(Refusal) as refused:
        identify(TOKEN, extension_key="acme_ledger", base_url="http://oneflow.example/v1")

    assert refused.value.code == "base_url"


def test_whoever_waits_for_the_page_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(connecting, "WHOLE_PATIENCE", -1.0)

    with pytest.raises(Refusal) as refused:
        asked(answers(user(1)))

    assert (refused.value.code, "nobody can say yet" in refused.value.sentence) == ("unreachable", True)


def test_an_account_of_more_users_than_our_share_holds_is_refused(settings):
    settings.ONEFLOW_BUDGET = 2

    with pytest.raises(Refusal) as refused:
        asked(answers(user(1)))

    assert refused.value.code == "budget"


@pytest.mark.parametrize("text", [f" {TOKEN}\n", f'"{TOKEN}"', f"“{TOKEN}”", f"\ufeff{TOKEN}\r\n"])
def test_what_stands_around_a_token_is_taken_off(text):
    assert token_in(text) == TOKEN


def test_every_refusal_has_words_of_its_own_and_repeats_no_text():
    texts = ["", "secret", "Bearer secret", "https://secret.example", "secret@x.example", "secret " * 20]
    codes, sentences = [], set()
    for text in texts:
        with pytest.raises(Refusal) as refused:
            token_in(text)
        codes.append(refused.value.code)
        sentences.add(refused.value.sentence)
        assert "secret" not in str(refused.value)
        assert refused.value.what_to_do

    assert codes == ["empty", "pattern", "header", "address", "email", "pattern"]
    assert len(sentences) == len(texts)


def test_people_stand_in_no_repr():
    someone = User(id=1, name="Maja Lind", email="maja@x.example", active=True, is_admin=True)

    assert "Maja" not in repr(Identity(1, "A", "", "SE", "k", None, (someone,)))
