"""What a judgement, and the passing of time, do to the issues of an installation. Pure: nothing is read or written.

An unread part opens and resolves nothing. Clocks may jump: nothing is dated before what it ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from extensions.health.codes import CODES, NOW
from extensions.health.judging import Judgement, Key
from extensions.health.models import Finding, Issue, IssueEvent
from extensions.installations.models import Installation, Verdict

# Written by judging and time; the other columns are staff's.
JUDGED = (
    "subject_name",
    "verdict",
    "rank",
    "state",
    "holds_since",
    "opens_at",
    "opened_at",
    "first_opened_at",
    "reopened",
    "gone_at",
    "resolves_at",
    "resolved_at",
    "explained_by",
    "last_known",
)
PENDING, OPEN, RESOLVED = Issue.State


@dataclass(slots=True)
class Course:
    """What becomes of issues: the rows to be written, what happened to some of them, and the open ones grown worse."""

    changed: list[Issue] = field(default_factory=list)
    events: list[IssueEvent] = field(default_factory=list)
    worsened: list[Issue] = field(default_factory=list)

    def add(self, issue: Issue, before: tuple[object, ...] | None) -> None:
        """Have the issue written if it differs from how it was; None for a new one."""
        if before != values(issue):
            self.changed.append(issue)

    def note(self, issue: Issue, kind: IssueEvent.Kind, at: datetime, cause: str = "") -> None:
        self.events.append(IssueEvent(issue=issue, kind=kind, at=at, cause=cause))

    def of(self, kind: IssueEvent.Kind) -> list[Issue]:
        """The issues to which that happened."""
        return [event.issue for event in self.events if event.kind == kind]


def values(issue: Issue) -> tuple[object, ...]:
    """What judging keeps of an issue."""
    return tuple(getattr(issue, name) for name in JUDGED)


def follow(
    course: Course, installation: Installation, judgement: Judgement, issues: Mapping[Key, Issue], now: datetime
) -> None:
    """Bring the installation's issues in line with a judgement of `now`.

    `issues` holds every unresolved one, and the resolved ones that the judgement's causes may reopen.
    """
    held = {(each.code, each.subject): each for each in judgement.findings}
    for key, finding in held.items():
        issue = issues.get(key)
        before = values(issue) if issue else None
        if issue is None or issue.state == RESOLVED:
            # What follows from something else, or was not read, is no news.
            if finding.explained_by or finding.last_known:
                continue
            issue = _begun(issue, installation, finding, now)
        _hold(course, issue, finding, now)
        course.add(issue, before)
    ended = judgement.verdict == Verdict.DISCONNECTED
    for key, issue in issues.items():
        if key in held or issue.state == RESOLVED:
            continue
        before = values(issue)
        _let_go(course, issue, now, ended=ended)
        course.add(issue, before)


def pass_time(course: Course, issues: Iterable[Issue], now: datetime) -> None:
    """Open or resolve what is due, though nobody has looked since."""
    for issue in issues:
        if issue.state == PENDING:
            _open(course, issue, now)
        else:
            _resolve(course, issue, now)
        course.changed.append(issue)


def _begun(issue: Issue | None, installation: Installation, finding: Finding, now: datetime) -> Issue:
    """The issue, pending: a new one, or the one that was resolved before."""
    issue = issue or Issue(installation=installation, code=finding.code, subject=finding.subject)
    issue.state = PENDING
    issue.holds_since = min(finding.since, now)
    issue.gone_at = issue.resolves_at = None
    return issue


def _hold(course: Course, issue: Issue, finding: Finding, now: datetime) -> None:
    """The condition is there: seen, or last known."""
    issue.explained_by, issue.last_known = finding.explained_by, finding.last_known
    if finding.last_known:
        return
    if issue.state == OPEN and finding.rank < issue.rank and not finding.explained_by:
        course.worsened.append(issue)
    issue.subject_name, issue.verdict, issue.rank = finding.subject_name, finding.verdict, finding.rank
    if issue.gone_at is not None:
        issue.gone_at = issue.resolves_at = None
        course.note(issue, IssueEvent.Kind.SEEN_AGAIN, now)
    if issue.state == PENDING:
        code = CODES.get(issue.code)
        # A clock that was ahead must not put the opening off.
        issue.holds_since = min(issue.holds_since, now)
        issue.opens_at = issue.holds_since + (code.opens_after if code else NOW)
        if issue.opens_at <= now and not issue.explained_by:
            _open(course, issue, now)


def _let_go(course: Course, issue: Issue, now: datetime, *, ended: bool) -> None:
    """The condition was looked for and is not there, or the connection has ended."""
    issue.explained_by, issue.last_known = "", None
    if issue.state == PENDING:
        # It passed before it opened: nobody was told, and nobody is.
        issue.state, issue.gone_at, issue.resolved_at = RESOLVED, now, issue.resolved_at or now
        return
    code = CODES.get(issue.code)
    issue.gone_at = issue.gone_at or now
    issue.resolves_at = issue.gone_at + (code.resolves_after if code else NOW)
    # A clock that was ahead must not put the resolving off.
    if issue.gone_at > now:
        issue.gone_at, issue.resolves_at = now, now + (issue.resolves_at - issue.gone_at)
    if ended or issue.resolves_at <= now:
        _resolve(course, issue, now, cause="disconnected" if ended else "")


def _open(course: Course, issue: Issue, now: datetime) -> None:
    again = issue.first_opened_at is not None
    issue.state, issue.opened_at, issue.resolved_at = OPEN, now, None
    issue.first_opened_at = issue.first_opened_at or now
    issue.reopened += again
    course.note(issue, IssueEvent.Kind.REOPENED if again else IssueEvent.Kind.OPENED, now)


def _resolve(course: Course, issue: Issue, now: datetime, cause: str = "") -> None:
    issue.state = RESOLVED
    issue.resolved_at = max(now, issue.opened_at or now)
    issue.resolves_at = None
    course.note(issue, IssueEvent.Kind.RESOLVED, issue.resolved_at, cause)
