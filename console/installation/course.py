"""What happened to one installation in the last 30 days, on one axis: part of its page, and a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.pages import is_part, page
from console.timeline.drawing import timeline


@page(SEE, unaudited="shows verdicts, changes, refreshes and who acted; no reason, no personal data")
def course(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The timeline. The overview fetches it once it is shown, so that the verdict waits for nothing."""
    this = opened(oneflow_id, key)
    drawn = timeline(this)
    if is_part(request):
        content = {"timeline": drawn, "account": this.installation.account, "installation": this.installation}
        return render(request, "timeline/timeline.html", content)
    shown = this.page(request, "installation-timeline", title="The last 30 days", timeline=drawn)
    return render(request, "timeline/page.html", shown)
