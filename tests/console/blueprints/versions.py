"""Addresses, texts and values that the tests of the versions' pages ask for."""

from typing import Any

from django.urls import reverse

from extensions.blueprints.content import digest_of
from extensions.blueprints.models import Blueprint, BlueprintField


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["acme_ledger", *args])


def text(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def field_of(blueprint: Blueprint, custom_id: str) -> BlueprintField:
    return BlueprintField.objects.get(template_type__blueprint=blueprint, custom_id=custom_id)


def values(field: BlueprintField, **changed: Any) -> dict[str, Any]:
    names = ("custom_id", "name", "description", "placeholder", "kind")
    place = field.position + 1
    unchanged = {"place": place, "initial-place": place, "seen": digest_of(field)}
    return {**{name: getattr(field, name) for name in names}, **unchanged, **changed}


def order(blueprint: Blueprint, extension_type: str = "acme_deal") -> list[str]:
    fields = BlueprintField.objects.filter(
        template_type__blueprint=blueprint, template_type__extension_type=extension_type
    )
    return list(fields.order_by("position", "pk").values_list("custom_id", flat=True))
