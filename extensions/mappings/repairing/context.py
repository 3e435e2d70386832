"""What the console knows when it plans a repair, beside what it reads fresh from the account."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations.models import Installation
from extensions.mappings.repairing.refusing import Refused

Wanted = Mapping[str, tuple[BlueprintTemplateType, tuple[BlueprintField, ...]]]


@dataclass(frozen=True, slots=True)
class Context:
    """One installation: `wanted` are the template types of its blueprint version by extension type, with their fields;
    `confirmed` and `remembered` say which template types and webhooks are ours because we were told so.
    """

    account_id: int
    mode: str
    wanted: Wanted
    version: str = ""
    callback_urls: tuple[str, ...] = ()
    confirmed: Mapping[int, str] = field(default_factory=dict)
    remembered: frozenset[int] = frozenset()
    has_sign_key: bool = False

    def wanted_type(self, role: str) -> BlueprintTemplateType:
        """The blueprint's template type of that role. Raises `Refused`."""
        if role not in self.wanted:
            raise Refused(
                f"The installation's blueprint version has no template type {role or 'without a name'}.",
                "Look at the version of the installation, and plan the repair again.",
            )
        return self.wanted[role][0]

    def wanted_field(self, role: str, custom_id: str) -> BlueprintField | None:
        return next((each for each in self.wanted[role][1] if each.custom_id == custom_id), None)

    @property
    def by_extension(self) -> bool:
        """Whether Oneflow made what is ours in this account, so that the console makes nothing there."""
        return self.mode == Installation.Mode.EXTENSION
