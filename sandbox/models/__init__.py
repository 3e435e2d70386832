"""The rows of the local Oneflow, one module for each subject."""

from sandbox.models.accounts import Account, Extension, Membership, Token, User, Workspace
from sandbox.models.blueprints import BlueprintVersion
from sandbox.models.contracts import Contract, Event
from sandbox.models.control import Fault, Setting
from sandbox.models.deliveries import Attempt, Callback, Pause
from sandbox.models.filing import Contact, Folder, Tag
from sandbox.models.living import LivingQuerySet
from sandbox.models.templates import DataField, Template, TemplateType
from sandbox.models.webhooks import Webhook

__all__ = [
    "Account",
    "Attempt",
    "BlueprintVersion",
    "Callback",
    "Contact",
    "Contract",
    "DataField",
    "Event",
    "Extension",
    "Fault",
    "Folder",
    "LivingQuerySet",
    "Membership",
    "Pause",
    "Setting",
    "Tag",
    "Template",
    "TemplateType",
    "Token",
    "User",
    "Webhook",
    "Workspace",
]
