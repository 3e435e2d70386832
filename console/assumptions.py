"""What the console takes for true though Oneflow does not document it, and where a screen links to say so."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.pages import context, page
from oneflow.assumed import ASSUMPTIONS as OF_THE_CLIENT


@dataclass(frozen=True, slots=True)
class Assumption:
    """One statement: what we assume, what rests on it, and the section of the API reference where it stands."""

    anchor: str
    statement: str
    consequence: str = ""
    section: str = ""


ASSUMPTIONS = (
    *(Assumption(name.replace("_", "-"), sentence) for name, sentence in OF_THE_CLIENT.items()),
    Assumption(
        "token-revoked",
        "Disabling the extension revokes its token; enabling it again makes a new one.",
        "A revoked token, a disabled extension and one enabled anew all show as a refused token. "
        "Ask the customer which it was.",
        "12.6",
    ),
    Assumption(
        "disabled-keeps-types",
        "Disabling the extension keeps its template types, inactive, and removes its webhooks.",
        "Enabling it again is expected to bring back the same template types with new webhooks.",
        "12.6",
    ),
    Assumption(
        "system-field-active",
        "The active flag of a system field can be changed through its template type’s PUT.",
        "The remedy for a field that was switched off rests on it.",
        "13",
    ),
    Assumption(
        "blueprint-copied",
        "Oneflow copies the blueprint when an account enables the extension; a later release changes nothing there.",
        "Each installation is judged against its own blueprint version.",
        "12",
    ),
    Assumption(
        "extension-webhooks-fixed",
        "A webhook that an extension made can be changed or removed by nobody but Oneflow.",
        "The remedy for a wrong one is Oneflow’s help, or disabling and enabling the extension.",
        "8",
    ),
    Assumption(
        "plan-and-closed",
        "A plan without API access answers 402; a closed account answers 403.",
        "Both are shown with the answer as it came until somebody has seen a real one.",
        "health codes",
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
