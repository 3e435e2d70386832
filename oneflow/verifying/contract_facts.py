"""Facts about contracts and what belongs to them, as they are read (sections 3.3 and 6.10 to 6.16)."""

from collections.abc import Mapping

from oneflow.verifying import shapes
from oneflow.verifying.asking import Asked, CannotTell, id_of
from oneflow.verifying.fact import Fact, Seen, holds, refuted
from oneflow.verifying.looking import Look, if_there, is_served, leads_to_one, narrows_to_nothing

_NEVER = "1990-01-01T00:00:00+00:00|1990-01-02T00:00:00+00:00"
_NO_ID = "999999999"
# Filters whose names are ASSUMED → a value that no contract has.
_FILTERS = {
    "filter[concluded_time]": _NEVER,
    "filter[created_time]": _NEVER,
    "filter[participant_email]": "nobody@nowhere.example",
    "filter[participant_custom_id]": "qqxzzq-nobody",
    "filter[participant_identification_number]": "qqxzzq-nobody",
    "filter[folder_ids]": _NO_ID,
    "filter[ids]": _NO_ID,
    "filter[lifecycle_start_time]": _NEVER,
    "filter[workspace_ids]": _NO_ID,
}
_CHILDREN = ("parties", "product_groups", "data_fields", "files", "events")
_NOT_LISTED = ("available_options", "data_fields", "product_groups")


def _pk(asked: Asked) -> int:
    return asked.first_id("/contracts")


def _contract(asked: Asked) -> Mapping[str, object]:
    return asked.object("/contracts/{pk}", pk=_pk(asked))


def _below(path: str) -> Look:
    """What belongs to a contract is served at this path."""

    def look(asked: Asked) -> Seen:
        answer = asked.get(path, pk=_pk(asked))
        return holds(answer.status == 200, answer.shown)

    return look


def _inner(name: str, **wanted: str) -> Look:
    """An object inside the contract has these attributes."""

    def look(asked: Asked) -> Seen:
        found = _contract(asked).get(name)
        if not isinstance(found, dict):
            return refuted(f"{name} is {shapes.kind_of(found)}")
        return shapes.attributes(found, wanted)

    return look


def _has(**wanted: str) -> Look:
    return lambda asked: shapes.attributes(_contract(asked), wanted)


def _partly_listed(asked: Asked) -> Seen:
    listed = asked.first("/contracts")
    there = [name for name in _NOT_LISTED if name in listed]
    return holds(not there, f"of {', '.join(_NOT_LISTED)} the list has {', '.join(there) or 'none'}")


def _no_template_filter(asked: Asked) -> Seen:
    everything = asked.items("/contracts")
    if not everything:
        raise CannotTell("the account has no contracts")
    answer = asked.get("/contracts", {"filter[template_id]": _NO_ID})
    if answer.status != 200:
        return refuted(answer.shown)
    same = len(asked.items("/contracts", {"filter[template_id]": _NO_ID})) == len(everything)
    return holds(same, "the list is whole" if same else "the list is narrowed")


def _field(asked: Asked) -> Mapping[str, object]:
    for contract in asked.items("/contracts")[:5]:
        found = asked.items("/contracts/{pk}/data_fields", pk=id_of(contract, "/contracts"))
        if found:
            return found[0]
    raise CannotTell("the first five contracts have no data fields")


def _flat_key(asked: Asked) -> Seen:
    return shapes.attributes(_field(asked), {"custom_id": "string"})


def _nested_key(asked: Asked) -> Seen:
    field = _field(asked)
    nested = field.get("_private_ownerside")
    if not isinstance(nested, dict):
        return refuted(f"the keys of a data field are: {shapes.keys_of(field)}")
    return shapes.attributes(nested, {"custom_id": "string"})


def _event(asked: Asked) -> Mapping[str, object]:
    """One event by its id: the first of the first five contracts that has one."""
    path = "/contracts/{pk}/events"
    for contract in asked.items("/contracts")[:5]:
        pk = id_of(contract, "/contracts")
        for event in asked.items(path, pk=pk)[:1]:
            answer = asked.get(f"{path}/{{below}}", pk=pk, below=id_of(event, path))
            if answer.status != 200 or not isinstance(answer.data, dict):
                raise CannotTell(f"GET {path}/{{id}} answered {answer.shown}")
            return answer.data
    raise CannotTell("the first five contracts have no events")


def _event_actor(asked: Asked) -> Seen:
    actor = _event(asked).get("actor")
    if "actor" in _event(asked) and actor is None:
        raise CannotTell("nobody did the first event, so it has no actor")
    if not isinstance(actor, dict):
        return refuted(f"the keys of an event are: {shapes.keys_of(_event(asked))}")
    party = actor.get("party")
    return shapes.attributes(party, {"id": "integer"}) if isinstance(party, dict) else refuted("the actor has no party")


def _event_shape(asked: Asked) -> Seen:
    return shapes.attributes(
        _event(asked),
        {"id": "integer", "type": "string", "created_time": "string", "actor": "object|null", "contract": "object"},
    )


def _all_children(asked: Asked) -> Seen:
    pk = _pk(asked)
    answers = {name: asked.get(f"/contracts/{{pk}}/{name}", {"limit": "all"}, pk=pk).status for name in _CHILDREN}
    served = {name: status for name, status in answers.items() if status != 404}
    if not served:
        return refuted("none of the lists is served")
    told = ", ".join(f"{name} {status}" for name, status in answers.items())
    return holds(set(served.values()) == {200}, told)


