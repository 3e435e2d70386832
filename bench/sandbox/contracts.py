"""Lists of contracts in an account that has a hundred thousand of them: the median time of each filter and order."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests.sandboxes import FIRST_ACCOUNT, ROOT, Sandbox

CONTRACTS = 100_000
ROUNDS = 7
MILLISECONDS = 300
LISTS = {
    "all": {},
    "filter[states]": {"filter[states]": "pending,overdue"},
    "filter[published_time]": {"filter[published_time]": "2025-03-01T00:00:00+00:00|2025-03-02T00:00:00+00:00"},
    "filter[query]": {"filter[query]": "guest77777"},
    "filter[name]": {"filter[name]": "number 77777"},
    "filter[data_field_match]": {"filter[data_field_match]": "customer_number:77777"},
    "filter[is_canceled]": {"filter[is_canceled]": "true"},
    "filter[concluded_time]": {"filter[concluded_time]": "2025-03-01T00:00:00+00:00|"},
    "filter[created_time]": {"filter[created_time]": "|2025-02-01T10:00:00+00:00"},
    "filter[participant_email]": {"filter[participant_email]": "Guest77777@guests.example"},
    "filter[participant_custom_id]": {"filter[participant_custom_id]": "crm-77777"},
    "filter[participant_identification_number]": {"filter[participant_identification_number]": "77777"},
    "filter[folder_ids]": {"filter[folder_ids]": "1"},
    "filter[ids]": {"filter[ids]": "610000005,610077777"},
    "filter[lifecycle_start_time]": {"filter[lifecycle_start_time]": "2025-03-01T00:00:00+00:00|"},
    "filter[lifecycle_states]": {"filter[lifecycle_states]": "ended"},
    "filter[workspace_ids]": {"filter[workspace_ids]": "13000001"},
    "sort=name": {"sort": "name"},
    "sort=-state_updated_time": {"sort": "-state_updated_time"},
    "sort=published_time": {"sort": "published_time"},
    "the last page": {"offset": "19900"},
}


def figures() -> Iterable[Figure]:
    """One figure for each filter and order, of the page with its count as a client gets it."""
    with tempfile.TemporaryDirectory() as scratch:
        with Sandbox.start(scratch, accounts=2):
            pass
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sandbox.settings", "SANDBOX_DIR": scratch}
        command = [sys.executable, "-m", "bench.sandbox.contracts", str(CONTRACTS)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        with Sandbox.start(Path(scratch)) as sandbox:
            sandbox.control("PUT", "/switches", {"rate_limit": None})
            token = sandbox.account()["token"]
            for name, query in LISTS.items():
                value = _median(sandbox, token, query)
                yield Figure(f"GET /contracts of {CONTRACTS:,}, {name}: median", value, MILLISECONDS, "ms")


def _median(sandbox: Sandbox, token: str, query: dict[str, str]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        # As a stream: the answer is not to be held to its description while the clock runs.
        answer = sandbox.api("/contracts", token=token, params=query, stream=True)
        _ = answer.content
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return statistics.median(times) * 1000


def fill(number: int) -> None:
    """So many contracts of the first account, each with a guest and a data field, in the database as it stands."""
    from django.db import transaction

    from sandbox.fleet.inserting import insert
    from sandbox.models import Account, Contract, ContractField, Participant, Party

    account = Account.objects.get(pk=FIRST_ACCOUNT)
    workspace, template = account.workspaces.first(), account.templates.exclude(template_type=None).first()
    states, lifecycles = list(Contract.State), ["", *Contract.Lifecycle]
    rows: dict[type[Any], list[Any]] = {Contract: [], Party: [], Participant: [], ContractField: []}
    begin = datetime(2025, 2, 1, 9, 0, tzinfo=UTC)
    for nth in range(number):
        at, state = begin + timedelta(minutes=nth), states[nth % len(states)]
        rows[Contract].append(
            Contract(
                id=610_000_001 + nth,
                account=account,
                workspace=workspace,
                template=template,
                template_type=template.template_type,
                name=f"Agreement number {nth}",
                state=state,
                state_updated_time=at,
                created_time=at,
                updated_time=at,
                published_time=None if state == Contract.State.DRAFT else at,
                lifecycle_state=lifecycles[nth % len(lifecycles)],
                contract_start_time=at if nth % 3 else None,
                cancel_time=at if nth % 50 == 0 else None,
            )
        )
        party = Party(id=660_000_001 + nth, contract_id=610_000_001 + nth, name="Guests", country_code="SE")
        party.created_time = at
        rows[Party].append(party)
        rows[Participant].append(
            Participant(
                id=770_000_001 + nth,
                party_id=party.pk,
                name=f"Guest {nth}",
                email=f"guest{nth}@guests.example",
                delivery_channel="email",
                custom_id=f"crm-{nth}",
                identification_number=str(nth),
                created_time=at,
            )
        )
        rows[ContractField].append(
            ContractField(
                id=990_000_001 + nth,
                contract_id=610_000_001 + nth,
                custom_id="customer_number",
                name="Customer number",
                value=str(nth),
                source="system",
                created_time=at,
            )
        )
    with transaction.atomic():
        for model, made in rows.items():
            insert(model, made)


if __name__ == "__main__":
    import django

    django.setup()
    fill(int(sys.argv[1]))
