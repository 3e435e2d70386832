"""Making a job: from chosen installations, or from all that have a field in one state."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Deed
from console.audit import actor_of
from console.pages import chosen, context, page
from console.repairs.jobs import running
from console.repairs.showing import PLAN
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType, Extension
from extensions.health.models import Finding
from extensions.health.repairable import MISADDRESSED
from extensions.health.words.saying import listed
from extensions.installations.models import Installation
from extensions.mappings import fleet
from extensions.mappings.inspecting import State
from extensions.mappings.jobs.making import LONGEST_REASON, MOST_ACCOUNTS, MOST_FAILING, VERB, make
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.refusing import Refused

KINDS = {
    Kind.ACTIVATE_FIELD: "Switch fields on",
    Kind.ADD_FIELD: "Add fields that are missing (toolkit accounts)",
    Kind.REMOVE_FIELD: "Remove fields of ours (toolkit accounts)",
    Kind.CREATE_TEMPLATE_TYPE: "Create a template type that is missing (toolkit accounts)",
    Kind.CREATE_WEBHOOK: "Create a webhook that is missing (toolkit accounts)",
    Kind.CORRECT_WEBHOOK_URL: "Correct the address of a misdirected webhook of ours (toolkit accounts)",
}
# Of fields that are not known, so many are named with what is close to them.
MOST_NAMED = 5
# By what a field's state over the fleet is repaired, and what the button to it says.
MENDS = {State.OFF: (Kind.ACTIVATE_FIELD, "Switch it on"), State.MISSING: (Kind.ADD_FIELD, "Add it")}


class RepairThem(forms.Form):
    """What is done in each of the chosen accounts, and why."""

    heading, verb, button = "Repair", VERB, "Begin the dry run"

    kind = forms.ChoiceField(label="What is done", choices=[(each.value, words) for each, words in KINDS.items()])
    role = forms.ChoiceField(label="Template type")
    fields_named = forms.CharField(
        label="Fields",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="Their custom_id, one on each line. Leave it empty for a template type or a webhook.",
    )
    most_failing = forms.IntegerField(
        label="Stop above (per cent failed)",
        min_value=0,
        max_value=99,
        initial=MOST_FAILING,
        help_text="Of the accounts written so far; the first five count as five.",
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON, help_text="For colleagues and the record. For example: switched off by a release."
    )

    def __init__(self, *args: Any, extension: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = BlueprintTemplateType.objects.filter(blueprint__extension=extension).order_by(
            "blueprint__version", "pk"
        )
        names = {each.extension_type: each.name for each in kinds}  # the latest name of each
        self.extension = extension
        self.fields["role"].choices = [(role, f"{name} ({role})") for role, name in names.items()]  # type: ignore[attr-defined]

    def operations(self) -> tuple[Operation, ...]:
        """What is asked for. Raises `Refused`."""
        kind, role = Kind(self.cleaned_data["kind"]), self.cleaned_data["role"]
        named = [line.strip() for line in self.cleaned_data["fields_named"].splitlines() if line.strip()]
        if kind.of_field and not named:
            raise Refused("No field is named.", "Write the custom_id of each field on a line of its own.")
        if not kind.of_field and named:
            raise Refused("Fields are named, but nothing is done to fields.", "Leave the fields empty.")
        told = [{"kind": kind.value, "role": role, "custom_id": each} for each in named or [""]]
        operations = tuple(map(Operation.from_json, told))
        self._demand_known(role, named)
        return operations

    def _demand_known(self, role: str, named: Sequence[str]) -> None:
        """Raise `Refused` where no version has a field that is named: nothing would be found to do in any account."""
        fields = BlueprintField.objects.filter(
            template_type__blueprint__extension=self.extension, template_type__extension_type=role
        )
        known = sorted(set(fields.order_by().values_list("custom_id", flat=True))) if named else []
        unknown = [each for each in named if each not in known]
        if not unknown:
            return
        near = dict.fromkeys(
            match for each in unknown[:MOST_NAMED] for match in get_close_matches(each, known, n=3, cutoff=0.6)
        )
        remedy = f"Close to that: {listed(near)}." if near else f"Its fields are: {listed(known, 30)}."
        raise Refused(f"No version of {role} has a field {listed(unknown, MOST_NAMED)}.", remedy)


def from_list(admin: Any, request: HttpRequest, installations: QuerySet[Installation]) -> HttpResponseBase | None:
    """Ask what is done in the chosen installations, and make the job. None leads back to the list."""
    extensions = list(Extension.objects.filter(installations__in=installations.order_by()).distinct()[:2])
    if len(extensions) != 1:
        told = "Choose installations of one extension." if extensions else "Choose installations first."
        admin.message_user(request, told, messages.WARNING)
        return None
    form = RepairThem(request.POST if "apply" in request.POST else None, extension=extensions[0])
    keys = list(installations.order_by().values_list("pk", flat=True)[: MOST_ACCOUNTS + 1])
    made = _make(request, form, extensions[0], keys)
    if made is not None:
        return made
    back = request.get_full_path()
    return _ask(request, form, len(keys), crumbs=[("Installations", back)], back=back, **chosen(request))


@page(PLAN, audited=VERB, methods=("GET", "POST"))
def new(request: HttpRequest, key: str) -> HttpResponse:
    """A job for all installations that have a field in one state: `type`, `field` and `state` of the address."""
    extension = get_object_or_404(Extension, integration_key=key)
    role, field = (request.GET.get(name, "").replace("\0", "") for name in ("type", "field"))
    state = State.of(request.GET.get("state", ""))
    keys = _having(extension, role, field, state)
    offered = {"kind": MENDS[state][0].value if state in MENDS else "", "role": role, "fields_named": field}
    form = RepairThem(request.POST or None, initial=offered, extension=extension)
    made = _make(request, form, extension, keys) if request.method == "POST" else None
    back = reverse("field", args=[key, role, field]) if keys else reverse("fields", args=[key])
    crumbs = [("Fields", reverse("fields-home")), (field or str(extension), back)]
    return made or _ask(request, form, len(keys), crumbs=crumbs, back=back)


def _having(extension: Extension, role: str, field: str, state: State | None) -> list[int]:
    """The connected installations that have the field in that state."""
    if state not in MENDS or not role or not field:
        return []
    places = fleet.page(extension, role, field, states=[state], offset=0, limit=MOST_ACCOUNTS + 1)
    return [each.installation_id for each in places]


def _make(request: HttpRequest, form: RepairThem, extension: Extension, keys: Sequence[int]) -> HttpResponse | None:
    """The answer that leads to the job; None where the form is to be shown, with what is wrong with it."""
    if not form.is_valid():
        return None
    actor = actor_of(request)
    try:
        operations = form.operations()
        own = _misdirected(keys) if operations[0].kind is Kind.CORRECT_WEBHOOK_URL else None
        job = make(
            extension,
            operations,
            keys if own is None else list(own),
            own=own,
            reason=form.cleaned_data["reason"],
            most_failing=form.cleaned_data["most_failing"],
            actor=actor,
            now=timezone.now(),
        )
    except Refused as refused:
        form.add_error(None, refused.in_full)
        Deed(actor, VERB, f"{len(keys)} installations", outcome="refused", reason=refused.sentence).tell()
        return None
    running.kick()
    return redirect("repair-job", job.pk)


def _misdirected(keys: Sequence[int]) -> dict[int, Operation]:
    """In each of these installations the webhook that was found to point to a wrong address; one write takes one."""
    found = Finding.objects.filter(code__in=MISADDRESSED, installation__in=keys).order_by("-pk")
    numbers = (
        (installation, subject.removeprefix("webhook/"))
        for installation, subject in found.values_list("installation", "subject")
    )
    return {
        installation: Operation(Kind.CORRECT_WEBHOOK_URL, webhook=int(number))
        for installation, number in numbers
        if number.isdecimal()
    }


def _ask(request: HttpRequest, form: RepairThem, number: int, **extra: Any) -> HttpResponse:
    title = f"{form.heading} {'1 account' if number == 1 else f'{number} accounts'}"
    return render(request, "repairs/new_job.html", context(request, title=title, form=form, number=number, **extra))
