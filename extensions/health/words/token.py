"""Words for what is wrong with the token."""

from extensions.health.words.saying import (
    ADMINISTRATOR,
    HERE,
    REVOKED_ASSUMED,
    STAFF,
    Case,
    Explanation,
    Mode,
    Step,
    token_steps,
)


def unreadable(case: Case) -> Explanation:
    key = case.evidence.get("key") or "that sealed it"
    return Explanation(
        sentence="Our key for this account's token is not configured",
        how_we_know=case.known(),
        usually="VAULT_KEYS was changed and the older key was taken out before everything was sealed anew. Oneflow "
        "has refused nothing.",
        steps=(
            Step(
                ADMINISTRATOR,
                "the console's settings",
                f"Put the key {key} back into VAULT_KEYS, behind the current one, and restart.",
            ),
            Step(STAFF, f"{HERE}: Relink", "Only if that key is lost for good: ask the customer for a new token."),
        ),
    )


def rejected(case: Case) -> Explanation:
    if case.mode == Mode.DEVELOPMENT:
        usually = "Somebody revoked the hand-made token in Oneflow."
        questions: tuple[str, ...] = ("Is the token still listed under API tokens in Oneflow?",)
        assumed = ""
    else:
        usually = (
            "The extension was disabled, or it was disabled and enabled again, so that Oneflow made another token. "
            "More seldom, somebody revoked the token."
        )
        questions = ()
        assumed = REVOKED_ASSUMED
    return Explanation(
        sentence="The token is refused",
        how_we_know=case.known(),
        usually=usually,
        steps=token_steps(case),
        next_questions=questions,
        assumed=assumed,
    )


def foreign(case: Case) -> Explanation:
    expected, shown = case.evidence.get("expected", ""), case.evidence.get("shown", "")
    if case.evidence.get("what") == "account":
        sentence = f"The token belongs to another account than {case.account}"
        known = f"GET /accounts/me with this token shows account {shown} instead of {expected}."
    else:
        sentence = f"The token is not the one of {case.extension}"
        known = f"GET /accounts/me shows the integration key {shown} instead of {expected}."
    own = token_steps(case)
    steps = own
    if case.mode != Mode.DEVELOPMENT:
        not_by_hand = Step(own[0].who, own[0].where, f"{own[0].what} A token made by hand does not do.")
        steps = (not_by_hand, *own[1:])
    if case.evidence.get("what") != "account":
        accept = "If the account is one that you made by hand for development: accept its key, with a reason."
        steps = (*steps, Step(ADMINISTRATOR, f"{HERE}: Relink", accept))
    return Explanation(
        sentence=sentence,
        how_we_know=known,
        usually="A token of another account or of another extension, or one that was made by hand, was pasted.",
        steps=steps,
    )
