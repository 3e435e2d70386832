"""Ask Oneflow for everything a refresh wants to know of one account: no database, outside any transaction.

At most eight calls and one for each template type of ours, further pages and one `/ping` after a 401 aside.
A part that fails costs only itself; asking ends where going on is pointless or would be a burden.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extensions.blueprints.models import BlueprintTemplateType
from extensions.installations import snapshot
from extensions.installations.matching import types_of_ours
from extensions.installations.models import TemplateType
from extensions.installations.snapshot import Read, Snapshot, Unread
from oneflow import objects
from oneflow.client import OneflowClient
from oneflow.errors import (
    BudgetSpent,
    InvalidToken,
    NotPermitted,
    OneflowError,
    RateLimited,
    Unavailable,
)

# After so many failures of one kind in a row the next call would end the same way, and cost as much again.
ENOUGH = 2
OUT_OF_TIME = Unread(Unavailable.reason, "Out of time: the answers before this one took too long.")


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What to ask. `confirmed` names roles that template types were given by hand; `known_types` are those of ours
    that were there last time, asked for their fields even when the list of template types cannot be read.
    """

    account_id: int
    acting_user_email: str
    wanted: Sequence[BlueprintTemplateType]
    known_types: Sequence[int] = ()
    confirmed: Mapping[int, str] = field(default_factory=dict)
    seconds: float = 55.0  # no further call is begun after this

    @property
    def most_calls(self) -> int:
        types_of_ours = max(len({each.extension_type for each in self.wanted}), len(self.known_types))
        return (8 if self.acting_user_email else 7) + types_of_ours


def fetch(
    client: OneflowClient,
    *,
    plan: FetchPlan,
    begin: Callable[[str], None] = lambda part: None,
    clock: Callable[[], float] = time.monotonic,
) -> Snapshot:
    """Read the account, part by part. `begin` is told each part's name before it is asked for."""
    asking = _Asking(client, begin, clock, ends_at=clock() + plan.seconds)
    asking.ask(snapshot.ACCOUNT, client.account)
    asking.check_account(plan.account_id)
    asking.ask(snapshot.USERS, client.users)
    asking.ask(snapshot.WORKSPACES, client.workspaces)
    asking.ask(snapshot.TEMPLATES, client.templates)
    asking.ask(snapshot.TEMPLATE_TYPES, client.template_types)
    for type_id in _types_to_ask(asking.parts[snapshot.TEMPLATE_TYPES], plan):
        asking.ask(snapshot.fields_of(type_id), lambda type_id=type_id: client.template_type(type_id).data_fields)
    asking.ask(snapshot.WEBHOOKS, client.webhooks)
    asking.ask(snapshot.EXTENSIONS, client.integration_extensions)
    if plan.acting_user_email:
        asking.ask(snapshot.USABLE, lambda: client.contract_create_data(plan.acting_user_email))
    else:
        asking.parts[snapshot.USABLE] = Unread(snapshot.NOT_ASKED, "No acting user is chosen.")
    return Snapshot(asking.parts, asking.token_refused)


def _types_to_ask(types: Read | Unread, plan: FetchPlan) -> Sequence[int]:
    """Ids of the template types of ours; of those known from before where the list could not be read."""
    if isinstance(types, Unread):
        return plan.known_types
    rows = [row_of(each, plan.confirmed) for each in types.value]
    found = (row for row in types_of_ours(plan.wanted, rows).values() if row is not None)
    return list(dict.fromkeys(row.oneflow_id for row in found))


def row_of(each: objects.TemplateType, confirmed: Mapping[int, str]) -> TemplateType:
    """A template type as it would be mirrored, unsaved, with the role that it was given by hand."""
    return TemplateType(
        oneflow_id=each.id,
        name=each.name,
        active=each.active,
        extension_type=each.extension_type or "",
        confirmed_role=confirmed.get(each.id, ""),
    )


@dataclass(slots=True)
class _Asking:
    """One part after another, until something says that it is pointless to go on."""

    client: OneflowClient
    begin: Callable[[str], None]
    clock: Callable[[], float]
    ends_at: float
    parts: dict[str, Read | Unread] = field(default_factory=dict)
    token_refused: bool = False
    ended: Unread | None = None
    token_works: bool | None = None  # as /ping alone answered after a 401; None while not asked or unclear
    pinged: bool = False
    failed_in_a_row: int = 0
    failed_as: str = ""

    def ask(self, part: str, call: Callable[[], Any]) -> None:
        """Read the part, or note why not. What is not Oneflow's doing, such as a time limit, is not caught."""
        if self.ended is None and self.clock() > self.ends_at:
            self.ended = OUT_OF_TIME
        if self.ended is not None:
            self.parts[part] = self.ended
            return
        self.begin(part)
        try:
            self.parts[part] = Read(call())
            self.failed_as = ""
        except OneflowError as error:
            self.parts[part] = Unread(error.reason, str(error))
            self._learn(part, error)

    def check_account(self, expected: int) -> None:
        """End the asking when the token opens another account: what it shows is not this one's."""
        account = self.parts[snapshot.ACCOUNT]
        if isinstance(account, Read) and account.value.id != expected:
            self.ended = Unread(snapshot.OTHER_ACCOUNT, f"The token opens account {account.value.id}, not {expected}.")

    def _learn(self, part: str, error: OneflowError) -> None:
        """What one part's failure says about the rest."""
        if isinstance(error, InvalidToken):
            self._refused(part)
        elif isinstance(error, BudgetSpent):
            self.ended = Unread(error.reason, str(error))
        else:
            self._count(error)

    def _refused(self, part: str) -> None:
        if not self.pinged:
            self._ping()
        if self.token_refused:
            self.ended = Unread(snapshot.NOT_ASKED, "The token is refused.")
        elif self.token_works and part == snapshot.USABLE:
            # 401 means the token or the user (API reference, gotcha 14), and it is not the token.
            self.parts[part] = Unread(snapshot.USER_REFUSED, "Oneflow refused the acting user.")
        elif self.token_works:
            self.parts[part] = Unread(NotPermitted.reason, "Oneflow answered 401, though the token works.")

    def _ping(self) -> None:
        self.pinged = True
        try:
            self.client.ping()
            self.token_works = True
        except InvalidToken:
            self.token_works, self.token_refused = False, True
        except OneflowError:
            self.token_works = None

    def _count(self, error: OneflowError) -> None:
        """Two calls without any answer, or two 429, in a row: the next would not fare better."""
        hopeless = isinstance(error, RateLimited) or (isinstance(error, Unavailable) and error.status is None)
        if not hopeless:
            self.failed_as = ""
            return
        self.failed_in_a_row = self.failed_in_a_row + 1 if error.reason == self.failed_as else 1
        self.failed_as = error.reason
        if self.failed_in_a_row >= ENOUGH:
            self.ended = Unread(error.reason, str(error))
