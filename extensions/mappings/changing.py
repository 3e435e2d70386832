"""The one way to change what fills a field: each change makes a numbered version, and none overwrites another unseen.

An `Owner` is an extension, or an installation with rules of its own over the extension's. A change names the version
that it was made from; what somebody else stored since is never lost by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.acting import Actor, Deed
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.mappings.checking import problems
from extensions.mappings.content import Difference, alike, as_document, differences, from_document
from extensions.mappings.effective import Origin, Place, Rule, Rules
from extensions.mappings.models import Mapping, Override, Version
from extensions.mappings.models.rules import StoredRule

LONGEST_REASON = 500
COLUMNS = ("path", "transform", "options", "label")
BATCH = 200


class Refused(Exception):
    """A change that is not stored; the text says why and what to do."""


class Wrong(Refused):
    """Rules that cannot be stored: `problems` says what is wrong with which field."""

    def __init__(self, problems: Sequence[tuple[Place, str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{'/'.join(place)}: {sentence}" for place, sentence in problems))


class Stale(Refused):
    """Somebody else stored `latest` since the version that the change was made from; `theirs` is what it says now."""

    def __init__(self, latest: Version, theirs: Rules) -> None:
        self.latest, self.theirs = latest, theirs
        super().__init__(
            f"{latest.by or 'Somebody'} stored version {latest.number} meanwhile. Look at it, then decide."
        )


@dataclass(frozen=True, slots=True)
class Why:
    """Who changes something, how, and for what reason."""

    actor: Actor
    reason: str
    how: Version.How = Version.How.FORM
    verb: str = "mapping.change"
    went_back_to: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rules: an extension's, or an installation's own."""

    extension: Extension
    installation: Installation | None = None

    @classmethod
    def of(cls, installation: Installation) -> "Owner":
        """The installation, loaded with its extension."""
        return cls(installation.extension, installation)

    @property
    def subject(self) -> Extension | Installation:
        return self.installation or self.extension

    def versions(self) -> QuerySet[Version]:
        """The newest first, without their contents."""
        found = Version.objects.filter(extension=self.extension, installation=self.installation)
        return found.order_by("-number").defer("content")

    def latest(self) -> Version | None:
        return self.versions().first()

    def version(self, number: int) -> Version | None:
        """The version with its content, if there is one."""
        return self.versions().filter(number=number).defer(None).first()

    def rows(self) -> QuerySet[Any]:
        if self.installation is not None:
            return Override.objects.filter(installation=self.installation)
        return Mapping.objects.filter(extension=self.extension)

    def rules(self) -> Rules:
        """The owner's own rules as they are stored now."""
        return {(row.extension_type, row.custom_id): self._rule(row) for row in self.rows()}

    def row(self, place: Place, rule: Rule) -> StoredRule:
        """A row to be stored."""
        values = {"extension_type": place[0], "custom_id": place[1], **{name: getattr(rule, name) for name in COLUMNS}}
        if self.installation is not None:
            return Override(installation=self.installation, **values)
        return Mapping(extension=self.extension, **values)

    def _rule(self, row: StoredRule) -> Rule:
        origin = Origin.OVERRIDE if self.installation is not None else Origin.EXTENSION
        return Rule(row.path, row.transform, row.options, row.label, origin)

    def lock(self) -> None:
        """Let nobody else change these rules until the end of the transaction. SQLite has locked all already."""
        model = type(self.subject)
        model._default_manager.select_for_update(no_key=True).filter(pk=self.subject.pk).values("pk").first()


