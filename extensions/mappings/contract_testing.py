"""Make a contract, read it back and delete it: whether what the mapping gives arrives in an account.

The network is asked outside any transaction, and every fact is stored as soon as it is known: first that a contract
may come to be, then its id, then that it is gone. Never published, so nobody outside hears of it. Values live in the
`Outcome` only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from accounts.models import Account
from extensions.blueprints.models import Extension
from extensions.installations.models import Contract
from extensions.mappings.models import ContractTest
from extensions.mappings.models.contract_test import LONGEST_RUN
from oneflow import contracts
from oneflow.client import OneflowClient
from oneflow.errors import BudgetSpent, NotFound, OneflowError, RateLimited, Rejected, Unavailable, UnexpectedAnswer

# The most calls of a run: create, find, read, delete, confirm; what the acting user can use is asked before. The same
# for cleaning up: find, read, delete, confirm.
MOST_CALLS = 5
DRAFT = "draft"
CREATE, FIND, READ, DELETE, CONFIRM = "create", "find", "read", "delete", "confirm"


class Went(Enum):
    """How a step ended: key and word."""

    WELL = "well"
    BADLY = "badly"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and how it ended. The sentence holds no value; `told` is what Oneflow said, and may."""

    name: str
    went: Went
    sentence: str
    told: str = field(default="", repr=False)


@dataclass(slots=True)
class Outcome:
    """What a run came to. `held` is what the contract held when it was read back, None when it was not."""

    steps: list[Step] = field(default_factory=list)
    held: dict[str, str] | None = field(default=None, repr=False)


def is_real(extension: Extension) -> bool:
    """Whether a contract made there is in somebody's account at Oneflow, whatever the extension's name says."""
    host = urlsplit(extension.base_url).hostname or ""
    return extension.environment != Extension.Environment.SANDBOX or f".{host}".endswith(".oneflow.com")


def writes_off(extension: Extension) -> str:
    """Why nothing may be made or deleted there, and what to do; empty when it may."""
    if extension.writes_allowed or not is_real(extension):
        return ""
    return f"Writing to customers’ accounts is off for {extension}. An administrator can turn it on under Extensions."


def refusal(extension: Extension, account: Account, confirmation: str) -> str:
    """Why no test contract may be made, and what to do; empty when it may."""
    if not is_real(extension):
        return ""
    if problem := writes_off(extension):
        return problem
    if confirmation.strip() != str(account):
        return f"To make a contract in a real account, type its name: {account}"
    return ""


