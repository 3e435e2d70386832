"""One field: what fills it, who overrides that, and the form that changes it."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from console.audit import actor_of
from console.installation.opening import SEE as SEE_INSTALLATION
from console.installation.paging import paged, rest_of_address
from console.mappings.desk import (
    CHANGE,
    OVERRIDE,
    POST,
    SEE,
    Desk,
    number_of,
    of_extension,
    of_installation,
    place_of,
    tell_refused,
)
from console.mappings.lines import Line, fields_of
from console.mappings.rule_form import RuleForm
from console.pages import is_part, page
from extensions.mappings.changing import Refused, Stale, Why, Wrong, change
from extensions.mappings.effective import Place, Rule, Rules, effective
from extensions.mappings.lineage import NO_VERSION, Written, write
from extensions.mappings.models import Override
from extensions.mappings.paths import Absent, kind
from extensions.mappings.records import number

# What the form can be sent for; the first is also what Enter does.
STORE, TRY, EMPTY, REMOVE = "store", "try", "empty", "remove"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a sample: its kind in JSON, and what lineage would make of it in a record."""

    kind: str
    written: Written


@page(SEE, unaudited="shows what fills one field; no personal data")
def field(request: HttpRequest, key: str, extension_type: str, custom_id: str) -> HttpResponse:
    """What fills the field, the installations that override it, and for those who may the form."""
    return _shown(request, of_extension(key), place_of(extension_type, custom_id))


@page(SEE_INSTALLATION, unaudited="shows what fills one field of an account; no personal data")
def installation_field(
    request: HttpRequest, oneflow_id: int, key: str, extension_type: str, custom_id: str
) -> HttpResponse:
    """What fills the field here, what the extension says, and for those who may the form."""
    return _shown(request, of_installation(oneflow_id, key), place_of(extension_type, custom_id))


@page(CHANGE, audited="mapping.change", methods=POST, form="mapping-field")
def change_field(request: HttpRequest, key: str, extension_type: str, custom_id: str) -> HttpResponse:
    """Store what fills the field, take its rule away, or only try it with a sample."""
    return _taken(request, of_extension(key), place_of(extension_type, custom_id))


@page(OVERRIDE, audited="mapping.override", methods=POST, form="installation-mapping-field")
def change_installation_field(
    request: HttpRequest, oneflow_id: int, key: str, extension_type: str, custom_id: str
) -> HttpResponse:
    """Store the installation's own rule, reset it to the extension's, or only try it with a sample."""
    return _taken(request, of_installation(oneflow_id, key), place_of(extension_type, custom_id))


def _shown(request: HttpRequest, desk: Desk, place: Place, form: RuleForm | None = None, **extra: Any) -> HttpResponse:
    rule = _in_force(desk).get(place)
    line = fields_of(desk.owner.extension, version=desk.version).get(place) or Line(place, place[1], place[0])
    if not line.versions and rule is None and form is None:
        raise Http404(f"No version of {desk.owner.extension} has the field {place[1]} in {place[0]}.")
    return render(
        request,
        "mappings/field.html",
        desk.page(
            request,
            line.name,
            line=line,
            rule=rule,
            own=rule is not None and rule.overridden == desk.of_installation,
            form=form or RuleForm.of(rule),
            change_url=desk.address("change", *place),
            overriding=_overriding(request, desk, place),
            rest=rest_of_address(request),
            **extra,
        ),
        status=409 if extra.get("stale") else 200,
    )


def _in_force(desk: Desk) -> Rules:
    installation = desk.owner.installation
    return effective(installation) if installation is not None else desk.owner.rules()


def _overriding(request: HttpRequest, desk: Desk, place: Place) -> Any:
    """A page of the installations with a rule of their own for the field; nothing at an installation's desk."""
    if desk.of_installation:
        return None
    rows = Override.objects.filter(
        installation__extension=desk.owner.extension, extension_type=place[0], custom_id=place[1]
    )
    return paged(request, rows.select_related("installation__account").order_by("installation__account__name", "pk"))


def _taken(request: HttpRequest, desk: Desk, place: Place) -> HttpResponse:
    form, do = RuleForm(request.POST), request.POST.get("do", STORE)
    valid = form.is_valid()
    if do == TRY:
        tried = _tried(form, fields_of(desk.owner.extension).get(place)) if valid else None
        if is_part(request):
            return render(request, "mappings/tried.html", {"tried": tried})
        return _shown(request, desk, place, form, tried=tried)
    if do in {EMPTY, REMOVE} and "reason" in form.cleaned_data:
        # What else stands in the form does not matter then.
        rule = Rule("") if do == EMPTY and desk.of_installation else None
    elif valid:
        rule = form.rule()
    else:
        return _shown(request, desk, place, form)
    return _stored(request, desk, place, form, rule)


def _stored(request: HttpRequest, desk: Desk, place: Place, form: RuleForm, rule: Rule | None) -> HttpResponse:
    why = Why(actor_of(request), form.cleaned_data["reason"], verb=desk.verb, details={"field": "/".join(place)})
    try:
        with transaction.atomic():
            version = change(desk.owner, place, rule, why, base=number_of(form.data.get("base", "")))
            if version is not None:
                desk.changed()
    except Stale as exc:
        tell_refused(request, desk, exc)
        return _stale(request, desk, place, form, exc, rule)
    except Wrong as exc:
        tell_refused(request, desk, exc)
        for _, sentence in exc.problems:
            form.add_error(None, sentence)
        return _shown(request, desk, place, form)
    except Refused as exc:
        tell_refused(request, desk, exc)
        form.add_error("reason", str(exc))
        return _shown(request, desk, place, form)
    if version is None:
        messages.info(request, "Nothing was changed: it stands like this already.")
    else:
        messages.success(request, f"Stored as version {version.number}. {_follows(desk)}")
    return redirect(desk.address())


def _stale(
    request: HttpRequest, desk: Desk, place: Place, form: RuleForm, stale: Stale, yours: Rule | None
) -> HttpResponse:
    """The form once more with what was written, made from the version that is in force now; both rules side by side."""
    data = form.data.copy()
    data["base"] = str(stale.latest.number)
    again = RuleForm(data)
    return _shown(request, desk, place, again, stale=stale, theirs=stale.theirs.get(place), yours=yours)


def _follows(desk: Desk) -> str:
    if desk.of_installation:
        return "The account was judged by it anew."
    return "Each account is judged by it when it is next refreshed."


def _tried(form: RuleForm, line: Line | None) -> Tried:
    raw = _sample(form.cleaned_data["sample"])
    told = "no value" if isinstance(raw, Absent) else kind(raw)
    written = write(form.rule(), raw, line.kind if line else "")
    return Tried(told, written if line else written.but(NO_VERSION))


def _sample(text: str) -> object:
    """The value as JSON says it, else the text itself."""
    if not text.strip():
        return Absent("The record has no value there.")
    try:
        value = json.loads(text, parse_float=number, parse_int=number)
    except (ValueError, RecursionError):
        return text
    return Absent("The value is null.") if value is None else value
