"""Words for data fields of ours and the mappings that fill them."""

from extensions.health.words.saying import (
    ACTIVE_ASSUMED,
    CUSTOMER,
    ENGINEER,
    HERE,
    STAFF,
    Case,
    Explanation,
    Mode,
    Step,
    ask_oneflow,
    by_console,
    enabling_anew,
    listed,
)


def _place(case: Case) -> str:
    return f' in "{case.template_type}"' if case.template_type else ""


def _subject(case: Case) -> str:
    """The key by which mappings name the field, where one is told."""
    return "" if case.several else f" In the file it is {case.finding.subject}."


def _ours_to_mend(case: Case, what: str, here: str = "") -> tuple[Step, ...]:
    """By the console, where it is called `here`, if it can; else through the API by whoever set the account up."""
    who = ENGINEER if case.mode == Mode.TOOLKIT else STAFF
    warning = (
        "Send every field of the type: the PUT removes whatever it leaves out, from all templates too. Read it back "
        "afterwards."
    )
    return by_console(
        case, here or what, Step(who, "the API: PUT /template_types/{id}/data_fields", f"{what} {warning}")
    )


def missing(case: Case) -> Explanation:
    steps = (
        (
            *enabling_anew(case),
            ask_oneflow(f"If {case.named} is still missing then: ask why the blueprint did not make it."),
        )
        if case.owned
        else _ours_to_mend(case, f"Add again: {case.named}.")
    )
    return Explanation(
        sentence=f'Field "{case.name}"{_place(case)} is missing',
        how_we_know=case.known(),
        usually="The extension was enabled before the field was part of the blueprint, or the field was removed.",
        steps=steps,
    )


def inactive(case: Case) -> Explanation:
    what, here = f"Set active of {case.named} to true.", f"Switch on {case.named}."
    owned_steps = by_console(
        case,
        here,
        Step(CUSTOMER, f"Oneflow: the fields of {case.template_type or 'the template type'}", here),
        Step(
            ENGINEER,
            "the API: PUT /template_types/{id}/data_fields",
            f"{what} Of a system field nothing else can change. Send every field, read it back.",
        ),
    )
    return Explanation(
        sentence=f'Field "{case.name}"{_place(case)} is off',
        how_we_know=case.known(),
        usually="Somebody switched the field off; it then acts like a removed one.",
        steps=owned_steps if case.owned else _ours_to_mend(case, what, here),
        assumed=ACTIVE_ASSUMED if case.owned else "",
    )


def changed(case: Case) -> Explanation:
    differs = {} if case.several else case.evidence.get("differs", {})
    told = "; ".join(
        f'{name} is "{each.get("after", "")}", in the blueprint "{each.get("before", "")}"'
        for name, each in differs.items()
    )
    what = ", ".join(differs) or "the texts"
    owned_steps = (
        Step(
            STAFF,
            HERE,
            "Nothing is broken: fields are filled by their custom_id. See whether the installation has another "
            "version of the blueprint, and set that under the facts.",
        ),
        ask_oneflow(
            "If the text must be mended: ask for it. A system field takes no change but active; disabling and "
            "enabling the extension would do it too, but costs the token."
        ),
    )
    return Explanation(
        sentence=f'Field "{case.name}"{_place(case)} differs from the blueprint: {what}',
        how_we_know=f"{case.known()} {told}." if told else case.known(),
        usually="The account was set up from another version of the blueprint: a later release reaches nobody by "
        "itself.",
        steps=owned_steps if case.owned else _ours_to_mend(case, f"Set {what} of {case.named} anew."),
    )


def shadowed(case: Case) -> Explanation:
    shadows = listed(case.evidence.get("shadows", ())) if not case.several else ""
    own = f"the own field ({shadows})" if shadows else f"the own fields that are also called {case.named}"
    return Explanation(
        sentence=f'Another field is also called "{case.name}"{_place(case)}',
        how_we_know=case.known(),
        usually="Somebody added a field by hand before the extension's own was noticed; people then fill in and "
        "place the wrong one, which stays empty.",
        steps=(
            Step(
                CUSTOMER,
                f"Oneflow: the fields of {case.template_type or 'the template type'}",
                f"Rename or remove {own}, and place the extension's in the templates instead. Only the customer can "
                "change a field of their own.",
            ),
        ),
    )


def mapping(case: Case) -> Explanation:
    own, where = _own_rule(case), "Mappings, or the extension file with load_extension"
    if case.evidence.get("lacks") == "mapping":
        sentence = f'Nothing fills the field "{case.name}"'
        usually = "A version of the blueprint was released with a new field before its mapping was."
        step = own or Step(ENGINEER, where, f"Say which value of the product fills {case.named}.{_subject(case)}")
        if own:
            usually = "Somebody left it empty in this account, and a contract is wrong without it."
    else:
        sentence = f'A mapping fills the field "{case.name}", which is not there'
        usually = (
            "The field was taken out of the blueprint, is missing or off in the account, or is misspelt in the mapping."
        )
        step = own or Step(
            ENGINEER,
            where,
            f"Correct or remove the mapping of {case.named}.{_subject(case)} If the field itself is missing or off, "
            "mend that first.",
        )
    return Explanation(
        sentence=sentence,
        how_we_know=case.known(),
        usually=usually,
        steps=(step, Step(STAFF, f"{HERE}: Refresh now", "See the field inspector tell what fills it.")),
    )


def _own_rule(case: Case) -> Step | None:
    """What to do where the installation's own rule is at fault, and not the extension's."""
    if case.several or not case.evidence.get("overridden"):
        return None
    return Step(
        STAFF,
        f"{HERE}: Fields, What fills them",
        f"{case.named} has a rule of its own in this account. Reset it to the extension's, or correct it.",
    )
