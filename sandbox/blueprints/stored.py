"""The blueprints that there are, version by version, and which of them is published."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox.blueprints.catalogue import CATALOGUE, FIRST_KEY
from sandbox.blueprints.shape import Blueprint
from sandbox.models import Account, BlueprintVersion, Extension

FIRST_FILE = Path(__file__).parent / "acme_ledger.json"

_read: dict[tuple[str, int | None], Blueprint | None] = {}


def forget() -> None:
    """Read again from the database at the next question."""
    _read.clear()


def published(key: str) -> Blueprint | None:
    """What an account that enables the extension now is given; None for no partner's extension."""
    return _blueprint(key, None)


def of(extension: Extension) -> Blueprint | None:
    """What the account was given when it last enabled the extension; before that, what it would be given."""
    return _blueprint(extension.key, extension.blueprint_version)


def first() -> Blueprint:
    """The published blueprint of the extension that the fleet has enabled."""
    found = published(FIRST_KEY)
    assert found is not None, "its first version is stored before anything else"
    return found


def keys() -> list[str]:
    """Every partner's extension that was ever published, the fleet's own first."""
    rows = BlueprintVersion.objects.exclude(published_time=None).order_by("key").values_list("key", flat=True)
    return sorted(set(rows), key=lambda key: (key != FIRST_KEY, key))


@transaction.atomic
def begin() -> None:
    """Publish the blueprint that comes with the sandbox, unless it has been. Says so in a fleet of before too."""
    forget()
    if BlueprintVersion.objects.filter(key=FIRST_KEY).exists():
        return
    content = json.loads(FIRST_FILE.read_text(encoding="utf-8"))
    BlueprintVersion.objects.create(key=FIRST_KEY, version=1, content=content, published_time=timezone.now())
    Extension.objects.filter(key=FIRST_KEY, enabled=True, blueprint_version=None).update(blueprint_version=1)


@transaction.atomic
def put_draft(key: str, content: dict[str, Any]) -> BlueprintVersion:
    """Keep checked content as the draft of the extension's next version, in place of a draft that is there."""
    last = BlueprintVersion.objects.filter(key=key).order_by("-version").first()
    if last is not None and last.published_time is None:
        last.content = content
        last.save()
        return last
    return BlueprintVersion.objects.create(key=key, version=last.version + 1 if last else 1, content=content)


@transaction.atomic
def publish(draft: BlueprintVersion) -> Blueprint:
    """Make the draft what accounts are given from now on, and list the extension in every account's marketplace."""
    draft.published_time = timezone.now()
    draft.save()
    # Not before: until then every other thread reads, and would remember, the version that was.
    transaction.on_commit(forget)
    blueprint = Blueprint.from_json(draft.content, draft.version)
    listed = Extension.objects.filter(key=draft.key)
    listed.update(name=blueprint.name, description=blueprint.description)
    # An account that has never had it on takes the way that the blueprint says now.
    listed.filter(blueprint_version=None).update(mode=blueprint.mode)
    without = Account.objects.exclude(pk__in=listed.values("account_id"))
    Extension.objects.bulk_create([_row(account, blueprint) for account in without], batch_size=1000)
    return blueprint


def rows_for(account: Account) -> list[Extension]:
    """What a new account lists in its marketplace: the fleet's own, Oneflow's, and other partners'; all still off."""
    ours = {key: found for key in keys() if (found := published(key))}
    rows = [
        Extension(account=account, key=key, name=name, description=description)
        for key, (name, description) in CATALOGUE.items()
    ]
    for key, blueprint in ours.items():
        rows.insert(0 if key == FIRST_KEY else len(rows), _row(account, blueprint))
    return rows


def _row(account: Account, blueprint: Blueprint) -> Extension:
    return Extension(
        account=account,
        key=blueprint.key,
        name=blueprint.name,
        description=blueprint.description,
        mode=blueprint.mode,
    )


def _blueprint(key: str, version: int | None) -> Blueprint | None:
    if (key, version) not in _read:
        rows = BlueprintVersion.objects.filter(key=key).exclude(published_time=None)
        row = (rows.filter(version=version) if version else rows).order_by("-version").first()
        _read[key, version] = Blueprint.from_json(row.content, row.version) if row else None
    return _read[key, version]
