"""Who is told of what, by which way: channels and rules, what happened, and each sending with its result."""

from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Sealed, Tag
from extensions.blueprints.models import Extension
from extensions.health.codes import matches
from extensions.health.models.incidents import Incident
from extensions.health.models.issues import Issue
from extensions.installations.models import Verdict
from extensions.installations.models.installation import SKEW


class Channel(models.Model):
    """A way by which somebody is told. Its address and signing secret, where it has them, are sealed."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        WEBHOOK = "webhook", "signed webhook"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    enabled = models.BooleanField(default=True, help_text="Switched off it keeps what waits, and gets nothing new.")
    recipients = models.TextField(blank=True, help_text="Of an email channel: one address a line.")
    host = models.CharField(max_length=255, blank=True, editable=False, help_text="Of its address, which is secret.")
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        permissions = [("test_channel", "Can send a test by a channel")]

    def __str__(self) -> str:
        return self.name

    @property
    def goes_to(self) -> str:
        """Where it leads, as far as may be shown."""
        if self.kind == self.Kind.EMAIL:
            return ", ".join(self.recipients.split())
        return self.host or "no address"

    def secret(self, kind: "ChannelSecret.Kind") -> str:
        """The secret of that kind, "" when there is none. Raises `vault.Unreadable`."""
        row = self.secrets.filter(kind=kind).first()
        return row.reveal() if row else ""


class ChannelSecret(Sealed):
    """The address of a channel, which whoever knows it can post to, or the secret that signs what is sent; sealed."""

    class Kind(models.TextChoices):
        ADDRESS = "address"
        SIGNING = "signing", "signing secret"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=10, choices=Kind)
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind"], name="one_channel_secret_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.channel}"


class Rule(models.Model):
    """What is sent by a channel: which codes, how severe, whose; at once or in a digest. What is left empty is any."""

    class Digest(models.TextChoices):
        NONE = "immediately", "at once"
        HOURLY = "hourly"
        DAILY = "daily"

    SEVERITIES = [
        (each.value, f"{each.value} or worse") for each in (Verdict.WARNING, Verdict.UNKNOWN, Verdict.FAILING)
    ]

    name = models.CharField(max_length=120, unique=True)
    enabled = models.BooleanField(default=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="rules")
    codes = models.JSONField(default=list, blank=True)
    severity = models.CharField(max_length=12, choices=SEVERITIES, default=Verdict.WARNING)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True, related_name="rules")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notification_rules",
        help_text="Of the account, or of the issue.",
    )
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, null=True, blank=True, related_name="rules")
    digest = models.CharField("sent", max_length=12, choices=Digest, default=Digest.NONE)
    daily_at = models.TimeField(null=True, blank=True, help_text="Of a daily digest.")
    repeat_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Said again so often while it holds and nobody has acknowledged it; empty: said once.",
    )
    all_clear = models.BooleanField(default=True, help_text="Whether it is said when it is over.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def takes(self, code: str, rank: int) -> bool:
        """Whether it is about that code and as severe."""
        patterns = [each for each in self.codes if isinstance(each, str)] if isinstance(self.codes, list) else []
        wanted = not patterns or any(matches(each, code) for each in patterns)
        return wanted and rank <= Verdict(self.severity).rank


class Transition(models.Model):
    """An issue or incident that began or is over, written in the transaction in which it did: nobody forgets it.

    `key` names it for good, so that what happened once stands here once. `routed_at` says that every rule was asked.
    """

    class Kind(models.TextChoices):
        BEGUN = "begun"
        OVER = "over"

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    at = models.DateTimeField(db_index=True)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="transitions")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, null=True, blank=True, related_name="transitions")
    routed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["id"], condition=Q(routed_at=None), name="transition_unrouted")]

    def __str__(self) -> str:
        return self.key

    @property
    def begun_key(self) -> str:
        """The key of the beginning that belongs to this end."""
        return self.key.rpartition("/")[0] + "/begun"


class MessageQuerySet(models.QuerySet["Message"]):
    def free(self, now: datetime, lease: timedelta) -> Self:
        """Those that nobody sends; leases last so long. One that ends later was taken by a clock that was ahead."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + lease + SKEW))

    def due(self, now: datetime) -> Self:
        """The oldest waiting message of each channel, where its time has come: order is kept.

        What a clock that was ahead has put off is due too.
        """
        come = Q(next_try_at__lte=now) | Q(tried_at__gt=now) | Q(created_at__gt=now)
        older = Message.objects.filter(channel=OuterRef("channel"), state=Message.State.WAITING, pk__lt=OuterRef("pk"))
        waiting = self.filter(come, ~Exists(older), state=Message.State.WAITING, channel__enabled=True)
        return waiting.order_by("next_try_at", "pk")


class Message(models.Model):
    """One sending by a channel with its result. Tried until it is taken; `key` is the same in every try."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given_up", "given up"

    class Kind(models.TextChoices):
        ALERT = "alert"
        DIGEST = "digest"
        TEST = "test"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.ALERT)
    title = models.CharField(max_length=255)
    events = models.JSONField(default=list)
    created_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=500, blank=True)
    lease_id = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["channel", "id"], condition=Q(state="waiting"), name="message_waiting")]

    def __str__(self) -> str:
        return self.title


class Notification(models.Model):
    """That a channel is to be told of a transition; once for each, and once for each repetition while it holds."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TOLD = "told"
        DROPPED = "dropped", "not told"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notifications")
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications")
    transition = models.ForeignKey(Transition, on_delete=models.CASCADE, related_name="notifications")
    number = models.PositiveIntegerField(default=0, help_text="0 is the first time that it is told.")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it waits or was not told.")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications")
    repeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "transition", "number"], name="told_once_by_a_channel")
        ]
        indexes = [
            models.Index(fields=["channel", "due_at"], condition=Q(state="waiting"), name="notification_waiting"),
            models.Index(fields=["repeat_at"], condition=~Q(repeat_at=None), name="notification_repeating"),
        ]

    def __str__(self) -> str:
        return f"{self.transition} by {self.channel}"
