"""What every change of a contract's content has in common: when it may be, and what it does to signatures."""

from collections.abc import Sequence

from sandbox import clock
from sandbox.contracts.events import Actor, record
from sandbox.contracts.keeping import OPEN, State, keep, need
from sandbox.models import Contract, Participant

SignState = Participant.SignState


def need_open(contract: Contract) -> None:
    """WrongState for a contract that is signed or declined: its content stands."""
    need(contract, OPEN, "changed")


def content_changed(contract: Contract, types: Sequence[str], actor: Actor | None) -> None:
    """Save that the content changed, with the events of it.

    After it was sent that is a `content_update`; and when somebody had signed, what they signed is no longer what
    stands there, so that all signatures are reset (section 9.1).
    """
    keep(contract)
    told = list(types)
    if contract.state != State.DRAFT:
        told += ["contract:content_update", *_reset_signatures(contract)]
    record(contract, told, actor=actor)


def _reset_signatures(contract: Contract) -> list[str]:
    signed = Participant.objects.filter(party__contract=contract, sign_state=SignState.SIGNED)
    count = signed.update(sign_state=SignState.UNDECIDED, sign_state_updated_time=clock.now())
    return ["contract:signature_reset", *["participant:signature_reset"] * count] if count else []
