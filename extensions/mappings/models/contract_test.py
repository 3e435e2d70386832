"""Test contracts: what was tried in an account, and whether anything of it may still be there."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q

from extensions.installations.models import Installation

# Whatever runs so long was broken off: a request of ours ends before.
LONGEST_RUN = timedelta(minutes=5)


class ContractTestQuerySet(models.QuerySet["ContractTest"]):
    def remaining(self, now: datetime) -> Self:
        """Those of which something may still be in an account: left behind, or broken off."""
        broken_off = Q(state=ContractTest.State.RUNNING, started_at__lt=now - LONGEST_RUN)
        return self.filter(Q(state=ContractTest.State.LEFT) | broken_off)


class ContractTest(models.Model):
    """One contract made, read back and deleted, to see what the mapping leads to. Nothing that it held is kept.

    Written before Oneflow is asked, so that a crash leaves word of what may remain; found again there by its name.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        NOT_MADE = "not_made", "no contract was made"
        DELETED = "deleted", "made and deleted"
        LEFT = "left", "a contract may remain"
        TAKEN = "taken", "somebody uses the contract"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="contract_tests")
    key = models.UUIDField(default=uuid4, unique=True, help_text="From the form: sent twice, it is one test.")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    by = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    workspace_oneflow_id = models.BigIntegerField()
    workspace_name = models.CharField(max_length=255)
    template_oneflow_id = models.BigIntegerField()
    template_name = models.CharField(max_length=255)
    contract_oneflow_id = models.BigIntegerField(null=True, blank=True)
    fields_sent = models.PositiveIntegerField(default=0)
    fields_unsent = models.PositiveIntegerField(default=0, help_text="Refused, or required and left empty.")
    fields_same = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: it was not read back.")
    steps = models.JSONField(default=list, help_text="What each step came to, without a value.")

    objects = ContractTestQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("preview_lineage", "Can see what a record would become"),
            ("make_test_contract", "Can make a test contract"),
        ]

    def __str__(self) -> str:
        return self.contract_name

    @property
    def contract_name(self) -> str:
        """What the contract is called in Oneflow: nothing else there bears this name."""
        return f"Console test {self.key.hex[:12]}"

    def may_remain(self, now: datetime) -> bool:
        """Whether somebody should look for it: it is known to be left, or its run was broken off."""
        broken_off = self.state == self.State.RUNNING and self.started_at < now - LONGEST_RUN
        return self.state == self.State.LEFT or broken_off

    def save_facts(self, **facts: Any) -> None:
        """Set these columns, and store them alone."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=list(facts))
