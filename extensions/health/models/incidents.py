"""One cause in many installations at once."""

from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from extensions.blueprints.models import Extension
from extensions.health.codes import INCIDENTS, incident_explains
from extensions.health.places import place_of
from extensions.installations.models import Installation, Verdict


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def of_machine(self) -> Self:
        """Those of Oneflow or of this console, which explain what their members show."""
        return self.filter(code__in=INCIDENTS)


class Incident(models.Model):
    """A cause that began together in many installations, or a failure of Oneflow or of this console.

    `keys` are the [code, place] that its members share: more than one where the same installations lost several
    things at once. `open_key` names the cause while the incident is open, so that the database allows one for each.
    """

    class Suspect(models.TextChoices):
        ONEFLOW = "oneflow", "Oneflow"
        US = "us", "us"
        RELEASE = "release", "one release of the blueprint"
        TAG = "tag", "one group of customers"
        NOBODY = "nobody", "nobody in particular"

    code = models.CharField(max_length=40)
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, null=True, blank=True, related_name="incidents")
    subject = models.CharField(max_length=400, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    keys = models.JSONField(default=list)
    verdict = models.CharField("severity", max_length=12, choices=Verdict, default=Verdict.FAILING)
    suspect = models.CharField(max_length=10, choices=Suspect, default=Suspect.NOBODY)
    suspect_name = models.CharField(max_length=255, blank=True)
    began_at = models.DateTimeField()
    opened_at = models.DateTimeField(help_text="When the console noticed it.")
    last_joined_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When accounts were last read early for it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    everyone = models.BooleanField(default=False, help_text="It concerns every installation; none is listed.")
    affected = models.PositiveIntegerField("accounts affected", default=0)
    holding = models.PositiveIntegerField("accounts still affected", default=0)
    open_key = models.CharField(max_length=600, unique=True, null=True, blank=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        indexes = [
            models.Index(fields=["-began_at"]),
            models.Index(fields=["ended_at"]),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}: {self.code}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def suspected(self) -> str:
        """The suspected party in words."""
        said = str(self.get_suspect_display())
        return f"{said}: {self.suspect_name}" if self.suspect_name else said

    def covers(self, code: str, subject: str) -> bool:
        """Whether an issue of a member is this incident's: its members raise no alert of their own for it."""
        if self.code in INCIDENTS:
            return incident_explains(self.code, code)
        return [code, place_of(code, subject)] in self.keys


class MemberQuerySet(models.QuerySet["Member"]):
    def holding(self) -> Self:
        """Still affected, in incidents that are open."""
        return self.filter(left_at=None, incident__ended_at=None)


class Member(models.Model):
    """An installation that an incident affects; it leaves when the cause no longer holds there."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="members")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "installation"], name="one_membership")]
        indexes = [models.Index(fields=["incident"], condition=Q(left_at=None), name="member_holding")]

    def __str__(self) -> str:
        return f"{self.installation_id} in {self.incident_id}"


class Suspicion(models.Model):
    """A cause that installations came to lately: others are read early, and where two share it, alerts wait longer."""

    key = models.CharField(max_length=600, unique=True)
    since = models.DateTimeField()
    sharing = models.PositiveIntegerField(default=0, help_text="How many share it now.")
    number = models.PositiveIntegerField(default=0, help_text="How many shared it when others were last read for it.")
    rounds = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0, help_text="How many accounts were read early for it.")

    def __str__(self) -> str:
        return self.key


@cache  # every refresh asks it; building it costs as much as a small query
def explaining_incident(outer: str = "pk") -> Subquery:
    """For an outer row of installations the code of an open incident that explains what it shows; null for none."""
    of_this: Any = Member.objects.holding().filter(installation=OuterRef(outer), incident__code__in=list(INCIDENTS))
    return Subquery(of_this.order_by("-pk").values("incident__code")[:1])


def open_key(code: str, place: str, extension_id: int | None) -> str:
    """What names a cause among all open incidents and suspicions."""
    return f"{extension_id or ''}|{code}|{place}"
