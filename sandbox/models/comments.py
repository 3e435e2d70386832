"""What people say about a contract."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.contracts import Contract


class Comment(models.Model):
    """A comment, or a reply to one (section 6.16)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    body = models.CharField(max_length=5000)
    private = models.BooleanField(default=False)
    # As they were called then: {"participant_id", "participant_name", "party_id", "party_name"}, and a list of such.
    sender = models.JSONField()
    recipients = models.JSONField(default=list)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)
