"""Whatever is found, in whatever order and by whatever clock: what an issue's history never shows."""

from datetime import timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from extensions.health.issues import Course, follow, pass_time, values
from extensions.health.judging import Judgement
from extensions.health.models import Finding, Issue, IssueEvent
from extensions.installations.models import Installation, Verdict

START = timezone.now()
Kind = IssueEvent.Kind
# One that opens at once, one after a day, one that resolves after an hour too.
CODES = ("webhook.legacy", "field.changed", "api.limited")
FOUND = st.sampled_from(["absent", "holds", "unread", "explained"])
STEP = st.tuples(
    st.integers(-3 * 24 * 60, 3 * 24 * 60),  # minutes: clocks jump, also back
    st.fixed_dictionaries(dict.fromkeys(CODES, FOUND)),
    st.sampled_from(["judged", "judged", "judged", "passed", "disconnected"]),
)


class World:
    """An installation whose issues are kept in memory, and all that happened to them."""

    def __init__(self) -> None:
        self.installation = Installation(pk=1)
        self.now = START
        self.issues: dict[tuple[str, str], Issue] = {}
        self.findings: dict[str, Finding] = {}
        self.events: list[IssueEvent] = []

    def step(self, minutes: int, found: dict[str, str], what: str) -> Course:
        self.now += timedelta(minutes=minutes)
        course = Course()
        if what == "passed":
            due = [each for each in self.issues.values() if self._is_due(each)]
            pass_time(course, due, self.now)
        else:
            self._judge(course, {} if what == "disconnected" else found, ended=what == "disconnected")
        self.issues |= {(each.code, each.subject): each for each in course.changed}
        self.events += course.events
        return course

    def _is_due(self, issue: Issue) -> bool:
        opens = issue.state == "pending" and issue.opens_at <= self.now
        return (opens and not issue.explained_by and not issue.last_known) or (
            issue.state == "open" and issue.resolves_at is not None and issue.resolves_at <= self.now
        )

    def _judge(self, course: Course, found: dict[str, str], *, ended: bool) -> None:
        for code in CODES:
            state = found.get(code, "absent")
            if state == "absent" or (state == "unread" and code not in self.findings):
                self.findings.pop(code, None)
                continue
            before = self.findings.get(code)
            self.findings[code] = Finding(
                code=code,
                subject="",
                verdict="failing",
                rank=0,
                since=before.since if before else self.now,
                explained_by="extension.disabled" if state == "explained" else "",
                last_known=self.now if state == "unread" else None,
            )
        verdict = Verdict.DISCONNECTED if ended else Verdict.FAILING
        judgement = Judgement(verdict=verdict, findings=tuple(self.findings.values()))
        follow(course, self.installation, judgement, self.issues, self.now)

    def kinds(self, code: str) -> list[str]:
        return [each.kind for each in self.events if each.issue.code == code and each.kind != Kind.SEEN_AGAIN]


@given(st.lists(STEP, max_size=12))
def test_opening_and_resolving_take_turns(steps):
    world = World()
    for step in steps:
        world.step(*step)

    for code in CODES:
        kinds = world.kinds(code)
        assert kinds[:1] in ([], [Kind.OPENED])
        assert all(kind == (Kind.RESOLVED if number % 2 else kind) for number, kind in enumerate(kinds))
        assert Kind.OPENED not in kinds[1:]
        assert all(kind != Kind.RESOLVED for kind in kinds[::2])
        issue = world.issues.get((code, ""))
        assert (issue is not None and issue.state == "open") == (len(kinds) % 2 == 1)


@given(st.lists(STEP, max_size=12))
def test_an_unread_or_explained_finding_neither_opens_nor_resolves(steps):
    world = World()
    for minutes, found, what in steps:
        course = world.step(minutes, found, what)
        if what == "judged":
            still = {
                code for code, state in found.items() if state in ("unread", "explained") and code in world.findings
            }
            told = {(each.issue.code, each.kind) for each in course.events}
            assert not {code for code, kind in told if kind != Kind.SEEN_AGAIN} & still


@given(st.lists(STEP, max_size=12), STEP)
def test_judging_the_same_again_at_the_same_moment_changes_nothing(steps, last):
    world = World()
    for step in [*steps, (*last[:2], "judged")]:
        world.step(*step)
    before = {key: values(issue) for key, issue in world.issues.items()}

    course = world.step(0, last[1], "judged")

    assert course.events == []
    assert {key: values(issue) for key, issue in world.issues.items()} == before


@given(st.lists(STEP, max_size=12))
def test_nothing_ends_before_it_began(steps):
    world = World()
    for step in steps:
        world.step(*step)

    for issue in world.issues.values():
        if issue.state == "resolved" and issue.opened_at:
            assert issue.resolved_at >= issue.opened_at
        assert issue.state != "open" or issue.opened_at is not None
        assert issue.state != "resolved" or issue.resolved_at is not None


@given(st.lists(STEP, max_size=12))
def test_what_is_disconnected_has_no_issue_left(steps):
    world = World()
    for step in [*steps, (0, {}, "disconnected")]:
        world.step(*step)

    assert {issue.state for issue in world.issues.values()} <= {"resolved"}
