"""What a snapshot leads to, in the one transaction that stores it: rows, token, version, verdict, and the next look."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import ApiToken
from console.reaching import Log
from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.facts import Facts, gather
from extensions.health.judging import judge
from extensions.health.storing import known_findings, store
from extensions.installations import versions
from extensions.installations.applying import Applied, apply
from extensions.installations.claiming import keep_as_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import Exchange, Installation, Refresh, Verdict
from extensions.installations.snapshot import NOT_ASKED, USABLE, Snapshot
from extensions.mappings.summing import sum_up

# A token refused since so lately may be a slip that staff mend at once; later it is looked at seldom.
REFUSED_LATELY = timedelta(hours=1)
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh that has asked what it could."""

    started: datetime
    snapshot: Snapshot
    log: Log
    mirror: Mirror
    wanted: list[BlueprintTemplateType]
    by_staff: bool = False  # whether staff asked for it
    tried: bool = True  # False when the token could not even be opened

    @property
    def outcome(self) -> Refresh.Outcome:
        snapshot = self.snapshot
        if not self.tried:
            return Refresh.Outcome.NOT_TRIED
        if snapshot.token_refused:
            return Refresh.Outcome.REFUSED
        if not snapshot.read:
            return Refresh.Outcome.UNREACHABLE
        # That nobody was chosen to ask for is no failure of this refresh.
        failed = [name for name, part in snapshot.unread.items() if (name, part.reason) != (USABLE, NOT_ASKED)]
        return Refresh.Outcome.PARTIAL if failed else Refresh.Outcome.COMPLETE


def settle(installation: Installation, run: Run, now: datetime) -> Refresh:
    """Store all of it, and set the installation's columns; the installation itself is not saved.

    Call it in a transaction that holds the installation's lease and row.
    """
    seen_before = versions.Seen.by(run.mirror)
    applied = apply(installation, run.snapshot, run.mirror, now)
    keep_as_ours(installation, run.mirror)
    _settle_token(installation, run, now)
    _settle_version(installation, run, seen_before)
    facts = gather(installation, run.mirror, now)
    _settle_match(installation, run, facts)
    if applied.revised:
        sum_up(installation.extension, [installation.pk])
    use_by = _judge(installation, facts, now)
    _schedule(installation, run, applied, now, use_by)
    return _write_down(installation, run, applied, now)


def _settle_token(installation: Installation, run: Run, now: datetime) -> None:
    """Note that Oneflow refused the token, since when, or that it works again."""
    token = installation.token
    if token is None or not run.tried:
        return
    if run.snapshot.token_refused and token.state == ApiToken.State.ACTIVE:
        token.state, token.rejected_since = ApiToken.State.REJECTED, now
        token.save(update_fields=["state", "rejected_since"])
    elif run.snapshot.read and token.state == ApiToken.State.REJECTED:
        token.state, token.rejected_since = ApiToken.State.ACTIVE, None
        token.save(update_fields=["state", "rejected_since"])


def _settle_version(installation: Installation, run: Run, seen_before: versions.Seen) -> None:
    """Infer the version of the blueprint if it is due; too little read leaves it as it was."""
    if not versions.is_due(installation, seen_before, versions.roles(run.wanted, run.mirror)):
        return
    inferred = versions.infer(installation.extension_id, run.wanted, run.mirror)
    if inferred is not None:
        installation.blueprint, installation.blueprint_set, installation.rollout = inferred, False, None


def _settle_match(installation: Installation, run: Run, facts: Facts) -> None:
    """How well the account matches its version; too little read leaves it as it was."""
    if installation.blueprint_id is None:
        installation.blueprint_match = None
        return
    expected = {(each.extension_type, "") for each in facts.wanted}
    expected |= {(name, field.custom_id) for name, fields in facts.wanted_fields.items() for field in fields}
    found = versions.match(run.wanted, expected, run.mirror)
    if found is not None:
        installation.blueprint_match = found


def _judge(installation: Installation, facts: Facts, now: datetime) -> datetime | None:
    """Judge and store the findings; until when the verdict can be upheld, if less long than usual."""
    judgement = judge(
        facts, known_findings(installation), now, part_use_by=settings.PART_USE_BY, incident=_incident(installation)
    )
    store(installation, judgement, now)
    if installation.verdict in {Verdict.HEALTHY, Verdict.WARNING}:
        installation.state = Installation.State.LIVE
    return judgement.use_by


def _incident(installation: Installation) -> str:
    """The incident that explains what it shows; whoever loads it annotates that (`explaining_incident`)."""
    return getattr(installation, "incident", None) or ""


def _schedule(installation: Installation, run: Run, applied: Applied, now: datetime, use_by: datetime | None) -> None:
    """When to look again, and until when the verdict may be shown without another look."""
    installation.refreshed_at = now
    installation.lease_id = installation.lease_until = None
    next_look = now + spread(pause(installation, run, applied, now))
    fresh_until = next_look + settings.FRESH_FOR
    installation.fresh_until = min(fresh_until, use_by) if use_by else fresh_until
    wanted_anew = installation.wanted_at is not None and installation.wanted_at > run.started
    if not wanted_anew:
        installation.refresh_at, installation.wanted_at = next_look, None


def pause(installation: Installation, run: Run, applied: Applied, now: datetime) -> timedelta:
    """How long to leave the account alone: less when something is wrong or changed, more after a refused token."""
    token = installation.token
    if run.snapshot.token_refused and token is not None and token.rejected_since is not None:
        lately = now - token.rejected_since < REFUSED_LATELY
        return settings.REFRESH_ALERT if lately else settings.REFRESH_REFUSED
    if installation.verdict == Verdict.HEALTHY and not applied.changes:
        return settings.REFRESH_QUIET
    return settings.REFRESH_ALERT


def spread(length: timedelta) -> timedelta:
    """The length give or take a tenth, so that the fleet does not beat in step."""
    return length * _chance.uniform(0.9, 1.1)


def _write_down(installation: Installation, run: Run, applied: Applied, now: datetime) -> Refresh:
    refresh = Refresh.objects.create(
        installation=installation,
        started_at=run.started,
        ended_at=now,
        outcome=run.outcome,
        calls=run.log.calls,
        changes=len(applied.changes),
        wanted=run.by_staff,
    )
    Exchange.objects.bulk_create(run.log.rows(refresh))
    return refresh


def postpone(installation: Installation, started: datetime, now: datetime) -> Refresh:
    """Put the refresh off for a minute, since our share is used up; what staff wanted is wanted still."""
    installation.refresh_at = now + spread(timedelta(minutes=1))
    installation.lease_id = installation.lease_until = None
    return Refresh.objects.create(
        installation=installation,
        started_at=started,
        ended_at=now,
        outcome=Refresh.Outcome.POSTPONED,
        wanted=installation.wanted_at is not None,
    )
