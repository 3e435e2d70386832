"""Contracts and what happens to them."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account, Extension, Workspace
from sandbox.models.living import LivingQuerySet
from sandbox.models.templates import Template, TemplateType


class Contract(models.Model):
    """A contract; one that somebody deleted is `removed`, so that the event of it can still be told."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PENDING = "pending"
        OVERDUE = "overdue"
        SIGNED = "signed"
        DECLINED = "declined"

    account = models.ForeignKey(Account, models.CASCADE, related_name="contracts")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="contracts")
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="contracts")
    template_type = models.ForeignKey(TemplateType, models.SET_NULL, null=True, related_name="contracts")
    # The extension whose token created it; null for one made by hand in Oneflow or with a hand-made token.
    made_through = models.ForeignKey(Extension, models.SET_NULL, null=True, related_name="contracts")
    name = models.CharField(max_length=130, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    state_updated_time = models.DateTimeField()
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField()
    published_time = models.DateTimeField(null=True)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()


class Event(models.Model):
    """Something that happened to a contract (section 6.15). `actor` is what the single answer shows of who did it."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="events")
    type = models.CharField(max_length=60)
    created_time = models.DateTimeField()
    actor = models.JSONField(null=True)
