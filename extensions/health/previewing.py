"""What installations would be by a version of the blueprint that they are not on, before or after its release.

Nothing but the preview itself is stored: no finding, no issue, no verdict. The database is the queue of record: a
preview goes on from its cursor, whoever worked at it before, and each installation is judged in it once.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.acting import Actor, Deed
from extensions.blueprints.models import Blueprint
from extensions.health import untold
from extensions.health.ageing import digest, is_current
from extensions.health.asking import type_of
from extensions.health.deciding import Share, parties, share_of, share_of_judgement
from extensions.health.expecting import expected
from extensions.health.facts import Facts, gather
from extensions.health.judging import judge
from extensions.health.models import Finding, Outcome, Preview
from extensions.health.storing import known_of_all
from extensions.health.untold import is_stale, is_too_old
from extensions.installations.mirror import Mirror
from extensions.installations.models import Contract, Installation, Verdict
from extensions.installations.models.installation import STALE

BATCH = 500
LEASE = timedelta(seconds=60)  # one batch takes a second or two
SLICE = 30.0  # seconds after which a worker lets others have their turn
MOST_SUBJECTS = 500  # that one preview counts apart
# What the codes that a version decides are judged from.
DECIDING = ("template_types", "fields/", "templates", "webhooks")

Change = Outcome.Change
State = Preview.State


class Refused(Exception):
    """A preview that cannot be started; the text says why and what to do."""


def start(blueprint: Blueprint, *, actor: Actor, now: datetime) -> Preview:
    """Begin to judge all connected installations by that version; workers do it. Raises `Refused`."""
    with transaction.atomic():
        blueprint = _held(blueprint)
        preview = Preview.objects.create(
            extension=blueprint.extension,
            blueprint=blueprint,
            version=blueprint.version,
            draft=blueprint.state == Blueprint.State.DRAFT,
            content=digest(blueprint),
            started_at=now,
            started_by=actor.name[:150],
            total=Installation.objects.connected().filter(extension=blueprint.extension_id).count(),
        )
        Deed(actor, "preview.start", preview, details={"version": blueprint.version}).tell()
    return preview


def _held(blueprint: Blueprint) -> Blueprint:
    """The version as it is now, held until the end of the transaction. Raises `Refused` while a preview of it runs."""
    rows = Blueprint.objects.select_for_update(of=("self",), no_key=True).select_related("extension")
    held = rows.filter(pk=blueprint.pk).first()
    if held is None:
        raise Refused(f"Version {blueprint.version} was discarded meanwhile. Choose another one.")
    if Preview.objects.filter(blueprint=held, state=State.RUNNING).exists():
        raise Refused("A preview of this version is running already. Wait until it is done, or stop it first.")
    return held


def stop(preview: Preview, *, actor: Actor, now: datetime) -> bool:
    """End a running preview, keeping what it has; False when it was over already."""
    with transaction.atomic():
        stopped = _running(preview).update(state=State.STOPPED, ended_at=now)
        if stopped:
            Deed(actor, "preview.stop", preview, details={"done": preview.done}).tell()
    return bool(stopped)


def go_on(clock: Callable[[], datetime], *, batch: int = BATCH, seconds: float = SLICE) -> bool:
    """Work at the oldest preview that nobody holds, for so many seconds at most; whether more is to be done."""
    preview = _claim(clock())
    if preview is None:
        return False
    until = time.monotonic() + seconds
    while _judge_next(preview, clock(), batch):
        if time.monotonic() >= until:
            _running(preview).update(lease_until=None)
            return True
    return Preview.objects.waiting(clock()).exists()


def _claim(now: datetime) -> Preview | None:
    for preview in Preview.objects.waiting(now)[:1]:
        if Preview.objects.waiting(now).filter(pk=preview.pk).update(lease_until=now + LEASE):
            return preview
    return None


def _running(preview: Preview) -> Any:
    return Preview.objects.filter(pk=preview.pk, state=State.RUNNING)


def _judge_next(preview: Preview, now: datetime, batch: int) -> bool:
    """Judge the next batch and store its outcomes; False when the preview is over."""
    latest = _running(preview).select_related("blueprint__extension").first()
    if latest is None:
        return False
    if not is_current(latest):
        _running(latest).update(state=State.OUTDATED, ended_at=now, lease_until=None)
        return False
    installations = _chosen(latest, now, batch)
    if not installations:
        _running(latest).update(state=State.DONE, ended_at=now, lease_until=None)
        return False
    outcomes, summary = _judge(latest, installations, now)
    kept = {"cursor": installations[-1].pk, "done": latest.done + len(outcomes), "summary": summary}
    with transaction.atomic():
        # Whoever was slower than the lease, or than who deleted the version, stores nothing.
        ours = _running(latest).filter(cursor=latest.cursor, blueprint=latest.blueprint)
        if ours.update(**kept, lease_until=now + LEASE):
            Outcome.objects.bulk_create(outcomes)
    return True


def _judge(preview: Preview, installations: Sequence[Any], now: datetime) -> tuple[list[Outcome], dict[str, Any]]:
    """The outcomes of the installations, and the preview's summary with them in it."""
    mirrors, known = Mirror.load_all(installations, to_judge=True), known_of_all(installations)
    should, contracts = expected(installations, version=preview.blueprint_id), _contracts(installations)
    summary = _Summary.of(preview)
    outcomes = []
    for each in installations:
        facts = gather(each, mirrors[each.pk], now, should[each.pk])
        before = share_now(each, known[each.pk], facts)
        after = share_by(each, facts, now)
        outcome = _outcome(preview, each, before, after)
        _count_what_rests_on_it(outcome, facts, contracts)
        summary.add(outcome, after.causes, before)
        outcomes.append(outcome)
    return outcomes, summary.told()


