"""The extension file: loaded once, loaded twice, and everything that can be wrong with it."""

import copy
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from console.models import AuditEvent
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.document import (
    BLUEPRINT_SCHEMA,
    SCHEMA,
    BadDocument,
    check,
    check_blueprint,
    check_mapping,
    read,
)
from extensions.blueprints.loading import load
from extensions.blueprints.models import Blueprint, BlueprintField, Extension, ExtensionSecret
from extensions.mappings.models import Mapping
from tests.beside import begin_and_wait, with_locks
from tests.making import STAFF, make_installation

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "acme-ledger.json"


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(EXAMPLE.read_text(encoding="utf-8"))


def run(path: Path | str, **options: Any) -> str:
    output = io.StringIO()
    call_command("load_extension", str(path), stdout=output, **options)
    return output.getvalue()


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "extension.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def nothing_is_stored() -> bool:
    return not (Extension.objects.exists() or Blueprint.objects.exists() or Mapping.objects.exists())


@pytest.mark.parametrize("schema", [SCHEMA, BLUEPRINT_SCHEMA])
def test_the_published_schema_is_the_one_that_checks_and_is_a_schema(schema):
    published = DOCS / schema.name

    assert published.resolve() == schema.resolve()
    Draft202012Validator.check_schema(json.loads(published.read_text(encoding="utf-8")))


@pytest.mark.django_db
def test_the_example_is_loaded_as_it_stands(document):
    assert "version 1 and 13 mapped" in run(EXAMPLE)

    extension = Extension.objects.get()
    assert extension.base_url == "https://api.oneflow.com/v1"
    assert extension.dependencies == ["api_tokens", "template_types", "webhooks"]
    assert as_document(content_of(Blueprint.objects.get())) == document["blueprint"]["template_types"]
    assert BlueprintField.objects.get(custom_id="vat_exempt").kind == "checkbox"
    assert Mapping.objects.get(custom_id="deal_value").path == "deal.amount"
    assert extension.writes_allowed is False


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    run(EXAMPLE)
    before = list(BlueprintField.objects.values()), list(Mapping.objects.values()), list(Extension.objects.values())

    run(EXAMPLE)

    assert before == (
        list(BlueprintField.objects.values()),
        list(Mapping.objects.values()),
        list(Extension.objects.values()),
    )
    loads = AuditEvent.objects.filter(verb="extension.load").order_by("pk")
    assert [event.details["changed"] == [] for event in loads] == [False, True]


@with_locks
@pytest.mark.django_db(transaction=True)
def test_while_a_file_is_loaded_accounts_of_the_extension_are_stored_all_the_same(document):
    extension = load(document, actor=STAFF)

    with transaction.atomic():
        load(document, actor=STAFF)
        made = begin_and_wait(lambda: make_installation(extension))
        assert made.done(), "it waits for the file"

    assert made.result().extension == extension


@pytest.mark.django_db
def test_base_url_and_environment_can_be_given_beside_the_file():
    run(EXAMPLE, base_url="http://127.0.0.1:8001/v1/", environment="sandbox")

    extension = Extension.objects.get()
    assert (extension.base_url, extension.environment) == ("http://127.0.0.1:8001/v1", "sandbox")


@pytest.mark.django_db
def test_standard_input_is_read_for_a_dash(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(EXAMPLE.read_bytes())))

    assert "13 mapped" in run("-")


@pytest.mark.django_db
def test_the_sign_key_is_sealed_and_the_former_one_kept(document):
    extension = load(document, actor=STAFF)
    load({**document, "sign_key": "the-next-sign-key"}, actor=STAFF)

    kept = {row.kind: row.reveal() for row in extension.secrets.all()}
    assert kept == {"sign_key": "the-next-sign-key", "previous_sign_key": "acme-demo-sign-key"}
    assert not ExtensionSecret.objects.filter(ciphertext__contains="sign-key").exists()


