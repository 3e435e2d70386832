"""What the console knows when it plans a repair, beside what it reads fresh from the account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, ExtensionSecret
from extensions.installations.models import Installation, TemplateType, Webhook
from extensions.mappings.repairing.refusing import Refused

Wanted = Mapping[str, tuple[BlueprintTemplateType, tuple[BlueprintField, ...]]]


@dataclass(frozen=True, slots=True)
class Context:
    """One installation: `wanted` are the template types of its blueprint version by extension type, with their fields;
    `confirmed` and `remembered` say which template types and webhooks are ours because we were told so, `disowned`
    which webhooks are not.
    """

    account_id: int
    mode: str
    wanted: Wanted
    callback_urls: tuple[str, ...] = ()
    confirmed: Mapping[int, str] = field(default_factory=dict)
    remembered: frozenset[int] = frozenset()
    disowned: frozenset[int] = frozenset()
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


def version_of(installation: Installation) -> Blueprint | None:
    """The blueprint version that the installation is judged by; the newest released one while none is known."""
    return installation.blueprint or Blueprint.objects.released().filter(extension=installation.extension_id).first()


def context_of(installation: Installation, version: Blueprint | None) -> Context:
    """What the database knows of the installation, in five statements."""
    kinds = version.template_types.prefetch_related("fields") if version else ()  # type: ignore[attr-defined]
    of_it: dict[str, Any] = {"installation": installation}
    confirmed = TemplateType.objects.filter(**of_it).exclude(confirmed_role="")
    said = Webhook.objects.filter(Q(remembered=True) | Q(disowned=True), **of_it)
    webhooks = dict(said.values_list("oneflow_id", "remembered"))
    keys = ExtensionSecret.objects.filter(extension=installation.extension_id, kind=ExtensionSecret.Kind.SIGN_KEY)
    addresses = installation.extension.callback_urls
    return Context(
        account_id=installation.account.oneflow_id,
        mode=installation.mode,
        wanted={kind.extension_type: (kind, tuple(kind.fields.all())) for kind in kinds},
        callback_urls=tuple(each for each in addresses if isinstance(each, str) and each.strip()),
        confirmed=dict(confirmed.values_list("oneflow_id", "confirmed_role")),
        remembered=frozenset(each for each, is_ours in webhooks.items() if is_ours),
        disowned=frozenset(each for each, is_ours in webhooks.items() if not is_ours),
        has_sign_key=keys.exclude(ciphertext="").exists(),
    )
