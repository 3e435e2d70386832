"""The pages of test contracts: choose and confirm, run, what came of it, and cleaning up."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from console.audit import actor_of
from console.contract_tests.running import Asked, Refused, SentBefore, Tested, clean_up, key_of, offered, run
from console.installation.opening import Opened, opened
from console.lineage.pasting import Pasted, in_memory, pasted
from console.lineage.showing import shown_comparison, shown_lines
from console.lineage.ways import ways
from console.pages import page
from extensions.installations.models import Part
from extensions.mappings.contract_testing import is_real
from extensions.mappings.lineage import Lineage, Outcome, compare, trace
from extensions.mappings.models import ContractTest

TEST = "mappings.make_test_contract"
BOTH = ("GET", "POST")
MOST_TESTS = 20
# This page has little else to show, so that a longer record can go back into its form.
MOST_SHOWN = 80_000
# What cleaning up came to, by the test's state.
CLEANED = {
    ContractTest.State.LEFT: (messages.WARNING, "A contract may still be there."),
    ContractTest.State.TAKEN: (messages.WARNING, "Somebody uses the contract by now, so it was not deleted."),
    "": (messages.SUCCESS, "Nothing of the test contract remains."),
}


@page(TEST, unaudited="asks Oneflow what the acting user can use; nothing is made or kept", methods=BOTH)
@in_memory
def prepare(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Choose workspace and template from what Oneflow offers now, and confirm; below, the tests so far."""
    this = opened(oneflow_id, key)
    form = pasted(request, most_shown=MOST_SHOWN) if request.method == "POST" else Pasted()
    return _page(request, this, form, _traced(this, form))


@page(TEST, audited="contract.test", methods=("POST",), form="installation-test-contract")
@in_memory
def start(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Make the contract, read it back, compare, delete; shows each step and field."""
    this, form = opened(oneflow_id, key), pasted(request, most_shown=MOST_SHOWN)
    lineage = _traced(this, form)
    if form.record is None:
        return _page(request, this, form, lineage)
    try:
        tested = run(this.installation, lineage, _asked(request), actor_of(request))
    except Refused as exc:
        return _page(request, this, form, lineage, refused=str(exc))
    except SentBefore:
        messages.info(request, "This form was sent before, so nothing was made again. What came of it stands below.")
        return redirect(this.address("installation-test-contract"))
    return render(request, "contract_tests/result.html", _result(request, this, tested))


@page(TEST, audited="contract.clean_up", methods=("POST",))
def tidy(request: HttpRequest, oneflow_id: int, key: str, pk: int) -> HttpResponse:
    """Delete what a test may have left."""
    this = opened(oneflow_id, key)
    tests = ContractTest.objects.filter(installation=this.installation)
    test = get_object_or_404(tests.select_related("installation__account", "installation__extension"), pk=pk)
    test.installation = this.installation
    try:
        if not (test.may_remain(timezone.now()) or test.state == ContractTest.State.TAKEN):
            raise Refused("Nothing of this test remains, or it is still running.")
        cleaned = clean_up(test, actor_of(request))
    except Refused as exc:
        messages.error(request, str(exc))
    else:
        level, words = CLEANED.get(cleaned.state, CLEANED[""])
        messages.add_message(request, level, words)
    return redirect(this.address("installation-test-contract"))


def _traced(this: Opened, form: Pasted) -> Lineage:
    parts = {part.name: part for part in Part.objects.filter(installation=this.installation)}
    return trace(this.installation, parts, form.record or {})


def _asked(request: HttpRequest) -> Asked:
    """What the form asks for. Raises `Refused` for one that no page of ours made."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused("The form was not complete. Load the page anew.") from None
    return Asked(key, request.POST.get("template", ""), request.POST.get("confirmation", ""))


def _page(request: HttpRequest, this: Opened, form: Pasted, lineage: Lineage, *, refused: str = "") -> HttpResponse:
    installation = this.installation
    try:
        offers = offered(installation, lineage) if installation.blueprint else ()
        unread = ""
    except Refused as exc:
        offers, unread = (), str(exc)
    now = timezone.now()
    tests = [(test, test.may_remain(now)) for test in installation.contract_tests.all()[:MOST_TESTS]]  # type: ignore[attr-defined]
    return render(
        request,
        "contract_tests/prepare.html",
        this.page(
            request,
            "installation-fields",
            title="Test contract",
            form=form,
            offers=[(key_of(each), each) for each in offers],
            unread=unread,
            refused=refused,
            real=is_real(installation.extension),
            chosen=request.POST.get("template", ""),
            key=uuid4(),
            tests=tests,
        ),
    )


def _result(request: HttpRequest, this: Opened, tested: Tested) -> dict[str, Any]:
    """What came of a test: each step with what Oneflow said, each field as it was sent and as it was held."""
    test, outcome = tested.test, tested.outcome
    sent = [] if outcome.held is None else compare(tested.of, outcome.held)
    filled = [each for each in sent if each.line.outcome is Outcome.FILLED]
    return this.page(
        request,
        "",
        title="Test contract",
        test=test,
        remains=test.state == ContractTest.State.LEFT,
        steps=list(zip(test.steps, outcome.steps, strict=True)),
        unsent=shown_lines(tested.of.amiss),
        compared=shown_comparison(tested.of, filled, attention=False) if filled else None,
        contract=True,
        ways=ways(this, request.user),
    )
