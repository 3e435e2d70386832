"""Emptying the database and filling it anew; what `--seed` and `POST /_sandbox/reset` do."""

from django.db import transaction

from sandbox import switches
from sandbox.fleet.generating import generate
from sandbox.fleet.ids import FIRST, begin_sequences, reset_sequences
from sandbox.models import Account, Fault, Setting

DEFAULT_SEED = 7
MOST_ACCOUNTS = 10_000


def begin(accounts: int, seed: int) -> bool:
    """Generate the fleet if there is none yet; whether that was so. A fleet that is there is kept as it is."""
    if Setting.objects.filter(name="seed").exists():
        begin_sequences()
        return False
    reset(accounts, seed)
    return True


@transaction.atomic
def reset(accounts: int, seed: int) -> None:
    """Throw everything away and generate the fleet of that seed. Switches return to their defaults."""
    Fault.objects.all().delete()
    for model in reversed(FIRST):
        model._default_manager.all()._raw_delete("default")
    Setting.objects.all().delete()
    switches.forget()
    reset_sequences()
    Setting.objects.create(name="seed", value=seed)
    generate(accounts, seed)


def add(count: int, *, name: str | None = None, extension: bool = True) -> list[int]:
    """More accounts of the same seed; their ids."""
    seed = Setting.objects.get(name="seed").value
    return generate(count, seed, name=name, extension=extension)


def size() -> int:
    return Account.objects.count()
