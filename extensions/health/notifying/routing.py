"""From transitions to notifications: every rule is asked once, and each channel is told once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from extensions.health.models import Member, Notification, Rule, Transition
from extensions.installations.models import Verdict

BATCH = 500
MOST_BATCHES = 20
MOST_MEMBERS = 5000


@dataclass(frozen=True, slots=True)
class Subject:
    """What a transition is about, as far as rules ask."""

    codes: tuple[str, ...]
    rank: int
    extension: int | None
    everyone: bool = False
    owners: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()

    def is_taken_by(self, rule: Rule) -> bool:
        """Whether the rule is about it. An incident is whoever's one of its members is."""
        return (
            any(rule.takes(code, self.rank) for code in self.codes)
            and (rule.extension_id is None or self.extension in (None, rule.extension_id))
            and (rule.owner_id is None or self.everyone or rule.owner_id in self.owners)
            and (rule.tag_id is None or self.everyone or rule.tag_id in self.tags)
        )


@dataclass(slots=True)
class _Accounts:
    """Owners and tags of accounts."""

    owners: dict[int, int] = field(default_factory=dict)
    tags: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def tags_of(self, accounts: Iterable[int]) -> frozenset[int]:
        return frozenset(tag for each in accounts for tag in self.tags.get(each, ()))

    def owners_of(self, accounts: Iterable[int]) -> frozenset[int]:
        return frozenset(self.owners[each] for each in accounts if each in self.owners)


def route(now: datetime) -> int:
    """Turn what is not routed yet into notifications, in batches; how many transitions that were."""
    total = 0
    for _ in range(MOST_BATCHES):
        done = _batch(now)
        total += done
        if done < BATCH:
            break
    return total


def _batch(now: datetime) -> int:
    with transaction.atomic():
        waiting = Transition.objects.filter(routed_at=None).order_by("pk")
        held = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        if not held:
            return 0
        rows = with_subject(Transition.objects.filter(pk__in=held).order_by("pk"))
        rules = list(Rule.objects.filter(enabled=True, channel__enabled=True))
        # What grew worse is asked about again: where it was not told for being too mild, it may be told now.
        Notification.objects.filter(transition__in=held, state=Notification.State.DROPPED).delete()
        _store(_begun(rows, rules))
        _store(_over(rows))
        Transition.objects.filter(pk__in=held).update(routed_at=now)
        return len(held)


def with_subject(rows: Iterable[Transition]) -> list[Transition]:
    """The transitions with issue, installation, account and incident loaded."""
    return list(
        rows.select_related(  # type: ignore[attr-defined]
            "issue__installation__account", "issue__installation__extension", "incident__extension"
        )
    )


def _store(notifications: Iterable[Notification]) -> None:
    Notification.objects.bulk_create(notifications, ignore_conflicts=True, batch_size=1000)


def _begun(rows: Sequence[Transition], rules: Sequence[Rule]) -> Iterator[Notification]:
    begun = [each for each in rows if each.kind == Transition.Kind.BEGUN]
    if not begun or not rules:
        return
    subjects = subjects_of(begun)
    soonest = _soonest_first(rules)
    for row in begun:
        told: set[int] = set()
        for rule in soonest:
            if rule.channel_id not in told and subjects[row.pk].is_taken_by(rule):
                told.add(rule.channel_id)
                yield Notification(channel_id=rule.channel_id, rule=rule, transition=row, due_at=due(rule, row))


def _soonest_first(rules: Iterable[Rule]) -> list[Rule]:
    """Of several rules for one channel the soonest tells, and the others would only say it again."""
    order = {Rule.Digest.NONE: 0, Rule.Digest.HOURLY: 1, Rule.Digest.DAILY: 2}
    return sorted(rules, key=lambda each: (order[Rule.Digest(each.digest)], each.pk))


def hand_over(channel: int, waiting: Iterable[Notification]) -> None:
    """Give beginnings that their rule no longer asks for to another rule of the channel; where none does, to none."""
    begun = [each for each in waiting if each.transition.kind == Transition.Kind.BEGUN]
    subjects = subjects_of([each.transition for each in begun])
    orphans = [each for each in begun if not is_asked_for(each, subjects)]
    if not orphans:
        return
    rules = _soonest_first(Rule.objects.filter(enabled=True, channel=channel))
    for each in orphans:
        each.rule = next((rule for rule in rules if _may_tell(rule, each, subjects)), None)
    Notification.objects.bulk_update(orphans, ["rule"], batch_size=500)


