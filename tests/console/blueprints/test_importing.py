"""Drafts from files and from reference accounts, and versions as files."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client
from django.utils import timezone

from console.blueprints import importing
from console.models import AuditEvent
from console.templatetags.console import since
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.drafting import copy
from extensions.blueprints.models import Blueprint, BlueprintTemplateType
from extensions.installations.matching import types_of_ours
from extensions.installations.models import DataField, Installation, TemplateType
from tests.connected import connect, refresh
from tests.console.blueprints.versions import at, field_of, order, text
from tests.making import STAFF, make_installation

pytestmark = pytest.mark.django_db


def upload(client: Client, content: bytes | Any) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(at("versions-import-file"), {"file": SimpleUploadedFile("blueprint.json", raw)})


def test_an_export_is_the_file_that_an_import_takes(administrator, extension):
    exported = administrator.get(at("version-export", 1))
    assert exported.headers["Content-Disposition"] == 'attachment; filename="acme_ledger-blueprint-1.json"'

    answer = upload(administrator, exported.content)

    assert answer.headers["Location"] == at("version", 2)
    draft = Blueprint.objects.get(version=2)
    assert draft.state == "draft"
    assert as_document(content_of(draft)) == as_document(content_of(Blueprint.objects.get(version=1)))
    assert AuditEvent.objects.filter(verb="blueprint.export", outcome="done").exists()


def test_an_extension_file_is_taken_by_its_blueprint(administrator, extension):
    blueprint = {
        "version": 7,
        "template_types": [{"name": "D", "extension_type": "d", "event_types": [], "fields": []}],
    }

    upload(administrator, {"name": "Acme", "integration_key": "acme_ledger", "blueprint": blueprint})

    assert [each.name for each in Blueprint.objects.get(version=2).template_types.all()] == ["D"]


TYPE = {"name": "D", "extension_type": "d", "event_types": [], "fields": []}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe{", "UTF-8"),
        (b"[]", "expected an object"),
        (b'{"template_types": [], "template_types": []}', "stands twice"),
        (b'{"template_types": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"template_types": ' + b"[" * 900 + b"]" * 900 + b"}", "nested too deeply"),
        ({}, "lacks the key template_types"),
        ({"template_types": []}, "is empty"),
        ({"template_types": [TYPE], "colour": 1}, "does not know the key colour"),
        ({"template_types": [{**TYPE, "fields": [{"custom_id": "a", "name": "A"}] * 2}]}, "a stands already"),
        ({"template_types": [TYPE, TYPE]}, "d stands already"),
        ({"template_types": [{**TYPE, "name": "x\0"}]}, "cannot be shown"),
        (
            {"template_types": [{**TYPE, "fields": [{"custom_id": "a", "name": "A", "kind": "number"}]}]},
            "text, checkbox",
        ),
        ({"template_types": [TYPE], "extension": "other"}, "is a blueprint of other, not of acme_ledger"),
        ({"template_types": [TYPE], "version": 10**29}, "whole number from 1"),
        ({"openapi": "3.1.0", "paths": {}}, "does not know the key"),
    ],
)
def test_a_file_that_is_no_blueprint_is_refused_and_nothing_stored(administrator, extension, content, words):
    answer = upload(administrator, content)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Blueprint.objects.count() == 1
    assert AuditEvent.objects.get(verb="blueprint.draft").outcome == "refused"


def test_a_file_of_fifty_megabytes_is_refused_unread(administrator, extension, monkeypatch):
    monkeypatch.setattr(TemporaryUploadedFile, "read", lambda *args: pytest.fail("it was read"))

    answer = upload(administrator, b" " * 50_000_000)

    assert answer.status_code == 422
    assert "is larger than 8,000,000 bytes" in text(answer)


def test_without_a_file_the_page_asks_for_one(administrator, extension):
    assert "no file was chosen" in text(administrator.post(at("versions-import-file")))


def of_account(client: Client, *types: int | str, account: str = "410001") -> Any:
    return client.post(at("versions-import-account"), {"account": account, "types": types})


def test_a_reference_account_becomes_a_draft_with_what_could_not_be_known(administrator, extension):
    installation = make_installation(extension)
    deal = TemplateType.objects.get(extension_type="acme_deal")
    DataField.objects.create(
        installation=installation,
        template_type_oneflow_id=deal.oneflow_id,
        oneflow_id=5,
        custom_id="discount",
        name="Discount",
        active=True,
        source="system",
        seen_at=timezone.now(),
    )

    chosen = administrator.get(at("versions-import"), {"account": "410001"})
    assert f'value="{deal.oneflow_id}"' in text(chosen)
    answer = of_account(administrator, deal.oneflow_id)

    draft = Blueprint.objects.get(version=2)
    assert answer.headers["Location"] == at("version", 2)
    assert order(draft) == ["deal_value", "customer_number", "vat_exempt", "discount"]
    assert field_of(draft, "deal_value").required  # as the newest version says of the same custom_id
    assert draft.template_types.get().event_types == ["contract:publish", "contract:sign", "contract:decline"]
    assert "1 field that no known version has is taken for optional text" in draft.notes
    assert AuditEvent.objects.get(verb="blueprint.draft").details == {"version": 2, "from": "account 410001"}


def test_an_import_says_what_it_took_for_wanted_and_what_is_off_there(administrator, extension):
    make_installation(extension)
    BlueprintTemplateType.objects.filter(extension_type="acme_deal").delete()
    DataField.objects.filter(custom_id="vat_exempt").update(active=False)
    deal = TemplateType.objects.get(extension_type="acme_deal")

    answer = of_account(administrator, deal.oneflow_id)

    draft = Blueprint.objects.get(version=2)
    assert draft.template_types.get().event_types == ["contract:decline", "contract:publish", "contract:sign"]
    page = text(administrator.get(answer.headers["Location"]))
    for words in ("are taken for wanted (contract:decline,", "though switched off there: acme_deal/vat_exempt"):
        assert words in page


def test_notes_that_do_not_fit_say_so(administrator, extension, monkeypatch):
    make_installation(extension)
    BlueprintTemplateType.objects.all().delete()
    monkeypatch.setattr(importing, "LONGEST_NOTES", 200)

    of_account(administrator, *TemplateType.objects.values_list("oneflow_id", flat=True))

    notes = Blueprint.objects.get(version=2).notes
    assert len(notes) == 200 and notes.endswith("take fewer template types into one draft.")


def test_a_release_that_wants_no_events_of_a_type_asks_whether_that_is_meant(administrator, extension):
    draft = copy(extension.blueprints.get(), actor=STAFF)
    assert "wants no events" not in text(administrator.get(at("version-release", draft.version)))

    draft.template_types.filter(extension_type="acme_deal").update(event_types=[])

    assert "Deal wants no events" in text(administrator.get(at("version-release", draft.version)))


def test_a_toolkit_account_gives_every_field_of_its_own(administrator, extension):
    make_installation(extension, mode="toolkit")
    TemplateType.objects.update(extension_type="", confirmed_role="")
    DataField.objects.update(source="user")

    of_account(administrator, *TemplateType.objects.values_list("oneflow_id", flat=True))

    draft = Blueprint.objects.get(version=2)
    assert order(draft) == ["deal_value", "customer_number", "vat_exempt"]  # matched by the type's name
    assert draft.template_types.count() == 2


@pytest.mark.parametrize("types", [[], ["1"], ["x"], ["9" * 40], ["\0"]])
def test_types_that_the_account_does_not_have_are_refused(administrator, extension, types):
    make_installation(extension)

    answer = of_account(administrator, *types)

    assert answer.status_code == 422
    assert "Choose at least one template type that the account has" in text(answer)


@pytest.mark.parametrize(
    ("narrowed", "values", "words"),
    [
        ({"name": "template_types"}, {"read_at": None}, "template types of Customer 410001 were never read"),
        ({"name__startswith": "fields/"}, {"read_at": None}, "The fields of Deal were never read"),
        ({"name__startswith": "fields/"}, {"unread_reason": "unavailable"}, "not read by the latest refresh"),
    ],
)
def test_a_half_read_account_is_no_reference(administrator, extension, narrowed, values, words):
    make_installation(extension).parts.filter(**narrowed).update(**values)

    answer = of_account(administrator, TemplateType.objects.get(extension_type="acme_deal").oneflow_id)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Blueprint.objects.count() == 1


def test_what_an_account_has_is_dated_by_when_it_was_read_and_not_by_a_refused_refresh(administrator, extension):
    installation = make_installation(extension)
    read_at = timezone.now() - timedelta(days=3)
    installation.parts.update(read_at=read_at, unread_reason="invalid_token")

    answer = administrator.get(at("versions-import"), {"account": "410001"})

    assert answer.context["read_at"] == read_at
    assert f"as last read {since(read_at)}." in text(answer)


def test_an_account_with_what_no_blueprint_holds_is_refused_in_words(administrator, extension):
    make_installation(extension)
    DataField.objects.filter(custom_id="deal_value").update(custom_id=" deal value ")

    answer = of_account(administrator, TemplateType.objects.get(extension_type="acme_deal").oneflow_id)

    assert "has what no blueprint can hold" in text(answer)
    assert "without spaces at either end" in text(answer)


def test_a_reference_account_is_found_by_its_name_too(administrator, extension):
    for number, name in enumerate(("Meri Media Oy", "Meri Group"), 410001):
        make_installation(extension, oneflow_id=number, name=name)

    asked = ("meri media", "Meri", "Nobody")
    one, both, none = (text(administrator.get(at("versions-import"), {"account": name})) for name in asked)

    assert "What Meri Media Oy has" in one and '<input type="hidden" name="account" value="410001">' in one
    assert 'href="?account=410001"' in both and 'href="?account=410002"' in both and "Make a draft of these" not in both
    assert "no installation of Acme Ledger in a connected account that is called “Nobody”" in none


@pytest.mark.parametrize("account", ["", "77", "x", "٣", "9" * 40, "410001\0"])
def test_an_account_that_is_not_ours_is_no_reference(administrator, extension, account):
    make_installation(extension)

    assert "no installation of Acme Ledger" in text(of_account(administrator, "1", account=account))


def test_a_template_type_that_no_version_has_is_read_when_asked_for_and_then_taken(administrator, sandbox):
    installation = connect(sandbox)
    token, email = installation.token.reveal(), installation.acting_user_email
    made = sandbox.api(
        "/template_types", token=token, email=email, method="POST", json={"name": "Lease", "description": ""}
    ).json()
    sandbox.api(
        f"/template_types/{made['id']}/data_fields",
        token=token,
        email=email,
        method="PUT",
        json={"data_fields": [{"custom_id": "object", "name": "Object", "description": "", "placeholder": ""}]},
    )
    refresh(installation)
    account = str(installation.account.oneflow_id)
    assert "Have them read first" in text(of_account(administrator, made["id"], account=account))

    asked = administrator.post(at("versions-import-read"), {"account": account, "types": [made["id"]]})
    refresh(installation)
    of_account(administrator, made["id"], account=account)

    assert asked.headers["Location"] == f"{at('versions-import')}?account={account}"
    draft = Blueprint.objects.get(version=2)
    assert [(each.name, each.extension_type) for each in draft.template_types.all()] == [("Lease", "lease")]
    assert order(draft, "lease") == ["object"]
    assert (installation.verdict, installation.blueprint_match) == ("healthy", 100)  # it is none of our business yet
    assert AuditEvent.objects.get(verb="installation.read_fields", outcome="done").details == {
        "template_types": [made["id"]]
    }


def test_reading_a_type_that_is_called_like_a_role_of_ours_makes_it_none_of_ours_and_is_taken_back(
    administrator, extension
):
    installation = make_installation(extension)
    own = TemplateType.objects.create(
        installation=installation, oneflow_id=99999, name="Acme deal", active=True, seen_at=timezone.now()
    )
    sent = {"account": "410001", "types": ["99999"]}

    administrator.post(at("versions-import-read"), sent)

    own.refresh_from_db()
    assert own.confirmed_role == "acme_deal_99999"
    assert "Stop reading these" in text(administrator.get(at("versions-import"), {"account": "410001"}))
    answer = administrator.post(at("versions-import-stop-reading"), sent)
    assert answer.headers["Location"] == f"{at('versions-import')}?account=410001"
    own.refresh_from_db()
    assert own.confirmed_role == ""
    told = AuditEvent.objects.get(verb="installation.forget_roles")
    assert told.details == {"template_types": {"99999": "acme_deal_99999"}}
    installation.refresh_from_db()
    assert installation.wanted_at is not None


def test_what_plays_a_role_wrongly_since_it_was_read_is_taken_back(administrator, extension):
    installation = make_installation(extension)
    values = {"oneflow_id": 99999, "name": "Acme deal", "active": True, "confirmed_role": "acme_deal"}
    TemplateType.objects.create(installation=installation, seen_at=timezone.now(), **values)

    administrator.post(at("versions-import-stop-reading"), {"account": "410001", "types": ["99999"]})

    seen = list(TemplateType.objects.filter(installation=installation))
    assert types_of_ours(extension.blueprints.get().template_types.all(), seen)["acme_deal"].name == "Deal"


@pytest.mark.parametrize("types", [[], ["1"], ["x"], ["41000110"]])
def test_of_what_nothing_was_said_nothing_is_taken_back(administrator, extension, types):
    make_installation(extension)

    answer = administrator.post(at("versions-import-stop-reading"), {"account": "410001", "types": types})

    assert answer.status_code == 422
    assert AuditEvent.objects.get(verb="installation.forget_roles").outcome == "refused"


def test_a_types_role_that_only_a_draft_has_is_not_made_up_for_another(administrator, extension):
    installation = make_installation(extension)
    TemplateType.objects.create(
        installation=installation, oneflow_id=99999, name="Order", active=True, seen_at=timezone.now()
    )
    draft = copy(extension.blueprints.get(), actor=STAFF)
    draft.template_types.filter(extension_type="acme_deal").update(extension_type="order")

    administrator.post(at("versions-import-read"), {"account": "410001", "types": ["99999"]})

    assert TemplateType.objects.get(oneflow_id=99999).confirmed_role == "order_99999"


def test_nothing_is_read_of_a_disconnected_account(administrator, extension):
    installation = make_installation(extension, state=Installation.State.DISCONNECTED)
    row = TemplateType.objects.get(extension_type="acme_deal")

    sent = {"account": str(installation.account.oneflow_id), "types": [row.oneflow_id]}
    answer = administrator.post(at("versions-import-read"), sent)

    assert (answer.status_code, TemplateType.objects.exclude(confirmed_role="").exists()) == (422, False)
    assert [each["taken"] for each in answer.context["choices"]] == [True, False]  # as they were chosen
    assert "is disconnected" in text(answer)
