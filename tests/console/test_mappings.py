"""What fills which field, on the screen: of an extension, and of an installation over it."""

import csv
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.acting import Actor
from console.models import AuditEvent
from extensions.blueprints.models import Blueprint, BlueprintField
from extensions.mappings import overriding
from extensions.mappings.changing import Owner, Why, change
from extensions.mappings.content import as_document
from extensions.mappings.effective import Rule, effective
from extensions.mappings.models import Mapping, Override, Version
from tests.making import STAFF, make_blueprint, make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db

PLACE = ("acme_deal", "deal_value")
WHY = Why(STAFF, "because")


@pytest.fixture
def installation():
    return make_installation()


@pytest.fixture
def administrator(client):
    client.force_login(make_user("administrator"))
    return client


@pytest.fixture
def onboarding(client):
    client.force_login(make_user("onboarding"))
    return client


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


def at(name: str, *args: object) -> str:
    """An address at the extension's desk."""
    return reverse(name, args=["acme_ledger", *args])


def here(name: str = "", *args: object) -> str:
    """An address at the installation's desk."""
    full = f"installation-mapping-{name}" if name else "installation-mapping"
    return reverse(full, args=[410001, "acme_ledger", *args])


def text(client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def written(**values: object) -> dict[str, object]:
    """A form that would be stored."""
    return {"path": "deal.total", "transform": "text", "reason": "the product renamed it", "base": "0"} | values


# The tables.


def test_every_field_stands_there_with_what_fills_it(support, installation):
    Mapping.objects.filter(custom_id="deal_value").update(transform="number", options={"decimals": 2}, label="Amount")
    Mapping.objects.filter(custom_id="vat_exempt").delete()
    Override.objects.create(installation=installation, extension_type="acme_deal", custom_id="deal_value", path="a.b")

    page = text(support, at("mapping"))

    for words in ("Deal value", "deal.deal_value", "→ number: decimals 2", "Amount", "no mapping", "Engagement"):
        assert words in page
    assert '<td class="num"><a href="field/acme_deal/deal_value/">1</a></td>' in page
    assert "Edit" not in page


def test_fields_of_any_version_stand_there_with_their_versions(administrator, installation):
    extension = installation.extension
    for version in (2, 3, 5):
        make_blueprint(extension, version)
    older = extension.blueprints.get(version=1).template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=older, custom_id="of_old", name="Of old")

    page = text(administrator, at("mapping"))

    assert "<td>1–3, 5</td>" in page
    assert "Of old" in page
    assert ">Add</a>" in page


def test_a_rule_of_a_field_that_no_version_has_is_shown_apart(administrator, installation):
    Mapping.objects.create(extension=installation.extension, extension_type="acme_deal", custom_id="gone", path="a.b")

    page = text(administrator, at("mapping"))

    assert page.index("Engagement number") < page.index("Fields that no version has") < page.index("gone")
    assert "no version of the blueprint has this field" in text(administrator, at("mapping-field", "acme_deal", "gone"))


def test_a_table_is_searched_and_narrowed(support, installation):
    Mapping.objects.filter(custom_id="vat_exempt").delete()

    assert "vat_exempt" not in text(support, at("mapping"), q="deal VALUE")
    only = text(support, at("mapping"), only="empty")
    assert "vat_exempt" in only
    assert "deal_value" not in only
    assert "No field is like that" in text(support, at("mapping"), q="\0nothing")


def test_an_installation_shows_what_it_inherits_and_what_it_overrides(support, installation):
    owner = Owner.of(installation)
    change(owner, PLACE, Rule("deal.own", "number"), WHY, base=0)
    change(owner, ("acme_deal", "vat_exempt"), Rule(""), WHY, base=1)

    page = text(support, here())

    assert page.count(">overridden</span>") == 2
    assert page.count(">inherited</span>") == 3
    assert "not filled here" in page
    assert "<code>deal.deal_value</code>" in page


def test_a_draft_does_not_say_what_holds(administrator, installation):
    draft = make_blueprint(installation.extension, 2)
    Blueprint.objects.filter(pk=draft.pk).update(state="draft")
    kind = draft.template_types.get(extension_type="acme_deal")
    kind.fields.filter(custom_id="deal_value").update(name="Not yet its name", required=False)
    BlueprintField.objects.create(template_type=kind, custom_id="to_come", name="To come", required=True)

    page = text(administrator, at("mapping"))

    assert "Deal value" in page and "Not yet its name" not in page
    assert "<td>1, 2 (draft)</td>" in page and "<td>2 (draft)</td>" in page
    assert 'To come</a> <span class="quiet">(draft)</span>' in page
    one = text(administrator, at("mapping-field", "acme_deal", "deal_value"))
    assert "Deal value" in one and "Not yet its name" not in one and ", required" in one


