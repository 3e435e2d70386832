"""Words for what is wrong with the acting user and what that user can do."""

from extensions.health.words.saying import CUSTOMER, HERE, STAFF, Case, Explanation, Step

CHOOSE = f"{HERE}: facts → acting user"
ASK = Step(CUSTOMER, "an answer to the text below", "Say in whose name contracts are to be made.")


def unset(case: Case) -> Explanation:
    return Explanation(
        sentence="No acting user is chosen",
        how_we_know=case.known(),
        usually="The account was connected without one. Until a user is chosen nobody can tell which templates "
        "contracts can be made from.",
        steps=(ASK, Step(STAFF, CHOOSE, "Choose the active user in whose name contracts are made.")),
    )


def gone(case: Case) -> Explanation:
    inactive = case.evidence.get("answer") == "inactive"
    return Explanation(
        sentence="The acting user is inactive" if inactive else "The acting user is no longer in the account",
        how_we_know=case.known(),
        usually="The person left the company or changed email, and the user was "
        + ("deactivated." if inactive else "removed."),
        steps=(
            ASK,
            Step(STAFF, CHOOSE, "Choose that active user of the account."),
            Step(STAFF, "the product", "Tell it too, if it acts as the same user."),
        ),
    )


def no_workspace(case: Case) -> Explanation:
    return Explanation(
        sentence="The acting user can use none of our templates",
        how_we_know=case.known(),
        usually="The user is not a member of the workspace that has the templates, or may not create contracts there.",
        steps=(
            Step(
                CUSTOMER,
                "Oneflow: the workspace's members",
                "Let the acting user in, with a role that may create contracts; or share a template of ours with a "
                "workspace that the user has.",
            ),
            Step(STAFF, CHOOSE, "Or choose a user who can already use them."),
        ),
    )
