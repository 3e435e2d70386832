import pytest

from extensions.blueprints.models import BlueprintField
from extensions.mappings.models import Override
from tests.health.judged import DataField, Mapping, causes, change, codes, deal_field, judged, the
from tests.making import make_blueprint, make_installation


def map_field(installation, custom_id, extension_type="acme_deal"):
    return Mapping.objects.create(
        extension=installation.extension, extension_type=extension_type, custom_id=custom_id, path="deal.more"
    )


@pytest.mark.parametrize(("custom_id", "verdict"), [("deal_value", "failing"), ("vat_exempt", "warning")])
def test_an_active_field_that_nothing_fills_is_incomplete(installation, custom_id, verdict):
    Mapping.objects.filter(custom_id=custom_id).delete()

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == (verdict, ["mapping.incomplete"])
    assert the(judgement, "mapping.incomplete").evidence["lacks"] == "mapping"


def test_a_field_that_is_off_needs_no_mapping(installation):
    Mapping.objects.filter(custom_id="deal_value").delete()
    change(deal_field(installation), active=False)

    assert codes(judged(installation)) == {"field.inactive"}


@pytest.mark.parametrize("loss", [{"active": False}, {"missing_since": "2026-01-01T00:00:00Z"}])
def test_a_mapping_of_a_field_that_is_lost_follows_from_the_loss(installation, loss):
    change(deal_field(installation), **loss)

    judgement = judged(installation)

    [cause] = causes(judgement)
    assert cause in ("field.inactive", "field.missing")
    assert the(judgement, "mapping.incomplete").explained_by == cause


@pytest.mark.parametrize("extension_type", ["acme_deal", "acme_no_such_type"])
def test_a_mapping_that_points_at_nothing_is_a_warning(installation, extension_type):
    map_field(installation, "misspelt", extension_type)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["mapping.incomplete"])
    assert the(judgement, "mapping.incomplete").subject == f"{extension_type}/misspelt"


def test_a_mapping_may_fill_a_field_that_the_account_made_itself(installation):
    row = deal_field(installation)
    DataField.objects.create(
        installation=installation,
        template_type_oneflow_id=row.template_type_oneflow_id,
        oneflow_id=row.oneflow_id + 700,
        custom_id="their_own",
        name="Their own",
        active=True,
        source="user",
        seen_at=row.seen_at,
    )
    map_field(installation, "their_own")

    assert judged(installation).verdict == "healthy"


def test_a_mapping_for_another_version_of_the_blueprint_is_no_fault_of_this_one(installation):
    newer = make_blueprint(installation.extension, 2).template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=newer, custom_id="added_later", name="Added later")
    map_field(installation, "added_later")

    assert judged(installation).verdict == "healthy"


def test_a_mapping_without_a_path_fills_nothing(installation):
    Mapping.objects.filter(custom_id="vat_exempt").update(path=" ")

    assert causes(judged(installation)) == ["mapping.incomplete"]


def override(installation, custom_id, path="", extension_type="acme_deal"):
    return Override.objects.create(
        installation=installation, extension_type=extension_type, custom_id=custom_id, path=path
    )


def test_an_override_fills_what_the_extension_does_not(installation):
    Mapping.objects.filter(custom_id="deal_value").delete()
    override(installation, "deal_value", "deal.own")

    assert judged(installation).verdict == "healthy"


def test_a_required_field_that_is_left_empty_here_is_incomplete(installation):
    override(installation, "deal_value")

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["mapping.incomplete"])
    assert the(judgement, "mapping.incomplete").evidence["overridden"] is True


def test_an_optional_field_that_is_left_empty_here_is_settled(installation):
    override(installation, "vat_exempt")

    assert judged(installation).verdict == "healthy"


def test_a_field_that_is_off_may_be_left_empty_here(installation):
    override(installation, "deal_value")
    change(deal_field(installation), active=False)

    assert codes(judged(installation)) == {"field.inactive"}


@pytest.mark.parametrize("extension_type", ["acme_deal", "acme_no_such_type"])
def test_an_override_that_points_at_nothing_is_a_warning_here_alone(installation, extension_type):
    other = make_installation(installation.extension, oneflow_id=2)
    override(installation, "misspelt", "deal.more", extension_type)

    assert (judged(installation).verdict, causes(judged(installation))) == ("warning", ["mapping.incomplete"])
    assert judged(other).verdict == "healthy"


@pytest.mark.parametrize("extension_type", ["acme_deal", "acme_no_such_type"])
def test_leaving_nothing_empty_is_no_fault(installation, extension_type):
    override(installation, "misspelt", "", extension_type)

    assert judged(installation).verdict == "healthy"
