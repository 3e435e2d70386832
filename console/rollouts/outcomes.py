"""The installations of a preview as lists: narrowed, in an order, counted, and as files."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import QueryDict

from extensions.health.codes import CODES
from extensions.health.models import Outcome, Preview
from extensions.installations.models import Contract, Template, TemplateType

Change = Outcome.Change
# Who must act, as the address and the screens call it, and the column that says so.
PARTIES = {
    "customer": ("the customer", "by_customer"),
    "oneflow": ("Oneflow", "by_oneflow"),
    "us": ("we", "by_us"),
    "token": ("costs the token", "costs_token"),
}
# The worst news first.
ORDER = (Change.NEWLY_FAILING, Change.NEWLY_WARNING, Change.UNKNOWN, Change.BETTER, Change.SAME)
COLUMNS = {
    "account_id": "installation__account__oneflow_id",
    "account_name": "installation__account__name",
    "mode": "mode",
    "blueprint_now": "blueprint__version",
    "now": "before",
    "by_the_version": "after",
    "change": "change",
    "causes": "codes",
    "new_causes": "new_codes",
    "cannot_be_told_for": "obstacle",
    "template_types": "types",
    "templates": "templates",
    "known_contracts": "contracts",
    "customer_acts": "by_customer",
    "oneflow_acts": "by_oneflow",
    "we_act": "by_us",
    "costs_token": "costs_token",
}
OF_TEMPLATES = {
    "account_id": "installation__account__oneflow_id",
    "account_name": "installation__account__name",
    "template_id": "oneflow_id",
    "template": "name",
    "template_type_id": "template_type_oneflow_id",
}
OF_CONTRACTS = {
    "account_id": "installation__account__oneflow_id",
    "account_name": "installation__account__name",
    "contract_id": "oneflow_id",
    "state": "state",
    "template_id": "template_oneflow_id",
    "template_type_id": "template_type_oneflow_id",
    "how_known": "how",
    "last_seen_at": "last_seen_at",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; what it says wrongly is not asked."""

    change: str = ""
    code: str = ""
    who: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        change, code, who = (query.get(name, "") for name in ("change", "code", "who"))
        return cls(
            change if change in Change.values else "",
            code if code in CODES else "",
            who if who in PARTIES else "",
        )

    @property
    def everything(self) -> bool:
        return not (self.change or self.code or self.who)


def latest_of(blueprint_id: int) -> Preview | None:
    """The latest preview of a version that was carried out, which says what to expect of it."""
    rows = Preview.objects.filter(blueprint=blueprint_id, state=Preview.State.DONE)
    return rows.select_related("extension", "blueprint__extension").first()


def chosen(preview: Preview, asked: Asked) -> QuerySet[Outcome]:
    """The outcomes that are asked for, the worst news first, then by the account's name."""
    rows = preview.outcomes.all()
    if asked.change:
        rows = rows.filter(change=asked.change)
    if asked.code:
        rows = rows.filter(codes__contains=f" {asked.code} ")
    if asked.who:
        rows = rows.filter(**{PARTIES[asked.who][1]: True})
    rank = Case(
        *(When(change=each, then=Value(number)) for number, each in enumerate(ORDER)), output_field=IntegerField()
    )
    return rows.annotate(rank=rank).order_by("rank", "installation__account__name", "pk")


def templates_of(preview: Preview, extension_type: str = "") -> QuerySet[Template]:
    """The active templates of the template types in which something new would be wrong, by account."""
    rows = Template.objects.present().filter(_affected(preview, extension_type), active=True)
    return rows.select_related("installation__account").order_by("installation__account__name", "name", "pk")


def contracts_of(preview: Preview, extension_type: str = "") -> QuerySet[Contract]:
    """The known contracts of those template types, by account, those that were seen last first."""
    rows = Contract.objects.present().filter(_affected(preview, extension_type))
    return rows.select_related("installation__account").order_by("installation__account__name", "-last_seen_at", "pk")


def _affected(preview: Preview, extension_type: str) -> Q:
    """Rows of the template types in which something new would be wrong: all of these, or the one that is named."""
    names = dict(_types(preview))
    kinds = [extension_type] if extension_type in names else list(names)
    of_any = Q(pk__in=[])
    for kind in kinds:
        affected = preview.outcomes.filter(types__contains=f" {kind} ").values("installation")
        plays = Q(confirmed_role=kind) | Q(extension_type=kind) | Q(extension_type="", name=names[kind])
        rows = TemplateType.objects.present().filter(
            plays, installation=OuterRef("installation"), oneflow_id=OuterRef("template_type_oneflow_id")
        )
        of_any |= Q(Exists(rows), installation__in=affected)
    return of_any


def _types(preview: Preview) -> Any:
    """The affected template types with their names, as the version calls them."""
    if preview.blueprint is None:
        return [(kind, "") for kind in preview.summary.get("types", {})]
    types = preview.blueprint.template_types.filter(extension_type__in=preview.summary.get("types", {}))
    return types.values_list("extension_type", "name")
