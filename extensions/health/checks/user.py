"""Whether the user as whom contracts are made is there, and can use a template of ours."""

from extensions.health.asking import Answer, Found, Unjudged, check
from extensions.health.facts import Facts


@check("user.unset")
def unset(facts: Facts) -> Answer:
    """An acting user is chosen."""
    if not facts.installation.acting_user_email:
        yield Found("user.unset", evidence={"asked": "our own record", "answer": "no acting user"})


@check("user.gone", needs=("users",))
def gone(facts: Facts) -> Answer:
    """The acting user is an active user of the account; unknown or inactive ones get 401 (API: 2.1)."""
    found = why_gone(facts)
    if found:
        yield Found("user.gone", evidence={"asked": "GET /users", "answer": found, "part": "users"})


def why_gone(facts: Facts) -> str:
    """ "not listed" or "inactive"; empty while the acting user is there, or none is chosen."""
    email = facts.installation.acting_user_email.strip().casefold()
    if not email:
        return ""
    here = [
        user for user in facts.mirror.users if user.missing_since is None and user.email.strip().casefold() == email
    ]
    if not here:
        return "not listed"
    return "" if any(user.active for user in here) else "inactive"


@check("workspace.none", needs=("template_types", "usable"))
def no_workspace(facts: Facts) -> Answer:
    """The helper offers the acting user a workspace with a template of ours (get-data-to-create-a-contract)."""
    if not facts.installation.acting_user_email:
        yield Unjudged()
        return
    if not facts.wanted:
        return  # a blueprint without template types, or none at all, which is told elsewhere
    ours = {row.oneflow_id for row in facts.roles.values() if row}
    usable = [row for row in facts.mirror.usable if row.missing_since is None]
    if not any(row.template_type_oneflow_id in ours for row in usable):
        yield Found(
            "workspace.none",
            evidence={
                "asked": "GET /helpers/contract_create_data as the acting user",
                "answer": f"{len(usable)} usable templates, none of them ours",
                "part": "usable",
            },
        )
