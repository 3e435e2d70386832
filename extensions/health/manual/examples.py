"""An example of each condition, so that its words can be read whole where no account has it.

A code whose words depend on what was found has one example for each, with a label.
"""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import Account
from extensions.blueprints.models import Extension
from extensions.health.models import Finding
from extensions.installations.models import Installation


@dataclass(frozen=True, slots=True)
class Example:
    """What was found; `label` says which of several cases of the code it is."""

    label: str = ""
    name: str = ""
    subject: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


_FIELD = {"template_type": "acme_deal", "template_type_name": "Deal", "custom_id": "deal_value"}
_HOOK = {
    "template_type": "acme_deal",
    "template_type_name": "Deal",
    "callback_url": "https://old-hooks.acme.example/oneflow/410777",
    "expected": ["https://hooks.acme.example/oneflow/{account_id}"],
}


def _field(**evidence: Any) -> Example:
    return Example(name="Deal value", subject="acme_deal/deal_value", evidence=_FIELD | evidence)


def _hook(**evidence: Any) -> Example:
    return Example(name="90001", subject="webhook/90001", evidence=_HOOK | evidence)


_TYPE = Example(name="Deal", subject="acme_deal")

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "token.unreadable": (Example(evidence={"key": "3f9c0b7d"}),),
    "token.foreign": (
        Example("another integration", evidence={"what": "key", "expected": "acme_ledger", "shown": "custom"}),
        Example("another account", evidence={"what": "account", "expected": "410777", "shown": "410778"}),
    ),
    "api.failing": (
        Example("5xx, or no answer", evidence={"reasons": ["unavailable"], "parts": ["webhooks"]}),
        Example("402 or 403", evidence={"reasons": ["not_permitted"], "parts": ["webhooks"]}),
        Example("an answer that is not understood", evidence={"reasons": ["unexpected_answer"], "parts": ["webhooks"]}),
    ),
    "api.limited": (Example(evidence={"parts": ["webhooks"]}),),
    "user.gone": (
        Example("not listed", evidence={"answer": "not listed"}),
        Example("inactive", evidence={"answer": "inactive"}),
    ),
    "dependency.disabled": (Example(name="Webhooks", subject="webhooks"),),
    "template_type.missing": (_TYPE,),
    "template_type.inactive": (_TYPE,),
    "template_type.unused": (_TYPE,),
    "field.missing": (_field(),),
    "field.inactive": (_field(),),
    "field.changed": (_field(differs={"name": {"before": "Deal value", "after": "Order value"}}),),
    "field.shadowed": (_field(shadows=["deal_val"]),),
    "webhook.missing": (_TYPE,),
    "webhook.duplicate": (Example(name="Deal", subject="acme_deal", evidence={"webhooks": [90001, 90002]}),),
    "webhook.misdirected": (_hook(),),
    "webhook.insecure": (_hook(callback_url="http://hooks.acme.example/oneflow/410777"),),
    "webhook.deaf": (_hook(event_types=["contract:decline"]),),
    "webhook.unbound": (_hook(),),
    "webhook.legacy": (_hook(),),
    "mapping.incomplete": (
        Example("nothing fills it", "Deal value", "acme_deal/deal_value", _FIELD | {"lacks": "mapping"}),
        Example(
            "it is left empty in this account",
            "Deal value",
            "acme_deal/deal_value",
            _FIELD | {"lacks": "mapping", "overridden": True},
        ),
        Example("what it fills is not there", "Deal value", "acme_deal/deal_value", _FIELD | {"lacks": "field"}),
    ),
}


def installation() -> Installation:
    """The installation in which the examples are, in no database."""
    account = Account(oneflow_id=410777, name="Lindqvist Måleri AB", country_code="")
    return Installation(account=account, extension=Extension(name="Acme Ledger", integration_key="acme_ledger"))


def findings(code: str) -> list[tuple[str, Finding]]:
    """The examples of a code, each with its label."""
    return [
        (each.label, Finding(code=code, subject=each.subject, subject_name=each.name, evidence=each.evidence))
        for each in EXAMPLES.get(code, (Example(),))
    ]
