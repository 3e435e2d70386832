import pytest
from django.test import Client
from django.urls import reverse

from console import signing_in
from console.models import AuditEvent
from tests import making

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")


def sign_in(name: str, password: str, address: str = "192.0.2.7"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": name, "password": password})


def test_signing_in_and_out_are_recorded_with_role_and_address():
    making.make_user("support")
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post(LOGIN, {"username": "support", "password": making.PASSWORD})
    client.post(reverse("admin:logout"))

    rows = AuditEvent.objects.order_by("pk").values_list("verb", "actor", "role", "address", "outcome")

    assert list(rows) == [
        ("login", "support", "support", "192.0.2.7", "done"),
        ("logout", "support", "support", "192.0.2.7", "done"),
    ]


def test_a_wrong_password_is_recorded_and_the_password_is_not():
    making.make_user("support")
    sign_in("support", "hunter2-hunter2")

    row = AuditEvent.objects.get()

    assert (row.actor, row.outcome) == ("support", "refused")
    assert "hunter2" not in str(row.__dict__)


def test_after_ten_wrong_passwords_the_right_one_is_refused_too():
    making.make_user("support")
    for _ in range(signing_in.TRIES):
        sign_in("support", "wrong")

    answer = sign_in("support", making.PASSWORD, address="192.0.2.8")

    assert answer.status_code == 200
    assert b"Too many wrong passwords" in answer.content


def test_guessing_many_names_from_one_address_ends_too():
    making.make_user("support")
    for number in range(signing_in.TRIES):
        sign_in(f"name{number}", "wrong")

    assert b"Too many wrong passwords" in sign_in("support", making.PASSWORD).content
    assert sign_in("support", making.PASSWORD, address="192.0.2.8").status_code == 302


def test_a_colleague_elsewhere_is_not_kept_out():
    making.make_user("support")
    for _ in range(signing_in.TRIES - 1):
        sign_in("support", "wrong")

    assert sign_in("support", making.PASSWORD).status_code == 302
