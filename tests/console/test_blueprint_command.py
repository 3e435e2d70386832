"""`manage.py blueprint`: a version as a file, and a file as a draft."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from console.given_file import bytes_of
from console.models import AuditEvent
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.document import MAX_BYTES
from extensions.blueprints.models import Blueprint, Extension
from tests.making import make_extension

pytestmark = pytest.mark.django_db


@pytest.fixture
def extension() -> Extension:
    return make_extension()


def run(*arguments: Any) -> str:
    output = io.StringIO()
    call_command("blueprint", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_what_is_exported_can_be_imported_as_a_draft(extension, tmp_path):
    file = tmp_path / "blueprint.json"
    file.write_text(run("export", "acme_ledger", 1), encoding="utf-8")

    assert "version 2 is a draft now" in run("import", "acme_ledger", file)

    draft, first = Blueprint.objects.get(version=2), Blueprint.objects.get(version=1)
    assert draft.state == "draft"
    assert as_document(content_of(draft)) == as_document(content_of(first))
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "outcome"))
    assert verbs == [("blueprint.export", "done"), ("blueprint.draft", "done")]


def test_standard_input_is_read_for_a_dash(extension, monkeypatch):
    exported = run("export", "acme_ledger", 1).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(exported)))

    assert "version 2 is a draft" in run("import", "acme_ledger", "-")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "other", 1), "no extension 'other'. Known: acme_ledger"),
        (("export", "acme_ledger", 9), "no blueprint version 9"),
        (("export", "acme_ledger", 10**30), "no blueprint version"),
        (("import", "acme_ledger", "absent.json"), "no such file"),
        (("import", "acme_ledger", "/"), "is a directory"),
    ],
)
def test_what_is_not_there_is_said(extension, arguments, words):
    with pytest.raises(CommandError, match=words):
        run(*arguments)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (json.dumps({"template_types": [], "x": 1}).encode(), "does not know the key x"),
        (b'{"notes": "", "notes": ""}', "stands twice"),
    ],
)
def test_a_file_that_is_no_blueprint_is_refused(extension, tmp_path, content, words):
    file = tmp_path / "blueprint.json"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        run("import", "acme_ledger", file)

    assert Blueprint.objects.count() == 1
    assert AuditEvent.objects.get().outcome == "refused"


def test_of_a_file_of_fifty_megabytes_no_more_is_read_than_is_allowed(extension, tmp_path):
    file = tmp_path / "huge.json"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)

    assert len(bytes_of(str(file))) == MAX_BYTES + 1
    with pytest.raises(CommandError, match="larger than 8,000,000 bytes"):
        run("import", "acme_ledger", file)