def test_an_installation_shows_the_fields_of_its_own_version(support, installation):
    newer = make_blueprint(installation.extension, 2).template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=newer, custom_id="only_in_2", name="Only in 2")

    assert "only_in_2" not in text(support, here())


def test_an_installations_fields_are_called_as_its_own_version_calls_them(support, installation):
    make_blueprint(installation.extension, 2)
    newer = BlueprintField.objects.filter(template_type__blueprint__version=2, custom_id="deal_value")
    newer.update(name="Worth of the deal")

    for address in (here(), here("field", "acme_deal", "deal_value")):
        assert "Deal value" in text(support, address) and "Worth of the deal" not in text(support, address)
    assert "Worth of the deal" in text(support, at("mapping"))


@pytest.mark.parametrize("name", ["", "history", "compare"])
def test_the_pages_of_an_installation_without_a_version_hold(support, installation, name):
    type(installation).objects.update(blueprint=None)

    assert text(support, here(name))


@pytest.mark.parametrize("number", [1, 20])
def test_pages_cost_the_same_for_any_number_of_rows(support, installation, django_assert_max_num_queries, number):
    owner, own = Owner(installation.extension), Owner.of(installation)
    kind = installation.blueprint.template_types.get(extension_type="acme_deal")
    for each in range(number):
        BlueprintField.objects.create(template_type=kind, custom_id=f"more_{each}", name="More")
        change(owner, ("acme_deal", f"more_{each}"), Rule("deal.more"), WHY, base=each)
        change(own, ("acme_deal", f"more_{each}"), Rule("deal.own"), WHY, base=each)

    places = [at("mapping"), at("mapping-history"), at("mapping-compare"), here(), here("history"), here("compare")]
    places += [at("mapping-field", *PLACE), here("field", *PLACE)]
    for address in places:
        with django_assert_max_num_queries(10):
            text(support, address)


def test_three_hundred_fields_stay_under_150_kilobytes(administrator, installation):
    kind = installation.blueprint.template_types.get(extension_type="acme_deal")
    for number in range(300):
        BlueprintField.objects.create(template_type=kind, custom_id=f"field_number_{number}", name=f"Field {number}")
        Mapping.objects.create(
            extension=installation.extension,
            extension_type="acme_deal",
            custom_id=f"field_number_{number}",
            path=f"deal.number_{number}",
            transform="number",
            options={"decimals": 2, "decimal_mark": ","},
        )

    assert len(text(administrator, at("mapping")).encode()) < 150_000
    assert len(text(administrator, here()).encode()) < 150_000
    assert "300 of" not in text(administrator, at("mapping"), page="2")


# Changing a rule.


def test_an_administrator_stores_a_rule(administrator, installation):
    form = written(transform="number", **{"number-decimals": "0", "number-decimal_mark": ",", "default": '""'})

    answer = administrator.post(at("mapping-change", *PLACE), form, follow=True)

    row = Mapping.objects.get(custom_id="deal_value")
    assert (row.path, row.transform) == ("deal.total", "number")
    assert row.options == {"decimals": 0, "decimal_mark": ",", "default": ""}
    version = Version.objects.get()
    assert (version.by, version.reason, version.how) == ("administrator", "the product renamed it", "form")
    assert "Stored as version 1." in answer.content.decode()
    assert AuditEvent.objects.get(verb="mapping.change").details["field"] == "acme_deal/deal_value"


