"""Look at one contract in a customer's account: asked of Oneflow now, recorded, and kept as facts without content."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.acting import Actor, Deed
from console.reaching import NotReached, reached
from extensions.installations.models import Contract, Installation
from extensions.mappings.lineage import Lineage, TypeLineage
from oneflow.contracts import Contract as Shown
from oneflow.errors import NotFound, OneflowError

READ = "contract.read"
MOST_SECONDS = 15.0


class Refused(Exception):
    """Why the contract is not shown, and what to do."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A contract as Oneflow shows it now, and the template type of ours that it is of."""

    contract: Shown
    of: TypeLineage


def look_at(installation: Installation, asked: str, lineage: Lineage, now: datetime, actor: Actor) -> Seen:
    """The contract with this id. Every look is recorded, also one that shows nothing. Raises `Refused`."""
    try:
        contract_id = _id(asked)
        seen = _seen(installation, contract_id, lineage, now)
    except Refused as exc:
        Deed(actor, READ, installation, outcome="refused", reason=str(exc)).tell()
        raise
    contract = seen.contract
    with transaction.atomic():
        Contract.saw(
            installation,
            contract.id,
            now,
            how=Contract.How.LOOKED_AT,
            template_type_oneflow_id=contract.template_type_id,
            template_oneflow_id=contract.template_id,
            state=contract.state[:20],
        )
        Deed(actor, READ, installation, details={"contract": contract.id}).tell()
    return seen


def _id(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19 and int(asked)):
        raise Refused("The id of a contract is a number. In Oneflow it stands at the end of the contract’s address.")
    return int(asked)


def _seen(installation: Installation, contract_id: int, lineage: Lineage, now: datetime) -> Seen:
    try:
        with reached(installation, calls=1, most_seconds=MOST_SECONDS) as (client, _):
            contract = client.contract(contract_id)
    except NotFound:
        Contract.missed(installation, contract_id, now)
        raise Refused(
            f"Oneflow knows no contract {contract_id} in this account. It was deleted, or it is another account’s."
        ) from None
    except (NotReached, OneflowError) as exc:
        raise Refused(f"Contract {contract_id} was not read. {exc}") from None
    of = lineage.of_type(contract.template_type_id)
    if of is None:
        raise Refused(
            f"Contract {contract_id} is of no template type of ours, so nothing of it is shown. "
            "Ask for one that was made from a template of the extension."
        )
    return Seen(contract, of)
