"""What a customer is told of their account: their open issues in the letters' words, and nothing of how we know."""

from dataclasses import dataclass
from datetime import datetime

from extensions.health.models import Finding, Issue, MaintenanceWindow
from extensions.health.words.letters import LETTERS, OURS
from extensions.health.words.saying import Case
from extensions.installations.models import Installation, Verdict

DISTURBED = (Verdict.FAILING, Verdict.UNKNOWN)
MOST = 50  # letters on one page; more of the same kind are counted


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong and what to do about it, as paragraphs."""

    since: datetime
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The whole page: what needs the customer, how much more is ours to mend, and how fresh it is.

    `disturbed` says that something is wrong of which the customer is asked nothing, or not yet: Oneflow is down, or
    what is wrong has not lasted long enough to be an issue.
    """

    told: tuple[Told, ...]
    untold: int
    ours: int
    disturbed: bool
    checked_at: datetime | None
    stale: bool
    maintenance_until: datetime | None

    @property
    def well(self) -> bool:
        return not (self.told or self.ours or self.stale or self.disturbed)


def status_of(installation: Installation, language: str, now: datetime) -> Status:
    """The state of the installation for its customer, in "en" or "sv"."""
    issues = list(Issue.objects.open(now).filter(installation=installation).order_by("rank", "holds_since", "pk"))
    found = {(each.code, each.subject): each for each in Finding.objects.filter(installation=installation)}
    told: dict[str, datetime] = {}
    ours = 0
    for issue in issues:
        if issue.explained_by:
            # What it follows from is told, or is nobody's here: acting on this one would mend nothing.
            continue
        text = _text(found.get((issue.code, issue.subject)) or _as_it_was(issue), installation, language)
        if text:
            # Several of one kind have one letter: what to do is said once, since the first of them.
            told[text] = min(issue.holds_since, told.get(text, issue.holds_since))
        else:
            ours += 1
    shown = list(told.items())[:MOST]
    return Status(
        told=tuple(Told(since, tuple(text.split("\n\n"))) for text, since in shown),
        untold=len(told) - len(shown),
        ours=ours,
        disturbed=not told and not ours and (bool(issues) or installation.verdict in DISTURBED),
        checked_at=installation.refreshed_at,
        stale=installation.fresh_until is None or installation.fresh_until <= now,
        maintenance_until=_maintenance_until(installation, now),
    )


def _maintenance_until(installation: Installation, now: datetime) -> datetime | None:
    ends = MaintenanceWindow.objects.active(now).over(installation.account).order_by("-ends_at")
    return ends.values_list("ends_at", flat=True).first()


def _text(finding: Finding, installation: Installation, language: str) -> str:
    write = LETTERS.get(finding.code)
    if write is None or finding.code in OURS:
        return ""
    text = write(Case(finding, installation, installation.mode))
    return text.swedish if language == "sv" else text.english


def _as_it_was(issue: Issue) -> Finding:
    """The finding of an issue that waits to be resolved: its own row is gone."""
    return Finding(
        installation=issue.installation,
        code=issue.code,
        subject=issue.subject,
        subject_name=issue.subject_name,
        verdict=issue.verdict,
    )