@transaction.atomic
def change(owner: Owner, place: Place, rule: Rule | None, why: Why, *, base: int) -> Version | None:
    """Store what fills one field, or with None take its rule away; None when that changes nothing.

    What others changed elsewhere since version `base` stays. Raises `Stale` where they changed this field, `Wrong` for
    a rule that cannot be stored.
    """
    owner.lock()
    now = owner.rules()
    latest = owner.latest()
    if latest is not None and latest.number != base and not alike(_at(owner, base).get(place), now.get(place)):
        raise Stale(latest, now)
    wanted = {each: kept for each, kept in now.items() if each != place}
    if rule is not None:
        _check(owner, {place: rule})
        wanted[place] = rule
    return _store(owner, now, wanted, why, latest)


@transaction.atomic
def replace_all(owner: Owner, wanted: Rules, why: Why, *, base: int | None = None) -> Version | None:
    """Store exactly these rules; None when that changes nothing.

    Raises `Stale` when anything was stored since version `base`, `Wrong` for rules that cannot be stored.
    """
    owner.lock()
    now, latest = owner.rules(), owner.latest()
    if base is not None and latest is not None and latest.number != base:
        raise Stale(latest, now)
    _check(owner, wanted)
    return _store(owner, now, wanted, why, latest)


def go_back(owner: Owner, number: int, why: Why, *, base: int) -> Version | None:
    """Store the rules of an earlier version anew, as a new version."""
    version = owner.version(number)
    if version is None:
        raise Refused(f"There is no version {number}. Choose one from the history.")
    gone_back = replace(why, how=Version.How.REVERT, went_back_to=number)
    return replace_all(owner, from_document(version.content), gone_back, base=base)


def reason_of(text: str) -> str:
    """The reason, with white space in order. Raises `Refused` without one."""
    reason = " ".join(text.replace("\0", "").split())
    if not reason:
        raise Refused("Say why, so that colleagues need not ask. It stands in the history.")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason):,} characters; {LONGEST_REASON} are kept. Shorten it.")
    return reason


def _at(owner: Owner, number: int) -> Rules:
    """What a version says; nothing, for one that there is not."""
    version = owner.version(number)
    return from_document(version.content) if version else {}


def _check(owner: Owner, rules: Rules) -> None:
    wrong = problems(owner.extension, rules, may_be_empty=owner.installation is not None)
    if wrong:
        raise Wrong(wrong)


def _store(owner: Owner, before: Rules, wanted: Rules, why: Why, latest: Version | None) -> Version | None:
    reason = reason_of(why.reason)
    found = differences(before, wanted)
    if not found:
        return None
    _write(owner, found)
    version = Version.objects.create(
        extension=owner.extension,
        installation=owner.installation,
        number=latest.number + 1 if latest else 1,
        at=timezone.now(),
        by=why.actor.name[:150],
        how=why.how,
        went_back_to=why.went_back_to,
        reason=reason,
        content=as_document(wanted),
        difference=_named(found),
    )
    counts = {what: len(names) for what, names in version.difference.items()}
    details = {"version": version.number, **counts, **why.details}
    Deed(why.actor, why.verb, owner.subject, reason=reason, details=details).tell()
    return version


def _named(found: Iterable[Difference]) -> dict[str, list[str]]:
    """The fields by what became of them, as "acme_deal/deal_value"."""
    named: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for each in found:
        named[each.what].append("/".join(each.place))
    return named


def _write(owner: Owner, found: list[Difference]) -> None:
    """Make the rows what the differences lead to; a constant number of statements for each two hundred rows."""
    stored = {(row.extension_type, row.custom_id): row for row in owner.rows()}
    gone = [stored[each.place].pk for each in found if each.after is None]
    changed = []
    for each in found:
        if each.before is not None and each.after is not None:
            row = stored[each.place]
            for name in COLUMNS:
                setattr(row, name, getattr(each.after, name))
            changed.append(row)
    if gone:
        owner.rows().filter(pk__in=gone).delete()
    model = owner.rows().model
    added = [owner.row(each.place, each.after) for each in found if each.before is None and each.after is not None]
    model.objects.bulk_create(added, batch_size=BATCH)
    model.objects.bulk_update(changed, COLUMNS, batch_size=BATCH)
