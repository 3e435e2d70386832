"""Customers' Oneflow accounts, and the tokens by which we may reach them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import vault


class Tag(models.Model):
    """A word by which staff group accounts."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A customer's Oneflow account (API reference: Account), with what the partner itself knows of the customer."""

    oneflow_id = models.PositiveBigIntegerField("Oneflow id", unique=True)
    name = models.CharField(max_length=255, db_index=True)
    country_code = models.CharField("country", max_length=2, blank=True, db_index=True)
    registration_number = models.CharField(max_length=60, blank=True, db_index=True)
    customer_reference = models.CharField(
        max_length=120,
        blank=True,
        db_index=True,
        help_text="The customer's number or key in your own systems.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="accounts_owned",
        help_text="The colleague who looks after this customer.",
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="accounts")
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = [
            ("connect_account", "Can connect new accounts"),
            ("relink_account", "Can give a connected account a new token"),
            ("disconnect_account", "Can disconnect an account, which destroys its token"),
            ("accept_key", "Can accept a token with an unexpected integration key"),
            ("read_people", "Can read the names and emails of an account's users"),
        ]

    def __str__(self) -> str:
        return self.name.strip() or f"account {self.oneflow_id}"


class Sealed(models.Model):
    """A secret that is kept: only its ciphertext, the id of the key that sealed it, and the last four characters."""

    ciphertext = models.TextField(blank=True, editable=False)
    key_id = models.CharField(max_length=40, blank=True, editable=False)
    last_four = models.CharField(max_length=4, blank=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    def seal(self, secret: str) -> None:
        """Take the secret in, sealed with the newest key. The row is not saved."""
        self.key_id, self.ciphertext = vault.seal(secret)
        # Of a short secret the last four would be too much of it.
        self.last_four = secret[-4:] if len(secret) >= 16 else ""

    def reveal(self) -> str:
        """The secret itself. Raises `vault.Unreadable` when its key is not configured or it was destroyed."""
        return vault.reveal(self.key_id, self.ciphertext)

    @property
    def is_readable(self) -> bool:
        """Whether there is a secret that a configured key opens."""
        try:
            self.reveal()
        except vault.Unreadable:
            return False
        return True

    def destroy(self) -> None:
        """Forget the secret for good; what is left says only that there was one. The row is not saved."""
        self.ciphertext = ""
        self.key_id = ""


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def held(self) -> Self:
        """Tokens that we still have and use: active ones, and refused ones that are tried again."""
        return self.filter(state__in=[ApiToken.State.ACTIVE, ApiToken.State.REJECTED])


class ApiToken(Sealed):
    """A token that an account's extension gave us, kept sealed; after its end only its history is left."""

    class State(models.TextChoices):
        ACTIVE = "active"
        REPLACED = "replaced"
        REJECTED = "rejected"
        DESTROYED = "destroyed"

    class Obtained(models.TextChoices):
        SHOWN = "shown", "shown once by Oneflow, pasted by staff"
        COMMAND = "command", "read by a management command"
        SETUP = "setup", "handed over by Oneflow"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    integration_key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, db_index=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    obtained = models.CharField(max_length=10, choices=Obtained, default=Obtained.SHOWN)
    held_from = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    rejected_since = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-held_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "integration_key"],
                condition=Q(state="active"),
                name="one_active_token_per_account_and_key",
            )
        ]

    def __str__(self) -> str:
        return f"token …{self.last_four}" if self.last_four else "token"

    def end(self, state: "ApiToken.State", now: datetime) -> None:
        """Destroy the secret and date the end. The row is saved."""
        self.destroy()
        self.state, self.held_until = state, now
        self.save()


class Spending(models.Model):
    """What was lately spent of one token's share of Oneflow's rate limit; see `accounts.budget`."""

    key = models.CharField(max_length=64, unique=True)
    window = models.BigIntegerField(default=0)
    current = models.IntegerField(default=0)
    previous = models.IntegerField(default=0)
    throttled_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.current} in window {self.window}"
