"""One account × our extension: how we reach it, when it is read next, and what we last judged of it."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When

from accounts.models import Account, ApiToken
from extensions.blueprints.models import Blueprint, Extension

# The cause of whatever no refresh renewed in time: judged when it is read, stored in no row.
STALE = "refresh.stale"
# By how much the clocks of two machines may differ before a time to come is taken for a mistake.
SKEW = timedelta(minutes=5)


class Verdict(models.TextChoices):
    """The worst of an installation's findings; failing > unknown > warning > healthy."""

    FAILING = "failing"
    UNKNOWN = "unknown"
    WARNING = "warning"
    HEALTHY = "healthy"
    DISCONNECTED = "disconnected"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return RANKS[self]


RANKS = {each: number for number, each in enumerate(Verdict)}


class InstallationQuerySet(models.QuerySet["Installation"]):
    def connected(self) -> Self:
        return self.exclude(state=Installation.State.DISCONNECTED)

    def due(self, now: datetime) -> Self:
        """Whose turn it is and nobody holds: staff's wishes first, then the longest waiting."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return (
            self.connected()
            .filter(free, refresh_at__lte=now)
            .order_by(F("wanted_at").asc(nulls_last=True), "refresh_at", "pk")
        )

    def leased(self, lease_id: UUID, now: datetime) -> Self:
        """Those that this lease still holds."""
        return self.filter(lease_id=lease_id, lease_until__gt=now)

    def hold(self) -> None:
        """Hold these rows until the end of the transaction. Call it before what hangs on them is changed.

        A refresh holds its installation first too: in the other order each would wait for the other.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def revised(self) -> None:
        """Note that mirrored template types or fields of these were changed. Call it in the transaction that does."""
        self.update(revision=F("revision") + 1)

    def with_shown_verdict(self, now: datetime) -> Self:
        """Annotate `shown_verdict`, `shown_cause` and `shown_rank`: the stored ones, or unknown past `fresh_until`.

        Judged in the query, so that a dead worker can never leave the fleet green.
        """
        disconnected = Q(state=Installation.State.DISCONNECTED)
        # One that bears a time to come was judged by a clock that was wrong, and would be good for as long.
        stale = Q(fresh_until=None) | Q(fresh_until__lte=now) | Q(refreshed_at__gt=now + SKEW)
        verdict = Case(
            When(disconnected, then=Value(Verdict.DISCONNECTED.value)),
            When(stale, then=Value(Verdict.UNKNOWN.value)),
            default=F("verdict"),
            output_field=models.CharField(),
        )
        cause = Case(
            When(disconnected, then=Value("")),
            When(stale, then=Value(STALE)),
            default=F("cause"),
            output_field=models.CharField(),
        )
        return self.annotate(shown_verdict=verdict, shown_cause=cause).annotate(
            shown_rank=Case(
                *(When(shown_verdict=each.value, then=Value(each.rank)) for each in Verdict),
                default=Value(len(Verdict)),
                output_field=models.IntegerField(),
            )
        )


class Installation(models.Model):
    """Our extension in one customer's account."""

    class Mode(models.TextChoices):
        EXTENSION = "extension", "made by the extension"
        TOOLKIT = "toolkit", "made by the product through the API"
        DEVELOPMENT = "development", "made by hand, accepted on purpose"

    class State(models.TextChoices):
        CONNECTING = "connecting"
        LIVE = "live"
        DISCONNECTED = "disconnected"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="installations")
    extension = models.ForeignKey(Extension, on_delete=models.PROTECT, related_name="installations")
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.EXTENSION)
    state = models.CharField(max_length=12, choices=State, default=State.CONNECTING)
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, blank=True, related_name="installations")
    acting_user_email = models.CharField(
        "acting user",
        max_length=255,
        blank=True,
        help_text="Whose permissions decide which templates are usable.",
    )
    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.SET_NULL, null=True, blank=True, related_name="installations"
    )
    blueprint_set = models.BooleanField(
        "blueprint set by staff", default=False, help_text="Otherwise it was inferred as the best match."
    )
    rollout = models.ForeignKey(
        "Rollout",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="installations",
        help_text="By which its version was set; none where a person set it, or where it was inferred.",
    )
    blueprint_match = models.PositiveSmallIntegerField(
        "match in percent",
        null=True,
        blank=True,
        help_text="How much of the version is there, of all that either has, when it was last read in full.",
    )
    revision = models.PositiveIntegerField(
        default=0, help_text="How often its mirrored template types and data fields were changed."
    )
    # What the token itself showed when the account was last read (GET /accounts/me, token_info).
    shown_account_id = models.BigIntegerField(null=True, blank=True)
    shown_key = models.CharField("integration key shown", max_length=120, blank=True)
    shown_instance = models.BigIntegerField("extension instance shown", null=True, blank=True)
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True, blank=True)

    refresh_at = models.DateTimeField(db_index=True, help_text="When it is read next.")
    wanted_at = models.DateTimeField(null=True, blank=True, help_text="When staff asked for a refresh not yet done.")
    refreshed_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="When a refresh was last stored."
    )
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    verdict = models.CharField(max_length=12, choices=Verdict, default=Verdict.UNKNOWN)
    cause = models.CharField(max_length=40, blank=True, help_text="The code of the worst cause.")
    causes = models.PositiveIntegerField(default=0, help_text="How many causes nothing else explains.")
    verdict_since = models.DateTimeField(null=True, blank=True)
    fresh_until = models.DateTimeField(null=True, blank=True)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        ordering = ["account__name"]
        constraints = [models.UniqueConstraint(fields=["account", "extension"], name="one_installation_per_extension")]
        indexes = [
            models.Index(fields=["verdict", "cause"]),
            models.Index(fields=["state", "refresh_at"]),
            models.Index(fields=["fresh_until"]),
            # All that the front page counts by.
            models.Index(
                fields=["state", "verdict", "fresh_until", "refreshed_at", "refresh_at"], name="fleet_counted"
            ),
        ]
        permissions = [
            ("refresh_installation", "Can refresh installations now"),
            ("choose_acting_user", "Can choose the acting user"),
            ("export_installation", "Can export installations"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.extension}"

    @property
    def set_up_by(self) -> str:
        """Who made what is ours in the account, in a sentence: "Set up by …"."""
        return SET_UP_BY[self.mode]

    @classmethod
    def claim(cls, now: datetime, *, limit: int, until: datetime) -> UUID | None:
        """Lease the due installations, at most `limit`; the lease's id, or None when none was due.

        Whom somebody holds at this moment is passed over: waiting for one, by whom ever, would stop all the others.
        """
        lease_id = uuid4()
        with transaction.atomic():
            free = cls.objects.due(now).select_for_update(skip_locked=True, no_key=True)
            # Fetched, not nested in the UPDATE: PostgreSQL may ask a nested one again for each row, and pass the limit.
            due = list(free.values_list("pk", flat=True)[:limit])
            cls.objects.filter(pk__in=due).update(lease_id=lease_id, lease_until=until)
        return lease_id if due else None


SET_UP_BY: dict[str, str] = {
    Installation.Mode.EXTENSION: "the extension",
    Installation.Mode.TOOLKIT: "the product's code (toolkit)",
    Installation.Mode.DEVELOPMENT: "hand, accepted on purpose",
}
# Between these staff choose; development is what an accepted key of another integration leads to.
CHOSEN_MODES = {mode: SET_UP_BY[mode] for mode in (Installation.Mode.EXTENSION, Installation.Mode.TOOLKIT)}
