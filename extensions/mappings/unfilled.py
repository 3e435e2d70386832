"""What a version of a blueprint brings that no mapping fills yet."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from extensions.blueprints.models import Blueprint, BlueprintField
from extensions.mappings.models import Mapping


def unfilled(version: Blueprint) -> QuerySet[BlueprintField]:
    """The fields that are new or newly required in it and that the extension's mapping does not fill, required first.

    New is what the released version before it has not; the newest released one comes before a draft.
    """
    earlier = Blueprint.objects.released().filter(extension=version.extension_id)
    if version.state == Blueprint.State.RELEASED:
        earlier = earlier.filter(version__lt=version.version)
    place = {"custom_id": OuterRef("custom_id")}
    before = BlueprintField.objects.filter(
        template_type__blueprint=Subquery(earlier.values("pk")[:1]),
        template_type__extension_type=OuterRef("template_type__extension_type"),
        **place,
    )
    rules = Mapping.objects.filter(
        extension=version.extension_id, extension_type=OuterRef("template_type__extension_type"), **place
    ).exclude(path="")
    fields = BlueprintField.objects.filter(~Exists(rules), template_type__blueprint=version)
    fields = fields.filter(~Exists(before) | Q(required=True) & ~Exists(before.filter(required=True)))
    return fields.select_related("template_type").order_by(
        "-required", "template_type__position", "template_type", "position", "pk"
    )
