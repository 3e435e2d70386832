from extensions.installations.models import UsableTemplate
from tests.health.judged import (
    Template,
    TemplateType,
    causes,
    change,
    codes,
    deal,
    deal_field,
    judged,
    stored,
    the,
)


def test_a_type_of_the_blueprint_that_is_not_there_is_missing_since_it_went(installation):
    row = change(deal(installation), missing_since=installation.refreshed_at)

    judgement = judged(installation)

    assert causes(judgement) == ["template_type.missing"]
    finding = the(judgement, "template_type.missing")
    assert (finding.subject, finding.subject_name, finding.since) == ("acme_deal", "Deal", row.missing_since)


def test_a_type_matched_by_its_name_is_not_missing(installation):
    change(deal(installation), extension_type="")

    assert judged(installation).verdict == "healthy"


def test_a_type_of_another_extension_with_our_name_is_not_ours(installation):
    change(deal(installation), extension_type="hubspot")

    assert "template_type.missing" in causes(judged(installation))


def test_what_was_known_of_a_type_that_went_is_unknown_and_follows_from_its_loss(installation):
    change(deal_field(installation), active=False)
    stored(installation)
    change(deal(installation), missing_since=installation.refreshed_at)

    judgement = judged(installation)

    field = the(judgement, "field.inactive")
    assert causes(judgement) == ["template_type.missing"]
    assert (field.explained_by, field.verdict) == ("template_type.missing", "unknown")


def test_an_inactive_type_fails(installation):
    change(deal(installation), active=False)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["template_type.inactive"])


def test_an_inactive_type_beside_an_active_one_of_the_same_kind_does_not_count(installation):
    old = deal(installation)
    TemplateType.objects.create(
        installation=installation,
        oneflow_id=old.oneflow_id - 5,
        name="Deal",
        active=False,
        extension_type="acme_deal",
        seen_at=old.seen_at,
    )

    assert judged(installation).verdict == "healthy"


def test_a_type_without_an_active_template_is_a_warning_while_another_has_one(installation):
    Template.objects.filter(template_type_oneflow_id=deal(installation).oneflow_id).update(active=False)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["template_type.unused"])


def test_types_without_any_active_template_fail_and_explain_that_nothing_can_be_used(installation):
    Template.objects.update(active=False)
    UsableTemplate.objects.all().delete()

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["template_type.unused"])
    assert the(judgement, "workspace.none").explained_by == "template_type.unused"


def test_a_type_with_one_active_template_among_inactive_ones_is_used(installation):
    row = Template.objects.get(template_type_oneflow_id=deal(installation).oneflow_id)
    Template.objects.create(
        installation=installation,
        oneflow_id=row.oneflow_id + 500,
        name="Old",
        active=False,
        template_type_oneflow_id=row.template_type_oneflow_id,
        seen_at=row.seen_at,
    )

    assert judged(installation).verdict == "healthy"


def test_an_inactive_unused_type_is_one_cause(installation):
    change(deal(installation), active=False)
    Template.objects.filter(template_type_oneflow_id=deal(installation).oneflow_id).update(active=False)

    judgement = judged(installation)

    assert causes(judgement) == ["template_type.inactive"]
    assert the(judgement, "template_type.unused").explained_by == "template_type.inactive"


def test_without_a_blueprint_to_compare_with_nothing_is_called_healthy(installation):
    installation.blueprint = None

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("unknown", set())
