"""What is stored by connecting and relinking, also at the same moment."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.connecting import Identity
from accounts.models import ApiToken
from extensions.installations.connecting import connect, disconnect, relink
from extensions.installations.models import Installation
from oneflow import User
from tests.beside import begin_and_wait, with_locks
from tests.making import STAFF, make_blueprint, make_extension, make_installation

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


def connect_again(installation: Installation) -> Installation:
    return connect(
        TOKEN,
        identity_of(installation),
        extension=installation.extension,
        acting_user_email="maja@customer.example",
        actor=STAFF,
        now=timezone.now(),
    )


@with_locks
@pytest.mark.django_db(transaction=True)
def test_connecting_again_keeps_the_version_that_is_set_at_that_moment() -> None:
    """As a rollout does that is taken back: the account would stay on the withdrawn version, and nothing move it."""
    installation = disconnect(make_installation(), actor=STAFF, now=timezone.now())
    version = make_blueprint(installation.extension, 2)

    with transaction.atomic():
        Installation.objects.filter(pk=installation.pk).update(blueprint=version, blueprint_set=True)
        connected = begin_and_wait(lambda: connect_again(installation))

    connected.result(10)
    installation.refresh_from_db()
    assert (installation.state, installation.blueprint, installation.blueprint_set) == ("connecting", version, True)


@with_locks
@pytest.mark.django_db(transaction=True)
def test_connecting_again_and_whoever_stores_the_account_do_not_wait_for_each_other() -> None:
    installation = disconnect(make_installation(), actor=STAFF, now=timezone.now())

    with transaction.atomic():
        Installation.objects.filter(pk=installation.pk).hold()
        connected = begin_and_wait(lambda: connect_again(installation))
        installation.account.save()  # as a refresh does, which holds the installation first

    assert connected.result(10) == installation
