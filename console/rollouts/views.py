"""The pages of rollouts: plan one, follow it wave by wave, and see who must do what in which account."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Deed
from console import exporting
from console.assurance import read as read_assurance
from console.audit import actor_of
from console.installation.paging import paged, rest_of_address
from console.pages import context, page, refuse
from console.rollouts import queueing
from console.rollouts.forms import Plan
from console.rollouts.members import COLUMNS, Asked, chosen
from console.rollouts.outcomes import PARTIES, latest_of
from console.rollouts.todo import to_do
from console.rollouts.way import way
from extensions.health import ageing
from extensions.installations import rollouts
from extensions.installations.models import Rollout, RolloutMember
from extensions.installations.moving import count, to_give_back

SEE, RUN, EXPORT = "installations.view_rollout", "installations.run_rollout", "installations.export_installation"
POST = ("POST",)
Member, State = RolloutMember.State, Rollout.State
# What can be done in each state, as the addresses call it.
VERBS: dict[str, tuple[str, ...]] = {
    State.PLANNED: ("start", "end"),
    State.RUNNING: ("pause", "back", "end"),
    State.PAUSED: ("resume", "back", "end"),
    State.STOPPED: ("resume", "back", "end"),
    State.DONE: ("back",),
    State.ENDED: ("back",),
    State.RETURNED: ("back",),  # while somebody is, or came to be again, on the version by it
}
# Those that are asked about first are sheets of the page.
BUTTONS = {
    "start": ("Start with the canary", "primary"),
    "resume": ("Resume", "primary"),
    "pause": ("Pause", ""),
}
SAID = {
    "start": "The rollout is started: the canary is moved and read now.",
    "pause": "The rollout pauses. Whoever was moved is judged all the same.",
    "resume": "The rollout goes on.",
    "end": "The rollout is ended. Whoever was moved stays on the version.",
    "back": "The rollout is taken back: everybody who was moved gets the version of before.",
}


@page(SEE, unaudited="lists rollouts of blueprint versions; nothing of a customer")
def rollouts_list(request: HttpRequest) -> HttpResponse:
    """The rollouts, the latest first, and for those who may the form that plans one."""
    return _list(request, Plan(initial={"blueprint": request.GET.get("version", "").replace("\0", "")}))


@page(RUN, audited="rollout.plan", methods=POST, form="rollouts")
def plan(request: HttpRequest) -> HttpResponse:
    """Plan one; nobody is moved before it is started."""
    form = Plan(request.POST)
    if form.is_valid():
        try:
            return redirect("rollout", form.apply(actor=actor_of(request), now=timezone.now()).pk)
        except rollouts.Refused as exc:
            form.add_error(None, str(exc))
            Deed(actor_of(request), "rollout.plan", "rollout", outcome="refused", reason=str(exc)).tell()
    return _list(request, form, status=422)


def _list(request: HttpRequest, form: Plan, status: int = 200) -> HttpResponse:
    rows = Rollout.objects.select_related("extension", "blueprint__extension")
    return render(
        request,
        "rollouts/rollouts.html",
        context(
            request,
            title="Rollouts",
            crumbs=way(),
            form=form if request.user.has_perm(RUN) else None,
            released=form.fields["blueprint"].queryset.exists(),
            rows=paged(request, rows, per_page=20),
            rest=rest_of_address(request),
        ),
        status=status,
    )


@page(SEE, unaudited="shows which accounts are moved to a version; no personal data")
def rollout(request: HttpRequest, number: int) -> HttpResponse:
    """Its waves in counts, and its members: narrowed by `state`, `wave`, `who` and `failing`."""
    row, asked = found(number), Asked.of(request.GET)
    counted = _counted(row)
    total: Counter[str] = sum(counted.values(), Counter())
    rows = chosen(row, asked).select_related("installation__account", "installation__blueprint", "before_blueprint")
    verbs = VERBS.get(row.state, ()) if request.user.has_perm(RUN) else ()
    preview = latest_of(row.blueprint_id) if row.state == State.PLANNED else None
    return render(
        request,
        "rollouts/rollout.html",
        context(
            request,
            title=f"Rollout {row.pk}",
            crumbs=way(("Rollouts", reverse("rollouts"))),
            rollout=row,
            asked=asked,
            waves=_waves(counted),
            states=[(each, total[each.value]) for each in Member],
            failing=total["newly_failing"],
            costly=total["costs_token"],
            total=_size(total),
            parties=list(PARTIES.items()),
            progress=_progress(row, total),
            preview=preview,
            out_of_date=preview is not None and bool(ageing.since(preview)),
            rows=paged(request, rows),
            rest=rest_of_address(request),
            verbs=[(reverse(f"rollout-{verb}", args=[row.pk]), *BUTTONS[verb]) for verb in verbs if verb in BUTTONS],
            may_end="end" in verbs,
            may_take_back=_may_take_back(request, row),
            key=row.extension.integration_key,
            may_export=request.user.has_perm(EXPORT),
        ),
    )


def _counted(row: Rollout) -> dict[int, Counter[str]]:
    """By wave, how many are in which state: who waits in a rollout that is over is left as it is."""
    counted = count(row)
    if not row.is_open:
        for each in counted.values():
            each[Member.LEFT] += each.pop(Member.WAITING, 0)
    return counted


def _waves(counted: dict[int, Counter[str]]) -> list[tuple[int, Counter[str], int]]:
    """Each wave with its counts and its size, those who are in none yet last."""
    return [(wave, counted[wave], _size(counted[wave])) for wave in sorted(counted, key=lambda each: (each == 0, each))]


def _size(counted: Counter[str]) -> int:
    return sum(counted[each.value] for each in Member)


def found(number: int) -> Rollout:
    """The rollout with that number; 404 when there is none."""
    rows = Rollout.objects.select_related("extension", "blueprint__extension")
    # SQLite cannot even look for a larger number.
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404(f"There is no rollout {number}. It may have been deleted when its time was over.")
    return row


def _progress(row: Rollout, total: Counter[str]) -> dict[str, Any] | None:
    """While it moves or goes back: how many are judged of all, and whether anybody is there to do it."""
    if row.state not in (State.RUNNING, State.RETURNING):
        return None
    if row.state == State.RETURNING:
        done, left = total[Member.BACK] + total[Member.LEFT], sum(total[each] for each in RolloutMember.HERE)
        return {"done": done, "of": done + left, "judging": 0, "worker": read_assurance()["worker"]["alive"]}
    of = _size(total)
    done = of - total[Member.WAITING] - total[Member.MOVED]
    return {"done": done, "of": of, "judging": total[Member.MOVED], "worker": read_assurance()["worker"]["alive"]}


@page(SEE, unaudited="says how far a rollout is")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The line that says how far it is, and the waves; the page is loaded anew once it stands still.

    Likewise once the first are moved: then it can be taken back, which the page did not offer unless it says `back`.
    """
    row, query = found(number), request.GET.copy()
    offered = bool(query.pop("back", None))
    counted = _counted(row)
    state = _progress(row, sum(counted.values(), Counter()))
    may_take_back = _may_take_back(request, row)
    if state is None or may_take_back != offered:
        return HttpResponse(headers={"HX-Refresh": "true"})
    shown = {
        "rollout": row,
        "progress": state,
        "waves": _waves(counted),
        "asked": Asked.of(query),
        "rest": query.urlencode(),
        "may_take_back": may_take_back,
        "swapped": True,
    }
    return render(request, "rollouts/rollout_progress.html", shown)


