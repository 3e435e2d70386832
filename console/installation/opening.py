"""What every page of one installation opens with: the installation itself, its tabs, and how to get around."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from console.counting import number_of
from console.pages import context
from extensions.blueprints.models import BlueprintField
from extensions.health.models import Finding, Incident, Member
from extensions.installations.models import (
    AccountUser,
    Change,
    Installation,
    Refresh,
    Template,
    Webhook,
)

SEE = "installations.view_installation"
DIFFERENT = ("field.missing", "field.changed", "field.shadowed")
# Label, name of the address, the annotation that counts it.
TABS = (
    ("Overview", "installation", ""),
    ("Fields", "installation-fields", "count_fields"),
    ("Templates", "installation-templates", "count_templates"),
    ("Webhooks", "installation-webhooks", "count_webhooks"),
    ("People", "installation-people", "count_people"),
    ("Changes", "installation-changes", "count_changes"),
    ("Refreshes", "installation-refreshes", "count_refreshes"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """One installation as its pages show it, at one moment."""

    installation: Installation
    now: datetime

    @property
    def args(self) -> list[Any]:
        return [self.installation.account.oneflow_id, self.installation.extension.integration_key]

    def address(self, name: str) -> str:
        """The address of one of its pages."""
        return reverse(name, args=self.args)

    def tabs(self, current: str) -> list[dict[str, Any]]:
        return [
            {
                "label": label,
                "url": self.address(name),
                "current": name == current,
                "count": getattr(self.installation, counted) if counted else None,
                "note": self._note() if name == "installation-fields" else "",
            }
            for label, name, counted in TABS
        ]

    def _note(self) -> str:
        notes = [
            (self.installation.count_off, "off"),  # type: ignore[attr-defined]
            (self.installation.count_different, "different"),  # type: ignore[attr-defined]
        ]
        return " · ".join(f"{number} {word}" for number, word in notes if number)

    def page(self, request: HttpRequest, current: str, *, title: str = "", **extra: Any) -> dict[str, Any]:
        """The context of one of its pages, the tab `current` chosen; a page that is no tab brings its title."""
        installation = self.installation
        label = title or next((label for label, name, _ in TABS if name == current), "")
        overview = current == "installation"
        crumbs = [("Installations", reverse("admin:installations_installation_changelist"))]
        if not overview:
            crumbs.append((str(installation.account), self.address("installation")))
        return context(
            request,
            title=str(installation.account) if overview else label,
            crumbs=crumbs,
            opened=self,
            installation=installation,
            account=installation.account,
            connected=installation.state != Installation.State.DISCONNECTED,
            tabs=self.tabs(current),
            links={
                name: self.address(f"installation-{name}")
                for name in ("relink", "disconnect", "connecting", "timeline")
            },
            **extra,
        )


def opened(oneflow_id: int, key: str) -> Opened:
    """The installation of the extension `key` in an account, with its shown verdict and counts; 404 when none is."""
    now = timezone.now()
    found = (
        Installation.objects.with_shown_verdict(now)
        .filter(account__oneflow_id=oneflow_id, extension__integration_key=key)
        .select_related("account__owner", "extension", "token", "blueprint")
        .annotate(
            count_fields=number_of(BlueprintField.objects.filter(template_type__blueprint=OuterRef("blueprint"))),
            count_templates=_of(Template.objects.present()),
            count_webhooks=_of(Webhook.objects.present()),
            count_people=_of(AccountUser.objects.present()),
            count_changes=_of(Change.objects.all()),
            count_refreshes=_of(Refresh.objects.all()),
            count_off=_of(Finding.objects.filter(code="field.inactive")),
            # Most accounts bear no tag, and then nothing further is asked.
            in_incident=Exists(Member.objects.holding().filter(installation=OuterRef("pk")))
            | Exists(Incident.objects.open().filter(everyone=True)),
            is_tagged=Exists(Account.tags.through.objects.filter(account=OuterRef("account"))),
            count_different=_of(Finding.objects.filter(code__in=DIFFERENT)),
        )
        .first()
    )
    if found is None:
        raise Http404(f"Account {oneflow_id} has no installation of {key}.")
    return Opened(found, now)


def _of(rows: QuerySet[Any]) -> Subquery:
    return number_of(rows.filter(installation=OuterRef("pk")))
