"""What a new contract is made of, whoever asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.models import Extension, Folder, Party, Tag, Template, User, Workspace


@dataclass(frozen=True, slots=True)
class Person:
    """A participant to be (section 6.12)."""

    name: str
    email: str = ""
    phone_number: str = ""
    identification_number: str = ""
    title: str = ""
    delivery_channel: str = "email"
    sign_method: str = "standard_esign"
    two_step_authentication_method: str = "none"
    signatory: bool = False
    organizer: bool = False
    may_update: bool = False
    custom_id: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A party to be (section 6.11); an individual has exactly one person. Without a country it has the account's."""

    people: tuple[Person, ...] = ()
    type: str = Party.Type.COMPANY
    name: str = ""
    identification_number: str = ""
    country_code: str = ""
    custom_id: str = ""

    def place_of(self, number: int) -> str:
        """Where the API's body has that person."""
        return "participant" if self.type == Party.Type.INDIVIDUAL else f"participants[{number}]"


@dataclass(frozen=True, slots=True)
class Draft:
    """A contract to be. `made_through` is the extension whose token asks for it; none for one made by hand.

    `products` holds the columns of products for each product table of the template, by the table's id.
    """

    workspace: Workspace
    template: Template
    creator: User | None = None
    made_through: Extension | None = None
    name: str = ""
    data_fields: Mapping[str, str] = field(default_factory=dict)
    parties: Sequence[Side] = ()
    my_party: Side | None = None
    # Whether the creator's roles are those that the template gives to creators; None: unless my_party names them.
    creator_inherits: bool | None = None
    products: Mapping[int, Sequence[dict[str, Any]]] = field(default_factory=dict)
    tags: Sequence[Tag] = ()
    folder: Folder | None = None
    value: dict[str, str] | None = None
    lifecycle_settings: dict[str, Any] | None = None