def _may_take_back(request: HttpRequest, row: Rollout) -> bool:
    may = "back" in VERBS.get(row.state, ()) and request.user.has_perm(RUN)
    return may and to_give_back(row).exists()


@page(RUN, audited="rollout.start", methods=POST)
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Move the canary."""
    return _do(request, number, "start", now=timezone.now())


@page(RUN, audited="rollout.pause", methods=POST)
def pause(request: HttpRequest, number: int) -> HttpResponse:
    """Move nobody for now."""
    return _do(request, number, "pause")


@page(RUN, audited="rollout.resume", methods=POST)
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """Go on."""
    return _do(request, number, "resume")


@page(RUN, audited="rollout.end", methods=POST)
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Move nobody any more."""
    return _do(request, number, "end", now=timezone.now())


@page(RUN, audited="rollout.back", methods=POST)
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Give everybody the version of before."""
    return _do(request, number, "back")


def _do(request: HttpRequest, number: int, verb: str, **options: Any) -> HttpResponse:
    row = found(number)
    try:
        getattr(rollouts, verb)(row, actor=actor_of(request), **options)
    except rollouts.Refused as exc:
        refuse(request, f"rollout.{verb}", row, str(exc))
    else:
        messages.success(request, SAID[verb])
        queueing.kick(queueing.ROLLOUTS)
    return redirect("rollout", row.pk)


@page(EXPORT, audited="rollout.export")
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """The members of the page's view, as CSV."""
    row = found(number)
    rows = chosen(row, Asked.of(request.GET))
    Deed(actor_of(request), "rollout.export", row, details={"rows": rows.count()}).tell()
    return exporting.csv_of(rows, COLUMNS, f"rollout-{row.pk}.csv")


@page(SEE, unaudited="shows what an account needs to have all of a version; no personal data")
def account(request: HttpRequest, number: int, oneflow_id: int) -> HttpResponse:
    """What Oneflow, the customer and we must do in one account."""
    row = found(number)
    members = row.members.select_related("installation__account", "installation__blueprint", "before_blueprint")
    member = members.filter(installation__account__oneflow_id=oneflow_id).first() if oneflow_id < 2**63 else None
    if member is None:
        raise Http404(f"Account {oneflow_id} is not in rollout {number}.")
    installation = member.installation
    return render(
        request,
        "rollouts/account.html",
        context(
            request,
            title=str(installation.account),
            crumbs=way(("Rollouts", reverse("rollouts")), (f"Rollout {row.pk}", reverse("rollout", args=[row.pk]))),
            version=row.blueprint.version,
            installation=installation,
            account=installation.account,
            member=member,
            todo=to_do(installation.pk, row.blueprint, timezone.now()),
            key=row.extension.integration_key,
        ),
    )