def _file_types(asked: Asked) -> Seen:
    files = asked.items("/contracts/{pk}/files", pk=_pk(asked))
    if not files:
        raise CannotTell("the first contract has no files")
    # These words are the API's own and no data; any other is only counted.
    known = {"contract", "verification", "attachment", "expanded_pdf"}
    kinds = [file.get("type") for file in files]
    odd = sum(kind not in known for kind in kinds if isinstance(kind, str))
    return holds(
        odd == 0 and all(isinstance(kind, str) for kind in kinds), f"{len(kinds)} files, {odd} of another type"
    )


FACTS = (
    *(
        Fact(
            f"contracts-{name.removeprefix('filter[').rstrip(']').replace('_', '-')}",
            "3.3",
            "ASSUMED",
            f"The contracts can be narrowed by {name}.",
            f"GET /contracts?{name}= with a value that none has",
            narrows_to_nothing("/contracts", name, value),
        )
        for name, value in _FILTERS.items()
    ),
    Fact(
        "contracts-template-id",
        "3.3",
        "C",
        "A filter on template_id has no effect on the contracts.",
        "GET /contracts?filter[template_id]= with an id that is none",
        _no_template_filter,
    ),
    Fact(
        "limit-all",
        "3.2",
        "ASSUMED",
        "The lists that belong to a contract take limit=all.",
        f"GET /contracts/{{id}}/… with limit=all, for {', '.join(_CHILDREN)}",
        _all_children,
    ),
    Fact(
        "contract-by-id",
        "5",
        "C",
        "One contract can be read by its id.",
        "GET /contracts/{id}",
        leads_to_one("/contracts"),
    ),
    Fact(
        "contracts-partly-listed",
        "6.10",
        "C",
        f"The list of contracts leaves out {', '.join(_NOT_LISTED)}.",
        "GET /contracts",
        _partly_listed,
    ),
    Fact(
        "contract-links",
        "6.10",
        "C",
        "A contract links to its data fields, events, files, parties, publishing, template, type and workspace.",
        "GET /contracts/{id}",
        _inner(
            "_links",
            data_fields="object",
            events="object",
            files="object",
            parties="object",
            publish="object",
            template="object",
            template_type="object",
            workspace="object",
        ),
    ),
    Fact(
        "contract-private",
        "6.10",
        "C",
        "A contract has signing_period_expiration, date_format and folder in _private.",
        "GET /contracts/{id}",
        _inner(
            "_private", signing_period_expiration="object|null", date_format="string|null", folder="object|integer|null"
        ),
    ),
    Fact(
        "contract-private-ownerside",
        "6.10",
        "C",
        "A contract has created_time, template_id and template_type_id in _private_ownerside.",
        "GET /contracts/{id}",
        _inner(
            "_private_ownerside",
            created_time="string",
            template_id="integer|null",
            template_type_id="integer|null",
        ),
    ),
    Fact(
        "contract-lists",
        "6.10",
        "C",
        "A contract has tags, sign_order and draft_approval_workflow.",
        "GET /contracts/{id}",
        _has(tags="array", sign_order="array", draft_approval_workflow="object|null"),
    ),
    Fact(
        "contract-integration-permissions",
        "3.5",
        "C",
        "A contract has _integration_permissions, which is a list.",
        "GET /contracts/{id}",
        if_there(_contract, "_integration_permissions", "array"),
    ),
    Fact(
        "contract-fields",
        "5",
        "C",
        "The data fields of a contract are listed.",
        "GET /contracts/{id}/data_fields",
        _below("/contracts/{pk}/data_fields"),
    ),
    Fact(
        "contract-field-key-flat",
        "6.9",
        "C",
        "A data field of a contract has its custom_id at the top.",
        "GET /contracts/{id}/data_fields",
        _flat_key,
    ),
    Fact(
        "contract-field-key-nested",
        "6.9",
        "C",
        "A data field of a contract has its custom_id under _private_ownerside.",
        "GET /contracts/{id}/data_fields",
        _nested_key,
    ),
    Fact(
        "event-actor",
        "6.15",
        "C",
        "A single event says in actor.party.id who did it.",
        "GET /contracts/{id}/events/{id}",
        _event_actor,
    ),
    Fact(
        "event-attributes",
        "6.15",
        "ASSUMED",
        "A single event has id, type, created_time, actor and contract.",
        "GET /contracts/{id}/events/{id}",
        _event_shape,
    ),
    Fact(
        "contract-parties",
        "5",
        "C",
        "The parties of a contract are listed.",
        "GET /contracts/{id}/parties",
        _below("/contracts/{pk}/parties"),
    ),
    Fact(
        "file-types",
        "6.14",
        "ASSUMED",
        "A file of a contract is of the type contract, verification, attachment or expanded_pdf.",
        "GET /contracts/{id}/files",
        _file_types,
    ),
    Fact(
        "comments-path",
        "6.16",
        "ASSUMED",
        "The comments of a contract are listed at …/comments.",
        "GET /contracts/{id}/comments",
        _below("/contracts/{pk}/comments"),
    ),
    Fact("logs", "5", "C", "The calls of the account are listed.", "GET /logs", is_served("/logs")),
    Fact(
        "log-attributes",
        "6.19",
        "C",
        "An entry of the log has request_id, request_time, method, path, endpoint, duration and response_code.",
        "GET /logs",
        lambda asked: shapes.attributes(
            asked.first("/logs"),
            {
                "request_id": "string",
                "request_time": "string",
                "request_method": "string",
                "request_path": "string",
                "request_endpoint": "string",
                "request_duration": "integer",
                "response_code": "integer",
                "api_version": "integer",
                "integration_key": "string",
            },
        ),
    ),
)