@pytest.mark.django_db
def test_the_sign_key_may_come_from_the_environment(document, tmp_path, monkeypatch):
    document["sign_key_env"] = "ACME_SIGN_KEY"
    del document["sign_key"]
    path = written(tmp_path, document)
    with pytest.raises(CommandError, match="ACME_SIGN_KEY is empty or not set"):
        run(path)
    monkeypatch.setenv("ACME_SIGN_KEY", "from-the-environment")

    run(path)

    assert ExtensionSecret.objects.get().reveal() == "from-the-environment"


@pytest.mark.django_db
def test_a_draft_can_be_replaced_and_released(document):
    document["blueprint"]["state"] = "draft"
    load(document, actor=STAFF)
    assert Blueprint.objects.get().released_at is None
    document["blueprint"]["template_types"].pop()
    document["blueprint"]["state"] = "released"

    load(document, actor=STAFF)

    blueprint = Blueprint.objects.get()
    assert (blueprint.state, blueprint.template_types.count()) == ("released", 1)
    assert blueprint.released_at is not None


@pytest.mark.django_db
def test_a_released_version_never_changes_and_a_new_version_is_taken(document):
    load(document, actor=STAFF)
    changed = copy.deepcopy(document)
    changed["blueprint"]["template_types"][0]["fields"].pop()
    changed["name"] = "Renamed"

    with pytest.raises(BadDocument, match=r"\$.blueprint: version 1 is released, and a released version never"):
        load(changed, actor=STAFF)

    assert Extension.objects.get().name == "Acme Ledger"
    changed["blueprint"]["version"] = 2
    load(changed, actor=STAFF)
    assert [each.version for each in Blueprint.objects.all()] == [2, 1]


@pytest.mark.django_db
def test_the_notes_of_a_released_version_may_change(document):
    load(document, actor=STAFF)
    document["blueprint"]["notes"] = "As sold in spring."

    load(document, actor=STAFF)

    assert Blueprint.objects.get().notes == "As sold in spring."


@pytest.mark.django_db
def test_a_released_version_never_becomes_a_draft_again(document):
    load(document, actor=STAFF)
    document["blueprint"]["state"] = "draft"

    with pytest.raises(BadDocument, match="cannot become a draft again"):
        load(document, actor=STAFF)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"\$: expected JSON; line 1, column 1"),
        (b"{", "expected JSON"),
        (b"[]", "expected an object, found a list"),
        (b"null", "found null"),
        (b"\xff\xfe{", "UTF-8"),
        (b'{"name": 1, "name": 2}', "stands twice"),
        (b'{"name": NaN}', "NaN is no number"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"name": ' * 101 + b"1" + b"}" * 101, "nested too deeply"),
        (b'{"name": ' + b"[" * 99 + b"]" * 99 + b"}", r"\$\.name: expected text, found a list"),
        (b'{"version": ' + b"9" * 10_000 + b"}", r"plain JSON; a number has 10,000 digits\."),
        (b'[{"custom_id": "deal_value", "a": 1, "a": 2}]', "twice in the object with custom_id 'deal_value'"),
        (b" " * 10_000_000, "larger than"),
    ],
)
def test_a_file_that_is_no_extension_is_refused_and_nothing_stored(tmp_path, content, words):
    path = written(tmp_path, content)

    with pytest.raises(CommandError, match=words) as refused:
        run(path)

    assert str(path) in str(refused.value)
    assert nothing_is_stored()
    assert AuditEvent.objects.get().outcome == "refused"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "absent.json"])
def test_a_directory_or_an_absent_file_is_said_so(tmp_path, name):
    with pytest.raises(CommandError, match=r"is a directory|no such file"):
        run(tmp_path / name)

    assert AuditEvent.objects.get().outcome == "refused"


