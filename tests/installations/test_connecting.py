"""What is stored by connecting and relinking, also at the same moment."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.connecting import Identity
from accounts.models import ApiToken
from extensions.installations.connecting import connect, relink
from extensions.installations.models import Installation
from oneflow import User
from tests.making import STAFF, make_extension, make_installation

TOKEN = "n" * 40


def identity_of(installation: Installation) -> Identity:
    admin = User(id=1, name="Maja", email="maja@customer.example", active=True, is_admin=True)
    account = installation.account
    return Identity(account.oneflow_id, account.name, "", "", installation.extension.integration_key, 1, (admin,))


@pytest.mark.django_db
def test_a_country_that_is_no_code_is_not_cut_into_another() -> None:
    extension = make_extension()
    admin = User(id=1, name="Maja", email="maja@customer.example", active=True, is_admin=True)
    identity = Identity(410_777, "Elm", "", "SWE", extension.integration_key, 1, (admin,))

    installation = connect(
        TOKEN, identity, extension=extension, acting_user_email=admin.email, actor=STAFF, now=timezone.now()
    )

    assert installation.account.country_code == ""


@pytest.mark.django_db(transaction=True)
def test_two_relinks_at_once_with_one_token_are_one() -> None:
    installation = make_installation()

    def give() -> None:
        relink(installation, TOKEN, identity_of(installation), actor=STAFF, now=timezone.now())

    def give_and_hang_up(*args: Any) -> None:
        give()
        connection.close()

    other = Thread(target=give_and_hang_up)
    with transaction.atomic():
        give()
        other.start()
        other.join(0.5)  # the other one now waits for the row that is held here
    other.join()

    assert sorted(ApiToken.objects.values_list("state", flat=True)) == ["active", "replaced"]
