"""Callbacks to webhooks, every attempt to deliver one, and where delivery is paused."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account
from sandbox.models.contracts import Contract


class Callback(models.Model):
    """What one webhook is to be told of one change (section 11). The row is what survives a restart."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"
        # The webhook went, or its extension was switched off, before it was told.
        CANCELLED = "cancelled"
        # A fault of the control plane lost it on purpose.
        DROPPED = "dropped"

    account = models.ForeignKey(Account, models.CASCADE, related_name="callbacks")
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="callbacks")
    # Not a foreign key: what was sent is remembered for longer than the webhook lives.
    webhook_id = models.BigIntegerField(db_index=True)
    callback_id = models.CharField(max_length=40, db_index=True)
    events = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    # Of this round; being redelivered begins a new one.
    attempts = models.PositiveIntegerField(default=0)
    created_time = models.DateTimeField()
    # When the last attempt failed, and the seconds of the retry schedule that follow: the factor may change meanwhile.
    failed_time = models.DateTimeField(null=True)
    wait = models.FloatField(null=True)
    next_attempt_time = models.DateTimeField(null=True)
    ended_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_attempt_time"], name="callbacks_due")]


class Attempt(models.Model):
    """One request of a callback and its answer; credentials are not kept. Number 0 is a fault's additional copy."""

    callback = models.ForeignKey(Callback, models.CASCADE, related_name="log")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    url = models.CharField(max_length=2000)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    # No status: nobody answered, and `error` says why.
    status = models.PositiveIntegerField(null=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=500, blank=True)
    fault = models.CharField(max_length=40, blank=True)


class Pause(models.Model):
    """Nothing is sent to a webhook, to those of an account, or to any; what is due waits."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="pauses")
    webhook_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()