def test_the_form_shows_what_is_stored_and_stores_it_unchanged(administrator, installation):
    options = {"values": {"a=b": ' "x" ', "": "", "net30": "30 days"}, "fallback": " ", "default": "-"}
    Mapping.objects.filter(custom_id="deal_value").update(transform="choice", options=options)

    answer = administrator.get(at("mapping-field", *PLACE))
    form = answer.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"reason": "again", "base": "0"}
    stored = administrator.post(at("mapping-change", *PLACE), sent, follow=True)

    assert "Nothing was changed" in stored.content.decode()
    assert Mapping.objects.get(custom_id="deal_value").options == options


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"path": ""}, "Write a path of names"),
        ({"path": "deal..x"}, "Write a path of names"),
        ({"path": "x" * 300}, "Write a path of names"),
        ({"path": "deal.\0"}, "Null characters are not allowed"),
        ({"transform": "rot13"}, "Select a valid choice"),
        ({"transform": ""}, "This field is required"),
        ({"transform": "number", "number-decimals": "two"}, "Enter a whole number"),
        ({"transform": "number", "number-decimals": "9" * 5_000}, "Enter a whole number"),
        ({"transform": "number", "number-decimals": "99"}, "must be a whole number from 0 to 20"),
        ({"transform": "number", "number-thousands_mark": "."}, "are the same"),
        ({"transform": "number", "number-decimal_mark": ";"}, "Select a valid choice"),
        ({"transform": "choice"}, "“values” is missing"),
        ({"transform": "choice", "choice-values": "\n"}, "“values” is missing"),
        ({"transform": "choice", "choice-values": "net30"}, "Line 1: write the value, an equals sign"),
        ({"transform": "choice", "choice-values": "a = 1\na = 2"}, "Line 2: a stands above already"),
        ({"transform": "choice", "choice-values": '"a = 1'}, "Line 1: a quotation mark at the beginning"),
        ({"transform": "choice", "choice-values": f"a = {'x' * 1_000_000}"}, "has a text that must be at most"),
        ({"transform": "default"}, "“default” is missing"),
        ({"default": '"a" b'}, "Nothing may follow"),
        ({"default": '"\\ud800"'}, "holds a character that no field can hold"),
        ({"default": "x" * 1_000_000}, "must be at most 1,024 characters"),
        ({"label": "x" * 256}, "at most 255"),
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 501}, "at most 500"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(administrator, installation, form, words):
    answer = administrator.post(at("mapping-change", *PLACE), written(**form))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert "Nothing was stored" in page
    assert 'value="deal.total"' in page or "path" in form
    assert not Version.objects.exists()


def test_a_field_that_no_version_has_gets_no_rule(administrator, installation):
    answer = administrator.post(at("mapping-change", "acme_deal", "nothing"), written())

    assert "No version of the blueprint has the field nothing in acme_deal." in answer.content.decode()
    assert administrator.get(at("mapping-field", "acme_deal", "nothing")).status_code == 404
    assert administrator.get(at("mapping-field", "acme_deal", "a\0")).status_code == 404
    assert administrator.post(at("mapping-change", "acme_deal", "a\0"), written()).status_code == 404


def test_a_rule_is_taken_away(administrator, installation):
    administrator.post(at("mapping-change", *PLACE), {"do": "remove", "reason": "no longer known", "base": "0"})

    assert not Mapping.objects.filter(custom_id="deal_value").exists()
    assert Version.objects.get().difference["removed"] == ["acme_deal/deal_value"]


