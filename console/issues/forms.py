"""What staff are asked before they handle issues or plan maintenance."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from accounts.acting import Actor
from accounts.models import Account, Tag
from extensions.health import handling, maintaining
from extensions.health.models import Issue

SNOOZES = {
    "1h": ("for 1 hour", timedelta(hours=1)),
    "4h": ("for 4 hours", timedelta(hours=4)),
    "1d": ("for 1 day", timedelta(days=1)),
    "3d": ("for 3 days", timedelta(days=3)),
    "7d": ("for 7 days", timedelta(days=7)),
}
CLOCK = "%Y-%m-%dT%H:%M"


def reason_field(example: str) -> forms.CharField:
    """Why; the verbs themselves refuse an empty one, with a sentence that says what for."""
    return forms.CharField(required=False, max_length=handling.LONGEST_REASON, help_text=f"For example: {example}.")


def time_field(**options: Any) -> forms.DateTimeField:
    """A time in the console's time zone, as browsers send it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CLOCK)
    return forms.DateTimeField(widget=widget, input_formats=[CLOCK, f"{CLOCK}:%S", "%Y-%m-%d %H:%M"], **options)


class Handling(forms.Form):
    """What is asked before something is done to issues. `apply` does it, says so, and may raise `Refused`."""

    heading = button = verb = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Several of them stand on one page.
        super().__init__(*args, **{"auto_id": f"{self.verb.replace('.', '-')}-%s"} | kwargs)

    @property
    def address(self) -> str:
        """The name of the address that takes it for one issue."""
        return self.verb.replace(".", "-")

    def apply(self, issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> str:
        raise NotImplementedError


class Acknowledge(Handling):
    """Somebody knows, and why that is enough for now."""

    heading, button, verb = "Acknowledge", "Acknowledge", "issue.acknowledge"
    reason = reason_field("I have asked the customer to enable it")

    def apply(self, issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> str:
        count = handling.acknowledge(issues, reason=self.cleaned_data["reason"], actor=actor, now=now)
        return f"{_issues(count)} acknowledged."


class Assign(Handling):
    """The colleague who works on it."""

    heading, button, verb = "Assign", "Assign", "issue.assign"
    owner = forms.ModelChoiceField(get_user_model().objects.none(), required=False, empty_label="choose a colleague")
    reason = reason_field("she knows this customer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]

    def apply(self, issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> str:
        owner = self.cleaned_data["owner"]
        count = handling.assign(issues, owner, reason=self.cleaned_data["reason"], actor=actor, now=now)
        return f"{_issues(count)} assigned to {owner}."


class Snooze(Handling):
    """Until when it rests: one of the usual lengths, or a time."""

    heading, button, verb = "Snooze", "Snooze", "issue.snooze"
    until = forms.ChoiceField(
        required=False,
        label="Let it rest",
        choices=[("", "choose, or set a time"), *((value, label) for value, (label, _) in SNOOZES.items())],
    )
    exact = time_field(required=False, label="or until", help_text="In the console's time zone.")
    reason = reason_field("the customer moves to a new plan on Friday")

    def apply(self, issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> str:
        exact, usual = self.cleaned_data["exact"], self.cleaned_data["until"]
        until = exact or (now + SNOOZES[usual][1] if usual else None)
        count = handling.snooze(issues, until, reason=self.cleaned_data["reason"], actor=actor, now=now)
        return f"{_issues(count)} snoozed. What still holds then comes back by itself."


class Plan(forms.Form):
    """A maintenance window. Neither an account nor a tag is for all accounts, which has to be said."""

    account = forms.CharField(
        required=False, max_length=20, label="Account", help_text="Its Oneflow id, for one account."
    )
    tag = forms.ModelChoiceField(
        Tag.objects.all(), required=False, empty_label="no tag", help_text="Or all that bear it."
    )
    everything = forms.BooleanField(required=False, label="Or all accounts")
    starts_at = time_field(required=False, label="From", help_text="Now, if left empty.")
    ends_at = time_field(required=False, label="Until")
    reason = reason_field("the product moves to another data centre")

    def clean_account(self) -> Account | None:
        text = self.cleaned_data["account"].replace("\0", "").strip()
        if not text:
            return None
        found = Account.objects.filter(oneflow_id=text).first() if text.isascii() and text.isdigit() else None
        if found is None:
            raise forms.ValidationError("There is no account with this Oneflow id here. Copy it from its page.")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = [name for name in ("account", "tag", "everything") if data.get(name)]
        if not self.errors and len(chosen) != 1:
            raise forms.ValidationError("Say for whom: one account, one tag, or all accounts.")
        return data

    def apply(self, *, actor: Actor, now: datetime) -> str:
        """Plan it, and say so. Raises `Refused`."""
        data = self.cleaned_data
        window = maintaining.plan(
            account=data["account"],
            tag=data["tag"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            reason=data["reason"],
            actor=actor,
            now=now,
        )
        return f"Maintenance of {window.scope} is planned. What goes wrong meanwhile is shown, and told to nobody."


def colleagues() -> QuerySet[Any]:
    """Who may be given an issue."""
    return get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")


def _issues(count: int) -> str:
    return "1 issue is" if count == 1 else f"{count} issues are"
