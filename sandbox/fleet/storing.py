"""Emptying the database and filling it anew; what `--seed` and `POST /_sandbox/reset` do."""

from django.db import transaction

from sandbox import clock, switches
from sandbox.blueprints import stored
from sandbox.fleet.generating import generate
from sandbox.fleet.ids import FIRST, begin_sequences, reset_sequences
from sandbox.models import Account, Fault, Setting

DEFAULT_SEED = 7
MOST_ACCOUNTS = 10_000


def begin(accounts: int, seed: int, toolkit: int = 0) -> bool:
    """Generate the fleet if there is none yet; whether that was so. A fleet that is there is kept as it is."""
    if Setting.objects.filter(name="seed").exists():
        begin_sequences()
        stored.begin()
        return False
    reset(accounts, seed, toolkit)
    return True


@transaction.atomic
def reset(accounts: int, seed: int, toolkit: int = 0) -> None:
    """Throw everything away and generate the fleet of that seed, the last `toolkit` of it set up by the partner's code.

    Switches return to their defaults, and the blueprints to the one that comes with the sandbox.
    """
    Fault.objects.all().delete()
    for model in reversed(FIRST):
        model._default_manager.all()._raw_delete("default")
    Setting.objects.all().delete()
    switches.forget()
    clock.forget()
    reset_sequences()
    stored.begin()
    Setting.objects.create(name="seed", value=seed)
    generate(accounts - toolkit, seed)
    generate(toolkit, seed, toolkit=True)


def add(count: int, *, name: str | None = None, extension: bool = True, toolkit: bool = False) -> list[int]:
    """More accounts of the same seed; their ids."""
    seed = Setting.objects.get(name="seed").value
    return generate(count, seed, name=name, extension=extension, toolkit=toolkit)


def size() -> int:
    return Account.objects.count()
