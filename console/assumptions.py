"""What the console takes for true though Oneflow does not document it, and where a screen links to say so."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.pages import context, page
from oneflow.assumed import ASSUMPTIONS as OF_THE_CLIENT


@dataclass(frozen=True, slots=True)
class Assumption:
    """One statement: what we assume, and what rests on it."""

    anchor: str
    statement: str
    consequence: str = ""


def _bare(sentence: str) -> str:
    """The statement without the word that the page says once for all of them."""
    text = sentence.removeprefix("Assumed: ")
    return text[:1].upper() + text[1:]


ASSUMPTIONS = (
    *(Assumption(name.replace("_", "-"), _bare(sentence)) for name, sentence in OF_THE_CLIENT.items()),
    Assumption(
        "token-revoked",
        "Disabling the extension revokes its token; enabling it again makes a new one.",
        "A revoked token, a disabled extension and one enabled anew all show as a refused token. "
        "Ask the customer which it was.",
    ),
    Assumption(
        "disabled-keeps-types",
        "Disabling the extension keeps its template types, inactive, and removes its webhooks.",
        "Enabling it again is expected to bring back the same template types with new webhooks.",
    ),
    Assumption(
        "system-field-active",
        "The active flag of a system field can be changed through its template type’s PUT.",
        "The remedy for a field that was switched off rests on it.",
    ),
    Assumption(
        "most-fields",
        "A template type takes at most 300 data fields.",
        "A repair that would leave it with more is refused before anything is written.",
    ),
    Assumption(
        "blueprint-copied",
        "Oneflow copies the blueprint when an account enables the extension; a later release changes nothing there.",
        "Each installation is judged against its own blueprint version.",
    ),
    Assumption(
        "extension-webhooks-fixed",
        "A webhook that an extension made can be changed or removed by nobody but Oneflow.",
        "The remedy for a wrong one is Oneflow’s help, or disabling and enabling the extension.",
    ),
    Assumption(
        "refused-fields",
        "A contract is not made when a data field of its body is unknown, switched off or too long, or is a checkbox "
        "and neither 0 nor 1: Oneflow answers 400.",
        "What a record would become leaves such fields out of the body, and says so.",
    ),
    Assumption(
        "plan-and-closed",
        "A plan without API access answers 402; a closed account answers 403.",
        "Both are shown with the answer as it came until somebody has seen a real one.",
    ),
)


@page("installations.view_installation", unaudited="says what we assume of Oneflow; nothing of a customer")
def view(request: HttpRequest) -> HttpResponse:
    """The list of assumptions, each with an anchor."""
    return render(
        request,
        "console/assumed.html",
        context(request, title="What Oneflow does not document", assumptions=ASSUMPTIONS),
    )
