"""Who is in a contract: parties, and the people who take part for them."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models
from django.db.models.functions import Lower

from sandbox.models.contracts import Contract


class Party(models.Model):
    """A company with its participants, or an individual, who is one (section 6.11)."""

    class Type(models.TextChoices):
        COMPANY = "company"
        INDIVIDUAL = "individual"

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="parties")
    type = models.CharField(max_length=10, choices=Type, default=Type.COMPANY)
    name = models.CharField(max_length=200, blank=True)
    identification_number = models.CharField(max_length=100, blank=True)
    country_code = models.CharField(max_length=2)
    my_party = models.BooleanField(default=False)
    custom_id = models.CharField(max_length=200, blank=True)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)


class Participant(models.Model):
    """Somebody who takes part in a contract (section 6.12)."""

    class SignState(models.TextChoices):
        UNDECIDED = "undecided"
        SIGNED = "signed"
        DECLINED = "declined"

    party = models.ForeignKey(Party, models.CASCADE, related_name="participants")
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=254, blank=True)
    phone_number = models.CharField(max_length=20, blank=True)
    identification_number = models.CharField(max_length=25, blank=True)
    title = models.CharField(max_length=100, blank=True)
    delivery_channel = models.CharField(max_length=20)
    delivery_status = models.CharField(max_length=10, default="not_sent")
    sign_method = models.CharField(max_length=30, default="standard_esign")
    two_step_authentication_method = models.CharField(max_length=10, default="none")
    signatory = models.BooleanField(default=False)
    organizer = models.BooleanField(default=False)
    # The permission `contract:update`.
    may_update = models.BooleanField(default=False)
    custom_id = models.CharField(max_length=200, blank=True)
    sign_state = models.CharField(max_length=9, choices=SignState, default=SignState.UNDECIDED)
    sign_state_updated_time = models.DateTimeField(null=True)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)
    first_visited_time = models.DateTimeField(null=True)
    last_visited_time = models.DateTimeField(null=True)
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        # What contracts are found by (section 3.3).
        indexes = [
            models.Index(Lower("email"), name="participants_by_email"),
            models.Index(fields=["custom_id"], name="participants_by_custom_id"),
            models.Index(fields=["identification_number"], name="participants_by_number"),
        ]
