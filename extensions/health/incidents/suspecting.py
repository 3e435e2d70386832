"""Who is to be asked first about an incident: a party, never a customer."""

from collections.abc import Collection

from django.db.models import Count

from accounts.models import Account
from extensions.health.codes import INCIDENTS
from extensions.health.models import Incident
from extensions.installations.models import Installation

Suspect = Incident.Suspect
# Of the members that must have in common what is suspected, and of the others that may have it at most.
MOST_OF_THEM, FEW_OTHERS = 0.9, 0.5
OURS = ("token.unreadable", "mapping.", "delivery.stuck", "handon.", "console.")
ONEFLOWS = ("oneflow.", "token.", "api.", "extension.", "dependency.", "webhook.")


def suspect(code: str, extension_id: int | None, members: Collection[int]) -> tuple[str, str]:
    """The suspected party and its name: what the members share and others do not, else what the code speaks for."""
    if code not in INCIDENTS and extension_id is not None:
        common = _shared_tag(extension_id, members) or _shared_release(extension_id, members)
        if common:
            return common
    if code.startswith(OURS):
        return Suspect.US, ""
    if code.startswith(ONEFLOWS):
        return Suspect.ONEFLOW, ""
    return Suspect.NOBODY, ""


def _shared_tag(extension_id: int, members: Collection[int]) -> tuple[str, str] | None:
    through = Account.tags.through.objects.order_by()
    of_all = Installation.objects.connected().filter(extension=extension_id)
    inside = (
        through.filter(account__installations__in=members)
        .values("tag", "tag__name")
        .annotate(number=Count("account__installations", distinct=True))
        .filter(number__gte=MOST_OF_THEM * len(members))
        .order_by("tag__name")
    )
    for row in inside[:5]:
        bearing = of_all.filter(account__tags=row["tag"]).count()
        if _tells(row["number"], len(members), bearing, of_all.count()):
            return Suspect.TAG, f"tagged {row['tag__name']}"
    return None


def _shared_release(extension_id: int, members: Collection[int]) -> tuple[str, str] | None:
    rows = (
        Installation.objects.filter(pk__in=members)
        .exclude(blueprint=None)
        .order_by()
        .values("blueprint", "blueprint__version", "extension__name")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    first = next(iter(rows[:1]), None)
    if first is None:
        return None
    of_all = Installation.objects.connected().filter(extension=extension_id)
    having = of_all.filter(blueprint=first["blueprint"]).count()
    if not _tells(first["number"], len(members), having, of_all.count()):
        return None
    return Suspect.RELEASE, f"{first['extension__name']} {first['blueprint__version']}"


def _tells(inside: int, members: int, having: int, everybody: int) -> bool:
    """Whether nearly all members have it, and of the others fewer than half."""
    others = everybody - members
    return inside >= MOST_OF_THEM * members and others > 0 and (having - inside) < FEW_OTHERS * others
