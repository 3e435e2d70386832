"""Account × extension: the installation, what Oneflow says is in it, and how we came to know."""

from extensions.installations.models.contracts import Contract
from extensions.installations.models.installation import Installation, Verdict
from extensions.installations.models.mirrored import (
    AccountExtension,
    AccountUser,
    DataField,
    Template,
    TemplateType,
    UsableTemplate,
    Webhook,
    Workspace,
)
from extensions.installations.models.refreshes import Change, Exchange, Part, Refresh
from extensions.installations.models.rollouts import Rollout, RolloutMember

__all__ = [
    "AccountExtension",
    "AccountUser",
    "Change",
    "Contract",
    "DataField",
    "Exchange",
    "Installation",
    "Part",
    "Refresh",
    "Rollout",
    "RolloutMember",
    "Template",
    "TemplateType",
    "UsableTemplate",
    "Verdict",
    "Webhook",
    "Workspace",
]
