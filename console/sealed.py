"""Every row that keeps a secret: which key sealed it, whether that key opens it, and sealing it anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min

from accounts import vault
from accounts.models import ApiToken, Sealed
from extensions.blueprints.models import ExtensionSecret
from extensions.health.models import ChannelSecret
from extensions.mappings.models import RepairSnapshot

MODELS: tuple[type[Sealed], ...] = (ApiToken, ExtensionSecret, ChannelSecret, RepairSnapshot)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Unopened:
    """Secrets that the configured keys do not open: how many, of which kind, and why."""

    kind: str
    key_id: str
    count: int
    reason: str


def unopened() -> Iterator[Unopened]:
    """What cannot be opened, by kind and key: the key is not configured, or it is another under the same id.

    One row stands for all that the same key sealed.
    """
    for model in MODELS:
        sealed = model._default_manager.exclude(ciphertext="")
        groups = sealed.order_by().values("key_id").annotate(count=Count("pk"), sample=Min("pk"))
        for group in groups.order_by("key_id"):
            sample = model._default_manager.get(pk=group["sample"])
            try:
                sample.reveal()
            except vault.Unreadable as exc:
                kind = str(model._meta.verbose_name_plural)
                yield Unopened(kind, group["key_id"], group["count"], str(exc))


@dataclass(slots=True)
class Resealed:
    """What `reseal` did: secrets sealed anew, and those that no configured key opens."""

    done: int = 0
    unreadable: int = 0


def reseal() -> Resealed:
    """Seal with the newest key whatever an older one sealed. Safe to stop and to run again."""
    newest = next(iter(vault.keys(settings.VAULT_KEYS)))
    result = Resealed()
    for model in MODELS:
        last = 0
        while batch := list(_older(model, newest, last)):
            for row in batch:
                _reseal_one(model, row, result)
            last = batch[-1].pk
    return result


def _older(model: type[Sealed], newest: str, after: int) -> Iterator[Sealed]:
    rows = model._default_manager.exclude(ciphertext="").exclude(key_id=newest)
    yield from rows.filter(pk__gt=after).order_by("pk")[:BATCH]


def _reseal_one(model: type[Sealed], row: Sealed, result: Resealed) -> None:
    former = row.ciphertext
    try:
        row.seal(row.reveal())
    except vault.Unreadable:
        result.unreadable += 1
        return
    # A token destroyed or replaced in the meantime must not come back: only what is still there is changed.
    result.done += model._default_manager.filter(pk=row.pk, ciphertext=former).update(
        ciphertext=row.ciphertext, key_id=row.key_id
    )
