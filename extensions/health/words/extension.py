"""Words for our extension and those that it depends on."""

from extensions.health.codes import EXTENSIONS_ASSUMED
from extensions.health.words.saying import (
    CUSTOMER,
    HERE,
    STAFF,
    Case,
    Explanation,
    Step,
    ask_oneflow,
    token_steps,
)


def absent(case: Case) -> Explanation:
    return Explanation(
        sentence=f"{case.extension} is not in the account",
        how_we_know=case.known(),
        usually="Oneflow does not offer the extension to this account: it was withdrawn, or the plan does not "
        "include it.",
        steps=(
            ask_oneflow(
                f"Ask why {case.extension} is not available to account {case.installation.account.oneflow_id}."
            ),
            *token_steps(case),
        ),
        assumed=EXTENSIONS_ASSUMED,
    )


def disabled(case: Case) -> Explanation:
    return Explanation(
        sentence=f"{case.extension} is disabled",
        how_we_know=case.known(),
        usually="Somebody switched it off in the Marketplace.",
        steps=token_steps(case),
        next_questions=("Was it switched off on purpose? Then disconnect the account here.",),
        assumed=EXTENSIONS_ASSUMED,
    )


def dependency(case: Case) -> Explanation:
    return Explanation(
        sentence=f'"{case.name}", which {case.extension} depends on, is disabled',
        how_we_know=case.known(),
        usually="Somebody switched it off, not knowing that another extension needs it.",
        steps=(
            Step(CUSTOMER, "Oneflow: Marketplace", f"Enable {case.named}. The token stays as it is."),
            Step(STAFF, f"{HERE}: Refresh now", "See that all is well again."),
        ),
        assumed=EXTENSIONS_ASSUMED,
    )
