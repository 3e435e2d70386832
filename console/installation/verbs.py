"""What staff do on an installation's page: refresh it, choose its acting user and its version, say who set it up."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.acting import Actor, Deed
from console.assurance import read as read_assurance
from console.audit import actor_of
from console.installation.opening import opened
from console.pages import page, refuse
from console.refreshing import kick, want
from extensions.blueprints.models import Blueprint, BlueprintTemplateType
from extensions.installations.models import AccountUser, Installation, TemplateType
from extensions.installations.models.installation import CHOSEN_MODES
from extensions.mappings.models import Repair

POST = ("POST",)
CHANGE = "installations.change_installation"


class Refused(Exception):
    """A choice that cannot be taken; the text says why and what to do."""


@page("installations.refresh_installation", audited="installation.refresh", methods=POST)
def refresh(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Have the account read now; the page then shows how far it is."""
    installation = opened(oneflow_id, key).installation
    wanted = want(Installation.objects.filter(pk=installation.pk), timezone.now(), actor_of(request))
    if not wanted:
        messages.error(request, "A disconnected account cannot be refreshed. Connect it again first.")
    elif not read_assurance()["worker"]["alive"]:
        messages.warning(
            request,
            "No worker is alive, so nothing is read yet. The refresh is noted and will be the first thing that a "
            "worker does. Tell whoever runs the console: manage.py doctor says what is wrong.",
        )
    return redirect("installation", oneflow_id, key)


@page("installations.choose_acting_user", audited="installation.choose_acting_user", methods=POST)
def acting_user(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Act as another user of the account from now on."""
    installation = opened(oneflow_id, key).installation
    actor = actor_of(request)
    try:
        choose_acting_user(installation, request.POST.get("user", ""), actor, timezone.now())
    except Refused as exc:
        refuse(request, "installation.choose_acting_user", installation, str(exc))
        return redirect("installation-people", oneflow_id, key)
    messages.success(request, "The acting user is chosen. What that user can do is read now.")
    return redirect("installation", oneflow_id, key)


@page(CHANGE, audited="installation.set_blueprint", methods=POST)
def blueprint(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Judge the installation against another blueprint version, or against the inferred one again."""
    installation = opened(oneflow_id, key).installation
    actor = actor_of(request)
    try:
        version = set_blueprint(installation, request.POST.get("version", ""), actor, timezone.now())
    except Refused as exc:
        refuse(request, "installation.set_blueprint", installation, str(exc))
        return redirect("installation", oneflow_id, key)
    told = f"is set to {version.version}" if version else "will be inferred by the next refresh"
    messages.success(request, f"The blueprint version {told}. The account is read and judged anew now.")
    return redirect("installation", oneflow_id, key)


@page(CHANGE, audited="installation.set_mode", methods=POST)
def set_up_by(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Say by whom the account was set up: the extension, or the product's code."""
    installation = opened(oneflow_id, key).installation
    try:
        mode = set_mode(installation, request.POST.get("mode", ""), actor_of(request), timezone.now())
    except Refused as exc:
        refuse(request, "installation.set_mode", installation, str(exc))
        return redirect("installation", oneflow_id, key)
    messages.success(request, f"Set up by {CHOSEN_MODES[mode]}: remedies and repairs go by that from now on.")
    number = made_by_extension(installation) if mode == Installation.Mode.TOOLKIT else 0
    if number:
        messages.warning(
            request,
            f"Oneflow says that the extension made {number} of its template types. If that is so, Oneflow refuses to "
            "have them changed: set it back.",
        )
    return redirect("installation", oneflow_id, key)


def choose_acting_user(installation: Installation, oneflow_id: str, actor: Actor, now: datetime) -> None:
    """Store the choice and have the account read anew. Raises `Refused` for anybody but an active user of it."""
    users = AccountUser.objects.filter(installation=installation)
    user = users.filter(oneflow_id=oneflow_id).first() if _is_id(oneflow_id) else None
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected. Connect it again before you choose its acting user.")
    if user is None or not user.can_act:
        raise Refused("Only an active user of the account can be the acting user. Refresh, then choose from the list.")
    with transaction.atomic():
        # Who it is stands in the mirror; the record keeps the id, which is no name and no email.
        Deed(actor, "installation.choose_acting_user", installation, details={"user": user.oneflow_id}).tell()
        _store(installation, now, acting_user_email=user.email)


def set_blueprint(installation: Installation, version: str, actor: Actor, now: datetime) -> Blueprint | None:
    """Store the version, or with "" let it be inferred; returns it. Raises `Refused` for one that is not released."""
    chosen = None
    if version:
        released = Blueprint.objects.released().filter(extension=installation.extension_id)
        chosen = released.filter(version=version).first() if _is_id(version) else None
        if chosen is None:
            raise Refused("There is no such released blueprint version. Choose one from the list.")
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected: nothing is judged there.")
    before = installation.blueprint.version if installation.blueprint else None
    details = {"before": before, "after": chosen.version if chosen else "inferred"}
    with transaction.atomic():
        Deed(actor, "installation.set_blueprint", installation, details=details).tell()
        # How well the account matches it is found by the refresh that this asks for.
        _store(
            installation, now, blueprint=chosen, blueprint_set=chosen is not None, blueprint_match=None, rollout=None
        )
    return chosen


def set_mode(installation: Installation, mode: str, actor: Actor, now: datetime) -> Installation.Mode:
    """Store by whom the account was set up; returns it. Raises `Refused` for what is no choice or changes nothing."""
    if mode not in CHOSEN_MODES:
        raise Refused("Choose by whom it was set up: the extension, or the product's code.")
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected. Connect it again, and choose there by whom it was set up.")
    if installation.mode not in CHOSEN_MODES:
        raise Refused("The account is reached by a token made by hand. Relink it with that of the extension first.")
    if installation.mode == mode:
        raise Refused(f"It is so already: set up by {CHOSEN_MODES[mode]}.")
    demand_no_repair(installation)
    with transaction.atomic():
        details = {"before": str(installation.mode), "after": mode}
        Deed(actor, "installation.set_mode", installation, details=details).tell()
        _store(installation, now, mode=mode)
    return Installation.Mode(mode)


def demand_no_repair(installation: Installation) -> None:
    """Raise `Refused` while something was planned there by what would be said otherwise."""
    number = Repair.objects.under_way().filter(installation=installation).values_list("pk", flat=True).first()
    if number is not None:
        raise Refused(
            f"Not while repair {number} of this account is under way. See that it comes to its end, or withdraw it."
        )


def made_by_extension(installation: Installation) -> int:
    """How many of the account's template types bear an extension type of the installation's version."""
    roles = BlueprintTemplateType.objects.filter(blueprint=installation.blueprint_id).values("extension_type")
    return TemplateType.objects.present().filter(installation=installation, extension_type__in=roles).count()


def _store(installation: Installation, now: datetime, **values: object) -> None:
    """Write the columns that staff chose, and have the account read and judged by them."""
    Installation.objects.filter(pk=installation.pk).update(refresh_at=now, wanted_at=now, **values)
    transaction.on_commit(kick)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