def test_of_two_people_at_once_the_second_sees_both_and_loses_nothing(administrator, installation):
    change(Owner(installation.extension), PLACE, Rule("deal.theirs"), Why(STAFF, "theirs is right"), base=0)

    answer = administrator.post(at("mapping-change", *PLACE), written(path="deal.mine"))
    page = answer.content.decode()

    assert answer.status_code == 409
    for words in ("Sam stored version 1 meanwhile", "theirs is right", "<code>deal.theirs</code>"):
        assert words in page
    assert "<code>deal.mine</code>" in page
    assert 'value="deal.mine"' in page
    assert 'name="base" value="1"' in page
    assert AuditEvent.objects.get(verb="mapping.change", outcome="refused").reason.startswith("Sam stored")
    assert Mapping.objects.get(custom_id="deal_value").path == "deal.theirs"

    administrator.post(at("mapping-change", *PLACE), written(path="deal.mine", base="1"))

    assert Mapping.objects.get(custom_id="deal_value").path == "deal.mine"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"transform": "number", "number-decimals": "1", "sample": "12500.55"}, "<code>12500.6</code>"),
        ({"sample": "Årjäng"}, "<code>Årjäng</code>"),
        ({"transform": "join", "sample": '["a", "b"]'}, "<code>a, b</code>"),
        ({"transform": "join", "sample": "plain"}, "only a list can be joined"),
        ({"sample": "", "default": "none"}, "no value → <output><code>none</code>"),
        ({"sample": "null"}, "The value is null"),
        ({"sample": "[" * 3_000}, "The text has 3,000 characters, and a field holds 1,024. Shorten it in the product."),
        ({"sample": "Årjäng"}, '<span class="state ok"><i>✓</i> filled</span> <span class="quiet">6 characters</span>'),
        ({"transform": "join", "sample": "plain"}, '<span class="state bad"><i>✕</i> refused</span>'),
        ({"transform": "yes_no", "sample": '"maybe"'}, '<span class="state bad"><i>✕</i> refused</span>'),
        ({"sample": '["a"]'}, '<span class="state bad"><i>✕</i> refused</span>'),
        ({"sample": '""'}, '<span class="state warn"><i>○</i> empty</span>'),
        ({"sample": "null"}, '<span class="state warn"><i>○</i> empty</span>'),
        ({"transform": "number", "sample": "9" * 5_000}, "more than 1,000 digits"),
        ({"transform": "choice", "sample": "a"}, "“values” is missing"),
        ({"sample": "1e9999999999999999999"}, "<code>1e9999999999999999999</code>"),
        ({"transform": "number", "sample": "1e9999999999999999999"}, "no number"),
        ({"choice-values": "no line with a sign", "sample": "5"}, "<code>5</code>"),
        ({"sample": "<script>"}, "&lt;script&gt;"),
    ],
)
def test_a_rule_is_tried_with_a_value_and_nothing_is_stored(administrator, installation, form, words):
    sent = written(do="try", **form)

    part = administrator.post(at("mapping-change", *PLACE), sent, headers={"HX-Request": "true"}).content.decode()
    page = administrator.post(at("mapping-change", *PLACE), sent).content.decode()

    assert words in part
    assert words in page
    assert "<html" not in part
    assert not Version.objects.exists()


def tried(client, place, **form):
    sent = written(do="try", **form)
    return client.post(at("mapping-change", *place), sent, headers={"HX-Request": "true"}).content.decode()


def test_what_is_tried_is_judged_for_the_field_that_it_is_for(administrator, installation):
    BlueprintField.objects.filter(custom_id="deal_value").update(kind="checkbox")

    assert "The field is a checkbox, which takes 0 or 1." in tried(administrator, PLACE, sample="X")
    assert "refused" not in tried(administrator, PLACE, sample="1")
    assert "No version of the blueprint has this field." in tried(administrator, ("acme_deal", "nowhere"), sample="1")


def test_trying_leads_to_what_came_of_it(administrator, installation):
    page = administrator.get(at("mapping-field", *PLACE)).content.decode()

    assert f'formaction="{at("mapping-change", *PLACE)}#tried"' in page
    assert 'id="tried"' in page


def test_options_of_a_transform_that_is_not_chosen_are_no_mistake(administrator, installation):
    administrator.post(at("mapping-change", *PLACE), written(path="deal.new", **{"choice-values": "no sign"}))

    assert effective(installation)[PLACE].path == "deal.new"


# An installation's own rules.


def test_onboarding_overrides_a_field_and_resets_it(onboarding, installation):
    onboarding.post(here("change", *PLACE), written(path="deal.own"))
    assert effective(installation)[PLACE].path == "deal.own"
    event = AuditEvent.objects.get(verb="mapping.override")
    assert (event.account_oneflow_id, event.reason) == (410001, "the product renamed it")

    onboarding.post(here("change", *PLACE), {"do": "remove", "reason": "as everywhere", "base": "1"})

    assert effective(installation)[PLACE].path == "deal.deal_value"
    assert [each.number for each in Version.objects.filter(installation=installation)] == [2, 1]
    assert not Version.objects.filter(installation=None).exists()


def test_leaving_a_required_field_empty_is_judged_at_once(onboarding, installation):
    onboarding.post(here("change", *PLACE), {"do": "empty", "reason": "not sold here", "base": "0"})

    installation.refresh_from_db()
    assert (installation.verdict, installation.cause) == ("failing", "mapping.incomplete")

    onboarding.post(here("change", *PLACE), {"do": "remove", "reason": "sold again", "base": "1"})

    installation.refresh_from_db()
    assert installation.verdict == "healthy"


def test_an_extensions_field_cannot_be_left_empty_by_its_form(administrator, installation):
    administrator.post(at("mapping-change", *PLACE), {"do": "empty", "reason": "x", "base": "0"})

    assert not Mapping.objects.filter(custom_id="deal_value").exists()  # it is without a rule, which is the same


