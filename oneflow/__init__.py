"""A typed client of the Oneflow API, as far as the console reads and writes it. Knows no Django.

`OneflowClient` asks, `oneflow.objects` is what it returns, `oneflow.kept` what a write sends back, `oneflow.errors`
what it raises, `oneflow.assumed` what it takes for granted without Oneflow having said so.
"""

from oneflow.budget import Budget, BudgetStore, MemoryBudgetStore, TimedBudget
from oneflow.client import OneflowClient, can_be_named
from oneflow.contracts import Contract, ContractField
from oneflow.errors import (
    BudgetSpent,
    Conflict,
    InvalidToken,
    NotFound,
    NotPermitted,
    OneflowError,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from oneflow.objects import (
    Account,
    DataField,
    IntegrationExtension,
    Template,
    TemplateType,
    UsableTemplate,
    User,
    Webhook,
    WebhookFilter,
    Workspace,
)
from oneflow.tokens import clean_token
from oneflow.transport import Exchange, Transport

__all__ = [
    "Account",
    "Budget",
    "BudgetSpent",
    "BudgetStore",
    "Conflict",
    "Contract",
    "ContractField",
    "DataField",
    "Exchange",
    "IntegrationExtension",
    "InvalidToken",
    "MemoryBudgetStore",
    "NotFound",
    "NotPermitted",
    "OneflowClient",
    "OneflowError",
    "RateLimited",
    "Rejected",
    "Template",
    "TemplateType",
    "TimedBudget",
    "Transport",
    "Unavailable",
    "UnexpectedAnswer",
    "UsableTemplate",
    "User",
    "Webhook",
    "WebhookFilter",
    "Workspace",
    "can_be_named",
    "clean_token",
]
