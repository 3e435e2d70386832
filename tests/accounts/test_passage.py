"""A sealed token travels to the next page and nowhere else."""

import time

import pytest

from accounts import passage, vault

SECRET = "0123456789" * 4


def test_the_same_binding_gets_the_secret_back():
    sealed = passage.seal(SECRET, "connect", 7, "acme_ledger")

    assert SECRET not in sealed
    assert passage.reveal(sealed, "connect", 7, "acme_ledger") == SECRET


@pytest.mark.parametrize(
    "binding",
    [("relink", 7, "acme_ledger"), ("connect", 8, "acme_ledger"), ("connect", 7, "other"), ("connect", 7), ()],
)
def test_another_purpose_user_or_extension_gets_nothing(binding):
    sealed = passage.seal(SECRET, "connect", 7, "acme_ledger")

    with pytest.raises(passage.Ended):
        passage.reveal(sealed, *binding)


def test_it_ends_after_a_quarter_of_an_hour(monkeypatch):
    sealed = passage.seal(SECRET, "connect")
    later = time.time() + passage.LIFE + 1
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)

    with pytest.raises(passage.Ended):
        passage.reveal(sealed, "connect")


@pytest.mark.parametrize("text", ["", "x", "ä" * 50, "gAAAAA=="])
def test_damaged_text_ends(text):
    with pytest.raises(passage.Ended):
        passage.reveal(text, "connect")


def test_a_ciphertext_of_the_vault_is_no_passage():
    _, ciphertext = vault.seal(SECRET)

    with pytest.raises(passage.Ended):
        passage.reveal(ciphertext, "connect")
