"""Giving a customer a link to the state of their own account: made, opened and ended here.

The address holds a random key and its signature (`django.core.signing`, by SECRET_KEY and its fallbacks). So a guess
is refused before the database is asked, and whoever reads the database cannot form an address.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F

from accounts.acting import Actor, Deed
from extensions.health.models import StatusLink
from extensions.installations.models import Installation

DAYS = (1, 7, 30, 90)  # how long a link may live
MOST_LIVING = 20  # of one installation at a time


class Refused(Exception):
    """A link that cannot be given; the text says why and what to do."""


class NotALink(Exception):
    """The text is no address that this console ever gave."""


class Ended(Exception):
    """The link was revoked, is past its end, or its account is no longer connected."""

    def __init__(self, link: StatusLink) -> None:
        super().__init__("This link has ended.")
        self.link = link


@transaction.atomic
def share(installation: Installation, days: int, actor: Actor, now: datetime) -> StatusLink:
    """A new link that lives so many days. Raises `Refused`."""
    if days not in DAYS:
        raise Refused(f"A link lives {', '.join(map(str, DAYS[:-1]))} or {DAYS[-1]} days. Choose one of these.")
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected: there is no state to show. Connect it again first.")
    if StatusLink.objects.living(now).filter(installation=installation).count() >= MOST_LIVING:
        raise Refused(f"The account has {MOST_LIVING} links that work already. End one that nobody needs first.")
    link = StatusLink.objects.create(
        installation=installation, created_at=now, created_by=actor.name, expires_at=now + timedelta(days=days)
    )
    Deed(actor, "status_link.share", installation, details={"link": link.pk, "days": days}).tell()
    return link


@transaction.atomic
def revoke(link: StatusLink, actor: Actor, now: datetime) -> bool:
    """End the link at once; False when it had ended already."""
    ended = StatusLink.objects.living(now).filter(pk=link.pk).update(revoked_at=now, revoked_by=actor.name)
    if ended:
        Deed(actor, "status_link.revoke", link.installation, details={"link": link.pk}).tell()
    return bool(ended)


def address_of(link: StatusLink) -> str:
    """What stands in the link's address: its key and signature. A secret: whoever has it sees the page."""
    return _signer().sign(link.key.hex)


def open_link(text: str, now: datetime) -> StatusLink:
    """The link of that address, counted as opened. Raises `NotALink` for anything forged, `Ended` for a former one."""
    try:
        key = UUID(hex=_signer().unsign(text))
    except (BadSignature, ValueError):
        raise NotALink from None
    link = StatusLink.objects.select_related("installation__account", "installation__extension").filter(key=key).first()
    if link is None:
        raise NotALink
    opened = StatusLink.objects.living(now).filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=now)
    if not opened:
        raise Ended(link)
    return link


def _signer() -> Signer:
    return Signer(salt="extensions.health.sharing", sep=".")
