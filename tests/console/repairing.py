"""Accounts of the sandbox to be repaired, and repairs of them from the plan to the end, for tests."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.acting import Actor
from console.repairs import running
from extensions.installations.models import Installation
from extensions.mappings.models import Repair
from extensions.mappings.repairing import approving
from extensions.mappings.repairing.operations import Kind, Operation
from tests.connected import connect, refresh

ROLE = "acme_deal"


def user(name: str) -> Any:
    return get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True})[0]


def actor(name: str = "Sam") -> Actor:
    """A member of staff who acts."""
    return Actor(name=name, role="administrator", user_id=user(name).pk)


def to_repair(sandbox: Any, *, toolkit: bool = True, fault: str = "", **narrowing: str) -> Installation:
    """A refreshed installation whose extension may write, with a fault in its account."""
    account = sandbox.new_account(toolkit=toolkit)
    mode = Installation.Mode.TOOLKIT if toolkit else Installation.Mode.EXTENSION
    installation = connect(sandbox, account, mode=mode)
    type(installation.extension).objects.update(writes_allowed=True)
    installation.extension.refresh_from_db()
    refresh(installation)
    if fault:
        sandbox.fault(account["id"], fault, **narrowing)
    return installation


def of_field(kind: Kind, *custom_ids: str) -> tuple[Operation, ...]:
    return tuple(Operation(kind, ROLE, each) for each in custom_ids)


def approved(installation: Installation, *operations: Operation) -> Repair:
    """A planned repair that may be run."""
    repair = running.plan(installation, operations, actor=actor())
    return approve(repair)


def approve(repair: Repair) -> Repair:
    now = timezone.now()
    if repair.needs_second:
        approving.approve(repair, actor=actor("Ada"), confirmed=repair.removes, alone=False, now=now)
    else:
        approving.go_ahead(repair, actor=actor(), now=now)
    return repair


def run(repair: Repair) -> Repair:
    """Run it as a worker does; `repair` then says what is stored."""
    running.want(repair, actor=actor(), now=timezone.now())
    return run_claimed(repair)


def run_claimed(repair: Repair) -> Repair:
    from django.conf import settings

    from extensions.mappings.repairing import executing

    now = timezone.now()
    lease_id = executing.claim(repair.pk, now, now + settings.REFRESH_LEASE)
    assert lease_id is not None
    running.run(repair.pk, lease_id)
    repair.refresh_from_db()
    return repair


def type_of(installation: Installation, role: str = ROLE) -> int:
    """Oneflow's id of the template type of a role, as the last refresh showed it."""
    names = {"acme_deal": "Deal", "acme_engagement": "Engagement"}
    return int(installation.templatetypes.present().get(name=names[role]).oneflow_id)


def in_account(sandbox: Any, installation: Installation, path: str) -> Any:
    """What the account holds at a path of the API."""
    return sandbox.api(path, token=installation.token.reveal()).json()


def fields_of(sandbox: Any, installation: Installation, role: str = ROLE) -> dict[str, dict[str, Any]]:
    """The fields of a template type by custom_id, as Oneflow has them."""
    shown = in_account(sandbox, installation, f"/template_types/{type_of(installation, role)}")
    return {each["custom_id"]: each for each in shown["data_fields"]}


def customer_puts(sandbox: Any, installation: Installation, fields: list[dict[str, Any]]) -> None:
    """The customer's own code replaces the fields of a template type."""
    answer = sandbox.api(
        f"/template_types/{type_of(installation)}/data_fields",
        token=installation.token.reveal(),
        email=installation.acting_user_email,
        method="PUT",
        json={"data_fields": fields},
    )
    assert answer.status_code == 200, answer.text


def writes(sandbox: Any, installation: Installation) -> list[tuple[str, str]]:
    """The writes that the sandbox got for the account, as method and path."""
    listed = sandbox.requests(installation.account.oneflow_id)
    return [(each["method"], each["path"]) for each in listed if each["method"] != "GET"]
