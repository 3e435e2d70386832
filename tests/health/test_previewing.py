"""What installations would be by another version of the blueprint, without storing that anywhere."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken
from console.models import AuditEvent
from extensions.blueprints import drafting
from extensions.blueprints.models import Blueprint, BlueprintField, Extension
from extensions.health import ageing, previewing
from extensions.health.models import Finding, Flip, Issue, Outcome, Preview
from extensions.installations.models import Change, Installation, Part
from extensions.mappings import changing
from extensions.mappings.changing import Owner, Why
from extensions.mappings.effective import Rule
from extensions.mappings.models import Mapping
from tests.beside import begin_and_wait, with_locks
from tests.health.judged import AccountExtension, DataField, change, deal_webhook, stored
from tests.making import STAFF, make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db
WHY = Why(STAFF, "their own number")


def make_draft(extension, *, required: bool = True, version: int = 2) -> Blueprint:
    """A draft that asks for one field more than version 1."""
    draft = make_blueprint(extension, version)
    Blueprint.objects.filter(pk=draft.pk).update(state=Blueprint.State.DRAFT, released_at=None)
    draft.refresh_from_db()
    kind = draft.template_types.get(extension_type="acme_deal")
    kind.fields.create(custom_id="cost_centre", name="Cost centre", required=required)
    return draft


def preview_of(draft: Blueprint, **options) -> Preview:
    preview = previewing.start(draft, actor=STAFF, now=timezone.now())
    while previewing.go_on(timezone.now, **options):
        pass
    preview.refresh_from_db()
    return preview


def outcome_of(preview: Preview, installation: Installation) -> Outcome:
    return preview.outcomes.get(installation=installation)


def test_a_field_that_the_draft_asks_for_and_nobody_has_makes_them_newly_failing():
    one, other = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    draft = make_draft(one.extension)

    preview = preview_of(draft, batch=1)

    assert (preview.state, preview.done, preview.total) == ("done", 2, 2)
    assert preview.draft and preview.version == 2
    found = outcome_of(preview, one)
    assert (found.before, found.after, found.change) == ("healthy", "failing", "newly_failing")
    assert (found.codes, found.new_codes, found.types) == (" field.missing ", " field.missing ", " acme_deal ")
    assert found.templates == 1
    assert preview.summary["changes"] == {"newly_failing": 2}
    assert preview.summary["codes"] == preview.summary["new_codes"] == {"field.missing": 2}
    assert preview.summary["subjects"] == {"field.missing acme_deal/cost_centre": ["Cost centre", 2, 2]}
    assert outcome_of(preview, other).change == "newly_failing"


def test_nothing_but_the_preview_is_stored():
    one = make_installation()
    draft = make_draft(one.extension)
    before = Installation.objects.values().get()

    preview_of(draft)

    assert Installation.objects.values().get() == before
    assert not Finding.objects.exists() and not Issue.objects.exists()


@pytest.mark.parametrize(
    ("mode", "customer", "us", "costs"),
    [("extension", True, True, True), ("toolkit", False, True, False), ("development", False, True, False)],
)
def test_who_must_act_follows_the_mode(mode, customer, us, costs):
    one = make_installation(mode=mode)

    found = outcome_of(preview_of(make_draft(one.extension)), one)

    assert (found.by_customer, found.by_us, found.costs_token) == (customer, us, costs)


def test_what_is_optional_warns_and_what_was_wrong_already_is_the_same():
    fine, broken = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    change(deal_webhook(broken), legacy=True)
    stored(broken)

    preview = preview_of(make_draft(fine.extension, required=False))

    assert outcome_of(preview, fine).change == "newly_warning"
    found = outcome_of(preview, broken)
    assert (found.change, found.causes, found.new_causes) == ("same", 2, 1)
    assert found.new_codes == " field.missing "


def test_what_the_draft_no_longer_asks_for_makes_better():
    one = make_installation()
    DataField.objects.filter(installation=one, custom_id="customer_number").update(missing_since=timezone.now())
    stored(one)
    draft = make_blueprint(one.extension, 2)
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="customer_number").delete()
    Mapping.objects.filter(custom_id="customer_number").delete()

    found = outcome_of(preview_of(draft), one)

    assert (found.before, found.after, found.change) == ("failing", "healthy", "better")


def test_a_refused_token_is_unknown_and_no_fault_of_the_draft():
    one = make_installation()
    ApiToken.objects.update(state=ApiToken.State.REJECTED, rejected_since=timezone.now())
    Part.objects.update(unread_reason="invalid_token", unread_since=timezone.now())
    stored(Installation.objects.get())

    found = outcome_of(preview_of(make_draft(one.extension)), one)

    assert (found.after, found.change, found.obstacle, found.codes) == ("unknown", "unknown", "token.rejected", "")


def test_a_disabled_extension_explains_what_is_missing():
    one = make_installation()
    AccountExtension.objects.filter(extension_type="acme_ledger").update(enabled=False)

    found = outcome_of(preview_of(make_draft(one.extension)), one)

    assert (found.after, found.obstacle, found.codes) == ("unknown", "extension.disabled", "")


def test_what_is_too_old_or_was_not_read_is_unknown():
    old = make_installation(oneflow_id=1, fresh_until=timezone.now() - timedelta(seconds=1))
    half = make_installation(oneflow_id=2)
    Part.objects.filter(installation=half, name__startswith="fields/").update(unread_reason="server_error")
    draft = make_draft(old.extension)

    preview = preview_of(draft)

    assert (outcome_of(preview, old).change, outcome_of(preview, old).obstacle) == ("unknown", "refresh.stale")
    assert (outcome_of(preview, half).change, outcome_of(preview, half).obstacle) == ("unknown", "")


def test_disconnected_ones_and_those_of_another_extension_are_left_out():
    one = make_installation(oneflow_id=1)
    make_installation(oneflow_id=2, state="disconnected")
    make_installation(make_extension("acme_other", name="Other"), oneflow_id=3)

    assert preview_of(make_draft(one.extension)).total == 1
    assert Outcome.objects.count() == 1


def test_a_draft_changed_meanwhile_ends_the_preview():
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    draft = make_draft(one.extension)
    preview = previewing.start(draft, actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1, seconds=0)
    BlueprintField.objects.filter(custom_id="cost_centre").update(required=False)

    previewing.go_on(timezone.now, batch=1)

    preview.refresh_from_db()
    assert (preview.state, preview.done) == ("outdated", 1)


def test_a_draft_deleted_meanwhile_ends_the_preview_and_keeps_what_it_found():
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    draft = make_draft(one.extension)
    preview = previewing.start(draft, actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1, seconds=0)
    draft.delete()

    assert previewing.go_on(timezone.now, batch=1) is False

    preview.refresh_from_db()
    assert (preview.state, preview.done, preview.version) == ("outdated", 1, 2)
    assert not ageing.is_current(preview)


def test_a_preview_is_current_until_version_or_mappings_or_callbacks_change():
    one = make_installation()
    draft = make_draft(one.extension)
    preview = preview_of(draft)
    assert ageing.is_current(preview) and not ageing.since(preview)

    draft.template_types.get(extension_type="acme_deal").fields.filter(custom_id="cost_centre").update(name="Centre")
    assert not ageing.is_current(preview) and ageing.since(preview).said_otherwise

    preview = preview_of(draft)
    Mapping.objects.create(
        extension=one.extension, extension_type="acme_deal", custom_id="cost_centre", path="deal.centre"
    )
    assert not ageing.is_current(preview)

    preview = preview_of(draft)
    Extension.objects.update(callback_urls=["https://elsewhere.example/"])
    assert not ageing.is_current(Preview.objects.get(pk=preview.pk))


def test_an_override_that_was_changed_since_makes_a_preview_out_of_date_and_does_not_end_a_running_one():
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    stranger = make_installation(make_extension("acme_other", name="Other"), oneflow_id=3)
    draft = make_draft(one.extension)
    changing.change(Owner.of(one), ("acme_deal", "deal_value"), Rule("deal.early"), WHY, base=0)
    preview = previewing.start(draft, actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1, seconds=0)
    changing.change(Owner.of(stranger), ("acme_deal", "deal_value"), Rule("deal.other"), WHY, base=0)
    assert not ageing.since(preview).overridden

    changing.change(Owner.of(one), ("acme_deal", "deal_value"), Rule(""), WHY, base=1)
    previewing.go_on(timezone.now, batch=1)

    preview.refresh_from_db()
    assert (preview.state, preview.done) == ("done", 2)
    assert ageing.since(preview).overridden and not ageing.since(preview).said_otherwise


def test_an_override_is_changed_though_an_account_that_had_one_is_gone_altogether():
    one, other = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    changing.change(Owner.of(one), ("acme_deal", "deal_value"), Rule("deal.early"), WHY, base=0)
    preview = preview_of(make_draft(one.extension))

    one.delete()
    assert not ageing.since(preview).overridden

    changing.change(Owner.of(other), ("acme_deal", "deal_value"), Rule("deal.late"), WHY, base=0)
    assert ageing.since(preview).overridden


def test_what_a_preview_from_before_an_upgrade_did_not_note_is_not_said_to_have_changed():
    one = make_installation()
    preview = preview_of(make_draft(one.extension))
    Outcome.objects.update(mode="", blueprint=None)

    assert not ageing.since(preview)

    Flip.objects.create(installation=one, at=timezone.now(), before="healthy", after="unknown")
    assert (ageing.since(preview).moved, ageing.since(preview).found) == (0, 1)


def test_accounts_that_are_not_what_they_were_are_counted():
    moved, gone, found, refused, toolkit = (make_installation(oneflow_id=number) for number in range(1, 6))
    preview = preview_of(make_draft(moved.extension))

    Installation.objects.filter(pk=moved.pk).update(blueprint=make_blueprint(moved.extension, 3))
    Installation.objects.filter(pk=toolkit.pk).update(mode=Installation.Mode.TOOLKIT)
    Installation.objects.filter(pk=gone.pk).update(state=Installation.State.DISCONNECTED)
    for number in (6, 7):
        make_installation(oneflow_id=number)
    noted = {"installation": found, "kind": Change.Kind.CHANGED, "subject_kind": "webhook", "subject_id": "1"}
    for at in (timezone.now(), timezone.now(), preview.started_at - timedelta(days=1)):
        Change.objects.create(at=at, **noted)
    for each in (refused, moved):
        Flip.objects.create(installation=each, at=timezone.now(), before="healthy", after="unknown")

    since = ageing.since(preview)

    assert (since.moved, since.gone, since.joined, since.found) == (2, 1, 2, 2)
    assert since and not since.said_otherwise and not since.overridden


def test_of_a_stopped_preview_those_it_never_came_to_are_not_new():
    one, other = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    preview = previewing.start(make_draft(one.extension), actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1, seconds=0)
    previewing.stop(preview, actor=STAFF, now=timezone.now())
    Installation.objects.filter(pk=other.pk).update(blueprint=None)
    preview.refresh_from_db()
    assert not ageing.since(preview)

    Installation.objects.filter(pk=one.pk).update(blueprint=None)

    assert ageing.since(preview).moved == 1


def test_a_stopped_preview_keeps_what_it_has_and_goes_no_further():
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    preview = previewing.start(make_draft(one.extension), actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1, seconds=0)

    assert previewing.stop(preview, actor=STAFF, now=timezone.now())
    assert not previewing.stop(preview, actor=STAFF, now=timezone.now())
    previewing.go_on(timezone.now, batch=1)

    preview.refresh_from_db()
    assert (preview.state, preview.done, Outcome.objects.count()) == ("stopped", 1, 1)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["preview.start", "preview.stop"]


def test_one_preview_of_a_version_runs_at_a_time():
    draft = make_draft(make_installation().extension)
    previewing.start(draft, actor=STAFF, now=timezone.now())

    with pytest.raises(previewing.Refused, match="running already"):
        previewing.start(draft, actor=STAFF, now=timezone.now())


@with_locks
@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_a_preview_at_once_the_second_is_told():
    draft = make_draft(make_extension())

    def start() -> Preview:
        return previewing.start(draft, actor=STAFF, now=timezone.now())

    with transaction.atomic():
        start()
        second = begin_and_wait(start)

    with pytest.raises(previewing.Refused, match="running already"):
        second.result(10)
    assert Preview.objects.count() == 1


@with_locks
@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_discarded_at_that_moment_is_not_previewed():
    draft = make_draft(make_extension())

    with transaction.atomic():
        drafting.discard(draft, actor=STAFF)
        started = begin_and_wait(lambda: previewing.start(draft, actor=STAFF, now=timezone.now()))

    with pytest.raises(previewing.Refused, match="was discarded meanwhile"):
        started.result(10)


def test_a_killed_worker_s_preview_goes_on_when_its_lease_has_ended_and_judges_each_once():
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    preview = previewing.start(make_draft(one.extension), actor=STAFF, now=timezone.now())
    now = timezone.now()
    previewing.go_on(lambda: now, batch=1, seconds=0)
    Preview.objects.update(lease_until=now + previewing.LEASE)  # its worker was killed here

    assert previewing.go_on(lambda: now, batch=1) is False
    assert Outcome.objects.count() == 1
    previewing.go_on(lambda: now + previewing.LEASE, batch=1)

    preview.refresh_from_db()
    assert (preview.state, preview.done, Outcome.objects.count()) == ("done", 2, 2)


def test_a_worker_slower_than_its_lease_stores_nothing_twice(monkeypatch):
    one, _ = make_installation(oneflow_id=1), make_installation(oneflow_id=2)
    preview = previewing.start(make_draft(one.extension), actor=STAFF, now=timezone.now())
    judged = previewing._judge

    def slowly(*args):
        monkeypatch.setattr(previewing, "_judge", judged)
        found = judged(*args)
        previewing.go_on(lambda: timezone.now() + 2 * previewing.LEASE)  # another worker, meanwhile
        return found

    monkeypatch.setattr(previewing, "_judge", slowly)
    previewing.go_on(timezone.now)

    preview.refresh_from_db()
    assert (preview.state, preview.done, Outcome.objects.count()) == ("done", 2, 2)
    assert preview.summary["changes"] == {"newly_failing": 2}


def test_a_batch_costs_the_same_for_two_and_for_ten():
    def statements() -> int:
        preview = previewing.start(draft, actor=STAFF, now=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            previewing._judge_next(preview, timezone.now(), 500)
        previewing.stop(preview, actor=STAFF, now=timezone.now())
        return len(captured)

    one = make_installation(oneflow_id=1)
    draft = make_draft(one.extension)
    make_installation(oneflow_id=2)
    few = statements()
    for number in range(3, 11):
        make_installation(oneflow_id=number)

    assert statements() == few
