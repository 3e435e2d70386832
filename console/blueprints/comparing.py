"""Two versions beside each other, or a version and what an account really has."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.blueprints.accounts import Several, meant, seen_account
from console.blueprints.opening import SEE, extension_of, page_of
from console.installation.paging import paged, rest_of_address
from console.pages import page
from extensions.blueprints.comparing import Comparison, FieldDifference, TypeDifference, compare
from extensions.blueprints.content import contents_of
from extensions.blueprints.drafting import Refused
from extensions.blueprints.models import Blueprint, BlueprintTemplateType, Extension
from extensions.installations.reference import reference, roles_of_ours

PER_PAGE = 150


@dataclass(frozen=True, slots=True)
class Line:
    """One difference: of a template type itself, or of one of its fields."""

    of_type: TypeDifference
    field: FieldDifference | None = None


@page(SEE, unaudited="compares versions, or one with what an account has; no personal data")
def compared(request: HttpRequest, key: str) -> HttpResponse:
    """What differs from `left` to `right`, both versions; or to the account whose Oneflow id or name is `account`.

    Only `right`: from the version that it follows.
    """
    extension = extension_of(key)
    versions = list(extension.blueprints.order_by("-version"))
    asked = {name: request.GET.get(name, "").strip() for name in ("left", "right", "account")}
    shown: dict[str, object] = {"asked": asked, "problem": ""}
    try:
        if asked["right"] and not (asked["left"] or asked["account"]):
            asked["left"] = _followed(extension, versions, asked["right"])
        if asked["left"] and asked["account"]:
            asked["account"] = meant(extension, asked["account"])
        if asked["left"] and (asked["right"] or asked["account"]):
            shown |= _answer(request, extension, versions, asked)
    except Several as exc:
        shown |= {"problem": str(exc), "candidates": exc.installations}
    except Refused as exc:
        shown["problem"] = str(exc)
    return render(
        request,
        "blueprints/compare.html",
        page_of(request, extension, title="Compare", versions=versions, rest=rest_of_address(request), **shown),
    )


def _answer(
    request: HttpRequest, extension: Extension, versions: list[Blueprint], asked: dict[str, str]
) -> dict[str, object]:
    left = _version(extension, versions, asked["left"])
    if asked["account"]:
        installation, seen = seen_account(extension, asked["account"])
        content = contents_of([left])[left.pk]
        found = reference(seen, roles_of_ours(seen, _types_of_any_version(extension)), content)
        comparison = compare(content, found.content, ordered=False, off=found.off)
        return {**_lines(request, comparison), "left": left, "installation": installation, "found": found}
    right = _version(extension, versions, asked["right"])
    contents = contents_of([left, right])
    return {**_lines(request, compare(contents[left.pk], contents[right.pk])), "left": left, "right": right}


def _followed(extension: Extension, versions: list[Blueprint], asked: str) -> str:
    """The number of the released version before that one, or of a draft the newest released; "" for the first."""
    right = _version(extension, versions, asked)
    draft = right.state == Blueprint.State.DRAFT
    released = [each.version for each in versions if each.state == Blueprint.State.RELEASED]
    return next((str(number) for number in released if draft or number < right.version), "")


def _types_of_any_version(extension: Extension) -> Iterable[BlueprintTemplateType]:
    """Each extension type once: what an account has beside the version compared with is a difference too."""
    rows = BlueprintTemplateType.objects.filter(blueprint__extension=extension).order_by("blueprint__version")
    return {each.extension_type: each for each in rows}.values()


def _lines(request: HttpRequest, comparison: Comparison) -> dict[str, object]:
    lines = []
    for each in comparison.types:
        if each.what != "same":
            lines.append(Line(each))
        lines += [Line(each, field) for field in each.fields]
    return {"comparison": comparison, "rows": paged(request, lines, per_page=PER_PAGE)}


def _version(extension: Extension, versions: list[Blueprint], asked: str) -> Blueprint:
    found = next((each for each in versions if str(each.version) == asked), None)
    if found is None:
        raise Refused(f"{extension} has no version {asked[:20]}. Choose one from the list.")
    return found