def _chosen(preview: Preview, now: datetime, batch: int) -> list[Any]:
    rows = Installation.objects.connected().filter(extension=preview.extension_id, pk__gt=preview.cursor)
    return list(loaded(rows, now).order_by("pk")[:batch])


def loaded(rows: Any, now: datetime) -> Any:
    """Installations with all that `share_now` and `share_by` look at beside facts and findings."""
    return untold.loaded(rows, now).select_related("account", "extension", "token")


def share_now(installation: Installation, known: Sequence[Finding], facts: Facts) -> Share:
    """What the installation's own version decides of its verdict, as it was last judged; it is `loaded`."""
    if is_stale(installation):
        return Share(Verdict.UNKNOWN, obstacle=STALE)
    too_old = any(is_too_old(part, facts.now) for part in facts.parts.values() if part.name.startswith(DECIDING))
    unknown = installation.blueprint_id is None or too_old
    return share_of(known, incident=installation.incident or "", unknown=unknown)  # type: ignore[attr-defined]


def shares(installations: Sequence[Any], now: datetime) -> dict[int, Share]:
    """What its own version decides of the verdict of each, judged now; they are `loaded`, and one at least."""
    mirrors, should = Mirror.load_all(installations, to_judge=True), expected(installations)
    return {
        each.pk: share_by(each, gather(each, mirrors[each.pk], now, should[each.pk]), now) for each in installations
    }


def share_by(installation: Installation, facts: Facts, now: datetime) -> Share:
    """What a version decides, by facts that were gathered as if the installation were on it; it is `loaded`.

    Of what the latest try could not read nothing is told: what was known of another version says nothing of this.
    """
    if is_stale(installation):
        return Share(Verdict.UNKNOWN, obstacle=STALE)
    incident = installation.incident or ""  # type: ignore[attr-defined]
    judgement = judge(facts, [], now, part_use_by=timedelta(0), incident=incident)
    return share_of_judgement(judgement, incident=incident)


def compare(before: Verdict, after: Verdict) -> Outcome.Change:
    """How a verdict would change."""
    if after == Verdict.UNKNOWN:
        return Change.UNKNOWN
    if before == after:
        return Change.SAME
    if after == Verdict.FAILING:
        return Change.NEWLY_FAILING
    if after == Verdict.WARNING and before != Verdict.FAILING:
        return Change.NEWLY_WARNING
    return Change.BETTER


def _outcome(preview: Preview, installation: Installation, before: Share, after: Share) -> Outcome:
    new = [each for each in after.causes if (each.code, each.subject) not in before.keys]
    who = parties(after.causes, installation)
    return Outcome(
        preview=preview,
        installation=installation,
        blueprint_id=installation.blueprint_id,
        mode=installation.mode,
        before=before.verdict.value,
        after=after.verdict.value,
        change=compare(before.verdict, after.verdict),
        obstacle=after.obstacle,
        codes=_words(each.code for each in after.causes),
        new_codes=_words(each.code for each in new),
        types=_words(type_of(each.code, each.subject, each.evidence) for each in new),
        causes=len(after.causes),
        new_causes=len(new),
        by_customer=who.customer,
        by_oneflow=who.oneflow,
        by_us=who.us,
        costs_token=who.costs_token,
    )


def _words(words: Iterable[str]) -> str:
    chosen = sorted({each for each in words if each})
    return f" {' '.join(chosen)} " if chosen else ""


def _contracts(installations: Sequence[Any]) -> Counter[tuple[int, int]]:
    """How many contracts are known of each template type of these installations."""
    rows = Contract.objects.present().filter(installation__in=installations).order_by()
    counted = rows.values_list("installation", "template_type_oneflow_id").annotate(number=Count("pk"))
    return Counter({(installation, kind): number for installation, kind, number in counted})


def _count_what_rests_on_it(outcome: Outcome, facts: Facts, contracts: Counter[tuple[int, int]]) -> None:
    """Count the active templates and the known contracts of the template types in which something new is wrong."""
    for row in filter(None, map(facts.roles.get, outcome.types.split())):
        outcome.templates += len(facts.templates_here.get(row.oneflow_id, ()))
        outcome.contracts += contracts[outcome.installation_id, row.oneflow_id]


@dataclass(slots=True)
class _Summary:
    """The counts of a preview, which its page shows without looking at its outcomes."""

    changes: Counter[str]
    totals: Counter[str]
    codes: Counter[str]
    new_codes: Counter[str]
    types: Counter[str]
    subjects: dict[str, list[Any]]

    @classmethod
    def of(cls, preview: Preview) -> "_Summary":
        kept = preview.summary
        counters = (Counter(kept.get(name, {})) for name in ("changes", "totals", "codes", "new_codes", "types"))
        return cls(*counters, kept.get("subjects", {}))

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def add(self, outcome: Outcome, causes: Iterable[Finding], before: Share) -> None:
        self.changes[str(outcome.change)] += 1
        self.codes.update(outcome.codes.split())
        self.new_codes.update(outcome.new_codes.split())
        self.types.update(outcome.types.split())
        for name in ("by_customer", "by_oneflow", "by_us", "costs_token", "templates", "contracts"):
            self.totals[name] += getattr(outcome, name)
        for each in causes:
            if not each.subject.startswith("webhook/"):  # those are an account's own
                self._count(each, new=(each.code, each.subject) not in before.keys)

    def _count(self, finding: Finding, *, new: bool) -> None:
        key = f"{finding.code} {finding.subject}"
        if key in self.subjects or len(self.subjects) < MOST_SUBJECTS:
            counted = self.subjects.setdefault(key, [finding.subject_name, 0, 0])
            counted[1] += 1
            counted[2] += new
