import base64

import pytest

from accounts import vault
from accounts.models import ApiToken

OLD, NEW = (base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"o", b"n"))


def test_the_first_key_seals_and_every_key_opens(settings):
    settings.VAULT_KEYS = f"old:{OLD}"
    sealed = vault.seal("a token")
    settings.VAULT_KEYS = f"new:{NEW}, old:{OLD}"

    assert vault.reveal(*sealed) == "a token"
    assert vault.seal("a token")[0] == "new"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("", "names no key"),
        ("no-colon", "not of the form"),
        (f":{OLD}", "not of the form"),
        ("short:abc", "32 bytes"),
        (f"a:{OLD},a:{NEW}", "twice"),
    ],
)
def test_a_wrong_list_of_keys_is_refused_without_repeating_the_key(keys, sentence):
    with pytest.raises(ValueError, match=sentence) as refusal:
        vault.keys(keys)

    assert OLD not in str(refusal.value)


def test_a_secret_whose_key_is_gone_says_which_key(settings):
    settings.VAULT_KEYS = f"old:{OLD}"
    sealed = vault.seal("a token")
    settings.VAULT_KEYS = f"new:{NEW}"

    with pytest.raises(vault.Unreadable, match="old"):
        vault.reveal(*sealed)


def test_a_secret_sealed_by_another_key_of_the_same_id_is_unreadable(settings):
    settings.VAULT_KEYS = f"k:{OLD}"
    sealed = vault.seal("a token")
    settings.VAULT_KEYS = f"k:{NEW}"

    with pytest.raises(vault.Unreadable, match="right key"):
        vault.reveal(*sealed)


def test_a_destroyed_secret_is_gone():
    token = ApiToken()
    token.seal("x" * 36 + "abcd")
    token.destroy()

    assert token.last_four == "abcd"
    with pytest.raises(vault.Unreadable, match="destroyed"):
        token.reveal()


def test_a_short_secret_shows_nothing_of_itself():
    token = ApiToken()
    token.seal("hunter2")

    assert token.last_four == ""


def test_a_fingerprint_depends_on_its_key(settings):
    first = vault.fingerprint("a token")
    settings.FINGERPRINT_KEY = "another key"

    assert first != vault.fingerprint("a token")
    assert "a token" not in first
