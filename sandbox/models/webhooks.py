"""Webhooks as an account keeps them."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account, Extension
from sandbox.models.living import LivingQuerySet


class Webhook(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="webhooks")
    # The owner: what an extension made, people can neither edit nor delete.
    extension = models.ForeignKey(Extension, models.CASCADE, null=True, related_name="webhooks")
    callback_url = models.CharField(max_length=1000)
    filters = models.JSONField(null=True)
    # Not a foreign key: a webhook outlives the template type that it is tied to.
    template_group_id = models.BigIntegerField(null=True)
    sign_key = models.CharField(max_length=1000, null=True)  # noqa: DJ001 - the API tells null from ""
    configuration = models.JSONField(default=dict)
    legacy_webhook = models.BooleanField(default=False)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()

    @property
    def is_live(self) -> bool:
        """Whether it is told anything: neither removed nor of an extension that is off or gone (12.6)."""
        extension = self.extension
        return not self.removed and (extension is None or (extension.enabled and not extension.removed))
