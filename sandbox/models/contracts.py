"""Contracts, the data fields that they inherited, and what happens to them."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from typing import Any

from django.db import models

from sandbox.models.accounts import Account, Extension, User, Workspace
from sandbox.models.filing import Folder, Tag
from sandbox.models.living import LivingQuerySet
from sandbox.models.templates import Template, TemplateType


def fourteen_days() -> dict[str, Any]:
    return {"type": "days_after_publish", "expire_days_after_publish": 14}


def no_duration() -> dict[str, Any]:
    settings = ("duration", "end_date", "initial_duration", "notice_period", "start_date")
    return {**dict.fromkeys(settings), "type": "no_duration"}


class Contract(models.Model):
    """A contract; one that somebody deleted is `removed`, so that the event of it can still be told."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PENDING = "pending"
        OVERDUE = "overdue"
        SIGNED = "signed"
        DECLINED = "declined"

    class Lifecycle(models.TextChoices):
        AWAITING = "awaiting"
        ACTIVE = "active"
        ENDED = "ended"

    account = models.ForeignKey(Account, models.CASCADE, related_name="contracts")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="contracts")
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="contracts")
    template_type = models.ForeignKey(TemplateType, models.SET_NULL, null=True, related_name="contracts")
    # The extension whose token created it; null for one made by hand in Oneflow or with a hand-made token.
    made_through = models.ForeignKey(Extension, models.SET_NULL, null=True, related_name="contracts")
    creator = models.ForeignKey(User, models.SET_NULL, null=True, related_name="contracts")
    name = models.CharField(max_length=130, blank=True)
    # {"amount", "currency"}, the deal size
    value = models.JSONField(null=True)
    folder = models.ForeignKey(Folder, models.SET_NULL, null=True, related_name="contracts")
    tags = models.ManyToManyField(Tag, related_name="contracts")
    # Ids of participants, who sign one after the other (ASSUMED); whoever is not in it signs when they like.
    sign_order = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    state_updated_time = models.DateTimeField()
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField()
    published_time = models.DateTimeField(null=True)
    # Section 8.3: {"type"}, and what belongs to the type.
    signing_period = models.JSONField(default=fourteen_days)
    signing_period_expiry_time = models.DateTimeField(null=True)
    # Section 9.2: the settings as they are shown, and where the contract stands.
    lifecycle_settings = models.JSONField(default=no_duration)
    lifecycle_state = models.CharField(max_length=8, choices=Lifecycle, blank=True)
    lifecycle_state_updated_time = models.DateTimeField(null=True)
    contract_start_time = models.DateTimeField(null=True)
    contract_end_time = models.DateTimeField(null=True)
    cancel_time = models.DateTimeField(null=True)
    terminated = models.BooleanField(default=False)
    period = models.PositiveIntegerField(null=True)
    period_start_time = models.DateTimeField(null=True)
    period_end_time = models.DateTimeField(null=True)
    # When it changes by itself next: its signing period ends, or a period of its life begins or ends.
    due_time = models.DateTimeField(null=True, db_index=True)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()

    class Meta:
        # What lists are narrowed and sorted by (sections 3.3 and 3.4), for accounts with very many contracts.
        indexes = [
            models.Index(fields=["account", column], name=f"contracts_by_{column}"[:30])
            for column in ("name", "state", "state_updated_time", "published_time", "created_time")
        ]


class ContractField(models.Model):
    """A data field as the contract inherited it from the template's type, with the contract's own value."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="data_fields")
    custom_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    placeholder = models.CharField(max_length=1000, blank=True)
    value = models.CharField(max_length=1024, blank=True)
    checkbox = models.BooleanField(default=False)
    source = models.CharField(max_length=6)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "custom_id"], name="one_contract_field_for_a_custom_id")
        ]
        indexes = [models.Index(fields=["custom_id", "value"], name="contract_fields_by_value")]


class Event(models.Model):
    """Something that happened to a contract (section 6.15). `actor` is what the single answer shows of who did it."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="events")
    type = models.CharField(max_length=60)
    created_time = models.DateTimeField()
    actor = models.JSONField(null=True)
