"""Give many accounts an owner or a tag: a page that asks which, then one statement for all of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.acting import Deed
from accounts.models import Account, Tag
from console.audit import actor_of
from console.pages import chosen, context
from extensions.installations.models import Installation


class Assign(forms.Form):
    """The colleague who looks after the chosen accounts."""

    heading, verb, button = "Assign an owner to", "account.assign", "Assign"

    owner = forms.ModelChoiceField(
        get_user_model().objects.none(),
        required=False,
        empty_label="nobody",
        help_text="The colleague who looks after these customers.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
        self.fields["owner"].queryset = staff  # type: ignore[attr-defined]

    def apply(self, accounts: QuerySet[Account]) -> str:
        """Give them the owner; the sentence that says so."""
        owner = self.cleaned_data["owner"]
        accounts.update(owner=owner)
        return f"owner: {owner or 'nobody'}"


class TagThem(forms.Form):
    """A word by which the chosen accounts are grouped; a new word makes a new tag."""

    heading, verb, button = "Tag", "account.tag", "Tag"

    tag = forms.CharField(max_length=60, help_text="A word by which you find them again, such as vip or pilot.")
    remove = forms.BooleanField(required=False, label="Take the tag off instead")

    def clean_tag(self) -> str:
        return " ".join(self.cleaned_data["tag"].split())

    def apply(self, accounts: QuerySet[Account]) -> str:
        """Put the tag on them, or take it off; the sentence that says so."""
        name = self.cleaned_data["tag"]
        links = Tag.accounts.through.objects  # type: ignore[attr-defined]
        if self.cleaned_data["remove"]:
            links.filter(tag__name=name, account__in=accounts).delete()
            return f"tag taken off: {name}"
        tag, _ = Tag.objects.get_or_create(name=name)
        links.bulk_create(
            [links.model(tag=tag, account_id=pk) for pk in accounts.values_list("pk", flat=True)],
            ignore_conflicts=True,
        )
        return f"tag: {name}"


def page(
    admin: Any, request: HttpRequest, installations: QuerySet[Installation], form_class: type[Assign] | type[TagThem]
) -> HttpResponseBase | None:
    """Ask, and when answered do it in one transaction with its record. None leads back to the list."""
    count = installations.count()
    if not count:
        admin.message_user(request, "Choose installations first.", messages.WARNING)
        return None
    form = form_class(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        return _ask(request, form, count)
    with transaction.atomic():
        accounts = Account.objects.filter(pk__in=installations.order_by().values("account"))
        number = accounts.count()
        said = form.apply(accounts)
        Deed(actor_of(request), form.verb, _accounts(number), reason=said, details={"accounts": number}).tell()
    admin.message_user(request, f"{_accounts(number)}: {said}.")
    return None


def _ask(request: HttpRequest, form: Assign | TagThem, count: int) -> HttpResponseBase:
    title = f"{form.heading} {'1 installation' if count == 1 else f'{count} installations'}"
    return render(
        request,
        "console/selection.html",
        context(
            request,
            title=title,
            crumbs=[("Installations", request.get_full_path())],
            form=form,
            **chosen(request),
        ),
    )


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number} accounts"
