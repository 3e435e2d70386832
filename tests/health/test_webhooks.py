import pytest

from extensions.installations.models import Installation
from oneflow.callbacks import masked_callback_url
from tests.health.judged import Template, TemplateType, Webhook, causes, change, codes, deal, deal_webhook, judged, the
from tests.making import TYPES

EVENTS = TYPES["acme_deal"][1]


def another_webhook(installation, **values):
    row = deal_webhook(installation)
    return Webhook.objects.create(
        **{
            "installation": installation,
            "oneflow_id": row.oneflow_id + 700,
            "callback_url": row.callback_url,
            "filters": row.filters,
            "template_type_oneflow_id": row.template_type_oneflow_id,
            "integration_instance": row.integration_instance,
            "seen_at": row.seen_at,
            **values,
        }
    )


STRANGER = {"callback_url": "https://crm.customer.example/hook", "integration_instance": None}


def test_a_type_without_a_webhook_of_ours_misses_one(installation):
    deal_webhook(installation).delete()

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["webhook.missing"])
    assert the(judgement, "webhook.missing").subject == "acme_deal"


def test_a_customers_own_webhook_on_our_type_does_not_stand_in(installation):
    change(deal_webhook(installation), **STRANGER)

    assert causes(judged(installation)) == ["webhook.missing"]


def test_a_customers_own_webhook_is_none_of_our_business(installation):
    another_webhook(installation, **STRANGER, legacy=True, filters=[])

    assert judged(installation).verdict == "healthy"


def test_a_webhook_is_ours_by_its_address_even_without_its_instance(installation):
    change(deal_webhook(installation), integration_instance=None)

    assert judged(installation).verdict == "healthy"


def test_a_webhook_of_ours_that_points_elsewhere_is_misdirected(installation):
    url = "https://old-hooks.acme.example/oneflow/410001"
    row = change(deal_webhook(installation), callback_url=url)

    judgement = judged(installation)

    assert causes(judgement) == ["webhook.misdirected"]
    assert the(judgement, "webhook.misdirected").subject == f"webhook/{row.oneflow_id}"


def test_a_webhook_with_the_address_of_another_account_is_misdirected(installation):
    change(deal_webhook(installation), callback_url="https://hooks.acme.example/oneflow/410002")

    assert causes(judged(installation)) == ["webhook.misdirected"]


def test_a_webhook_whose_path_differs_in_case_only_is_misdirected(installation):
    change(deal_webhook(installation), callback_url="https://hooks.acme.example/OneFlow/410001")

    assert causes(judged(installation)) == ["webhook.misdirected"]


def test_a_host_is_the_same_in_whatever_case(installation):
    change(deal_webhook(installation), callback_url="HTTPS://Hooks.Acme.EXAMPLE/oneflow/410001")

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://hooks.acme.example/in?tenant={account_id}", "https://hooks.acme.example/in?tenant=410001"),
        (
            "https://hooks.acme.example/in?key=5f2c&account_id={account_id}",
            "https://hooks.acme.example/in?key=5f2c&account_id=410001",
        ),
        ("https://hooks:secret@hooks.acme.example/in", "https://hooks:secret@hooks.acme.example/in"),
    ],
)
def test_a_right_address_may_hold_what_is_masked_in_the_mirror(installation, pattern, url):
    installation.extension.callback_urls = [pattern]
    Webhook.objects.filter(installation=installation).update(callback_url=masked_callback_url(url))

    assert judged(installation).verdict == "healthy"


def test_what_is_not_masked_in_an_address_is_still_compared(installation):
    installation.extension.callback_urls = ["https://hooks.acme.example/in?key=5f2c&account_id={account_id}"]
    url = masked_callback_url("https://hooks.acme.example/in?key=5f2c&account_id=410002")
    Webhook.objects.filter(installation=installation).update(callback_url=url)

    assert causes(judged(installation)) == ["webhook.misdirected"]


def test_the_evidence_of_a_wrong_address_holds_no_secret_of_the_right_one(installation):
    installation.extension.callback_urls = ["https://hooks:hush@hooks.acme.example/in?key=hush"]

    judgement = judged(installation)

    assert causes(judgement) == ["webhook.misdirected"]
    assert "hush" not in str([finding.evidence for finding in judgement.findings])


def test_without_right_addresses_in_our_settings_none_is_wrong(installation):
    installation.extension.callback_urls = []

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize("url", ["http://hooks.acme.example/oneflow/410001", "ftp://x", "nonsense", "http://[bad"])
def test_a_webhook_of_ours_without_https_is_insecure_which_explains_its_address(installation, url):
    change(deal_webhook(installation), callback_url=url)

    judgement = judged(installation)

    assert causes(judgement) == ["webhook.insecure"]
    assert the(judgement, "webhook.misdirected").explained_by == "webhook.insecure"


