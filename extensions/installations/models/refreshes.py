"""How we came to know: runs, their HTTP exchanges, which parts were read, and what differed from before."""

from django.db import models

from extensions.installations.models.installation import Installation


class Part(models.Model):
    """One endpoint's share of what we know: when it was last read, or why it could not be read since.

    Names: account, users, workspaces, templates, template_types, fields/<oneflow id of the template type>,
    webhooks, extensions, usable.
    """

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=60)
    read_at = models.DateTimeField(null=True, blank=True, help_text="When it was last read in full.")
    unread_reason = models.CharField(
        max_length=30, blank=True, help_text="Why the latest try read nothing; empty when it did."
    )
    unread_detail = models.CharField(max_length=500, blank=True)
    unread_since = models.DateTimeField(null=True, blank=True, help_text="The first try that read nothing.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "name"], name="one_part")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Refresh(models.Model):
    """One run: read an account's remote state and store it."""

    class Outcome(models.TextChoices):
        COMPLETE = "complete", "everything was read"
        PARTIAL = "partial", "some parts could not be read"
        REFUSED = "refused", "the token was refused"
        UNREACHABLE = "unreachable", "nothing could be read"
        POSTPONED = "postponed", "put off: the share of Oneflow's rate limit was used up"
        NOT_TRIED = "not_tried", "not tried: the token cannot be opened"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="refreshes")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    calls = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)
    wanted = models.BooleanField(default=False, help_text="Staff asked for it.")

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["installation", "-started_at"]), models.Index(fields=["started_at"])]

    def __str__(self) -> str:
        return f"refresh of {self.started_at:%Y-%m-%d %H:%M:%S}"


class Exchange(models.Model):
    """One HTTP request to Oneflow and its answer, without anything secret or personal."""

    refresh = models.ForeignKey(Refresh, on_delete=models.CASCADE, related_name="exchanges")
    part = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField()
    request_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=500, blank=True)
    excerpt = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status or self.error}"


class Change(models.Model):
    """A difference that a refresh found between what was stored and what Oneflow showed."""

    class Kind(models.TextChoices):
        APPEARED = "appeared"
        CHANGED = "changed"
        MISSING = "missing", "no longer there"
        RETURNED = "returned"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    subject_kind = models.CharField(max_length=30, help_text="template type, data field, webhook, …")
    subject_id = models.CharField(max_length=120)
    subject_name = models.CharField(max_length=255, blank=True)
    attribute = models.CharField(max_length=40, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["installation", "-at"])]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_name} {self.get_kind_display()}"
