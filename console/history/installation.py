"""One installation at a past instant, and what has become of it since."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.history.asking import asked_moment
from console.installation.opening import SEE, opened
from console.pages import page
from extensions.health.as_of import ABSENT, open_at, with_verdict_at
from extensions.health.codes import sentence
from extensions.health.models import Flip, Issue
from extensions.installations.models import Change, Installation

MOST = 200  # issues and flips told one by one


@dataclass(frozen=True, slots=True)
class Told:
    """An issue that was open then, is open now, or both."""

    issue: Issue
    sentence: str
    then: bool
    now: bool

    @property
    def what(self) -> str:
        """What became of it."""
        return "still open" if self.then and self.now else "resolved since" if self.then else "new since"


@page(SEE, unaudited="shows verdicts and causes of a past moment; no personal data")
def installation(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Verdict and open issues then, beside those of now, and the flips between."""
    this = opened(oneflow_id, key)
    moment = asked_moment(request)
    then = with_verdict_at(Installation.objects.filter(pk=this.installation.pk), moment.at).get()
    issues = list(_issues(this.installation, moment.at, moment.now))
    flips = Flip.objects.filter(installation=this.installation, at__gt=moment.at).with_end()
    return render(
        request,
        "history/installation.html",
        this.page(
            request,
            "installation-as-of",
            title="As it was",
            moment=moment,
            then=then,
            absent=then.then_verdict == ABSENT,  # type: ignore[attr-defined]
            then_sentence=sentence(then.then_cause),  # type: ignore[attr-defined]
            now_sentence=sentence(this.installation.shown_cause),  # type: ignore[attr-defined]
            issues=issues[:MOST],
            more_issues=max(len(issues) - MOST, 0),
            flips=[(flip, flip.lasted(moment.now), sentence(flip.cause)) for flip in flips[:MOST]],
            changes=Change.objects.filter(installation=this.installation, at__gt=moment.at).count(),
        ),
    )


def _issues(installation: Installation, at: datetime, now: datetime) -> list[Told]:
    """The issues of then and now, those of both first, then what is new, then what is over."""
    mine = Issue.objects.filter(installation=installation)
    before = set(open_at(mine, at).values_list("pk", flat=True))
    today = set(mine.open(now).values_list("pk", flat=True))
    rows = mine.filter(pk__in=before | today).order_by("rank", "holds_since", "pk")
    told = [Told(each, sentence(each.code), each.pk in before, each.pk in today) for each in rows]
    return sorted(told, key=lambda each: (not each.now, not each.then))
