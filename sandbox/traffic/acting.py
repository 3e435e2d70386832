"""Doing what the plan says, through the same doors as the API and the control plane."""

from random import Random
from typing import Any

from sandbox.contracts import creating, filling, publishing, signing
from sandbox.contracts.drafts import Draft, Person, Side
from sandbox.contracts.events import user_as_actor
from sandbox.contracts.refusing import RuleBroken
from sandbox.fleet import names
from sandbox.models import Account, Contract, Template
from sandbox.traffic.planning import FIELDS_FILLED, Action


class NothingThere(Exception):
    """What the action is about is not there (any more): no template of the extension, no contract, nobody to sign."""


SKIPPED = (NothingThere, RuleBroken)


class Acting:
    """Carries out the actions of one run in these accounts."""

    def __init__(self, accounts: list[int]) -> None:
        self.accounts = accounts
        # Contracts of this run that are not finished: their number in the plan → their id.
        self.contracts: dict[int, int] = {}

    def act(self, action: Action) -> None:
        """Do it. RuleBroken or NothingThere when it cannot be done, and then nothing has changed."""
        if action.name == "create":
            self.contracts[action.contract] = self._create(action).pk
            return
        finished = action.name in ("sign", "decline")
        pk = self.contracts.pop(action.contract, None) if finished else self.contracts.get(action.contract)
        contract = Contract.objects.living().select_related("account", "creator").filter(pk=pk).first()
        if contract is None:
            raise NothingThere
        rng = Random(action.chance)
        if action.name == "fill":
            self._fill(contract, rng)
        elif action.name == "publish":
            publishing.publish(contract, user_as_actor(contract, contract.creator))
        else:
            person = signing.signatories(contract).select_related("party__contract").order_by("pk").first()
            if person is None:
                raise NothingThere
            {"sign": signing.sign, "decline": signing.decline}[action.name](person)

    def _create(self, action: Action) -> Contract:
        rng = Random(action.chance)
        account = Account.objects.filter(pk=self.accounts[action.account]).first()
        template = _template(account, rng) if account else None
        if account is None or template is None:
            raise NothingThere
        creator = account.users.filter(active=True, is_admin=True).order_by("pk").first()
        kind: Any = template.template_type
        company, domain = names.company(rng, account.country_code)
        return creating.create(
            Draft(
                workspace=template.workspaces.all()[0],
                template=template,
                creator=creator,
                # Made beside the extension, as somebody does who opens Oneflow and takes the same template (11.1).
                made_through=None if action.by_hand else kind.extension,
                name=f"{template.name}, {company}"[:130],
                parties=(_counterparty(rng, company, domain, account.country_code),),
            )
        )

    @staticmethod
    def _fill(contract: Contract, rng: Random) -> None:
        fields = list(contract.data_fields.filter(checkbox=False).order_by("pk"))
        chosen = rng.sample(fields, min(FIELDS_FILLED, len(fields)))
        actor = user_as_actor(contract, contract.creator)
        filling.fill(contract, {field.custom_id: str(rng.randrange(1, 10**6)) for field in chosen}, actor)


def with_extension() -> list[int]:
    """The accounts in which contracts can be made through an extension."""
    rows = Account.objects.filter(template_types__extension__enabled=True, template_types__extension__removed=False)
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def _template(account: Account, rng: Random) -> Template | None:
    """One of the active templates of a type that an extension of the account owns."""
    rows = account.templates.filter(
        active=True,
        template_type__active=True,
        template_type__removed=False,
        template_type__extension__enabled=True,
        template_type__extension__removed=False,
    )
    rows = rows.select_related("template_type__extension").prefetch_related("workspaces").order_by("pk")
    usable = [row for row in rows if row.workspaces.all()]
    return rng.choice(usable) if usable else None


def _counterparty(rng: Random, company: str, domain: str, country: str) -> Side:
    first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
    # Not an address that a user of the account might have: nobody takes part twice.
    email = f"{names.plain(first)}.{names.plain(last)}@signing.{domain}"
    person = Person(name=f"{first} {last}", email=email, signatory=True)
    return Side(people=(person,), name=company, country_code=country)