def test_a_webhook_to_loopback_needs_no_https(installation):
    installation.extension.callback_urls = ["http://127.0.0.1:9000/oneflow/*"]
    Webhook.objects.filter(installation=installation).update(callback_url="http://127.0.0.1:9000/oneflow/1")

    assert judged(installation).verdict == "healthy"


def test_a_webhook_that_leaves_out_a_wanted_event_type_is_deaf(installation):
    change(deal_webhook(installation), filters=[{"event_types": EVENTS[:-1], "workspace_ids": None}])

    judgement = judged(installation)

    assert causes(judgement) == ["webhook.deaf"]
    assert the(judgement, "webhook.deaf").evidence["event_types"] == EVENTS[-1:]


def test_a_webhook_that_leaves_out_a_workspace_with_our_templates_is_deaf(installation):
    change(deal_webhook(installation), filters=[{"event_types": EVENTS, "workspace_ids": [1]}])

    finding = the(judged(installation), "webhook.deaf")

    [template] = Template.objects.filter(template_type_oneflow_id=deal(installation).oneflow_id)
    assert finding.evidence["workspaces"] == template.workspace_ids


def test_a_deaf_webhook_is_deaf_whatever_another_of_the_same_type_hears(installation):
    row = deal_webhook(installation)
    another_webhook(installation)
    change(row, filters=[{"event_types": EVENTS[:-1], "workspace_ids": None}])

    judgement = judged(installation)

    assert causes(judgement) == ["webhook.deaf", "webhook.duplicate"]
    assert the(judgement, "webhook.deaf").subject == f"webhook/{row.oneflow_id}"


def test_a_webhook_may_leave_out_a_workspace_without_our_templates(installation):
    here = Template.objects.get(template_type_oneflow_id=deal(installation).oneflow_id).workspace_ids
    change(deal_webhook(installation), filters=[{"event_types": EVENTS, "workspace_ids": here}])

    assert judged(installation).verdict == "healthy"


@pytest.mark.parametrize(
    "filters",
    [
        [],
        [{"event_types": None, "workspace_ids": None}],
        [{"event_types": EVENTS[:1], "workspace_ids": None}, {"event_types": EVENTS[1:], "workspace_ids": None}],
        [{"event_types": [*EVENTS, "contract:delete"], "workspace_ids": None}],
    ],
)
def test_filters_that_add_up_to_all_that_is_wanted_are_not_deaf(installation, filters):
    change(deal_webhook(installation), filters=filters)

    assert judged(installation).verdict == "healthy"


def test_two_webhooks_of_ours_for_one_type_are_a_warning(installation):
    another_webhook(installation)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["webhook.duplicate"])


def test_one_webhook_for_each_type_and_one_that_went_are_no_duplicates(installation):
    another_webhook(installation, missing_since=installation.refreshed_at)

    assert judged(installation).verdict == "healthy"


def test_a_webhook_tied_to_no_type_is_a_warning_and_nothing_is_missing(installation):
    change(deal_webhook(installation), template_type_oneflow_id=None)

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("warning", {"webhook.unbound"})


def test_a_customers_webhook_tied_to_no_type_is_not_ours_to_bind(installation):
    another_webhook(installation, **STRANGER, template_type_oneflow_id=None)

    assert judged(installation).verdict == "healthy"


def test_a_webhook_of_ours_in_the_old_format_fails(installation):
    change(deal_webhook(installation), legacy=True)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("failing", ["webhook.legacy"])


@pytest.mark.parametrize(
    "values", [{"legacy": True}, {"callback_url": "https://old.acme.example/"}, {"callback_url": "http://x.example/"}]
)
def test_what_is_wrong_with_the_webhook_of_a_missing_type_follows_from_the_type(installation, values):
    change(deal_webhook(installation), **values)
    change(deal(installation), missing_since=installation.refreshed_at)

    judgement = judged(installation)

    assert causes(judgement) == ["template_type.missing"]
    assert len(codes(judgement)) > 1


def test_what_is_wrong_with_the_webhook_of_another_type_is_a_cause_beside_it(installation):
    change(deal_webhook(installation), legacy=True)
    change(TemplateType.objects.get(extension_type="acme_engagement"), missing_since=installation.refreshed_at)

    assert causes(judged(installation)) == ["template_type.missing", "webhook.legacy"]


def test_in_toolkit_mode_a_remembered_webhook_is_ours_and_judged(installation):
    installation.mode = Installation.Mode.TOOLKIT
    change(
        deal_webhook(installation),
        callback_url="https://old.acme.example/",
        integration_instance=None,
        remembered=True,
    )

    assert causes(judged(installation)) == ["webhook.misdirected"]


def test_what_is_wrong_with_a_webhook_follows_from_its_type_that_was_gone_before_we_first_looked(installation):
    change(deal_webhook(installation), callback_url="http://hooks.acme.example/oneflow/410001")
    deal(installation).delete()

    judgement = judged(installation)

    assert causes(judgement) == ["template_type.missing"]
    assert the(judgement, "webhook.insecure").explained_by == "template_type.missing"
