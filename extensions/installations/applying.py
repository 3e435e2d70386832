"""Make our rows of an installation match a snapshot, set-wise: nothing changed, next to nothing written.

Call it inside the transaction that holds the installation's lease. Nothing is deleted: what Oneflow no longer lists
gets `missing_since`. What was not read is left as it was.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from extensions.installations import snapshot as parts
from extensions.installations.kinds import KINDS, Content, Identity, Kind, country, fields
from extensions.installations.mirror import Mirror
from extensions.installations.models import Change, DataField, Installation, Part, TemplateType
from extensions.installations.models.mirrored import Mirrored
from extensions.installations.snapshot import Snapshot, Unread
from oneflow import objects
from oneflow.errors import BudgetSpent, InvalidToken

# More differences than anybody reads; the rest is counted in a last row.
MOST_CHANGES = 1000
LONGEST_VALUE = 4000
# Databases limit how many values one statement may name.
MOST_KEYS = 10_000
# What an account has of a blueprint.
REVISING = {TemplateType, DataField}
# Why Oneflow was not really asked. What it fails to answer later does not fail since then.
NOT_TRIED = {parts.NOT_ASKED, parts.OTHER_ACCOUNT, BudgetSpent.reason, InvalidToken.reason}


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a snapshot changed; the rows of `changes` are stored. `revised` as the installation's revision."""

    changes: Sequence[Change]
    revised: bool


def apply(installation: Installation, snapshot: Snapshot, mirror: Mirror, now: datetime) -> Applied:
    """Store what was read; `mirror` and `installation` then say what the database says.

    The installation's own row is not saved: the caller saves it once, with everything else that it learnt.
    """
    changes: list[Change] = []
    read = snapshot.read
    if parts.ACCOUNT in read:
        differences = list(_apply_account(installation, read[parts.ACCOUNT], now))
        changes.extend(differences if _was_read_before(mirror, parts.ACCOUNT) else [])
    revised = False
    for kind in _kinds(read):
        comparison = _Comparison(kind, installation, mirror, now)
        changes.extend(comparison.store(read[kind.part]))
        revised |= kind.model in REVISING and comparison.wrote
    if revised:
        Installation.objects.filter(pk=installation.pk).revised()
    _store_parts(installation, snapshot, mirror, now)
    changes = _capped(changes, installation, now)
    Change.objects.bulk_create(changes)
    return Applied(changes, revised)


def _was_read_before(mirror: Mirror, part: str) -> bool:
    return part in mirror.parts and mirror.parts[part].read_at is not None


def _kinds(read: dict[str, Any]) -> Iterator[Kind]:
    """The kinds that were read, the fields of each template type being one."""
    yield from (kind for kind in KINDS if kind.part in read)
    for name in read:
        template_type_id = parts.type_of_fields(name)
        if template_type_id is not None:
            yield fields(template_type_id)


def _apply_account(installation: Installation, shown: objects.Account, now: datetime) -> Iterator[Change]:
    """Keep what the token showed of itself, and the account's own data when it is the right account's."""
    account, key = installation.account, shown.integration_key[:120]
    if installation.shown_key and installation.shown_key != key:
        yield _account_change(installation, now, "integration_key", installation.shown_key, key)
    installation.shown_account_id, installation.shown_key = shown.id, key
    installation.shown_instance = shown.integration_id
    if shown.id != account.oneflow_id:
        return
    latest = {
        "name": shown.name[:255],
        "country_code": country(shown.country_code),
        "registration_number": shown.registration_number[:60],
    }
    changed = {name: value for name, value in latest.items() if value != getattr(account, name)}
    for name, value in changed.items():
        yield _account_change(installation, now, name, getattr(account, name), value)
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))


def _account_change(installation: Installation, now: datetime, attribute: str, before: str, after: str) -> Change:
    return Change(
        installation=installation,
        at=now,
        kind=Change.Kind.CHANGED,
        subject_kind="account",
        subject_id=str(installation.account.oneflow_id),
        subject_name=str(installation.account),
        attribute=attribute,
        before=before,
        after=after,
    )


