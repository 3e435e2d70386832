"""What is wrong with an installation, as its page tells it: causes with words, evidence, and what follows from each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from console.installation.grouping import Group, alike, by_code
from console.installation.opening import Opened
from console.repairs.showing import PLAN
from extensions.health.asking import type_of
from extensions.health.checks import CHECKS
from extensions.health.codes import CODES, Scope, matches
from extensions.health.codes import sentence as sentence_of
from extensions.health.judging import weight
from extensions.health.models import Finding, Issue
from extensions.health.repairable import can_repair
from extensions.health.words import Explanation, explain
from extensions.health.words.saying import HERE, listed
from extensions.installations.models import Exchange, Installation, Part, Refresh, Verdict
from extensions.installations.models.installation import STALE

# What stands in the first sentence already, or is only for the console itself.
NOT_TOLD = {"asked", "answer", "part", "parts", "template_type_name"}
RELINK = f"{HERE}: Relink"  # where a step is done that ends with a new token
MOST = 30  # causes told at length; the rest stand among the findings
MOST_VALUES = 50  # of a list in the evidence


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the console can do about it. `post` tells a button that acts from a link to where one acts."""

    label: str
    url: str
    post: bool = False


@dataclass(slots=True)
class Cause:
    """Findings of one code that nothing else explains, and all that their part of the page says; the worst leads."""

    group: Group
    words: Explanation
    key: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    shown_above: bool = False
    followers: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    issue: Issue | None = None
    everything: str = ""  # where all of the group are listed, when it has several

    @property
    def finding(self) -> Finding:
        return self.group.findings[0]

    @property
    def since(self) -> datetime:
        """Since when the first of them holds."""
        return min(each.since for each in self.group.findings)

    @property
    def told(self) -> list[tuple[str, str]]:
        """The rest of the evidence, as label and text."""
        pairs = ((name, value) for name, value in self.finding.evidence.items() if name not in NOT_TOLD)
        return [(name.replace("_", " "), text(value)) for name, value in pairs if value not in ("", None, [], {})]

    @property
    def following(self) -> list[Group]:
        """What follows from it, by code."""
        return by_code(self.followers)

    @property
    def explains(self) -> int:
        return len(self.followers) + len(self.unknown)


