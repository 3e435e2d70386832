"""Every fact that the API reference marks ASSUMED or C, in the order of its sections."""

from oneflow.verifying import account_facts, contract_facts, list_facts, template_facts, webhook_facts, written_facts
from oneflow.verifying.fact import Fact

FACTS: tuple[Fact, ...] = (
    *list_facts.FACTS,
    *account_facts.FACTS,
    *template_facts.FACTS,
    *contract_facts.FACTS,
    *webhook_facts.FACTS,
    *written_facts.FACTS,
)
