"""What stands at the addresses that tickets open, outside of `/v1`: files, and the page of a participant."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header

from sandbox.contracts import passing, signing
from sandbox.contracts.refusing import RuleBroken
from sandbox.models import Participant
from sandbox.tickets import ACCESS, DOWNLOADS

_ACTS = {"sign": signing.sign, "decline": signing.decline}
_BUTTONS = format_html(
    '<form method="post"><button name="act" value="{}">Sign</button> '
    '<button name="act" value="{}">Decline</button></form>',
    *_ACTS,
)


def download(request: HttpRequest, key: str) -> HttpResponse:
    """The bytes of a file, as a storage would send them."""
    held = DOWNLOADS.show(key)
    if held is None:
        return HttpResponse("This link has run out. Ask the API for another.", status=404, content_type="text/plain")
    name, media_type, content = held
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def access(request: HttpRequest, key: str) -> HttpResponse:
    """The contract as its participant sees it in a browser: opening it is a visit, and buttons sign or decline."""
    participant = _of_ticket(key)
    if participant is None:
        return _page("There is nothing here.", "The contract is gone, or the sandbox was restarted.", status=404)
    act = _ACTS.get(request.POST.get("act", "")) if request.method == "POST" else signing.visit
    if act is None:
        return _page("Nothing was done.", "Go back and press one of the buttons.", status=400)
    try:
        act(participant)
    except RuleBroken as rule:
        return _page("Nothing was done.", str(rule), status=409)
    return _contract_page(Participant.objects.select_related("party__contract").get(pk=participant.pk))


def _of_ticket(key: str) -> Participant | None:
    passing.catch_up()
    rows = Participant.objects.select_related("party__contract").filter(party__contract__removed=False)
    return rows.filter(pk=ACCESS.show(key)).first()


def _contract_page(participant: Participant) -> HttpResponse:
    contract = participant.party.contract
    fields = format_html_join(
        "", "<tr><th>{}</th><td>{}</td></tr>", contract.data_fields.order_by("pk").values_list("name", "value")
    )
    open_to_sign = contract.state == "pending" and participant.signatory and participant.sign_state == "undecided"
    return _page(
        contract.name or "A contract without a name",
        format_html(
            "For {}, who is {}. The contract is {}.<table>{}</table>",
            participant.name,
            participant.sign_state,
            contract.state,
            fields,
        ),
        _BUTTONS if open_to_sign else "",
    )


def _page(title: str, text: str, more: str = "", *, status: int = 200) -> HttpResponse:
    body = format_html(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>{}</title><h1>{}</h1><p>{}</p>{}</html>',
        title,
        title,
        text,
        more,
    )
    response = HttpResponse(body, status=status)
    response["Content-Security-Policy"] = "default-src 'none'; form-action 'self'"
    return response
