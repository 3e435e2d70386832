"""Bringing a fault about and clearing it."""

from django.db import transaction
from django.utils import timezone

from sandbox import answers
from sandbox.faults import journal
from sandbox.faults.aims import Aim, NoAim
from sandbox.faults.table import FAULTS
from sandbox.models import Account, Fault


@transaction.atomic
def bring_about(code: str, aim: Aim) -> None:
    """Let the fault stand in the account. One that stands already stays as it is; NoAim when nothing is there to
    strike."""
    for fault in aim.account.faults.filter(code=code):
        if journal.stands(fault):
            return
        fault.delete()
    changes = journal.Journal(aim.account)
    FAULTS[code][0](changes, aim)
    if not changes.entries and not code.startswith("api."):
        raise NoAim(f"{code} holds in the account already, though no fault brought it about.")
    Fault.objects.create(
        account=aim.account,
        code=code,
        extension=aim.extension_key,
        journal=changes.entries,
        since=timezone.now(),
    )
    transaction.on_commit(answers.forget_faults)


@transaction.atomic
def clear(code: str, account: Account) -> None:
    """Undo the fault; nothing happens where it does not stand."""
    for fault in account.faults.filter(code=code):
        journal.undo(fault)
    transaction.on_commit(answers.forget_faults)


def codes(account: Account) -> list[str]:
    """The faults that stand, without those that a repair has cured."""
    return sorted(fault.code for fault in account.faults.all() if journal.stands(fault))
