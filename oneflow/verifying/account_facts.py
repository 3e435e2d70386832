"""Facts about the account, its users, workspaces, folders, tags, contacts and its log (sections 6.1 to 6.6, 6.19)."""

from collections.abc import Mapping

from oneflow.verifying import shapes
from oneflow.verifying.asking import Asked, CannotTell, id_of
from oneflow.verifying.fact import Fact, Seen, confirmed, holds, refuted
from oneflow.verifying.looking import has, if_there, is_served, leads_to_one, narrows_to_nothing, of_first

_WORKSPACE = of_first("/workspaces")
_MISSING_ID = "999999999"


def _integration(asked: Asked) -> Seen:
    token_info = asked.object("/accounts/me").get("token_info")
    integration = token_info.get("integration") if isinstance(token_info, dict) else None
    if not isinstance(integration, dict):
        return refuted(f"the keys of the account are: {shapes.keys_of(asked.object('/accounts/me'))}")
    return shapes.attributes(integration, {"id": "integer|null", "key": "string"})


def _hand_made_key(asked: Asked) -> Seen:
    found = _integration(asked)
    if found.outcome != "confirmed":
        return found
    integration = asked.object("/accounts/me")["token_info"]["integration"]
    made_by_hand = (integration["id"] is None, integration["key"] == "custom")
    if not any(made_by_hand):
        raise CannotTell("this token was made by an extension; a hand-made one would show it")
    return holds(all(made_by_hand), f"id null: {made_by_hand[0]}; key custom: {made_by_hand[1]}")


def _never_null(asked: Asked) -> Seen:
    users = asked.items("/users")
    if not users:
        raise CannotTell("the account shows no users")
    for name in ("name", "title", "phone_number"):
        kinds = {shapes.kind_of(user.get(name)) for user in users}
        if kinds != {"string"}:
            return refuted(f"{name} is {' or '.join(sorted(kinds))}")
    return confirmed("name, title and phone_number are strings for every user of the first page")


def _filtered_by_id(asked: Asked) -> Seen:
    wanted = asked.first_id("/workspaces")
    parameters = {"filter[id]": f"{wanted},{_MISSING_ID}"}
    answer = asked.get("/workspaces", parameters)
    if answer.status != 200:
        return refuted(answer.shown)
    found = asked.items("/workspaces", parameters)
    return holds(
        [item.get("id") for item in found] == [wanted], f"workspaces answered for one that is there: {len(found)}"
    )


def _with_contacts(asked: Asked) -> Mapping[str, str]:
    """The parameters with which GET /contacts lists at least one."""
    for workspace in asked.items("/workspaces")[:5]:
        parameters = {"workspace_id": str(id_of(workspace, "/workspaces"))}
        if asked.items("/contacts", parameters):
            return parameters
    raise CannotTell("no contact in the first five workspaces")


def _contact(asked: Asked) -> Mapping[str, object]:
    return asked.first("/contacts", _with_contacts(asked))


def _contact_by_id(asked: Asked) -> Seen:
    return leads_to_one("/contacts", _with_contacts(asked))(asked)


def _contacts_need_a_workspace(asked: Asked) -> Seen:
    answer = asked.get("/contacts")
    return holds(400 <= answer.status < 500 and answer.status != 404, answer.shown)


FACTS = (
    Fact(
        "token-integration",
        "6.1",
        "C",
        "The account says in token_info.integration, by id and key, whose the token is.",
        "GET /accounts/me",
        _integration,
    ),
    Fact(
        "token-handmade",
        "6.1",
        "C",
        "A hand-made token has the integration id null and the key custom.",
        "GET /accounts/me",
        _hand_made_key,
    ),
    Fact(
        "user-texts-not-null",
        "6.2",
        "C",
        "Texts of a user that are not set are empty strings, not null.",
        "GET /users",
        _never_null,
    ),
    Fact(
        "workspace-by-id",
        "5",
        "C",
        "One workspace can be read by its id.",
        "GET /workspaces/{id}",
        leads_to_one("/workspaces"),
    ),
    Fact(
        "workspace-filter-id",
        "3.3",
        "C",
        "filter[id] of the workspaces takes a comma list of ids.",
        "GET /workspaces?filter[id]=",
        _filtered_by_id,
    ),
    Fact(
        "workspace-filter-name",
        "3.3",
        "C",
        "filter[name] of the workspaces takes effect.",
        "GET /workspaces?filter[name]= with a name that nothing has",
        narrows_to_nothing("/workspaces", "filter[name]", "qqxzzq no such workspace qqxzzq"),
    ),
    Fact(
        "workspace-type",
        "6.3",
        "C",
        "A workspace has a type, which is a string.",
        "GET /workspaces",
        if_there(_WORKSPACE, "type", "string"),
    ),
    Fact(
        "workspace-integration-permissions",
        "6.3",
        "C",
        "A workspace has _integration_permissions, which is a list.",
        "GET /workspaces",
        if_there(_WORKSPACE, "_integration_permissions", "array"),
    ),
    Fact(
        "folders",
        "5",
        "C",
        "Folders are listed.",
        "GET /folders",
        is_served("/folders"),
    ),
    Fact(
        "tags",
        "5",
        "C",
        "Tags are listed.",
        "GET /tags",
        is_served("/tags"),
    ),
    Fact(
        "tag-attributes",
        "6.5",
        "C",
        "A tag has id, name, is_global, system, shared_workspaces and its times.",
        "GET /tags",
        has(
            of_first("/tags"),
            id="integer",
            name="string",
            is_global="boolean",
            system="boolean",
            shared_workspaces="array",
            created_time="string",
            updated_time="string|null",
        ),
    ),
    Fact(
        "tag-by-id",
        "5",
        "C",
        "One tag can be read by its id.",
        "GET /tags/{id}",
        leads_to_one("/tags"),
    ),
    Fact(
        "contacts-need-a-workspace",
        "5",
        "C",
        "The contacts are refused without workspace_id.",
        "GET /contacts",
        _contacts_need_a_workspace,
    ),
    Fact(
        "contact-attributes",
        "6.6",
        "C",
        "A contact has id, workspace_id, name, email, phone_number, title, company_name, company_registration_number, "
        "country_code, date_of_birth, notes and its times.",
        "GET /contacts?workspace_id=",
        has(
            _contact,
            id="integer",
            workspace_id="integer",
            name="string|null",
            email="string|null",
            phone_number="string|null",
            title="string|null",
            company_name="string|null",
            company_registration_number="string|null",
            country_code="string|null",
            date_of_birth="string|null",
            notes="string|null",
            created_time="string",
            updated_time="string|null",
        ),
    ),
    Fact(
        "contact-by-id",
        "5",
        "C",
        "One contact can be read by its id.",
        "GET /contacts/{id}",
        _contact_by_id,
    ),
)
