"""The way back from the pages of previews and of rollouts."""

from django.urls import reverse

from console.pages import Crumb


def way(*further: Crumb) -> list[Crumb]:
    """The crumbs: versions of blueprints, then these."""
    return [("Blueprints", reverse("versions-home")), *further]