def text(value: Any) -> str:
    """A piece of evidence as one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return listed(map(text, value), MOST_VALUES)
    return str(value)


def causes_of(request: HttpRequest, opened: Opened, parts: Sequence[Part]) -> list[Cause]:
    """The causes, the worst first; a state that is too old comes before all that it makes doubtful."""
    installation = opened.installation
    findings = list(Finding.objects.filter(installation=installation))
    roots = sorted((each for each in findings if not each.explained_by), key=weight)
    if installation.shown_cause == STALE:  # type: ignore[attr-defined]
        roots.insert(0, _stale(installation))
    causes = [_cause(opened, group, number) for number, group in enumerate(alike(roots)[:MOST])]
    _follow(causes, findings)
    _unknown(causes, parts)
    _evidence(causes, installation)
    _issues(causes, opened)
    for cause in causes:
        cause.actions = list(_actions(request, opened, cause))
    return causes


def _cause(opened: Opened, group: Group, number: int) -> Cause:
    first, *others = group.findings
    words = explain(first, opened.installation, others=others)
    everything = f"{opened.address('installation-findings')}?code={first.code}" if others else ""
    return Cause(group, words, key=f"cause-{number}", everything=everything)


def _stale(installation: Installation) -> Finding:
    """The finding that is judged when read; it stands in no row."""
    since = installation.fresh_until or installation.connected_at
    return Finding(code=STALE, verdict=Verdict.UNKNOWN, since=since, installation=installation)


def _follow(causes: Iterable[Cause], findings: Iterable[Finding]) -> None:
    """Lay each explained finding under the cause that explains it; one whose explainer is explained too, likewise."""
    nearest: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        for place in _places(finding.code, finding):
            nearest.setdefault(place, finding)
    heads = {finding.pk: cause for cause in causes for finding in cause.group.findings}
    for finding in findings:
        root = finding
        seen = {root.code}
        while root.explained_by and root.explained_by not in seen:
            seen.add(root.explained_by)
            root = next((nearest[place] for place in _places(root.explained_by, root) if place in nearest), root)
        if root is not finding and root.pk in heads:
            heads[root.pk].followers.append(finding)


def _places(code: str, finding: Finding) -> list[tuple[str, ...]]:
    """Where to look for a finding with that code, the nearest first: of the same subject, of the same type, any."""
    kind = type_of(finding.code, finding.subject, finding.evidence)
    return [(code, "subject", finding.subject), (code, "type", kind), (code,)]


def _unknown(causes: Sequence[Cause], parts: Iterable[Part]) -> None:
    """Under each cause the further conditions that cannot be judged while it holds, each under one cause only."""
    unread = {part.name.partition("/")[0] for part in parts if part.unread_reason}
    told: set[str] = set()
    for cause in causes:
        patterns = [pattern for pattern, scope in CODES[cause.finding.code].explains if scope is Scope.ALL]
        for check in CHECKS:
            if not unread.intersection(check.needs):
                continue
            for code in check.codes:
                if code not in told and any(matches(pattern, code) for pattern in patterns):
                    told.add(code)
                    cause.unknown.append(code)


def _evidence(causes: Sequence[Cause], installation: Installation) -> None:
    """Give each cause the exchanges of its part from the latest refresh that has any; each part once on the page."""
    latest = Refresh.objects.filter(installation=installation, exchanges__isnull=False).order_by("-started_at")
    exchanges = Exchange.objects.filter(refresh=latest.values("pk")[:1]) if causes else []
    by_part: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        by_part.setdefault(exchange.part, []).append(exchange)
    shown: set[str] = set()
    for cause in causes:
        part = str(cause.finding.evidence.get("part", ""))
        cause.shown_above = part in shown
        if part in by_part and not cause.shown_above:
            cause.exchanges = by_part[part][:5]
            shown.add(part)


def _issues(causes: Sequence[Cause], opened: Opened) -> None:
    """Give each cause its issue: since when it has been one, and who handles it."""
    roots = [cause.finding for cause in causes if cause.finding.pk]
    if not roots:
        return
    issues = Issue.objects.unresolved().with_shown(opened.now).filter(installation=opened.installation)
    issues = issues.filter(code__in={each.code for each in roots}, subject__in={each.subject for each in roots})
    by_key = {(issue.code, issue.subject): issue for issue in issues.select_related("owner")}
    for cause in causes:
        cause.issue = by_key.get((cause.finding.code, cause.finding.subject))


def _actions(request: HttpRequest, opened: Opened, cause: Cause) -> Iterable[Action]:
    """What the console can do about a cause, as far as this person may."""
    may, code = request.user.has_perm, cause.finding.code
    room = code.partition(".")[0]
    if may(PLAN) and any(can_repair(each, opened.installation.mode) for each in cause.group.findings):
        yield Action("Repair…", opened.address("installation-repair"))
    if room in {"user", "workspace"} and may("installations.choose_acting_user"):
        yield Action("Choose the acting user…", opened.address("installation-people"))
    if room in {"field", "mapping"}:
        yield Action("Open the field inspector", f"{opened.address('installation-fields')}?differs=1")
    if room == "webhook":
        yield Action("See the webhooks", opened.address("installation-webhooks"))
    if room == "template_type":
        yield Action("See the templates", opened.address("installation-templates"))
    if code == "mapping.incomplete":
        yield Action("See what fills the fields", opened.address("installation-mapping"))
    relinking = any(step.where == RELINK for step in cause.words.steps)
    if relinking and may("accounts.relink_account"):
        yield Action("Relink…", opened.address("installation-relink"))


def sentences(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their plain sentences."""
    return [(code, sentence_of(code)) for code in codes]
