"""How an account keeps things in order: folders of a workspace, tags, and contacts."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account, Workspace


class Folder(models.Model):
    """A folder for contracts. It stays in its workspace; one without a parent is at the top."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="folders")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="sub_folders")
    name = models.CharField(max_length=100)


class Tag(models.Model):
    """A tag for templates and contracts: of the whole account, or of the workspaces that it is shared with."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=100)
    is_global = models.BooleanField(default=True)
    # What Oneflow itself made. Nobody can change it.
    system = models.BooleanField(default=False)
    shared_workspaces = models.ManyToManyField(Workspace, related_name="tags")
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)


class Contact(models.Model):
    """Somebody whom a workspace sends contracts to."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone_number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=100, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    company_registration_number = models.CharField(max_length=40, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    date_of_birth = models.DateField(null=True)
    notes = models.CharField(max_length=1000, blank=True)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)
