"""Run a test contract, or clean up after one, with the account's token; what was asked stands with each step.

Within the request: the values are nobody's but the page's, so no task may carry them. Each call has few seconds, and
a request that is broken off leaves a row that says what may remain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.acting import Actor, Deed
from console.reaching import Log, NotReached, reached
from extensions.installations.models import Installation
from extensions.mappings import contract_testing
from extensions.mappings.contract_testing import MOST_CALLS, Outcome, refusal, writes_off
from extensions.mappings.lineage import Lineage, TypeLineage
from extensions.mappings.models import ContractTest
from oneflow.errors import InvalidToken, NotPermitted, OneflowError, Unavailable
from oneflow.objects import UsableTemplate

TEST, CLEAN_UP = "contract.test", "contract.clean_up"
# For one call; all of a run are over before a proxy gives up on the page.
MOST_SECONDS = 8.0


class Refused(Exception):
    """Why nothing was done, and what to do."""


class SentBefore(Exception):
    """This form was sent before: the test that it made stands in the list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for: where, from which template, and what was typed to confirm it."""

    key: UUID
    template: str
    confirmation: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tested:
    """A test that ran, what it came to, and the template type that it was of."""

    test: ContractTest
    outcome: Outcome
    of: TypeLineage


def key_of(template: UsableTemplate) -> str:
    """How a form names a template in a workspace."""
    return f"{template.workspace_id}:{template.template_id}"


def offered(installation: Installation, lineage: Lineage) -> tuple[UsableTemplate, ...]:
    """What the acting user can create contracts of ours from, asked of Oneflow now. Raises `Refused`."""
    try:
        with reached(installation, calls=1, most_seconds=MOST_SECONDS) as (client, _):
            found = client.contract_create_data(_acting_user(installation))
    except (NotReached, OneflowError) as exc:
        raise Refused(f"What the acting user can use was not read. {exc}{_to_do(exc)}") from None
    return _ours(found, lineage)


def run(installation: Installation, lineage: Lineage, asked: Asked, actor: Actor) -> Tested:
    """The test, run to its end. Raises `Refused`, which is recorded, and `SentBefore`."""
    try:
        if problem := refusal(installation.extension, installation.account, asked.confirmation):
            raise Refused(problem)
        return _run(installation, lineage, asked, actor)
    except Refused as exc:
        Deed(actor, TEST, installation, outcome="refused", reason=str(exc)).tell()
        raise


def clean_up(test: ContractTest, actor: Actor) -> ContractTest:
    """Delete what the test may have left. Raises `Refused`, which is recorded."""
    installation = test.installation
    try:
        if problem := writes_off(installation.extension):
            raise Refused(problem)
        with reached(installation, calls=MOST_CALLS, most_seconds=MOST_SECONDS) as (client, log):
            outcome = contract_testing.clean_up(
                test, client, _acting_user(installation), clock=timezone.now, begin=log.begin
            )
    except (NotReached, Refused) as exc:
        Deed(actor, CLEAN_UP, installation, outcome="refused", reason=str(exc)).tell()
        raise Refused(f"Nothing was cleaned up. {exc}") from None
    _store(test, outcome, log, actor, CLEAN_UP)
    return test


def _run(installation: Installation, lineage: Lineage, asked: Asked, actor: Actor) -> Tested:
    user_email = _acting_user(installation)
    try:
        with reached(installation, calls=MOST_CALLS + 1, most_seconds=MOST_SECONDS) as (client, log):
            template, of = _chosen(client.contract_create_data(user_email), lineage, asked.template)
            body = of.body(template.workspace_id, template.template_id)
            fields = {"fields_sent": len(body["data_fields"]), "fields_unsent": len(of.amiss)}
            test = _begun(installation, asked.key, template, fields, actor, timezone.now())
            outcome = contract_testing.run(test, client, body, user_email, clock=timezone.now, begin=log.begin)
    except (NotReached, OneflowError) as exc:
        raise Refused(f"No contract was made. {exc}{_to_do(exc)}") from None
    _store(test, outcome, log, actor, TEST)
    return Tested(test, outcome, of)


def _to_do(error: NotReached | OneflowError) -> str:
    """What to do about a call that was not answered as hoped; nothing where the sentence says it."""
    if isinstance(error, InvalidToken):
        return " Relink the account if its token is refused; else choose another acting user on the People tab."
    if isinstance(error, NotPermitted):
        return " See that the acting user may do this, or choose another on the People tab."
    return " Try again in a while." if isinstance(error, Unavailable) else ""


def _acting_user(installation: Installation) -> str:
    if not installation.acting_user_email:
        raise Refused("No acting user is chosen. Choose one on the People tab.")
    return installation.acting_user_email


def _ours(found: Sequence[UsableTemplate], lineage: Lineage) -> tuple[UsableTemplate, ...]:
    return tuple(each for each in found if lineage.of_type(each.template_type_id))


def _chosen(found: Sequence[UsableTemplate], lineage: Lineage, chosen: str) -> tuple[UsableTemplate, TypeLineage]:
    """The template that was chosen, if the acting user can use it now, and the template type of ours that it is of."""
    template = next((each for each in found if key_of(each) == chosen), None)
    of = lineage.of_type(template.template_type_id) if template else None
    if template is None or of is None:
        raise Refused("The acting user cannot use this template in this workspace, or not any more. Choose another.")
    return template, of


def _begun(
    installation: Installation,
    key: UUID,
    template: UsableTemplate,
    fields: dict[str, int],
    actor: Actor,
    now: datetime,
) -> ContractTest:
    """The row that says that a contract may come to be, stored before it can."""
    details = {"template": template.template_id, "workspace": template.workspace_id, "test": key.hex, **fields}
    try:
        with transaction.atomic():
            test = ContractTest.objects.create(
                installation=installation,
                key=key,
                by=actor.name[:150],
                started_at=now,
                workspace_oneflow_id=template.workspace_id,
                workspace_name=template.workspace_name[:255],
                template_oneflow_id=template.template_id,
                template_name=template.template_name[:255],
                **fields,
            )
            Deed(actor, TEST, installation, details={"begun": True, **details}).tell()
    except IntegrityError:
        raise SentBefore from None
    return test


def _store(test: ContractTest, outcome: Outcome, log: Log, actor: Actor, verb: str) -> None:
    """Keep the steps beside those of before, and record how it ended."""
    steps = [
        {"name": step.name, "went": step.went.value, "sentence": step.sentence, "asked": _asked(log, step.name)}
        for step in outcome.steps
    ]
    clean = {ContractTest.State.DELETED, *([ContractTest.State.NOT_MADE] if verb == CLEAN_UP else [])}
    details: dict[str, Any] = {"contract": test.contract_oneflow_id, "state": test.state, "test": test.key.hex}
    with transaction.atomic():
        test.save_facts(steps=[*test.steps, *steps])
        Deed(
            actor, verb, test.installation, outcome="done" if test.state in clean else "failed", details=details
        ).tell()


def _asked(log: Log, step: str) -> list[dict[str, Any]]:
    """The requests of a step, without what they held."""
    return [
        {
            "method": heard.method,
            "path": heard.path,
            "status": heard.status,
            "milliseconds": heard.milliseconds,
            "request_id": heard.request_id,
        }
        for part, heard in log.heard
        if part == step
    ]
