"""The pages of release previews."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console import tasks
from console.models import AuditEvent, Heartbeat
from console.pruning import prune
from extensions.blueprints.models import Blueprint, BlueprintField
from extensions.blueprints.releasing import release
from extensions.health import previewing
from extensions.health.models import Outcome, Preview
from extensions.installations.models import Contract, Installation, TemplateType
from extensions.mappings import changing
from extensions.mappings.effective import Rule
from tests import making
from tests.console.staff import as_role, words
from tests.health.judged import change, deal_field, stored
from tests.health.test_previewing import make_draft, preview_of

pytestmark = pytest.mark.django_db
LIST = reverse("previews")


def page_of(preview: Preview, name: str = "preview") -> str:
    return reverse(name, args=[preview.pk])


@pytest.fixture
def draft(db) -> Blueprint:
    """A draft that asks three accounts, each of another mode, for a field that they lack."""
    extension = making.make_extension()
    for number, mode in enumerate(("extension", "toolkit", "development"), start=1):
        making.make_installation(extension, oneflow_id=number, name=f"Customer {mode}", mode=mode)
    return make_draft(extension)


def test_an_administrator_starts_one_and_a_worker_carries_it_out(draft):
    client = as_role("administrator")
    assert "No preview yet" in words(client.get(LIST))

    answer = client.post(reverse("preview-start"), {"blueprint": draft.pk})
    preview = Preview.objects.get()

    assert answer.headers["Location"] == page_of(preview)
    assert "0 of 3 accounts judged" in words(client.get(page_of(preview)))
    assert "0 of 3 accounts judged" in words(client.get(page_of(preview, "preview-progress")))
    tasks.go_on_with_previews()
    assert client.get(page_of(preview, "preview-progress")).headers["HX-Refresh"] == "true"
    page = words(client.get(page_of(preview)))
    assert "newly failing 3" in page
    assert "A data field of ours is missing" in page
    assert "costs the token" in page
    assert "3 active templates</a> and" in page and "0 known contracts</a>" in page
    assert "acme_deal/cost_centre" in page
    assert AuditEvent.objects.get(verb="preview.start").details == {"version": 2}
    assert "Acme Ledger 2" in words(client.get(LIST))


def test_a_list_is_narrowed_and_exported_as_it_is_shown(draft):
    preview = preview_of(draft)
    client = as_role("support")

    costly = client.get(f"{page_of(preview)}?who=token")
    assert [row.installation.mode for row in costly.context["rows"]] == ["extension"]
    assert len(client.get(f"{page_of(preview)}?code=field.missing&change=newly_failing").context["rows"]) == 3
    assert len(client.get(f"{page_of(preview)}?change=better").context["rows"]) == 0
    file = b"".join(client.get(f"{page_of(preview, 'preview-export')}?who=token").streaming_content).decode("utf-8-sig")

    lines = list(csv.DictReader(file.splitlines()))
    assert [(each["account_id"], each["change"], each["costs_token"]) for each in lines] == [
        ("1", "newly_failing", "True")
    ]
    assert AuditEvent.objects.get(verb="preview.export").details == {"rows": 1}


def test_what_is_wrong_beside_what_cannot_be_told_is_named(draft):
    preview = preview_of(draft)
    told = preview.outcomes.get(installation__account__oneflow_id=1)
    assert told.codes
    Outcome.objects.filter(pk=told.pk).update(obstacle="dependency.disabled", codes=" field.missing webhook.deaf ")

    page = words(as_role("support").get(page_of(preview)))

    row = page.split("Customer extension")[1].split("Who acts")[0]
    assert "field.missing</code>" in row and "webhook.deaf</code>" in row and "1 new" in row
    assert "the rest not told while" in row.replace('<span class="quiet">', "") and "dependency.disabled" in row
    assert "an account that cannot be told is not counted" in page


@pytest.mark.parametrize("query", ["change=nonsense", "code=%00", "who=%00", "page=x", "change=" + "9" * 500])
def test_odd_addresses_show_everything(draft, query):
    preview = preview_of(draft)

    answer = as_role("support").get(f"{page_of(preview)}?{query}")

    assert answer.status_code == 200 and len(answer.context["rows"]) == 3


@pytest.mark.parametrize("number", [0, 99, 2**63, 10**40])
def test_a_preview_that_is_not_there(draft, number):
    client = as_role("support")

    for name in ("preview", "preview-progress", "preview-export", "preview-templates", "preview-contracts"):
        assert client.get(reverse(name, args=[number])).status_code == 404


@pytest.mark.parametrize("value", ["", "x", "0", "\0", "9" * 30, "٣"])
def test_a_version_that_is_not_there_is_refused_with_a_way_on(draft, value):
    client = as_role("administrator")

    answer = client.post(reverse("preview-start"), {"blueprint": value}, follow=True)

    assert "no such version" in words(answer)
    assert not Preview.objects.exists()
    assert AuditEvent.objects.get(verb="preview.start").outcome == "refused"


def test_a_second_one_of_the_same_version_is_refused_while_the_first_runs(draft):
    client = as_role("administrator")
    client.post(reverse("preview-start"), {"blueprint": draft.pk})

    assert "running already" in words(client.post(reverse("preview-start"), {"blueprint": draft.pk}, follow=True))


def test_stopping_it_twice_says_so(draft):
    client = as_role("administrator")
    preview = previewing.start(draft, actor=making.STAFF, now=timezone.now())

    assert "is stopped" in words(client.post(page_of(preview, "preview-stop"), follow=True))
    assert "over already" in words(client.post(page_of(preview, "preview-stop"), follow=True))


def test_one_whose_version_was_changed_since_says_so(draft):
    preview = preview_of(draft)
    client = as_role("support")
    assert "Out of date" not in words(client.get(page_of(preview)))

    draft.template_types.first().fields.all().delete()
    page = words(client.get(page_of(preview)))
    assert "Out of date" in page and "The version, the mapping or the extension’s settings were changed" in page

    draft.delete()
    page = words(client.get(page_of(preview)))
    assert "was deleted since" in page and "newly failing 3" in page
    assert client.get(reverse("preview-account", args=[preview.pk, 1])).status_code == 404


def test_one_whose_accounts_are_not_what_they_were_says_so_and_how_many(draft):
    preview = preview_of(draft)
    one, other, third = Installation.objects.order_by("pk")
    place, why = ("acme_deal", "deal_value"), changing.Why(making.STAFF, "their own number")
    client = as_role("support")

    changing.change(changing.Owner.of(one), place, Rule(""), why, base=0)
    assert "Overrides of the mapping were changed in accounts" in words(client.get(page_of(preview)))

    Installation.objects.filter(pk=other.pk).update(blueprint=None)
    Installation.objects.filter(pk=third.pk).update(state=Installation.State.DISCONNECTED)
    making.make_installation(draft.extension, oneflow_id=4)
    page = words(client.get(page_of(preview)))
    assert "1 account was given another version" in page
    assert "1 account was disconnected" in page and "1 account was connected" in page
    file = b"".join(client.get(page_of(preview, "preview-export")).streaming_content).decode("utf-8-sig")
    assert {row["blueprint_now"] for row in csv.DictReader(file.splitlines())} == {"1"}


def test_an_account_s_to_do_follows_its_mode(draft):
    preview = preview_of(draft)
    client = as_role("support")

    extension = words(client.get(reverse("preview-account", args=[preview.pk, 1])))
    toolkit = words(client.get(reverse("preview-account", args=[preview.pk, 2])))

    assert "which costs the token" in extension
    assert "the installation&#x27;s page: Relink" in extension and "this page" not in extension
    assert "costs the token" not in toolkit
    assert "PUT /template_types/{id}/data_fields" in toolkit


def test_a_preview_says_what_would_be_and_hands_out_no_letter(draft):
    page = words(as_role("support").get(reverse("preview-account", args=[preview_of(draft).pk, 1])))

    assert "This is what would be wrong by version 2; what is wrong today" in page
    assert "<dt>Would be</dt>" in page and "<dt>Verdict</dt>" not in page
    assert "Hej Customer" not in page and "Text for the customer" not in page
    assert "Texts for the customer come with the rollout, once Oneflow was given version 2." in page


def test_a_changed_field_is_not_answered_by_going_back_to_the_other_version(draft):
    field = draft.template_types.get(extension_type="acme_deal").fields.get(custom_id="deal_value")
    BlueprintField.objects.filter(pk=field.pk).update(name="Worth")

    page = words(as_role("support").get(reverse("preview-account", args=[preview_of(draft).pk, 1])))

    assert "differs from the blueprint: name" in page
    assert "set that under the facts" not in page
    assert "The account keeps what it has until the extension is enabled anew" in page


def test_a_repair_is_offered_for_what_is_wrong_by_the_account_s_own_version_too(draft):
    preview, client = preview_of(draft), as_role("support")
    installation = Installation.objects.get(account__oneflow_id=2)
    repair = reverse("installation-repair", args=[2, "acme_ledger"])

    before = words(client.get(reverse("preview-account", args=[preview.pk, 2])))
    change(deal_field(installation), active=False)
    stored(installation)
    after = words(client.get(reverse("preview-account", args=[preview.pk, 2])))

    later = "It is offered there once the account is on this version and was refreshed."
    assert before.count("the installation&#x27;s page: Repair…") == 1 and before.count(later) == 1
    assert repair not in before
    assert after.count("the installation&#x27;s page: Repair…") == 2 and after.count(later) == 1
    assert after.count(f'<a class="button" href="{repair}">Repair…</a>') == 1
    assert repair not in words(as_role("auditor").get(reverse("preview-account", args=[preview.pk, 2])))


@pytest.mark.parametrize("oneflow_id", [0, 999, 2**63, 10**30])
def test_an_account_that_has_no_installation(draft, oneflow_id):
    preview = preview_of(draft)

    assert as_role("support").get(reverse("preview-account", args=[preview.pk, oneflow_id])).status_code == 404


def test_templates_and_known_contracts_of_the_affected_types(draft):
    deal = TemplateType.objects.get(installation__account__oneflow_id=1, extension_type="acme_deal")
    facts = {"template_type_oneflow_id": deal.oneflow_id}
    for number in (7, 8):
        Contract.saw(deal.installation, number, timezone.now(), how=Contract.How.LOOKED_AT, **facts)
    Contract.missed(deal.installation, 8, timezone.now())
    TemplateType.objects.filter(installation__account__oneflow_id=2, extension_type="acme_deal").update(
        extension_type="", confirmed_role="acme_deal"
    )
    preview = preview_of(draft)
    client = as_role("support")

    found = client.get(page_of(preview, "preview-templates"))
    file = b"".join(client.get(page_of(preview, "preview-templates-export")).streaming_content).decode("utf-8-sig")

    assert {row.name for row in found.context["rows"]} == {"Deal template"}
    assert len(found.context["rows"]) == 3
    assert len(file.splitlines()) == 4
    assert "1 known contract</a>" in words(client.get(page_of(preview)))
    assert client.get(f"{page_of(preview, 'preview-templates')}?type=%00").status_code == 200


def test_the_known_contracts_of_the_affected_types_are_listed_and_exported(draft):
    deal, other = TemplateType.objects.filter(installation__account__oneflow_id=1).order_by("extension_type")
    assert (deal.extension_type, other.extension_type) == ("acme_deal", "acme_engagement")
    now = timezone.now()
    for number, kind in ((7, deal), (8, deal), (9, other)):
        facts = {"template_type_oneflow_id": kind.oneflow_id, "state": "signed"}
        Contract.saw(deal.installation, number, now, how=Contract.How.LOOKED_AT, **facts)
    Contract.missed(deal.installation, 8, now)
    preview = preview_of(draft)
    client = as_role("auditor")

    def listed(query: str = "") -> set[int]:
        return {row.oneflow_id for row in client.get(page_of(preview, "preview-contracts") + query).context["rows"]}

    assert listed() == listed("?type=acme_deal") == listed("?type=%00") == {7}
    file = b"".join(client.get(page_of(preview, "preview-contracts-export")).streaming_content).decode("utf-8-sig")
    [line] = csv.DictReader(file.splitlines())
    assert (line["account_id"], line["contract_id"], line["state"]) == ("1", "7", "signed")
    assert line["template_type_id"] == str(deal.oneflow_id)
    assert AuditEvent.objects.get(verb="preview.export").details == {"contracts": 1}


def test_the_page_needs_few_queries_and_bytes_however_many_there_are(draft):
    for number in range(10, 150):
        making.make_installation(draft.extension, oneflow_id=number, name=f"Customer {number} of a rather long name AB")
    Heartbeat.beat("worker", timezone.now())
    preview = preview_of(draft)
    client = as_role("support")
    client.get(page_of(preview))

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(page_of(preview))

    assert len(answer.context["rows"]) == 100
    assert len(asked) <= 11, "\n".join(each["sql"][:60] + each["sql"][-90:] for each in asked)
    assert len(answer.content) <= 150_000


def test_old_previews_are_deleted_with_what_they_hold(draft, settings):
    preview_of(draft)
    settings.KEEP_PREVIEWS_DAYS = 0

    prune(timezone.now())

    assert not Preview.objects.exists() and not Outcome.objects.exists()


def test_the_latest_preview_of_the_newest_released_version_is_kept(draft, settings):
    settings.KEEP_PREVIEWS_DAYS = 0
    _, latest = preview_of(draft), preview_of(draft)
    stopped = previewing.start(draft, actor=making.STAFF, now=timezone.now())
    previewing.stop(stopped, actor=making.STAFF, now=timezone.now())
    running = previewing.start(draft.extension.blueprints.get(version=1), actor=making.STAFF, now=timezone.now())
    release(draft, actor=making.STAFF, now=timezone.now(), notes="One more field.")

    prune(timezone.now())

    assert set(Preview.objects.values_list("pk", flat=True)) == {latest.pk, running.pk}
    assert latest.outcomes.count() == 3
    making.make_blueprint(draft.extension, 3)
    prune(timezone.now())
    assert set(Preview.objects.values_list("pk", flat=True)) == {running.pk}
