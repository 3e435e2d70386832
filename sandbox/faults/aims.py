"""What a fault strikes: its optional narrowing keys, and the rows that are meant when they are left out."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sandbox.blueprints import stored
from sandbox.blueprints.catalogue import FIRST_KEY
from sandbox.blueprints.shape import BlueprintType
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
    extension_key: str = FIRST_KEY

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
        """The named type of the blueprint that the account was given, else its first."""
        blueprint = stored.of(self.extension())
        if blueprint is None or not blueprint.template_types:
            raise NoAim(f"The blueprint of {self.extension_key} has no template types.")
        if self.template_type is None:
            return blueprint.template_types[0]
        part = blueprint.type_of(self.template_type)
        if part is None:
            known = ", ".join(blueprint.extension_types())
            raise NoAim(f"The blueprint has no template type {self.template_type}; it has: {known}.")
        return part

    def type_of_ours(self) -> TemplateType:
        """The account's template type for that part; with the Toolkit the one that the partner's code remembers."""
        extension_type = self.part().extension_type
        rows = self.account.template_types.living().order_by("pk")
        if self.by_toolkit():
            rows = rows.filter(pk=self.extension().toolkit_types.get(extension_type))
        else:
            rows = rows.filter(extension_type=extension_type)
        return _first(rows, f"no template type {extension_type}")

    def field(self) -> DataField:
        """The named field, else the first required one, of the type."""
        custom_id = self.custom_id or self.part().main_field()
        if custom_id is None:
            raise NoAim(f"The template type {self.part().extension_type} has no data fields.")
        rows = self.type_of_ours().data_fields.living().filter(custom_id=custom_id)
        return _first(rows, f"no data field {custom_id} in that template type")

    def webhook(self) -> Webhook:
        """The extension's webhook of the type; with the Toolkit it belongs to nobody."""
        kind = self.type_of_ours()
        owner = None if self.by_toolkit() else self.extension()
        rows = self.account.webhooks.living().filter(extension=owner, template_group_id=kind.pk)
        return _first(rows.order_by("pk"), f"no webhook of the extension for {self.part().extension_type}")

    def extension(self) -> Extension:
        return _first(self.account.extensions.filter(key=self.extension_key), f"no extension {self.extension_key}")

    def by_toolkit(self) -> bool:
        return self.extension().mode == Extension.Mode.TOOLKIT

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
