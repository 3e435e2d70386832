"""Extensions in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.models import AuditEvent
from extensions.blueprints.models import Extension, ExtensionSecret
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def extension() -> Extension:
    return making.make_extension()


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(making.make_user("administrator"))
    return client


def change(extension: Extension) -> str:
    return reverse("admin:blueprints_extension_change", args=[extension.pk])


def form(extension: Extension, **values: Any) -> dict[str, Any]:
    return {
        "name": extension.name,
        "integration_key": extension.integration_key,
        "base_url": extension.base_url,
        "environment": extension.environment,
        "authentication": extension.authentication,
        "receiver": extension.receiver,
        "callback_urls": "\n".join(extension.callback_urls),
        "dependencies": "\n".join(extension.dependencies),
        **values,
    }


def test_an_administrator_edits_lists_one_entry_a_line(administrator, extension):
    urls = "https://a.example/{account_id}\n\n https://b.example/* \nhttps://b.example/*"

    administrator.post(change(extension), form(extension, callback_urls=urls))

    extension.refresh_from_db()
    assert extension.callback_urls == ["https://a.example/{account_id}", "https://b.example/*"]
    assert AuditEvent.objects.filter(verb="extension.change", outcome="done").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"callback_urls": "http://a.example/"}, "begins with https"),
        ({"callback_urls": "*"}, "full address"),
        ({"callback_urls": "https://*/hooks"}, "names its host"),
        ({"callback_urls": "https://a.example/{account}"}, "{account_id} only"),
        ({"base_url": "http://api.oneflow.com/v1"}, "must begin with https"),
        ({"integration_key": "custom"}, "made by hand"),
        ({"dependencies": "a" * 501}, "501 characters"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(administrator, extension, values, words):
    page = administrator.post(change(extension), form(extension, **values))

    assert page.status_code == 200
    assert words in page.content.decode().replace("&#x27;", "'")


def test_tokens_are_never_sent_to_another_host(administrator, extension):
    making.make_installation(extension)

    page = administrator.post(change(extension), form(extension, base_url="https://elsewhere.example/v1"))

    assert "hold tokens for 127.0.0.1" in page.content.decode()


def test_a_sign_key_goes_in_and_never_comes_out(administrator, extension):
    administrator.post(change(extension), form(extension, sign_key="a-sign-key-of-the-test"))
    administrator.post(change(extension), form(extension))

    page = administrator.get(change(extension)).content.decode()
    assert extension.secrets.get(kind=ExtensionSecret.Kind.SIGN_KEY).reveal() == "a-sign-key-of-the-test"
    assert "a-sign-key-of-the-test" not in page
    assert "sign key, set" in page
    assert "a-sign-key-of-the-test" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("role", ["support", "onboarding", "auditor"])
def test_the_other_roles_read_but_change_nothing(client, extension, role):
    client.force_login(making.make_user(role))

    page = client.get(change(extension))
    answer = client.post(change(extension), form(extension, name="Other"))

    assert page.status_code == 200
    assert 'name="sign_key"' not in page.content.decode()
    assert answer.status_code == 403


def test_an_extension_with_accounts_cannot_be_deleted(administrator, extension):
    making.make_installation(extension)

    answer = administrator.post(reverse("admin:blueprints_extension_delete", args=[extension.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert Extension.objects.exists()


@pytest.mark.parametrize(
    "model",
    ["accounts_account", "accounts_apitoken", "accounts_tag", "blueprints_extension"],
)
@pytest.mark.parametrize("role", ["support", "auditor", "administrator"])
def test_the_lists_of_the_rooms_open_for_each_role(client, extension, role, model):
    making.make_installation(extension)
    client.force_login(making.make_user(role))

    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
