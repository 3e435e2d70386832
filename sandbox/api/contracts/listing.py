"""The list of contracts with its filters (section 3.3): that there are these is documented, most names are ASSUMED."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from sandbox.api.call import Call
from sandbox.api.contracts import finding, shown
from sandbox.bodies import truth
from sandbox.errors import BadRequest
from sandbox.models import Contract, ContractField, Participant
from sandbox.paging import ids_of, page

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:?[0-9]{2})")
LONGEST_MATCH = 600
Rows = QuerySet[Contract]


def listed(call: Call) -> dict[str, Any]:
    """What the acting user sees, without what only the single answer has."""
    rows = finding.visible(call)
    for name, narrow in FILTERS.items():
        if call.parameter(name) is not None:
            rows = narrow(call, rows, name)
    places = finding.changeable_places(call)
    return page(
        call,
        shown.rows_with_parts(rows),
        lambda row: shown.in_list(call, row, may=places is None or row.workspace_id in places),
        sortable=("name", "state", "state_updated_time", "published_time"),
    )


def _one_of(column: str, values: list[str]) -> Callable[[Call, Rows, str], Rows]:
    def narrow(call: Call, rows: Rows, name: str) -> Rows:
        wanted = (call.parameter(name) or "").split(",")
        if not set(wanted) <= set(values):
            raise BadRequest({name: [f"A comma list of these is expected: {', '.join(values)}."]})
        return rows.filter(**{f"{column}__in": wanted})

    return narrow


def _within(column: str) -> Callable[[Call, Rows, str], Rows]:
    """Times from and to, both included; either side may be empty."""

    def narrow(call: Call, rows: Rows, name: str) -> Rows:
        begin, bar, end = (call.parameter(name) or "").partition("|")
        if not bar:
            raise BadRequest({name: ["A range is expected: two times with a | in between, either of them empty."]})
        for side, text in (("gte", begin), ("lte", end)):
            if text:
                rows = rows.filter(**{f"{column}__{side}": _moment(name, text)})
        return rows

    return narrow


def _ids(column: str) -> Callable[[Call, Rows, str], Rows]:
    return lambda call, rows, name: rows.filter(**{f"{column}__in": ids_of(call, name) or []})


def _participant(column: str) -> Callable[[Call, Rows, str], Rows]:
    """Exactly so, but in any case for an email; a comma list is OR."""

    def narrow(call: Call, rows: Rows, name: str) -> Rows:
        wanted = [part.strip() for part in (call.parameter(name) or "").split(",")]
        people = Participant.objects.all()
        if column == "email":
            # As the index has it, which no comparison that ignores case would use.
            people = people.alias(plain=Lower("email")).filter(plain__in=[part.lower() for part in wanted])
        else:
            people = people.filter(**{f"{column}__in": wanted})
        return rows.filter(pk__in=people.values("party__contract"))

    return narrow


def _name(call: Call, rows: Rows, name: str) -> Rows:
    """Whether part of a name is enough is not documented; ASSUMED that it is. A comma list is OR."""
    parts = (call.parameter(name) or "").split(",")
    return rows.filter(reduce(or_, (Q(name__icontains=part.strip()) for part in parts)))


def _query(call: Call, rows: Rows, name: str) -> Rows:
    """In the name of the contract, of a party or a participant, or an email (ASSUMED)."""
    text = call.parameter(name) or ""
    people = Participant.objects.filter(
        Q(name__icontains=text) | Q(email__icontains=text) | Q(party__name__icontains=text)
    )
    return rows.filter(Q(name__icontains=text) | Q(pk__in=people.values("party__contract")))


def _data_field_match(call: Call, rows: Rows, name: str) -> Rows:
    text = call.parameter(name) or ""
    custom_id, _, value = text.partition(":")
    if len(text) > LONGEST_MATCH or not custom_id or not value:
        raise BadRequest({name: [f"<custom_id>:<value> is expected, of at most {LONGEST_MATCH} characters."]})
    found = ContractField.objects.filter(custom_id=custom_id, value=value)
    return rows.filter(pk__in=found.values("contract"))


def _is_canceled(call: Call, rows: Rows, name: str) -> Rows:
    wanted = truth(call.parameter(name) or "")
    if wanted is None:
        raise BadRequest({name: ["Expected true or false."]})
    return rows.filter(cancel_time__isnull=not wanted)


def _concluded(call: Call, rows: Rows, name: str) -> Rows:
    concluded = rows.filter(state__in=(Contract.State.SIGNED, Contract.State.DECLINED))
    return _within("state_updated_time")(call, concluded, name)


def _moment(name: str, text: str) -> datetime:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise BadRequest({name: ["A time is written so, with its + as %2B: 2025-01-31T00:00:00+00:00."]})


FILTERS: dict[str, Callable[[Call, Rows, str], Rows]] = {
    "filter[states]": _one_of("state", Contract.State.values),
    "filter[published_time]": _within("published_time"),
    "filter[query]": _query,
    "filter[name]": _name,
    "filter[data_field_match]": _data_field_match,
    "filter[is_canceled]": _is_canceled,
    "filter[concluded_time]": _concluded,
    "filter[created_time]": _within("created_time"),
    "filter[participant_email]": _participant("email"),
    "filter[participant_custom_id]": _participant("custom_id"),
    "filter[participant_identification_number]": _participant("identification_number"),
    "filter[folder_ids]": _ids("folder_id"),
    "filter[ids]": _ids("pk"),
    "filter[lifecycle_start_time]": _within("contract_start_time"),
    "filter[lifecycle_states]": _one_of("lifecycle_state", Contract.Lifecycle.values),
    "filter[workspace_ids]": _ids("workspace_id"),
}