def is_asked_for(notification: Notification, subjects: Mapping[int, Subject]) -> bool:
    """Whether its rule is still there and on, and still about it: staff may have edited the rule since."""
    rule = notification.rule
    return rule is not None and rule.enabled and subjects[notification.transition_id].is_taken_by(rule)


def _may_tell(rule: Rule, notification: Notification, subjects: Mapping[int, Subject]) -> bool:
    """Whether a rule would tell it too; what was told before only if it repeats."""
    first = notification.number == 0
    return (first or rule.repeat_hours is not None) and subjects[notification.transition_id].is_taken_by(rule)


def _over(rows: Sequence[Transition]) -> Iterator[Notification]:
    """The end is told where the beginning was to be, if its rule wants that; a rule that is gone has no say."""
    over = {each.begun_key: each for each in rows if each.kind == Transition.Kind.OVER}
    wanted = Q(rule=None) | Q(rule__all_clear=True)
    beginnings = Notification.objects.filter(wanted, transition__key__in=over, number=0)
    for each in beginnings.select_related("rule", "transition") if over else ():
        row = over[each.transition.key]
        yield Notification(channel_id=each.channel_id, rule=each.rule, transition=row, due_at=due(each.rule, row))


def subjects_of(rows: Sequence[Transition]) -> dict[int, Subject]:
    """What each transition is about: at most three statements."""
    members: dict[int, set[int]] = defaultdict(set)
    incidents = [each.incident_id for each in rows if each.incident_id]
    found = Member.objects.filter(incident__in=incidents).values_list("incident", "installation__account")
    for incident, account in found[:MOST_MEMBERS] if incidents else ():
        members[incident].add(account)
    ids = {each.issue.installation.account_id for each in rows if each.issue} | set().union(*members.values())
    accounts = _accounts(ids)
    return {each.pk: _subject(each, members, accounts) for each in rows}


def _subject(row: Transition, members: dict[int, set[int]], accounts: _Accounts) -> Subject:
    if row.incident is not None:
        mine = members[row.incident.pk]
        codes = tuple(dict.fromkeys([row.incident.code, *(code for code, _ in row.incident.keys)]))
        return Subject(
            codes,
            _rank(row.incident.verdict),
            row.incident.extension_id,
            everyone=row.incident.everyone,
            owners=accounts.owners_of(mine),
            tags=accounts.tags_of(mine),
        )
    assert row.issue is not None
    installation = row.issue.installation
    own = {row.issue.owner_id} if row.issue.owner_id else set()
    mine = {installation.account_id}
    return Subject(
        (row.issue.code,),
        row.issue.rank,
        installation.extension_id,
        owners=accounts.owners_of(mine) | own,
        tags=accounts.tags_of(mine),
    )


def _rank(verdict: str) -> int:
    return Verdict(verdict).rank


def _accounts(ids: Collection[int]) -> _Accounts:
    found = _Accounts()
    if ids:
        found.owners.update(
            Account.objects.filter(pk__in=ids).exclude(owner=None).order_by().values_list("pk", "owner")
        )
        for account, tag in Account.tags.through.objects.filter(account__in=ids).values_list("account", "tag"):
            found.tags[account].add(tag)
    return found


def due(rule: Rule | None, row: Transition) -> datetime:
    """When it is told. An issue's beginning is held back a little, since it may be one of many."""
    if rule is not None and rule.digest == Rule.Digest.HOURLY:
        return row.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if rule is not None and rule.digest == Rule.Digest.DAILY:
        return _next(rule, row.at)
    held = row.issue_id is not None and row.kind == Transition.Kind.BEGUN
    return row.at + settings.NOTIFY_HOLD if held else row.at


def _next(rule: Rule, moment: datetime) -> datetime:
    """The next time of day at which the rule sends, by the clock on the wall."""
    local = timezone.localtime(moment)
    at = rule.daily_at
    today = local.replace(hour=at.hour if at else 8, minute=at.minute if at else 0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)
