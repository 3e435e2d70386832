"""Deleting a contract, and moving it to another workspace."""

from django.db import transaction

from sandbox.contracts.events import Actor, record
from sandbox.contracts.keeping import keep
from sandbox.models import Contract, Folder, Workspace


@transaction.atomic
def delete(contract: Contract, actor: Actor | None = None) -> None:
    """Gone for good, in whatever state (ASSUMED that each may be deleted); only the event of it remains to be told."""
    contract.refresh_from_db()
    if contract.removed:
        return
    contract.removed = True
    keep(contract)
    record(contract, ["contract:delete"], actor=actor)


@transaction.atomic
def move(contract: Contract, workspace: Workspace, folder: Folder | None) -> None:
    """Into another workspace or folder of the account; no event of it is documented."""
    contract.refresh_from_db()
    contract.workspace = workspace
    contract.folder = folder
    keep(contract)
