"""Words for template types of ours."""

from extensions.health.words.saying import (
    CUSTOMER,
    ENGINEER,
    HERE,
    ONLY_THEN,
    OWNED_ASSUMED,
    STAFF,
    Case,
    Explanation,
    Mode,
    Step,
    ask_oneflow,
    by_console,
    enabling_anew,
)


def _made_by_us(case: Case, what: str) -> tuple[Step, ...]:
    """The remedy where the extension did not make the type: whoever made it makes it again."""
    if case.mode == Mode.TOOLKIT:
        return (Step(ENGINEER, "the product's set-up of this account", what),)
    return (Step(STAFF, "Oneflow: template types", what),)


def missing(case: Case) -> Explanation:
    steps = (
        (
            *enabling_anew(case),
            ask_oneflow(f"If {case.named} is still missing then: ask why the blueprint did not make it."),
        )
        if case.owned
        else by_console(
            case,
            f"Make again: {case.named}. Its fields and its webhook are offered there once the account was read again.",
            *_made_by_us(case, f"Make again, with the fields: {case.named}."),
        )
    )
    return Explanation(
        sentence=f'Template type "{case.name}" is missing',
        how_we_know=case.known(),
        usually="The extension was enabled before this type was part of it, or setting the account up did not finish.",
        steps=steps,
        assumed=OWNED_ASSUMED if case.owned else "",
    )


def inactive(case: Case) -> Explanation:
    steps = (
        (
            ask_oneflow(f"Ask to have {case.named} activated again: this keeps the token."),
            *enabling_anew(case, ONLY_THEN),
        )
        if case.owned
        else _made_by_us(case, f"Switch on again: {case.named}.")
    )
    return Explanation(
        sentence=f'Template type "{case.name}" is inactive',
        how_we_know=case.known(),
        usually="Disabling the extension leaves its types inactive, or somebody switched this one off.",
        steps=steps,
        assumed=OWNED_ASSUMED if case.owned else "",
    )


def unused(case: Case) -> Explanation:
    return Explanation(
        sentence=f'No active template uses the template type "{case.name}"',
        how_we_know=case.known(),
        usually="The customer has not yet connected a template to the type, or switched the template off.",
        steps=(
            Step(
                CUSTOMER,
                "Oneflow: the template's settings",
                f"In a template for each, choose the template type ({case.named}), place its fields, and activate the "
                "template."
                if case.several
                else f"In a template, choose the template type {case.named}, place its fields, and activate it.",
            ),
            Step(STAFF, f"{HERE}: Refresh now", "See the template appear under Templates."),
        ),
        next_questions=(f"Does the customer want to make contracts of the kind {case.named} at all?",),
    )
