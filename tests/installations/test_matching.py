"""Which webhooks may be ours: our path at another host, of nobody's extension."""

import pytest

from extensions.installations.matching import may_be_ours
from extensions.installations.models import Webhook

PATTERN = "https://hooks.acme.example/oneflow/{account_id}"


@pytest.mark.parametrize(
    ("url", "patterns", "may"),
    [
        ("https://old.acme.example/oneflow/410001", [PATTERN], True),
        ("http://hooks.acme.example/oneflow/410001", [PATTERN], True),
        ("https://OLD.acme.example:8443/oneflow/410001", [PATTERN], True),
        ("https://old.acme.example/oneflow/410002", [PATTERN], False),
        ("https://old.acme.example/oneflow", [PATTERN], False),
        ("https://crm.example/hooks", [PATTERN], False),
        ("https://crm.example/", ["https://hooks.acme.example/"], False),
        ("https://crm.example", ["https://hooks.acme.example"], False),
        ("https://crm.example/anything", ["https://hooks.acme.example/*"], False),
        ("https://crm.example/anything", ["https://*"], False),
        ("https://old.acme.example/in/7", ["https://hooks.acme.example/in/*"], True),
        ("https://old.acme.example/in?account=410001", ["https://hooks.acme.example/in?account={account_id}"], True),
        ("https://old.acme.example/in?account=7", ["https://hooks.acme.example/in?account={account_id}"], False),
        ("not an address", [PATTERN], False),
        ("", [PATTERN, ""], False),
        ("https://[", [PATTERN], False),
    ],
)
def test_our_path_at_another_host_may_be_ours(url, patterns, may):
    webhook = Webhook(oneflow_id=7, callback_url=url)

    assert may_be_ours(webhook, patterns=patterns, account_id=410001) is may


@pytest.mark.parametrize(
    "values", [{"integration_instance": 9}, {"disowned": True}, {"remembered": True}, {"missing_since": "2025-01-01"}]
)
def test_what_is_known_to_be_somebodys_is_in_no_doubt(values):
    webhook = Webhook(oneflow_id=7, callback_url="https://old.acme.example/oneflow/410001", **values)

    assert not may_be_ours(webhook, patterns=[PATTERN], account_id=410001)
