"""The rows of the local Oneflow, one module for each subject."""

from sandbox.models.accounts import Account, Extension, Membership, Token, User, Workspace
from sandbox.models.blueprints import BlueprintVersion
from sandbox.models.comments import Comment
from sandbox.models.contents import ContractFile, Product, ProductGroup
from sandbox.models.contracts import Contract, ContractField, Event
from sandbox.models.control import Fault, Setting
from sandbox.models.deliveries import Attempt, Callback, Pause
from sandbox.models.filing import Contact, Folder, Tag
from sandbox.models.living import LivingQuerySet
from sandbox.models.parties import Participant, Party
from sandbox.models.templates import DataField, Template, TemplateType
from sandbox.models.webhooks import Webhook

__all__ = [
    "Account",
    "Attempt",
    "BlueprintVersion",
    "Callback",
    "Comment",
    "Contact",
    "Contract",
    "ContractField",
    "ContractFile",
    "DataField",
    "Event",
    "Extension",
    "Fault",
    "Folder",
    "LivingQuerySet",
    "Membership",
    "Participant",
    "Party",
    "Pause",
    "Product",
    "ProductGroup",
    "Setting",
    "Tag",
    "Template",
    "TemplateType",
    "Token",
    "User",
    "Webhook",
    "Workspace",
]
