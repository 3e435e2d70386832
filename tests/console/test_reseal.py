from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import vault
from accounts.models import ApiToken
from console import sealed
from console.models import AuditEvent
from extensions.blueprints.models import ExtensionSecret
from tests.making import make_extension, make_installation

pytestmark = pytest.mark.django_db

OLD, NEW = f"old:{vault.new_key()}", f"new:{vault.new_key()}"


@pytest.fixture
def secrets(settings):
    """A token and a sign key, sealed with the old key."""
    settings.VAULT_KEYS = OLD
    extension = make_extension()
    make_installation(extension)
    sign_key = ExtensionSecret(extension=extension, kind=ExtensionSecret.Kind.SIGN_KEY)
    sign_key.seal("a-sign-key")
    sign_key.save()


def reseal() -> str:
    output = StringIO()
    call_command("reseal", stdout=output)
    return output.getvalue()


def test_everything_opens_with_the_new_key_alone_afterwards(secrets, settings):
    before = ApiToken.objects.get().reveal()
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    said = reseal()

    settings.VAULT_KEYS = NEW
    assert "2 secret(s) sealed anew with the key new" in said
    assert ApiToken.objects.get().reveal() == before
    assert ExtensionSecret.objects.get().reveal() == "a-sign-key"
    assert list(sealed.unopened()) == []


def test_a_second_run_has_nothing_to_do(secrets, settings):
    settings.VAULT_KEYS = f"{NEW},{OLD}"
    reseal()

    assert reseal().startswith("0 secret(s)")


def test_what_no_key_opens_is_counted_and_left_alone(secrets, settings):
    settings.VAULT_KEYS = NEW
    before = ApiToken.objects.get().ciphertext

    with pytest.raises(CommandError, match="2 secret"):
        reseal()

    assert ApiToken.objects.get().ciphertext == before
    assert AuditEvent.objects.get(verb="vault.reseal").outcome == "failed"


def test_a_destroyed_token_stays_destroyed(secrets, settings):
    ApiToken.objects.update(ciphertext="", key_id="")
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    assert reseal().startswith("1 secret(s)")
    assert ApiToken.objects.get().ciphertext == ""


def test_unopened_secrets_are_named_by_kind_and_key_and_nothing_else(secrets, settings):
    settings.VAULT_KEYS = NEW

    found = list(sealed.unopened())

    assert {(each.key_id, each.count) for each in found} == {("old", 1)}
    assert len(found) == 2
    assert "a-sign-key" not in repr(found)


def test_another_key_under_the_same_id_is_noticed(secrets, settings):
    settings.VAULT_KEYS = f"old:{vault.new_key()}"

    assert all("does not open" in each.reason for each in sealed.unopened())
    assert len(list(sealed.unopened())) == 2
