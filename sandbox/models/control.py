"""What the control plane keeps: faults that stand, and settings."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account


class Fault(models.Model):
    """A fault that stands in an account, with the journal of what it changed and how to undo it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="faults")
    code = models.CharField(max_length=60)
    # The key of the extension that it strikes.
    extension = models.CharField(max_length=60, default="acme_ledger")
    # [{"model", "id", "column", "before", "after"}] and, for a row that the fault made, {"model", "id", "made": true}
    journal = models.JSONField(default=list)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code"], name="a_fault_stands_once")]


class Setting(models.Model):
    """A fidelity switch that differs from its default, or the seed of the fleet."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
