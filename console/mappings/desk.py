"""Where rules are shown and changed: at an extension's desk, or at that of one installation over it.

The pages are the same at both; a desk knows its addresses, its frame, and what may be done at it.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Deed
from console.audit import actor_of
from console.installation.opening import Opened, opened
from console.pages import Crumb, context
from extensions.blueprints.models import Extension
from extensions.health.rejudging import rejudge_these
from extensions.mappings.changing import Owner, Refused

SEE, CHANGE, OVERRIDE = "mappings.view_mapping", "mappings.change_mapping", "mappings.override_mapping"
POST = ("POST",)


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of an extension."""

    owner: Owner

    prefix = "mapping"
    frame = "mappings/extension.html"
    verb = "mapping.change"
    permission = CHANGE

    @property
    def args(self) -> list[Any]:
        return [self.owner.extension.integration_key]

    @property
    def of_installation(self) -> bool:
        return self.owner.installation is not None

    @property
    def version(self) -> int | None:
        """The number of the blueprint version by which fields are called here; None for the newest released one."""
        return None

    def address(self, page: str = "", *args: Any) -> str:
        """The address of one of its pages, such as "history"; of its table without one."""
        return reverse(f"{self.prefix}-{page}" if page else self.prefix, args=[*self.args, *args])

    def crumbs(self) -> list[Crumb]:
        return [("Mappings", reverse("mappings-home"))]

    def page(self, request: HttpRequest, title: str, **extra: Any) -> dict[str, Any]:
        """The context of one of its pages that is not the table."""
        crumbs = [*self.crumbs(), (f"Mapping of {self.owner.extension}", self.address())]
        return context(request, title=title, crumbs=crumbs, **self._extra(request), **extra)

    def table(self, request: HttpRequest, **extra: Any) -> dict[str, Any]:
        """The context of the table."""
        title = f"Mapping of {self.owner.extension}"
        return context(request, title=title, crumbs=self.crumbs(), **self._extra(request), **extra)

    def changed(self) -> None:
        """What follows from a change, in its transaction: each account is judged by it at its next refresh."""

    def _extra(self, request: HttpRequest) -> dict[str, Any]:
        latest = self.owner.latest()
        return {
            "desk": self,
            "frame": self.frame,
            "extension": self.owner.extension,
            "latest": latest,
            "base": latest.number if latest else 0,
            "may_change": request.user.has_perm(self.permission),
            "links": {name: self.address(name) for name in ("history", "compare")},
        }


@dataclass(frozen=True, slots=True)
class InstallationDesk(Desk):
    """The desk of an installation, opened as its other pages are."""

    this: Opened

    prefix = "installation-mapping"
    frame = "mappings/installation.html"
    verb = "mapping.override"
    permission = OVERRIDE

    @property
    def args(self) -> list[Any]:
        return self.this.args

    @property
    def version(self) -> int | None:
        blueprint = self.this.installation.blueprint
        return blueprint.version if blueprint else None

    def page(self, request: HttpRequest, title: str, **extra: Any) -> dict[str, Any]:
        desk = self._extra(request)
        found = self.this.page(request, "installation-fields", title=title, **extra)
        found["crumbs"] = [*found["crumbs"], ("Mapping", self.address())]
        return found | desk | {"links": found["links"] | desk["links"]}

    def table(self, request: HttpRequest, **extra: Any) -> dict[str, Any]:
        desk = self._extra(request)
        found = self.this.page(request, "installation-fields", title="Mapping", **extra)
        return found | desk | {"links": found["links"] | desk["links"]}

    def changed(self) -> None:
        """The account is judged anew at once, from what is stored."""
        rejudge_these([self.this.installation.pk], timezone.now())


def of_extension(key: str) -> Desk:
    """The desk of an extension; 404 where there is none."""
    return Desk(Owner(get_object_or_404(Extension, integration_key=key)))


def of_installation(oneflow_id: int, key: str) -> InstallationDesk:
    """The desk of an installation; 404 where there is none."""
    this = opened(oneflow_id, key)
    return InstallationDesk(Owner.of(this.installation), this)


def tell_refused(request: HttpRequest, desk: Desk, refused: Refused, verb: str = "") -> None:
    """Keep on record that a change was refused, and why."""
    reason = str(refused)[:500]
    Deed(actor_of(request), verb or desk.verb, desk.owner.subject, outcome="refused", reason=reason).tell()


def number_of(text: str) -> int:
    """The number of a version as a form or address says it; 0, which no version has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def place_of(extension_type: str, custom_id: str) -> tuple[str, str]:
    """The field that an address names; 404 for what no database takes."""
    if "\0" in custom_id:
        raise Http404("No field has such a custom_id.")
    return extension_type, custom_id
