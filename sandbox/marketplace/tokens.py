"""API tokens: made by hand and shown once, revoked for good; those of extensions are the extensions' (section 2.3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sandbox import tokens
from sandbox.marketplace import forms
from sandbox.marketplace.door import Stopped, Visitor, locked, need_administrator, say, show, show_once, signed_in
from sandbox.models import Token


@signed_in
def listed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Every token of the account, without its value, and a form for one more."""
    form = forms.NewToken(request.POST or None)
    if request.method == "POST":
        need_administrator(visitor)
        if form.is_valid():
            made = tokens.make(visitor.account, None, form.cleaned_data["name"])
            show_once(request, name=made.name, token=made.value)
            return redirect("tokens")
    rows = visitor.account.tokens.select_related("extension").order_by("revoked", "-pk")
    return show(request, visitor, "tokens", {"tokens": rows, "form": form}, status=400 if form.errors else 200)


@signed_in
def revoke(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Asks first; an extension's token is refused with the reason."""
    row = visitor.account.tokens.select_related("extension").filter(pk=pk).first()
    if row is None or row.revoked:
        reason = f"{visitor.account.name} has no token {pk} that works. Somebody may have revoked it already."
        raise Stopped(404, "There is no such token", reason, back="tokens")
    need_administrator(visitor)
    if row.extension is not None:
        name = row.extension.name
        reason = f"This is the token of the extension {name}, which is revoked when {name} is disabled, and only then."
        raise locked(request, "This token cannot be revoked by hand", reason, back="tokens")
    if request.method == "POST":
        Token.objects.filter(pk=pk).update(revoked=True)
        say(request, f"The token {row.name} is revoked. Whoever uses it is refused from now on.")
        return redirect("tokens")
    return show(request, visitor, "revoke", {"row": row})
