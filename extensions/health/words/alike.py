"""What looks alike from outside: for a code the several things it may be, each with the question whose answer tells."""

from collections.abc import Callable

from extensions.health.words.saying import Case, MayBe, Mode


def alike(case: Case) -> tuple[MayBe, ...]:
    """The things that the finding may be; none where what was found says it all."""
    tell = ALIKE.get(case.finding.code)
    return tell(case) if tell else ()


def _rejected(case: Case) -> tuple[MayBe, ...]:
    if case.mode == Mode.DEVELOPMENT:
        return ()
    return (
        MayBe("the extension was disabled", f"Is {case.extension} shown as enabled in Oneflow? If not, it is this."),
        MayBe(
            "the extension was disabled and enabled again, which made another token",
            "If it is enabled: since when? If only since this began, it is this.",
        ),
        MayBe("the token was revoked", "If it was enabled all the time: did somebody revoke its token?"),
    )


def _failing(case: Case) -> tuple[MayBe, ...]:
    if "not_permitted" not in case.evidence.get("reasons", ()):
        return ()
    return (
        MayBe("a plan without API access", "On which plan is the customer, and does it include the API?"),
        MayBe("a closed account", "Can the customer still sign in to Oneflow?"),
    )


def _absent(case: Case) -> tuple[MayBe, ...]:
    return (
        MayBe(
            "the extension was withdrawn from this account",
            f"Does the customer still see {case.extension} in Oneflow's Marketplace?",
        ),
        MayBe("the customer's plan does not include it", "On which plan is the customer?"),
    )


def _user_gone(case: Case) -> tuple[MayBe, ...]:
    if case.evidence.get("answer") == "inactive":
        return ()
    return (
        MayBe("the user was removed", "Does the person still work there?"),
        MayBe("the user has another email now", "Under which email does the person sign in to Oneflow?"),
    )


def _no_workspace(case: Case) -> tuple[MayBe, ...]:
    return (
        MayBe(
            "the user is in no workspace that has our templates",
            "In which workspaces is the user, and in which are the templates?",
        ),
        MayBe("the user may not create contracts there", "Which role has the user in that workspace?"),
    )


def _never_there_or_removed(case: Case) -> tuple[MayBe, ...]:
    return (
        MayBe(
            "the account was set up from a version of the blueprint without it",
            f"Is another version the right one for {case.account}? Then set it under the facts.",
        ),
        MayBe("it was removed later", "Do the changes of this account show it disappear?"),
    )


def _webhook_missing(case: Case) -> tuple[MayBe, ...]:
    return (
        MayBe("it was never made", "Did setting the account up finish? The changes then never showed the webhook."),
        MayBe("it was removed later", "Do the changes of this account show it disappear, and when?"),
    )


ALIKE: dict[str, Callable[[Case], tuple[MayBe, ...]]] = {
    "token.rejected": _rejected,
    "api.failing": _failing,
    "user.gone": _user_gone,
    "extension.absent": _absent,
    "template_type.missing": _never_there_or_removed,
    "workspace.none": _no_workspace,
    "field.missing": _never_there_or_removed,
    "webhook.missing": _webhook_missing,
}
