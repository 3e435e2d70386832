"""Everything that was found in one account, page by page: where a cause concerns too much for its own page."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import paged, rest_of_address, searched
from console.pages import page
from extensions.health.codes import sentence
from extensions.health.models import Finding


@page(SEE, unaudited="lists what is wrong in the account; findings hold no personal data")
def findings(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """A page of findings, the worst first; narrowed by `code` and `q`, a part of the name or the key."""
    this = opened(oneflow_id, key)
    rows = Finding.objects.filter(installation=this.installation)
    counts = rows.order_by().values("code").annotate(number=Count("pk")).order_by("code")
    code, query = request.GET.get("code", "").replace("\0", ""), searched(request)
    if code:
        rows = rows.filter(code=code)
    if query:
        rows = rows.filter(subject_name__icontains=query) | rows.filter(subject__icontains=query)
    return render(
        request,
        "installation/findings.html",
        this.page(
            request,
            "installation-findings",
            title="Findings",
            rows=paged(request, rows),
            rest=rest_of_address(request),
            code=code,
            query=query,
            codes=[(each["code"], sentence(each["code"]), each["number"]) for each in counts],
        ),
    )