@dataclass(slots=True)
class _Comparison:
    """One kind of rows, as stored and as read: what is new, changed, back, or no longer there."""

    kind: Kind
    installation: Installation
    mirror: Mirror
    now: datetime
    created: list[Mirrored] = field(default_factory=list)
    updated: list[Mirrored] = field(default_factory=list)
    gone: list[Mirrored] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def store(self, value: Any) -> list[Change]:
        """Compare with what was read, write the differences, and return them."""
        self._compare(value)
        self._write()
        # Of what is read for the first time everything is new, and nothing has changed.
        return self.changes if _was_read_before(self.mirror, self.kind.part) else []

    @property
    def wrote(self) -> bool:
        """Whether anything had to be written."""
        return bool(self.created or self.updated or self.gone)

    def _stored(self) -> dict[Identity, Mirrored]:
        rows = getattr(self.mirror, self.kind.rows)
        template_type_id = parts.type_of_fields(self.kind.part)
        if template_type_id is not None:
            rows = [row for row in rows if row.template_type_oneflow_id == template_type_id]
        identity_of = self.kind.identity_of()
        return {identity_of(row): row for row in rows}

    def _compare(self, value: Any) -> None:
        stored, content_of = self._stored(), self.kind.content_of()
        seen: set[Identity] = set()
        for identity, content in self.kind.incoming(value):
            if identity in seen:  # told twice within one answer: the first telling counts
                continue
            seen.add(identity)
            row = stored.get(identity)
            if row is None:
                self._appeared(identity, content)
            elif row.missing_since is not None or content_of(row) != content:
                self._changed(row, content_of(row), content)
        self.gone = [row for identity, row in stored.items() if identity not in seen and row.missing_since is None]

    def _appeared(self, identity: Identity, content: Content) -> None:
        model = self.kind.model
        values = {**dict(zip(model.identity, identity, strict=True)), **dict(zip(model.content, content, strict=True))}
        row = model(installation=self.installation, seen_at=self.now, **values)
        self.created.append(row)
        self._note(Change.Kind.APPEARED, row)

    def _changed(self, row: Mirrored, before: Content, after: Content) -> None:
        if row.missing_since is not None:
            self._note(Change.Kind.RETURNED, row)
        row.missing_since, row.seen_at = None, self.now
        for name, old, new in zip(self.kind.model.content, before, after, strict=True):
            if old != new:
                setattr(row, name, new)
                private = name in self.kind.private
                self._note(Change.Kind.CHANGED, row, name, *(("", "") if private else (_text(old), _text(new))))
        self.updated.append(row)

    def _note(self, kind: Change.Kind, row: Mirrored, attribute: str = "", before: str = "", after: str = "") -> None:
        change = Change(
            installation=self.installation,
            at=self.now,
            kind=kind,
            subject_kind=self.kind.label,
            subject_id=self.kind.subject_id(row)[:120],
            subject_name=self.kind.subject_name(row)[:255],
            attribute=attribute,
            before=before,
            after=after,
        )
        self.changes.append(change)

    def _write(self) -> None:
        model = self.kind.model
        if self.created:
            model.objects.bulk_create(self.created)
            getattr(self.mirror, self.kind.rows).extend(self.created)
        if self.updated:
            model.objects.bulk_update(self.updated, [*model.content, "seen_at", "missing_since"])
        for row in self.gone:
            row.missing_since = self.now
            self._note(Change.Kind.MISSING, row)
        for keys in _batches([row.pk for row in self.gone]):
            model.objects.filter(pk__in=keys).update(missing_since=self.now)


def _batches(keys: list[int]) -> Iterator[list[int]]:
    return (keys[start : start + MOST_KEYS] for start in range(0, len(keys), MOST_KEYS))


def _text(value: Any) -> str:
    """A value of a row as a change shows it, before and after."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _capped(changes: list[Change], installation: Installation, now: datetime) -> list[Change]:
    if len(changes) <= MOST_CHANGES:
        return changes
    left_out = len(changes) - MOST_CHANGES
    note = Change(
        installation=installation,
        at=now,
        kind=Change.Kind.CHANGED,
        subject_kind="refresh",
        subject_name=f"{left_out} further differences are not listed",
    )
    return [*changes[:MOST_CHANGES], note]


def _store_parts(installation: Installation, snapshot: Snapshot, mirror: Mirror, now: datetime) -> None:
    """Date what was read, in one statement; write down what is unread only when that is news."""
    changed: list[Part] = []
    unchanged: list[Part] = []
    for name in snapshot.read:
        part = mirror.parts.get(name)
        if part is None or part.unread_reason:
            changed.append(_part(installation, mirror, name))
        else:
            unchanged.append(part)
    for part in (*changed, *unchanged):
        part.read_at, part.unread_reason, part.unread_detail, part.unread_since = now, "", "", None
    if unchanged:
        Part.objects.filter(pk__in=[part.pk for part in unchanged]).update(read_at=now)
    changed.extend(_newly_unread(installation, snapshot, mirror, now))
    _save(changed)
    _forget_fields(installation, snapshot, mirror)


def _newly_unread(installation: Installation, snapshot: Snapshot, mirror: Mirror, now: datetime) -> Iterator[Part]:
    for name, unread in snapshot.unread.items():
        part = _part(installation, mirror, name)
        if (part.unread_reason, part.unread_detail) == (unread.reason, _detail(unread)):
            continue
        if part.unread_reason in NOT_TRIED and unread.reason not in NOT_TRIED:
            part.unread_since = None
        part.unread_reason, part.unread_detail = unread.reason, _detail(unread)
        part.unread_since = part.unread_since or now
        yield part


def _detail(unread: Unread) -> str:
    return unread.detail[:500]


def _part(installation: Installation, mirror: Mirror, name: str) -> Part:
    """The part's row, a new one when there is none yet."""
    if name not in mirror.parts:
        mirror.parts[name] = Part(installation=installation, name=name)
    return mirror.parts[name]


def _save(changed: Sequence[Part]) -> None:
    new = [part for part in changed if part.pk is None]
    old = [part for part in changed if part.pk is not None]
    Part.objects.bulk_create(new)
    Part.objects.bulk_update(old, ["read_at", "unread_reason", "unread_detail", "unread_since"])


def _forget_fields(installation: Installation, snapshot: Snapshot, mirror: Mirror) -> None:
    """Template types that are ours no longer are not asked for their fields: no part is left to grow old."""
    if parts.TEMPLATE_TYPES not in snapshot.read:
        return
    stale = [name for name in mirror.parts if parts.type_of_fields(name) is not None and name not in snapshot.parts]
    if stale:
        Part.objects.filter(installation=installation, name__in=stale).delete()
    for name in stale:
        del mirror.parts[name]
