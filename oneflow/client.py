"""The part of the Oneflow API that the console reads and writes, for one account's token."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Self, TypeVar

from oneflow import pages, reading
from oneflow.assumed import contract_create_answer, extension_objects, lists
from oneflow.budget import Budget
from oneflow.contracts import Contract, ListedContract
from oneflow.errors import RateLimited, Rejected, UnexpectedAnswer
from oneflow.exchanges import Exchange
from oneflow.kept import KeptTemplateType, KeptWebhook
from oneflow.objects import (
    Account,
    DataField,
    IntegrationExtension,
    Template,
    TemplateType,
    UsableTemplate,
    User,
    Webhook,
    Workspace,
)
from oneflow.tokens import clean_token
from oneflow.transport import Login, Transport

T = TypeVar("T")
L = TypeVar("L", User, Workspace, Template, TemplateType, Webhook, KeptWebhook, ListedContract)
_FIT_FOR_A_HEADER = re.compile(r"[!-~]{1,320}")


def can_be_named(user_email: str) -> bool:
    """Whether Oneflow can be asked on behalf of this user: the email must fit into a header."""
    return _FIT_FOR_A_HEADER.fullmatch(user_email) is not None


class OneflowClient:
    """One method for each thing that is read or written; each raises an OneflowError when it could not be.

    Without a user's email Oneflow answers as to an anonymous admin of the account, who sees all of it
    (authentication-and-authorization). `budget` is asked before each request, `record` is told of each.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        budget: Budget | None = None,
        record: Callable[[Exchange], None] | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Raises ValueError for a token or a base URL that cannot be right; the message holds no token."""
        self._token = clean_token(token)
        self._transport = Transport(base_url) if transport is None else transport
        self._budget = budget
        self._record = record

    def __repr__(self) -> str:
        return f"<OneflowClient of {self._transport.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections. What is left of the budget's reservation is the caller's to settle."""
        self._transport.close()

    def ping(self, user_email: str | None = None) -> None:
        """Nothing, if the token is valid and, with an email, the user too (getting-started)."""
        reading.as_object(self._get("/ping", user_email=user_email), "ping")

    def account(self) -> Account:
        return Account.from_json(self._get("/accounts/me"))

    def users(self) -> tuple[User, ...]:
        return self._list("/users", User.from_json)

    def workspaces(self, user_email: str | None = None) -> tuple[Workspace, ...]:
        """All workspaces, or those that a user sees."""
        return self._list("/workspaces", Workspace.from_json, user_email=user_email)

    def templates(self) -> tuple[Template, ...]:
        """All templates, inactive ones too, which Oneflow leaves out unless the filter is empty (get-templates-1)."""
        return self._list("/templates", Template.from_json, {"filter[active]": ""})

    def template_types(self) -> tuple[TemplateType, ...]:
        """All template types, without their data fields."""
        return self._list("/template_types", TemplateType.from_json)

    def template_type(self, template_type_id: int) -> TemplateType:
        """One template type with its data fields."""
        answer = self._get(f"/template_types/{int(template_type_id)}")
        template_type = TemplateType.from_json_with_fields(answer)
        if template_type.id != template_type_id:
            raise UnexpectedAnswer("template type: id is not the one that was asked for")
        return template_type

    def kept_template_type(self, template_type_id: int) -> KeptTemplateType:
        """One template type with all that a write of its data fields must send back."""
        kept = KeptTemplateType.from_json(self._get(f"/template_types/{int(template_type_id)}"))
        if kept.id != template_type_id:
            raise UnexpectedAnswer("template type: id is not the one that was asked for")
        return kept

    def webhooks(self) -> tuple[Webhook, ...]:
        return self._list("/webhooks", Webhook.from_json)

    def kept_webhooks(self) -> tuple[KeptWebhook, ...]:
        """All webhooks, each with all that a write of it must send back."""
        return self._list("/webhooks", KeptWebhook.from_json)

    def integration_extensions(self) -> tuple[IntegrationExtension, ...]:
        """The extensions available to the account. Path and keys are ASSUMED."""
        return self._pages(
            extension_objects.PATH, IntegrationExtension.from_json, lambda extension: extension.extension_type
        )

    def contract_create_data(self, user_email: str, *, extension_type: str | None = None) -> tuple[UsableTemplate, ...]:
        """The templates from which a user can create contracts, in each workspace where that is allowed."""
        parameters = {} if extension_type is None else {"extension_type": extension_type}
        answer = self._get(contract_create_answer.PATH, parameters, user_email=user_email)
        workspaces = map(UsableTemplate.from_json, reading.as_list(answer, "usable workspaces"))
        return tuple(template for templates in workspaces for template in templates)

    def replace_data_fields(
        self, template_type_id: int, fields: Sequence[Mapping[str, object]], user_email: str
    ) -> tuple[DataField, ...]:
        """The template type's data fields as the answer shows them, now those of `fields` and no others.

        Oneflow removes what is left out, from templates too, and answers 200 to what it ignores
        (manage-template-type-data-fields; API reference, section 13): send all, and read back.
        """
        path = f"/template_types/{int(template_type_id)}/data_fields"
        answer = self._send("PUT", path, {"data_fields": list(fields)}, user_email)
        shown = reading.as_object(answer, "data fields")
        return reading.required_items(shown, "data_fields", "data fields", DataField.from_json)

    def create_template_type(self, name: str, description: str, user_email: str) -> TemplateType:
        """A new template type without data fields. No call of Oneflow's deletes it again."""
        body = {"name": name, "description": description} if description else {"name": name}
        return TemplateType.from_json(self._send("POST", "/template_types", body, user_email))

    def create_webhook(self, body: Mapping[str, object], user_email: str) -> Webhook:
        """A new webhook (create-a-webhook)."""
        return Webhook.from_json(self._send("POST", "/webhooks", body, user_email))

    def update_webhook(self, webhook_id: int, body: Mapping[str, object], user_email: str) -> Webhook:
        """The webhook as it is now. Whether a key that is left out is kept is ASSUMED: send all."""
        return Webhook.from_json(self._send("PUT", f"/webhooks/{int(webhook_id)}", body, user_email))

    def delete_webhook(self, webhook_id: int, user_email: str) -> None:
        self._send("DELETE", f"/webhooks/{int(webhook_id)}", None, user_email)

    def contract(self, contract_id: int, user_email: str | None = None) -> Contract:
        """One contract with its data fields; without a user, any of the account."""
        contract = Contract.from_json(self._get(f"/contracts/{int(contract_id)}", user_email=user_email))
        if contract.id != contract_id:
            raise UnexpectedAnswer("contract: id is not the one that was asked for")
        return contract

    def contracts_named(self, name: str) -> tuple[int, ...]:
        """The ids of the account's contracts that bear exactly this name."""
        found = self._list("/contracts", ListedContract.from_json, {"filter[name]": name})
        return tuple(contract.id for contract in found if contract.name == name)

    def create_contract(self, body: Mapping[str, object], user_email: str) -> Contract:
        """A new draft (create-a-contract). Done again it makes a second one: nothing tells two requests apart."""
        return Contract.from_json(self._send("POST", "/contracts/create", body, user_email))

    def delete_contract(self, contract_id: int, user_email: str) -> None:
        """Nothing, also for a contract that is not there: Oneflow answers 200 to both (delete-a-contract)."""
        self._send("DELETE", f"/contracts/{int(contract_id)}", None, user_email)

    def _list(
        self,
        path: str,
        parse: Callable[[object], L],
        parameters: dict[str, str] | None = None,
        *,
        user_email: str | None = None,
    ) -> tuple[L, ...]:
        return self._pages(path, parse, lambda item: item.id, parameters, user_email=user_email)

    def _pages(
        self,
        path: str,
        parse: Callable[[object], T],
        identity: Callable[[T], Hashable],
        parameters: dict[str, str] | None = None,
        *,
        user_email: str | None = None,
    ) -> tuple[T, ...]:
        def fetch(limit: int, offset: int) -> object:
            page = {**(parameters or {}), "limit": str(limit), "offset": str(offset)}
            return self._get(path, page, user_email=user_email)

        return pages.read_pages(
            fetch, parse, what=path.strip("/"), identity=identity, may_be_bare=path in lists.MAY_BE_BARE
        )

    def _get(self, path: str, parameters: dict[str, str] | None = None, *, user_email: str | None = None) -> object:
        return self._asked(lambda **how: self._transport.get(path, parameters, **how), user_email)

    def _send(self, method: str, path: str, body: Mapping[str, object] | None, user_email: str | None) -> object:
        return self._asked(lambda **how: self._transport.send(method, path, body, **how), user_email)

    def _asked(self, ask: Callable[..., object], user_email: str | None) -> object:
        """The answer to a request that names the user, counted and recorded."""
        if user_email is not None and not can_be_named(user_email):
            raise Rejected("The user's email cannot be sent to Oneflow: it is empty, too long, or not plain ASCII.")
        try:
            return ask(
                login=Login(self._token, user_email),
                before=self._budget.spend if self._budget else None,
                record=self._record,
            )
        except RateLimited:
            if self._budget:
                self._budget.limited()
            raise
