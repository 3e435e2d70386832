"""Where that is changed which a row of lineage shows: the rule that fills a field, and what the account lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from console.installation.opening import Opened
from console.mappings.desk import CHANGE
from console.repairs.showing import PLAN
from extensions.installations.models import Installation
from extensions.mappings.lineage import Line


@dataclass(frozen=True, slots=True)
class Ways:
    """The addresses for one installation and one reader; those of rules as what comes before the field's place."""

    shared: str  # of the extension's rules
    own: str  # of the installation's
    places: Mapping[str, str]  # where the reasons say that something is to be done

    def of_rule(self, line: Line) -> str:
        """The page of what fills the field: of the rule that is in force."""
        start = self.own if line.rule and line.rule.overridden else self.shared
        extension_type, custom_id = line.place
        return f"{start}field/{extension_type}/{quote(custom_id)}/"


def ways(this: Opened, user: Any) -> Ways:
    """Whoever may not change the extension's mapping is led to the installation's, which all of its readers may see."""
    own, fields = this.address("installation-mapping"), this.address("installation-fields")
    repair = this.address("installation-repair") if user.has_perm(PLAN) else fields
    # What an extension made nobody can add to but the customer: the Fields tab says how.
    made_by_extension = this.installation.mode == Installation.Mode.EXTENSION
    return Ways(
        shared=reverse("mapping", args=this.args[1:]) if user.has_perm(CHANGE) else own,
        own=own,
        places={
            "installation": this.address("installation"),
            "off": repair,
            "missing": fields if made_by_extension else repair,
        },
    )