def test_an_installation_of_another_extension_is_not_found(onboarding, installation):
    make_extension("acme_other", name="Other")

    address = reverse("installation-mapping-change", args=[410001, "acme_other", *PLACE])
    assert onboarding.post(address, written()).status_code == 404
    assert not Override.objects.exists()


def test_onboarding_does_not_change_the_extensions_mapping(onboarding, installation):
    assert onboarding.post(at("mapping-change", *PLACE), written()).status_code == 403
    assert "Administrators can change it" in text(onboarding, at("mapping-field", *PLACE))


def test_the_field_lists_who_overrides_it(support, installation):
    change(Owner.of(installation), PLACE, Rule("deal.own", "number"), WHY, base=0)

    page = text(support, at("mapping-field", *PLACE))

    assert "Overridden in 1 installation" in page
    assert "Customer 410001" in page
    assert "<code>deal.own</code> → number" in page


# History.


def two_versions(owner) -> None:
    change(owner, PLACE, Rule("deal.one"), Why(STAFF, "first reason"), base=0)
    change(owner, PLACE, Rule("deal.two"), Why(STAFF, "second reason"), base=1)


def test_the_history_says_who_when_why_and_what(support, installation):
    two_versions(Owner(installation.extension))

    page = text(support, at("mapping-history"))

    assert page.index("second reason") < page.index("first reason")
    assert "changed 1: <code>acme_deal/deal_value</code>" in page
    assert "Sam" in page
    assert "Go back" not in page


def test_two_versions_are_compared(support, installation):
    two_versions(Owner(installation.extension))

    page = text(support, at("mapping-compare"))
    assert "<code>deal.one</code>" in page
    assert "<code>deal.two</code>" in page
    assert "1 field is filled differently" in page
    assert "5 fields are filled differently" in text(support, at("mapping-compare"), **{"from": "0", "to": "1"})
    assert "Both fill every field alike" in text(support, at("mapping-compare"), **{"from": "2", "to": "2"})


@pytest.mark.parametrize("query", ["?from=x&to=y", "?from=99&to=-1", "?from=9999999999999999999", "?from=%00&page=x"])
def test_odd_addresses_are_taken_calmly(support, installation, query):
    two_versions(Owner(installation.extension))
    two_versions(Owner.of(installation))

    for address in (at("mapping-compare"), here("compare"), at("mapping-history"), at("mapping"), here()):
        assert support.get(address + query).status_code == 200


def test_going_back_makes_a_new_version(administrator, installation):
    two_versions(Owner(installation.extension))

    form = {"number": "1", "base": "2", "reason": "two was wrong"}
    answer = administrator.post(at("mapping-back"), form, follow=True)

    assert Mapping.objects.get(custom_id="deal_value").path == "deal.one"
    assert "Stored as version 3, which says what version 1 said." in answer.content.decode()
    assert Version.objects.get(number=3).went_back_to == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"reason": ""}, "Say why"),
        ({"number": "7"}, "There is no version 7"),
        ({"number": "x"}, "There is no version 0"),
        ({"base": "1"}, "Sam stored version 2 meanwhile"),
        ({"base": "\0"}, "Sam stored version 2 meanwhile"),
    ],
)
def test_going_back_is_refused_with_a_reason(administrator, installation, form, words):
    two_versions(Owner(installation.extension))

    sent = {"number": "1", "base": "2", "reason": "two was wrong"} | form
    answer = administrator.post(at("mapping-back"), sent, follow=True)

    assert words in answer.content.decode()
    assert Mapping.objects.get(custom_id="deal_value").path == "deal.two"


def test_a_version_with_a_field_that_is_gone_is_brought_back_without_it_by_a_file(administrator, installation):
    two_versions(Owner(installation.extension))
    BlueprintField.objects.filter(custom_id="deal_value").delete()

    answer = administrator.post(
        at("mapping-back"), {"number": "1", "base": "2", "reason": "two was wrong"}, follow=True
    )

    assert "download that version, take these rows out, and upload it" in answer.content.decode()
    assert Mapping.objects.get(custom_id="deal_value").path == "deal.two"


def test_an_installation_goes_back_too(onboarding, installation):
    two_versions(Owner.of(installation))

    onboarding.post(here("back"), {"number": "1", "base": "2", "reason": "two was wrong"})

    assert effective(installation)[PLACE].path == "deal.one"


# Files.


def sent(document: object) -> SimpleUploadedFile:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return SimpleUploadedFile("mapping.json", raw, "application/json")