@pytest.mark.django_db
def test_a_database_without_tables_is_said_so(document, tmp_path, monkeypatch):
    def without_tables(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("no such table: console_auditevent")

    monkeypatch.setattr("accounts.acting.acted.send", without_tables)

    with pytest.raises(CommandError, match=r"no such table.*manage\.py doctor"):
        run(written(tmp_path, put(document, "name", 1)))


@pytest.mark.django_db
def test_a_version_is_a_whole_number_however_it_is_written(document, tmp_path):
    assert "blueprint version 1 and" in run(written(tmp_path, put(document, "blueprint/version", 1.0)))


def put(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a path such as blueprint/template_types/0/name."""
    target: Any = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        target = target[step]
    target[last] = value
    return document


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("name", 1, r"\$.name: expected text, found a number"),
        ("name", "", r"\$.name: is empty"),
        ("name", "x" * 121, "at most 120 characters, found 121"),
        ("name", "two\nlines", r"\$.name: holds a character"),
        ("name", "nul\0", r"\$.name: holds a character"),
        ("name", "\ud800", r"\$.name: holds a character"),
        ("name", "   ", r"\$.name: expected some text, found spaces only"),
        ("nme", "Acme", r"\$: does not know the key nme"),
        ("n\0me", "Acme", r"\$: does not know the key n\\x00me"),
        ("n\ud800me", "Acme", r"\$: does not know the key n\\ud800me"),
        ("integration_key", "acme ledger", "letters a to z, digits"),
        ("integration_key", "acme_ledger\n", r"\$.integration_key: holds a character"),
        ("integration_key", "custom", "made by hand"),
        ("base_url", "ftp://oneflow", r"\$.base_url: The base URL"),
        ("base_url", "http://api.oneflow.com/v1", "must begin with https"),
        ("base_url", "https://user:pass@api.oneflow.com", "without login"),
        ("base_url", "https://api.oneflow.com:99999/v1", "must be a full address"),
        ("base_url", "https://[::1", "must be a full address"),
        ("environment", "live", "expected one of production, test, sandbox"),
        ("receiver", None, r"\$.receiver"),
        ("callback_urls", [], r"\$.callback_urls: is empty"),
        ("callback_urls", ["*"], r"\$.callback_urls\[0\]: expected a full address"),
        ("callback_urls", ["https://[::1"], "full address"),
        ("callback_urls", ["https://hooks.acme.example:99999/x"], "full address"),
        (
            "callback_urls",
            ["https://user:pass@hooks.acme.example/x"],
            r"callback_urls\[0\]: a callback URL holds no login",
        ),
        ("callback_urls", ["https://hooks.acme.example\\@evil.example/x"], "holds no login"),
        ("callback_urls", ["https://a.example", "https://a.example"], "same entry twice"),
        ("dependencies", ["acme_ledger"], "names the extension itself"),
        ("sign_key_env", "ACME", r"\$.sign_key: stands beside"),
        ("sign_key", ["secret"], r"\$.sign_key: expected text, found a list"),
        ("blueprint/version", 0, r"\$.blueprint.version"),
        ("blueprint/version", 2**31, r"\$.blueprint.version"),
        ("blueprint/version", True, r"\$.blueprint.version: expected a whole number, found true or false"),
        ("blueprint/version", "1", "found text"),
        ("blueprint/state", "gone", "draft, released"),
        ("blueprint/template_types", [], "is empty"),
        ("blueprint/template_types/1/extension_type", "acme_deal", r"template_types\[1\].extension_type: acme_deal"),
        ("blueprint/template_types/0/event_types", ["sign"], "two or three parts"),
        ("blueprint/template_types/0/fields/1/custom_id", "deal_value", r"fields\[1\].custom_id: deal_value stands"),
        ("blueprint/template_types/0/fields/0/custom_id", " deal", "without spaces at either end"),
        ("blueprint/template_types/0/fields/0/required", "yes", "expected true or false, found text"),
        ("blueprint/template_types/0/fields/0/kind", "number", "text, checkbox"),
        ("blueprint/template_types/0/fields/0/value", "1", "does not know the key value"),
        ("mapping", {}, r"\$.mapping: expected a list"),
        ("mapping/0/path", "deal..amount", "dots between"),
        ("mapping/0/custom_id", "unheard_of", r"\$.mapping\[0\]: no version .* unheard_of in acme_deal"),
        ("mapping/1/custom_id", "deal_value", r"\$.mapping\[1\].custom_id"),
    ],
)
def test_each_mistake_is_named_by_place_and_nothing_is_stored(document, tmp_path, path, value, words):
    with pytest.raises(CommandError, match=words) as refused:
        run(written(tmp_path, put(document, path, value)))

    assert nothing_is_stored()
    assert "secret" not in str(refused.value)


def test_several_missing_keys_are_named_once():
    with pytest.raises(BadDocument) as refused:
        check({"name": "Acme"})

    [problem] = refused.value.problems
    assert "integration_key, base_url, environment" in problem.expected


ROW = {"template_type": "a", "custom_id": "a", "path": "a"}
TYPE = {"name": "D", "extension_type": "d", "event_types": [], "fields": []}


def refused(check_it: Any, wrong: dict[str, Any]) -> BadDocument:
    with pytest.raises(BadDocument) as caught:
        check_it(wrong)
    return caught.value


@pytest.mark.parametrize(
    ("check_it", "wrong"),
    [
        (check_mapping, {"mapping": [{"a": 1}] * 3_000}),
        (check_mapping, {"mapping": [{**ROW, "path": "\0"}] * 3_000}),
        (check_mapping, {"mapping": [{**ROW, "options": {"values": dict.fromkeys(map(str, range(3_000)), 1)}}]}),
        (check_mapping, {"mapping": [{**ROW, "options": {"values": dict.fromkeys(map(str, range(3_000)), "\0")}}]}),
        (check_mapping, {"mapping": [dict.fromkeys(map(str, range(30_000)), 1)] * 30}),
        (check_blueprint, {"template_types": [{**TYPE, "fields": [{}] * 300}] * 10}),
        (check_blueprint, {"template_types": [{**TYPE, "event_types": ["sign"] * 100}] * 100}),
    ],
)
def test_however_much_is_wrong_little_is_held_and_that_there_is_more_is_said(check_it, wrong):
    tracemalloc.start()
    try:
        problems = refused(check_it, wrong).problems
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert held < 8_000_000
    assert len(problems) == 21
    assert str(problems[-1]) == "$: the file has more mistakes than these 20. Correct these, then try it again."


@pytest.mark.parametrize(
    ("check_it", "wrong"),
    [
        (check_mapping, {"mapping": [{"a": 1}] * 10_001}),
        (check_blueprint, {"template_types": [{**TYPE, "event_types": [1, "sign"] * 51}]}),
        (check_blueprint, {"template_types": [{}] * 101}),
    ],
)
def test_what_stands_in_a_list_that_is_too_long_is_not_looked_at(check_it, wrong):
    [problem] = refused(check_it, wrong).problems

    assert "expected at most" in problem.expected


def test_problems_stand_in_the_order_of_the_file_and_none_is_said_to_be_left_out():
    problems = refused(check_mapping, {"mapping": [{**ROW, "path": ""}] * 12}).problems

    assert [problem.path for problem in problems] == [f"$.mapping[{number}].path" for number in range(12)]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=20,
)
KEYS = list(json.loads(EXAMPLE.read_text(encoding="utf-8")))


@given(st.dictionaries(st.sampled_from(KEYS), ANY_JSON))
@settings(max_examples=60, deadline=None)
def test_any_value_under_our_keys_is_taken_or_refused_and_never_breaks(values):
    document = {**json.loads(EXAMPLE.read_text(encoding="utf-8")), **values}
    try:
        check(document)
    except BadDocument as refused:
        assert refused.problems


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(raw):
    try:
        assert isinstance(read(raw), dict)
    except BadDocument as refused:
        assert refused.problems
