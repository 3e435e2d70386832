import pytest

from extensions.health.codes import CODES, EXPLAINERS, matches
from extensions.health.explaining import explained_by
from extensions.health.models import Finding


def finding(code, subject="", **evidence):
    return Finding(code=code, subject=subject, evidence=evidence)


def explainer(of, *others):
    """By what the first finding is explained among the others."""
    return explained_by([of, *others])[0]


@pytest.mark.parametrize(
    ("cause", "explained"),
    [
        ("token.unreadable", "token.rejected"),
        ("token.unreadable", "api.failing"),
        ("token.unreadable", "workspace.none"),
        ("token.rejected", "field.missing"),
        ("token.rejected", "webhook.missing"),
        ("token.rejected", "token.foreign"),
        ("token.foreign", "extension.absent"),
        ("token.foreign", "dependency.disabled"),
        ("token.foreign", "template_type.missing"),
        ("token.foreign", "workspace.none"),
        ("user.unset", "workspace.none"),
        ("user.gone", "workspace.none"),
        ("extension.absent", "extension.disabled"),
        ("extension.absent", "dependency.disabled"),
        ("extension.absent", "webhook.missing"),
        ("extension.disabled", "template_type.inactive"),
        ("extension.disabled", "workspace.none"),
        ("dependency.disabled", "template_type.missing"),
        ("dependency.disabled", "webhook.missing"),
        ("template_type.missing", "workspace.none"),
        ("template_type.inactive", "workspace.none"),
        ("template_type.unused", "workspace.none"),
        ("webhook.unbound", "webhook.missing"),
        ("refresh.stale", "token.rejected"),
    ],
)
def test_a_code_explains_what_the_table_says_anywhere_in_the_installation(cause, explained):
    assert explainer(finding(explained, "one"), finding(cause, "another")) == cause


@pytest.mark.parametrize(
    ("cause", "other"),
    [
        ("token.rejected", "token.unreadable"),
        ("token.rejected", "user.unset"),
        ("token.foreign", "user.gone"),
        ("token.foreign", "api.failing"),
        ("user.gone", "template_type.unused"),
        ("extension.absent", "token.foreign"),
        ("extension.disabled", "extension.absent"),
        ("extension.disabled", "mapping.incomplete"),
        ("dependency.disabled", "webhook.misdirected"),
        ("dependency.disabled", "workspace.none"),
        ("template_type.inactive", "field.missing"),
        ("field.changed", "mapping.incomplete"),
        ("webhook.missing", "webhook.unbound"),
        ("api.failing", "webhook.missing"),
        ("workspace.none", "template_type.unused"),
    ],
)
def test_a_code_explains_nothing_that_the_table_does_not_say(cause, other):
    assert explainer(finding(other, "x"), finding(cause, "x")) == ""


@pytest.mark.parametrize(
    "explained",
    [
        finding("template_type.unused", "acme_deal"),
        finding("field.missing", "acme_deal/deal_value"),
        finding("webhook.missing", "acme_deal"),
        finding("webhook.deaf", "webhook/1", template_type="acme_deal"),
    ],
)
def test_a_missing_type_explains_what_is_its_own(explained):
    assert explainer(explained, finding("template_type.missing", "acme_deal")) == "template_type.missing"


@pytest.mark.parametrize(
    "other",
    [
        finding("template_type.unused", "acme_engagement"),
        finding("field.missing", "acme_deal_2/deal_value"),
        finding("webhook.deaf", "webhook/1", template_type="acme_engagement"),
        finding("webhook.deaf", "webhook/1"),
    ],
)
def test_a_missing_type_explains_nothing_of_another_type(other):
    assert explainer(other, finding("template_type.missing", "acme_deal")) == ""


@pytest.mark.parametrize("cause", ["field.missing", "field.inactive"])
def test_a_lost_field_explains_its_own_mapping_only(cause):
    lost = finding(cause, "acme_deal/deal_value")

    assert explainer(finding("mapping.incomplete", "acme_deal/deal_value"), lost) == cause
    assert explainer(finding("mapping.incomplete", "acme_deal/deal_name"), lost) == ""


def test_an_insecure_webhook_explains_its_own_wrong_address_only():
    insecure = finding("webhook.insecure", "webhook/1")

    assert explainer(finding("webhook.misdirected", "webhook/1"), insecure) == "webhook.insecure"
    assert explainer(finding("webhook.misdirected", "webhook/2"), insecure) == ""


def test_the_nearest_of_several_explanations_is_told():
    far = (finding("token.foreign"), finding("extension.disabled"))
    near = finding("template_type.missing", "acme_deal")

    assert explainer(finding("field.missing", "acme_deal/deal_value"), *far, near) == "template_type.missing"
    assert explainer(near, *far) == "extension.disabled"


def test_nothing_explains_itself_and_no_two_codes_explain_each_other():
    for code, explainers in EXPLAINERS.items():
        assert code not in dict(explainers)
        for other in dict(explainers):
            assert code not in dict(EXPLAINERS[other]), f"{code} and {other} explain each other"


def test_every_pattern_in_the_table_means_a_known_code_or_one_of_a_later_room():
    for row in CODES.values():
        for pattern, _ in row.explains:
            known = any(matches(pattern, code) for code in CODES)
            assert known or pattern.startswith("delivery."), pattern