def run(
    test: ContractTest,
    client: OneflowClient,
    body: Mapping[str, Any],
    user_email: str,
    *,
    clock: Callable[[], datetime],
    begin: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Make the contract of the body, read it back, delete it and see that it is gone. Raises nothing of Oneflow's.

    `test` is stored and says afterwards whether a contract may remain.
    """
    going = _Run(test, client, user_email, clock, begin)
    made = going.create({**body, "name": test.contract_name})
    if made:
        going.read({each["custom_id"]: each["value"] for each in body["data_fields"]})
    if test.contract_oneflow_id is not None:
        going.remove()
    going.end()
    return going.outcome


def clean_up(
    test: ContractTest,
    client: OneflowClient,
    user_email: str,
    *,
    clock: Callable[[], datetime],
    begin: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Delete what a run may have left, found by its name where its id is not known.

    Not what somebody has used since: a contract that is no draft any more, or bears another name, is theirs.
    """
    going = _Run(test, client, user_email, clock, begin)
    if test.contract_oneflow_id is None:
        going.find(settled=test.started_at < clock() - LONGEST_RUN)
    if test.contract_oneflow_id is not None and going.is_still_ours():
        going.remove()
    going.end()
    return going.outcome


@dataclass(slots=True)
class _Run:
    test: ContractTest
    client: OneflowClient
    user_email: str
    clock: Callable[[], datetime]
    begin: Callable[[str], None]
    outcome: Outcome = field(default_factory=Outcome)

    def create(self, body: Mapping[str, Any]) -> bool:
        """Whether the contract was made, by an answer that says so."""
        self.begin(CREATE)
        try:
            made = self.client.create_contract(body, self.user_email)
        except OneflowError as exc:
            if not _may_have_worked(exc):
                self._note(CREATE, Went.BADLY, f"No contract was made. {exc}", _told(exc))
                self.test.save_facts(state=ContractTest.State.NOT_MADE)
                return False
            self._note(CREATE, Went.BADLY, f"Whether a contract was made is not known. {exc}")
            self.find(settled=False)
            return False
        self._know(made.id)
        self._saw(made)
        self._note(CREATE, Went.WELL, f"Contract {made.id} was made, filled with {len(body['data_fields'])} values.")
        return True

    def find(self, *, settled: bool) -> None:
        """Look for the contract by its name. `settled`: what is not there by now will not come."""
        self.begin(FIND)
        try:
            found = self.client.contracts_named(self.test.contract_name)
        except OneflowError as exc:
            self._note(FIND, Went.BADLY, f"It could not be looked for. {exc}")
            self.test.save_facts(state=ContractTest.State.LEFT)
            return
        if found:
            self._know(found[0])
            self._note(FIND, Went.WELL, f"It is there: contract {found[0]}.")
        elif settled:
            self._note(FIND, Went.WELL, "No contract of this name is there.")
            self.test.save_facts(state=ContractTest.State.NOT_MADE)
        else:
            self._note(FIND, Went.BADLY, "No contract of this name is there yet. Clean up in a few minutes.")
            self.test.save_facts(state=ContractTest.State.LEFT)

    def read(self, sent: Mapping[str, str]) -> None:
        """Read the contract back, and count the values that arrived as they were sent."""
        self.begin(READ)
        try:
            contract = self.client.contract(self._id, self.user_email)
        except OneflowError as exc:
            self._note(READ, Went.BADLY, f"It was not read back. {exc}")
            return
        held = {each.custom_id: each.value for each in contract.data_fields}
        same = sum(held.get(custom_id) == value for custom_id, value in sent.items())
        self.outcome.held = held
        self.test.save_facts(fields_same=same)
        went = Went.WELL if same == len(sent) else Went.BADLY
        self._note(READ, went, f"{same} of {len(sent)} values are as they were sent.")

    def is_still_ours(self) -> bool:
        """Whether the contract is there as the test made it; what becomes of the test where it is not is stored."""
        self.begin(READ)
        try:
            # Without a user, so that it is not merely out of the acting user's sight.
            contract = self.client.contract(self._id)
        except NotFound:
            self._gone(READ)
            return False
        except OneflowError as exc:
            self.test.save_facts(state=ContractTest.State.LEFT)
            self._note(READ, Went.BADLY, f"It could not be looked at, so it was not deleted. {exc}")
            return False
        if contract.state == DRAFT and contract.name == self.test.contract_name:
            self._note(READ, Went.WELL, "It is there, and nobody has used it.")
            return True
        self.test.save_facts(state=ContractTest.State.TAKEN)
        self._note(
            READ,
            Went.BADLY,
            f"Contract {self._id} bears another name, or is no draft any more: somebody uses it, so it was not "
            "deleted. Look at it in Oneflow.",
        )
        return False

    def remove(self) -> None:
        """Delete the contract, and see that it is gone: Oneflow answers 200 to a deletion whatever it did."""
        self.begin(DELETE)
        try:
            self.client.delete_contract(self._id, self.user_email)
            self._note(DELETE, Went.WELL, "Oneflow was asked to delete it.")
        except OneflowError as exc:
            self._note(DELETE, Went.BADLY, f"The deletion was not answered well. {exc}", _told(exc))
        self._confirm()

    def _confirm(self) -> None:
        self.begin(CONFIRM)
        try:
            # Without a user, so that it is not merely out of the acting user's sight.
            self.client.contract(self._id)
        except NotFound:
            self._gone(CONFIRM)
            return
        except OneflowError as exc:
            sentence = f"Whether it is gone is not known. {exc}"
        else:
            sentence = "It is still there."
        self.test.save_facts(state=ContractTest.State.LEFT)
        self._note(CONFIRM, Went.BADLY, sentence)

    def _gone(self, step: str) -> None:
        Contract.missed(self.test.installation, self._id, self.clock())
        self.test.save_facts(state=ContractTest.State.DELETED)
        self._note(step, Went.WELL, "It is gone.")

    def end(self) -> None:
        self.test.save_facts(ended_at=self.clock())

    @property
    def _id(self) -> int:
        assert self.test.contract_oneflow_id is not None
        return self.test.contract_oneflow_id

    def _know(self, contract_id: int) -> None:
        self.test.save_facts(contract_oneflow_id=contract_id)

    def _saw(self, made: contracts.Contract) -> None:
        if made.template_type_id is not None:
            facts = {"template_oneflow_id": made.template_id, "state": made.state[:20]}
            Contract.saw(
                self.test.installation,
                made.id,
                self.clock(),
                how=Contract.How.TEST,
                template_type_oneflow_id=made.template_type_id,
                **facts,
            )

    def _note(self, name: str, went: Went, sentence: str, told: str = "") -> None:
        self.outcome.steps.append(Step(name, went, sentence, told))


def _may_have_worked(error: OneflowError) -> bool:
    """Whether Oneflow may have made the contract all the same: no answer, trouble there, or one not understood."""
    return isinstance(error, Unavailable | UnexpectedAnswer) and not isinstance(error, RateLimited | BudgetSpent)


def _told(error: OneflowError) -> str:
    problems = error.problems_in_words if isinstance(error, Rejected) else ""
    return " ".join(filter(None, [error.detail, problems]))
