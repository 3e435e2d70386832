"""The webhooks of one account: ours, and that the customer has others. An address is shown, never led to."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import paged, rest_of_address
from console.installation.reading import reading
from console.installation.verbs import CHANGE
from console.pages import page
from extensions.installations.matching import is_ours, may_be_ours, points_right, texts
from extensions.installations.models import Installation, Part, TemplateType, Webhook, Workspace


@page(SEE, unaudited="shows webhooks without their secrets; no personal data")
def webhooks(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Every webhook, ours first; of the customer's own only the host, since the rest may be a secret."""
    this = opened(oneflow_id, key)
    installation = this.installation
    part = Part.objects.filter(installation=installation, name="webhooks")
    types = dict(TemplateType.objects.filter(installation=installation).values_list("oneflow_id", "name"))
    workspaces = dict(Workspace.objects.filter(installation=installation).values_list("oneflow_id", "name"))
    may_say = request.user.has_perm(CHANGE) and installation.state != Installation.State.DISCONNECTED
    by_extension = installation.mode == Installation.Mode.EXTENSION
    patterns = texts(installation.extension.callback_urls)
    rows = list(Webhook.objects.filter(installation=installation))
    for row in rows:
        row.is_ours = is_ours(row, instance=installation.shown_instance, patterns=patterns, account_id=oneflow_id)
        row.points_right = points_right(row.callback_url, patterns, oneflow_id)
        row.may_be_ours = not row.is_ours and may_be_ours(row, patterns=patterns, account_id=oneflow_id)
        in_question = may_say and _is_nobodys(row) and not row.points_right
        row.claimable = in_question and not row.is_ours and not by_extension
        row.disclaimable = in_question and (row.may_be_ours or row.remembered)
        row.address = row.callback_url if row.is_ours else only_host(row.callback_url)
        row.type_name = types.get(row.template_type_oneflow_id, "")
        row.told = [_told(each, workspaces) for each in row.filters]
    rows.sort(key=lambda row: (not row.is_ours, not row.may_be_ours, row.missing_since is not None, row.oneflow_id))
    return render(
        request,
        "installation/webhooks.html",
        this.page(
            request,
            "installation-webhooks",
            rows=paged(request, rows),
            rest=rest_of_address(request),
            patterns=patterns,
            any_in_doubt=any(row.may_be_ours for row in rows),
            claimable=any(row.claimable for row in rows),
            sayable=any(row.claimable or row.disclaimable for row in rows),
            by_extension=by_extension,
            reading=reading({each.name: each for each in part}, "webhooks"),
        ),
    )


def _is_nobodys(row: Webhook) -> bool:
    """Whether Oneflow lists it without saying whose it is."""
    return row.missing_since is None and row.integration_instance is None


def only_host(address: str) -> str:
    """Scheme and host: what follows may be the very secret by which the customer's system is reached."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "an address that we cannot read"
    return f"{parts.scheme}://{host}/…" if host else "an address without a host"


def _told(each: dict[str, list[object] | None], workspaces: dict[int, str]) -> str:
    """One filter in words: which events, of which workspaces."""
    events, places = each.get("event_types"), each.get("workspace_ids")
    told = "every event" if events is None else ", ".join(map(str, events)) or "no event"
    if places is None:
        return told
    names = [workspaces.get(place, f"workspace {place}") for place in places if isinstance(place, int)]
    return f"{told} · only in {', '.join(names) or 'no workspace'}"