def row(custom_id: str, path: str, **more: object) -> dict[str, object]:
    return {"template_type": "acme_deal", "custom_id": custom_id, "path": path, **more}


def test_a_mapping_is_downloaded_and_uploaded_again(administrator, installation):
    change(Owner(installation.extension), PLACE, Rule("deal.total", "number", {"decimals": 2}), WHY, base=0)

    answer = administrator.get(at("mapping-download"))
    document = json.loads(answer.content)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="mapping-acme_ledger-1.json"'
    assert document == {
        "extension": "acme_ledger",
        "version": 1,
        "mapping": as_document(Owner(installation.extension).rules()),
    }
    page = administrator.post(at("mapping-upload"), {"file": sent(document)}).content.decode()
    assert "The file says what is stored already" in page
    assert AuditEvent.objects.filter(verb="mapping.download").count() == 1


def test_an_earlier_version_is_downloaded(support, installation):
    two_versions(Owner(installation.extension))

    assert "deal.one" in text(support, at("mapping-download"), version="1")
    assert support.get(at("mapping-download"), {"version": "9"}).status_code == 404


# Not too deep for Python to read, but for whoever quotes it.
DEEP = b'{"mapping": [{"options": {"default": ' + b"[" * 900 + b"]" * 900 + b"}}]}"


def test_an_upload_is_seen_before_it_is_stored(administrator, installation):
    document = {"mapping": [row("deal_value", "deal.total", transform="number"), row("vat_exempt", "account.vat")]}

    answer = administrator.post(at("mapping-upload"), {"file": sent(document)})

    page = answer.content.decode()
    assert "add 0, change 2 and take out 3 rules" in page
    assert not Version.objects.exists()

    form = {"document": answer.context["document"], "base": "0", "reason": "the new product"}
    stored = administrator.post(at("mapping-store"), form, follow=True)

    assert "5 row(s) were added, changed or taken out." in stored.content.decode()
    assert {each.path for each in Mapping.objects.all()} == {"deal.total", "account.vat"}
    assert (Version.objects.get().how, Version.objects.get().reason) == ("file", "the new product")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "expected JSON"),
        (b"\xff", "expected text in UTF-8"),
        (b"[]", "expected an object"),
        (b"[" * 100_000, "nested too deeply"),
        (DEEP, "nested too deeply"),
        (b" " * 1_000_001, "larger than a page can carry"),
        ({"extension": "acme_other", "mapping": []}, "the file is the mapping of acme_other"),
        ({"name": "Acme"}, "lacks the key mapping"),
        ({"mapping": [row("nothing", "deal.x")]}, "no version of the blueprint has the field nothing"),
        ({"mapping": [row("deal_value", "a.b"), row("deal_value", "a.c")]}, "stands already"),
        ({"mapping": [row("deal_value", "a.b", transform="choice")]}, "“values” is missing"),
        ({"mapping": [row("deal_value", "a.b", options={"default": "\0"})]}, "cannot be shown"),
        ({"mapping": [row("\ud800", "a.b")]}, "cannot be shown"),
        ({"mapping": [row("deal_value", "a.b", options={"values": {"\ud800": 1}})]}, "expected text, found a number"),
        ({"mapping": [row(f"nothing_{each}", "a.b") for each in range(21)]}, "more mistakes than these 20"),
    ],
)
def test_an_upload_that_is_wrong_is_refused_place_by_place(administrator, installation, document, words):
    page = administrator.post(at("mapping-upload"), {"file": sent(document)}).content.decode()
    stored = administrator.post(
        at("mapping-store"),
        {"document": sent(document).read().decode(errors="replace"), "base": "0", "reason": "x"},
    )

    assert words in page
    assert "Nothing was stored." in page
    assert stored.status_code == 200
    assert not Version.objects.exists()
    assert Mapping.objects.count() == 5


def test_without_a_file_the_form_says_so(administrator, installation):
    assert "no file was chosen" in administrator.post(at("mapping-upload")).content.decode()


def test_an_upload_without_a_reason_keeps_the_preview(administrator, installation):
    form = {"document": json.dumps({"mapping": []}), "base": "0", "reason": ""}

    page = administrator.post(at("mapping-store"), form).content.decode()

    assert "Say why" in page
    assert "take out 5 rules" in page


