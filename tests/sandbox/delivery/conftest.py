"""A sandbox of delivery's own: its switches are turned, and everything that it delivers is counted."""

from collections.abc import Iterator

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.delivery.delivering import account_of_ours, remove_webhooks
from tests.sandbox.delivery.receivers import Receiver
from tests.sandboxes import Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox.start(tmp_path_factory.mktemp("delivery"), accounts=1) as running:
        yield running


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    """Gets what is sent to hooks.acme.example, and nothing else. Delivery is as it should be again afterwards."""
    with Receiver() as receiving:
        sandbox.control("PUT", "/switches", {"deliver_to": {"hooks.acme.example": receiving.url}})
        yield receiving
        sandbox.control("DELETE", "/deliveries/faults")
        sandbox.control("POST", "/deliveries/resume", {})
        sandbox.control("PUT", "/switches", {"deliver_to": None, "time_factor": 1, "webhook_timeout": 10})


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Json]:
    """A new account whose only webhooks are the extension's. What it leaves waiting is sent to no other test."""
    new = account_of_ours(sandbox)
    yield new
    sandbox.control("DELETE", f"/accounts/{new['id']}/extension")
    remove_webhooks(sandbox, new)
