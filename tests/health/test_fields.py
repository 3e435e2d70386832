import pytest

from extensions.installations.models import Installation
from tests.health.judged import BlueprintField, DataField, causes, change, codes, deal, deal_field, judged, the
from tests.making import make_blueprint


def user_field(installation, name, custom_id="own", **values):
    row = deal_field(installation)
    return DataField.objects.create(
        **{
            "installation": installation,
            "template_type_oneflow_id": row.template_type_oneflow_id,
            "oneflow_id": row.oneflow_id + 700,
            "custom_id": custom_id,
            "name": name,
            "active": True,
            "source": "user",
            "seen_at": row.seen_at,
            **values,
        }
    )


@pytest.mark.parametrize(("custom_id", "verdict"), [("deal_value", "failing"), ("vat_exempt", "warning")])
def test_a_missing_field_fails_only_where_it_is_required(installation, custom_id, verdict):
    change(deal_field(installation, custom_id), missing_since=installation.refreshed_at)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == (verdict, ["field.missing"])
    assert the(judgement, "field.missing").subject == f"acme_deal/{custom_id}"


def test_a_field_of_that_custom_id_in_another_type_does_not_stand_in(installation):
    change(deal_field(installation), template_type_oneflow_id=deal(installation).oneflow_id + 10)

    assert the(judged(installation), "field.missing").subject == "acme_deal/deal_value"


def test_a_field_that_returned_is_not_missing(installation):
    row = deal_field(installation)
    DataField.objects.create(
        installation=installation,
        template_type_oneflow_id=row.template_type_oneflow_id,
        oneflow_id=row.oneflow_id + 700,
        custom_id=row.custom_id,
        name=row.name,
        active=True,
        source="system",
        seen_at=row.seen_at,
    )
    change(row, missing_since=installation.refreshed_at)

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize(("custom_id", "verdict"), [("deal_value", "failing"), ("vat_exempt", "warning")])
def test_a_field_that_is_off_fails_only_where_it_is_required(installation, custom_id, verdict):
    change(deal_field(installation, custom_id), active=False)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == (verdict, ["field.inactive"])


def test_a_field_of_the_accounts_own_may_be_off(installation):
    user_field(installation, "Own", active=False)

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize("attribute", ["name", "description", "placeholder"])
def test_a_field_that_differs_says_what_and_how(installation, attribute):
    BlueprintField.objects.filter(custom_id="deal_value").update(**{attribute: "As released"})
    change(deal_field(installation), **{attribute: "As it is here"})

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["field.changed"])
    differs = the(judgement, "field.changed").evidence["differs"]
    assert differs == {attribute: {"before": "As released", "after": "As it is here"}}


def test_of_a_long_text_the_evidence_keeps_the_beginning(installation):
    BlueprintField.objects.filter(custom_id="deal_value").update(description="a" * 100_000 + "b")
    change(deal_field(installation), description="a" * 100_000)

    differs = the(judged(installation), "field.changed").evidence["differs"]["description"]

    assert differs["before"] == differs["after"]
    assert len(differs["before"]) < 500 and differs["before"].endswith("…")


def test_spaces_around_a_name_are_no_difference(installation):
    change(deal_field(installation), name=" Deal value ")

    assert judged(installation).verdict == "healthy"


def test_a_field_is_compared_with_its_own_version_of_the_blueprint(installation):
    newer = make_blueprint(installation.extension, 2)
    BlueprintField.objects.filter(template_type__blueprint=newer).update(name="Renamed later")

    assert judged(installation).verdict == "healthy"


def test_a_users_field_of_our_name_shadows_ours_whatever_its_case_and_spaces(installation):
    user_field(installation, "deal  VALUE")

    judgement = judged(installation)

    finding = the(judgement, "field.shadowed")
    assert (judgement.verdict, finding.subject, finding.evidence["shadows"]) == (
        "warning",
        "acme_deal/deal_value",
        ["own"],
    )


def test_a_users_field_shadows_ours_by_the_name_that_ours_bears_here(installation):
    change(deal_field(installation), name="Value of the deal")
    user_field(installation, "value of the DEAL")

    judgement = judged(installation)

    assert causes(judgement) == ["field.changed", "field.shadowed"]
    assert the(judgement, "field.shadowed").subject == "acme_deal/deal_value"


@pytest.mark.parametrize(
    "values",
    [{"name": "Deal value 2"}, {"active": False}, {"source": "system"}, {"template_type_oneflow_id": 1}],
)
def test_a_field_that_nearly_shadows_ours_does_not(installation, values):
    user_field(installation, **{"name": "Deal value", **values})

    assert "field.shadowed" not in codes(judged(installation))


def test_fields_made_through_the_api_are_ours_by_their_custom_id(installation):
    installation.mode = Installation.Mode.TOOLKIT
    DataField.objects.filter(installation=installation).update(source="user")

    assert judged(installation).verdict == "healthy"
