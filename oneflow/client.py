"""The part of the Oneflow API that the console reads, for one account's token."""

import re
from collections.abc import Callable, Hashable
from typing import Self, TypeVar

from oneflow import pages, reading
from oneflow.assumed import contract_create_answer, extension_objects, lists
from oneflow.budget import Budget
from oneflow.errors import RateLimited, Rejected, UnexpectedAnswer
from oneflow.exchanges import Exchange
from oneflow.objects import (
    Account,
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
L = TypeVar("L", User, Workspace, Template, TemplateType, Webhook)
_FIT_FOR_A_HEADER = re.compile(r"[!-~]{1,320}")


def can_be_named(user_email: str) -> bool:
    """Whether Oneflow can be asked on behalf of this user: the email must fit into a header."""
    return _FIT_FOR_A_HEADER.fullmatch(user_email) is not None


class OneflowClient:
    """One method for each thing that is read; each raises an OneflowError when it could not be.

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

    def webhooks(self) -> tuple[Webhook, ...]:
        return self._list("/webhooks", Webhook.from_json)

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
        if user_email is not None and not can_be_named(user_email):
            raise Rejected("The user's email cannot be sent to Oneflow: it is empty, too long, or not plain ASCII.")
        try:
            return self._transport.get(
                path,
                parameters,
                login=Login(self._token, user_email),
                before=self._budget.spend if self._budget else None,
                record=self._record,
            )
        except RateLimited:
            if self._budget:
                self._budget.limited()
            raise
