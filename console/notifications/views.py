"""Notifications as staff see them: each channel with how it is, each rule, the latest sendings; a test, a preview."""

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from console.audit import actor_of
from console.installation.paging import paged, rest_of_address
from console.pages import context, page
from extensions.health.models import Channel, Message, Notification, Rule
from extensions.health.notifying.delivering import send_test
from extensions.health.notifying.previewing import DAYS
from extensions.health.notifying.previewing import preview as preview_of

SEE, TEST = "health.view_channel", "health.test_channel"
PER_PAGE = 50


@page(SEE, unaudited="shows channels, rules and sendings; no secret and no text of a message")
def notifications(request: HttpRequest) -> HttpResponse:
    """Every channel, every rule, and the sendings, the latest first."""
    waiting = Q(notifications__state=Notification.State.WAITING)
    unsent = Q(messages__state=Message.State.WAITING)
    channels = Channel.objects.annotate(
        waiting=Count("notifications", filter=waiting, distinct=True),
        next_due_at=Min("notifications__due_at", filter=waiting),
        unsent=Count("messages", filter=unsent, distinct=True),
        next_try_at=Min("messages__next_try_at", filter=unsent),
    )
    rows = paged(request, Message.objects.select_related("channel").order_by("-created_at", "-pk"), PER_PAGE)
    return render(
        request,
        "notifications/notifications.html",
        context(
            request,
            title="Notifications",
            channels=channels,
            rules=Rule.objects.select_related("channel", "tag", "owner", "extension"),
            rows=rows,
            rest=rest_of_address(request),
            may_change=request.user.has_perm("health.change_channel"),
            may_test=request.user.has_perm(TEST),
        ),
    )


@page(TEST, audited="channel.test", methods=("POST",))
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Send a test by the channel and say what came of it."""
    channel = Channel.objects.filter(pk=number).first() if number < 2**63 else None
    if channel is None:
        raise Http404(f"There is no channel {number}.")
    result = send_test(channel, actor_of(request), timezone.now)
    if result.taken:
        messages.success(request, f"The test was taken by {channel}. {result.says} What waited there is sent now.")
    else:
        messages.error(request, f"The test by {channel} failed. {result.says}")
    return redirect("notifications")


@page(SEE, unaudited="shows what a rule would have sent; no personal data")
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """What the rule would have sent of the last days."""
    rule = Rule.objects.select_related("channel").filter(pk=number).first() if number < 2**63 else None
    if rule is None:
        raise Http404(f"There is no rule {number}.")
    lines, more = preview_of(rule, timezone.now())
    return render(
        request,
        "notifications/preview.html",
        context(
            request,
            title=f"Preview of {rule}",
            crumbs=[("Notifications", reverse("notifications"))],
            rule=rule,
            days=DAYS,
            rows=paged(request, lines),
            sent=sum(line.sent_at is not None for line in lines),
            more=more,
            rest=rest_of_address(request),
        ),
    )