def test_an_upload_over_somebody_elses_change_shows_the_difference_anew(administrator, installation):
    change(Owner(installation.extension), PLACE, Rule("deal.theirs"), Why(STAFF, "theirs"), base=0)
    document = json.dumps({"mapping": [row("deal_value", "deal.mine")]})

    answer = administrator.post(at("mapping-store"), {"document": document, "base": "0", "reason": "mine"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Sam stored version 1 meanwhile" in page
    assert "<code>deal.theirs</code>" in page
    assert 'value="mine"' in page
    assert 'name="base" value="1"' in page
    assert Mapping.objects.get(custom_id="deal_value").path == "deal.theirs"


def test_with_one_extension_the_room_opens_at_its_mapping_with_none_it_says_how(support):
    assert "No extension yet" in text(support, reverse("mappings-home"))
    make_extension()
    assert support.get(reverse("mappings-home")).url == at("mapping")
    make_extension("acme_other", name="Other")
    assert "Other" in text(support, reverse("mappings-home"))


# The export.


def exported(client, kind: str = "csv") -> str:
    answer = client.get(at("mapping-overrides", kind))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_every_override_is_exported_with_who_what_why_and_since_when(support, installation):
    gone = make_installation(oneflow_id=410002, name="=Gone AB", state="disconnected")
    other = make_installation(make_extension("acme_other", name="Other"), oneflow_id=410003)
    robin = Why(Actor(name="Robin", role="onboarding"), "their own number")
    change(Owner.of(installation), PLACE, Rule("a.b", "number", {"decimals": 2}, "Amount"), WHY, base=0)
    change(Owner.of(installation), PLACE, Rule("a.c"), robin, base=1)
    change(Owner.of(installation), ("acme_deal", "vat_exempt"), Rule(""), WHY, base=2)
    change(Owner.of(installation), ("acme_deal", "customer_number"), Rule("a.d"), WHY, base=3)
    change(Owner.of(installation), ("acme_deal", "customer_number"), None, WHY, base=4)
    change(Owner.of(other), PLACE, Rule("a.e"), WHY, base=0)
    Override.objects.create(installation=gone, extension_type="acme_deal", custom_id="deal_value", path="-1")

    rows = list(csv.DictReader(exported(support).splitlines()))
    objects = json.loads(exported(support, "json"))

    names = ("account_id", "state", "custom_id", "path", "left_empty", "by", "reason", "version")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("410001", "live", "deal_value", "a.c", "False", "Robin", "their own number", "2"),
        ("410001", "live", "vat_exempt", "", "True", "Sam", "because", "3"),
        ("410002", "disconnected", "deal_value", "'-1", "False", "", "", ""),
    ]
    assert rows[2]["account_name"] == "'=Gone AB"
    assert rows[0]["since"] == Version.objects.get(installation=installation, number=2).at.isoformat()
    assert rows[0]["extension_path"] == "deal.deal_value"
    assert objects[0]["options"] == {} and objects[2]["since"] is None
    assert [list(each) for each in objects] == [list(rows[0])] * 3
    kept = AuditEvent.objects.filter(verb="mapping.export_overrides").order_by("pk")
    assert [(each.subject_name, each.details) for each in kept] == [
        ("Acme Ledger", {"format": kind, "overrides": 3}) for kind in ("csv", "json")
    ]


def test_without_any_override_the_export_says_so_by_its_headings(support, installation):
    assert exported(support).splitlines()[0].startswith("account_id,account_name,state,")
    assert json.loads(exported(support, "json")) == []


@pytest.mark.parametrize("kind", ["xml", "CSV", "long"])
def test_another_kind_of_export_is_not_found(support, installation, kind):
    assert support.get(at("mapping-overrides", kind)).status_code == 404


def test_the_export_reads_a_few_hundred_accounts_at_a_time(support, installation, django_assert_num_queries):
    for number in range(1, 5):
        owner = Owner.of(make_installation(oneflow_id=number))
        change(owner, PLACE, Rule("a.b"), WHY, base=0)

    with django_assert_num_queries(
        5
    ):  # the extension's rules, the accounts, their overrides, who made them; no more accounts
        assert len(list(overriding.told(installation.extension))) == 4
    assert [each.override.installation.account.oneflow_id for each in overriding.told(installation.extension, 1)] == [
        *range(1, 5)
    ]


def test_the_table_leads_to_the_exports(support, installation):
    page = text(support, at("mapping"))

    assert at("mapping-overrides", "csv") in page and at("mapping-overrides", "json") in page
