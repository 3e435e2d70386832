"""What a fault strikes: its optional narrowing keys, and the rows that are meant when they are left out."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sandbox.blueprint import BlueprintType, acme_ledger
from sandbox.models import Account, DataField, Extension, TemplateType, Token, User, Webhook


class NoAim(Exception):
    """There is nothing that the fault could strike; the message says what is wanting."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The account and the narrowing keys of one request."""

    account: Account
    template_type: str | None = None
    custom_id: str | None = None
    user: str | None = None

    def acting_user(self) -> User:
        """The named user; else the one whose email was sent last; else the first active administrator."""
        users = self.account.users.order_by("pk")
        if self.user is not None:
            return _first(users.filter(email=self.user.lower()), f"no user with the email {self.user}")
        last = users.filter(email=self.account.last_user_email).first()
        if last is not None:
            return last
        return _first(users.filter(active=True, is_admin=True), "no active administrator")

    def part(self) -> BlueprintType:
        """The named type of the blueprint, else its first."""
        blueprint = acme_ledger()
        if self.template_type is None:
            return blueprint.template_types[0]
        part = blueprint.type_of(self.template_type)
        if part is None:
            known = ", ".join(blueprint.extension_types())
            raise NoAim(f"The blueprint has no template type {self.template_type}; it has: {known}.")
        return part

    def type_of_ours(self) -> TemplateType:
        extension_type = self.part().extension_type
        rows = self.account.template_types.living().filter(extension_type=extension_type).order_by("pk")
        return _first(rows, f"no template type {extension_type}")

    def field(self) -> DataField:
        """The named field, else the first required one, of the type."""
        custom_id = self.custom_id or self.part().required()[0]
        rows = self.type_of_ours().data_fields.living().filter(custom_id=custom_id)
        return _first(rows, f"no data field {custom_id} in that template type")

    def webhook(self) -> Webhook:
        """The extension's webhook of the type."""
        kind = self.type_of_ours()
        rows = self.account.webhooks.living().filter(extension=self.extension(), template_group_id=kind.pk)
        return _first(rows.order_by("pk"), f"no webhook of the extension for {kind.extension_type}")

    def extension(self) -> Extension:
        return self.account.extensions.get(key=acme_ledger().key)

    def live_tokens(self) -> list[Token]:
        """The tokens that work; with none there is nothing to spoil."""
        tokens = list(self.account.tokens.filter(revoked=False).order_by("pk"))
        if not tokens:
            raise NoAim("The account has no token that works.")
        return tokens


def _first(rows: "QuerySet[Any]", wanting: str) -> Any:
    row = rows.first()
    if row is None:
        raise NoAim(f"The account has {wanting}.")
    return row
