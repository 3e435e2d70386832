"""One cause in one installation over time, and how staff handle it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, ExpressionWrapper, Q, Value, When

from accounts.models import Account
from extensions.health.models.windows import MaintenanceWindow
from extensions.installations.models import Installation, Verdict


class IssueQuerySet(models.QuerySet["Issue"]):
    def unresolved(self) -> Self:
        """Open ones, and those that will open once they have held long enough."""
        return self.exclude(state=Issue.State.RESOLVED)

    def hold(self) -> None:
        """Hold these rows until the end of the transaction. Call it before several are changed by an UPDATE.

        Judging, and staff who act on several, hold them in this order too: in another each would wait for the other.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def told(self) -> Self:
        """Those that were open at some time: a condition that passed before it opened is no issue."""
        return self.exclude(first_opened_at=None, state=Issue.State.RESOLVED)

    def judged(self, now: datetime) -> Self:
        """Of installations whose verdict still holds: what nobody has looked at lately opens and resolves nothing."""
        return self.filter(installation__fresh_until__gt=now).exclude(
            installation__state=Installation.State.DISCONNECTED
        )

    def due(self, now: datetime) -> Self:
        """Those that open or are resolved by the passing of time alone."""
        resolves = Q(state=Issue.State.OPEN, resolves_at__lte=now)
        return self.judged(now).filter(_opens(now) | resolves)

    def open(self, now: datetime) -> Self:
        """Open now: stored as open, or due to open, so that a beat that stands still hides nothing."""
        return self.filter(Q(state=Issue.State.OPEN) | _opens(now))

    def snoozed(self, now: datetime) -> Self:
        return self.filter(snoozed_until__gt=now)

    def silent(self, now: datetime) -> Self:
        """Snoozed, or of an account under maintenance: shown as such, told to nobody."""
        return self.filter(Q(snoozed_until__gt=now) | _maintained(now))

    def audible(self, now: datetime) -> Self:
        """Those that nobody silenced: what snooze or maintenance kept silent comes back by itself at its end."""
        awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
        return self.filter(awake, ~_maintained(now))

    def with_shown(self, now: datetime) -> Self:
        """Annotate `maintained` and `shown_state`: pending, open, snoozed, maintenance or resolved, as it is now."""
        return self.annotate(maintained=ExpressionWrapper(_maintained(now), models.BooleanField())).annotate(
            shown_state=Case(
                When(state=Issue.State.RESOLVED, then=Value("resolved")),
                When(Q(state=Issue.State.PENDING) & ~_opens(now), then=Value("pending")),
                When(maintained=True, then=Value("maintenance")),
                When(snoozed_until__gt=now, then=Value("snoozed")),
                default=Value("open"),
                output_field=models.CharField(),
            )
        )


class Issue(models.Model):
    """A cause of a subject in an installation: one row however often it comes and goes.

    It is pending until the condition has held for the code's *opens after*, then open, and resolved once the
    condition has been gone for its *resolves after*. Where it comes back, the same issue is reopened. That it was
    seen again is said by the installation's `refreshed_at`: an unchanged refresh writes nothing here.
    """

    class State(models.TextChoices):
        PENDING = "pending", "not yet open"
        OPEN = "open"
        RESOLVED = "resolved"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="issues")
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=400, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    verdict = models.CharField("severity", max_length=12, choices=Verdict)
    rank = models.PositiveSmallIntegerField(help_text="0 is the worst.")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    holds_since = models.DateTimeField(help_text="Since when the condition has held this time.")
    opens_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When it was last opened.")
    first_opened_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveIntegerField("times reopened", default=0)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="Since when the condition no longer holds.")
    resolves_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    explained_by = models.CharField(max_length=40, blank=True, help_text="The code that it follows from for now.")
    last_known = models.DateTimeField(null=True, blank=True, help_text="Set while it cannot be judged.")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="issues_owned",
        help_text="The colleague who works on it.",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledge_reason = models.CharField(max_length=500, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True, db_index=True)
    snoozed_by = models.CharField(max_length=150, blank=True)
    snooze_reason = models.CharField(max_length=500, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["installation", "code", "subject"], name="one_issue_per_subject")
        ]
        indexes = [
            models.Index(fields=["state", "rank", "opened_at"]),
            models.Index(fields=["code", "state"]),
            models.Index(fields=["opens_at"], condition=Q(state="pending"), name="issue_pending"),
            models.Index(fields=["resolves_at"], condition=Q(state="open"), name="issue_resolving"),
            models.Index(fields=["resolved_at"], name="issue_resolved"),
            models.Index(fields=["holds_since", "code"], name="issue_begun"),
        ]
        permissions = [("handle_issue", "Can acknowledge, assign and snooze issues")]

    def __str__(self) -> str:
        return f"{self.code} {self.subject_name or self.subject}".strip()

    @property
    def account(self) -> Account:
        return self.installation.account

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has taken note of it since it was last opened; a reopened one is news again."""
        return self.acknowledged_at is not None and (self.opened_at is None or self.acknowledged_at >= self.opened_at)

    def is_snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now


class IssueEvent(models.Model):
    """Something that happened to an issue: by itself (no actor) or by staff."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        REOPENED = "reopened"
        SEEN_AGAIN = "seen_again", "seen again before it was resolved"
        RESOLVED = "resolved"
        ACKNOWLEDGED = "acknowledged"
        UNACKNOWLEDGED = "unacknowledged", "acknowledgement taken back"
        ASSIGNED = "assigned"
        UNASSIGNED = "unassigned", "assignment taken back"
        SNOOZED = "snoozed"
        WOKEN = "woken", "snooze ended by hand"

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    cause = models.CharField(max_length=40, blank=True, help_text="Why it was resolved, where not by itself.")
    actor = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    who = models.CharField(max_length=150, blank=True, help_text="To whom it was assigned.")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["issue", "-at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return str(self.get_kind_display())


def _maintained(now: datetime) -> Q:
    return MaintenanceWindow.objects.covered("installation__account", now)


def _opens(now: datetime) -> Q:
    """Whether a pending issue has held long enough: as a cause, and seen to hold when last looked."""
    return Q(state=Issue.State.PENDING, opens_at__lte=now, explained_by="", last_known=None)
