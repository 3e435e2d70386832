"""Words for webhooks of ours. What the extension owns nobody but Oneflow can edit."""

from extensions.health.codes import FILTERS_ASSUMED
from extensions.health.words.saying import (
    ADMINISTRATOR,
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
    enumerated,
    listed,
)


def _steps(case: Case, ask: str, repair: str) -> tuple[Step, ...]:
    """Who can change it: Oneflow or enabling anew for the extension's own, we for what we made."""
    ask, repair = _each(case, ask), _each(case, repair)
    if case.owned:
        first = ask_oneflow(f"{ask} Nobody else can edit a webhook that the extension owns.")
        return (first, *enabling_anew(case, ONLY_THEN))
    if case.mode == Mode.DEVELOPMENT:
        return by_console(case, repair, Step(STAFF, "Oneflow: Marketplace → Webhooks", repair))
    where = "the product's set-up of this account, or the API's /webhooks"
    return by_console(case, repair, Step(ENGINEER, where, repair))


def _each(case: Case, what: str) -> str:
    """The same thing to do for several: which ones, then what."""
    if not case.several:
        return what
    webhooks = case.finding.subject.startswith("webhook/")
    names = enumerated(case.names, "and", "more", ",") if webhooks else case.named
    return f"For each of {'webhooks' if webhooks else 'the template types'} {names}: {what[:1].lower()}{what[1:]}"


def _number(case: Case) -> str:
    return f"Webhook {case.name}"


def _said(
    case: Case, sentence: str, usually: str, steps: tuple[Step, ...], *, known: str = "", assumed: str = ""
) -> Explanation:
    return Explanation(
        sentence=sentence,
        how_we_know=f"{case.known()} {known}".strip(),
        usually=usually,
        steps=steps,
        assumed=assumed or (OWNED_ASSUMED if case.owned else ""),
    )


def missing(case: Case) -> Explanation:
    steps = _steps(
        case,
        "Ask why the extension's webhook is gone.",
        "Create the webhook again." if case.several else f'Create the webhook of "{case.name}" again.',
    )
    return _said(
        case,
        f'No webhook of ours tells about contracts of "{case.name}"',
        "It was removed, or setting the account up did not finish.",
        (*_in_doubt(case), *steps),
    )


def _in_doubt(case: Case) -> tuple[Step, ...]:
    """To say first whose a webhook is that looks like ours: beside it a second would tell everything twice."""
    findings = (case.finding, *case.others)
    ids = [str(each) for finding in findings for each in finding.evidence.get("may_be_ours", ())]
    if not ids or case.owned:
        return ()
    which = (
        f"Webhook {ids[0]} is tied to this template type and has"
        if len(ids) == 1
        else f"Webhooks {listed(ids)} are tied to these template types and have"
    )
    whose = "Say there whether it is ours or the customer's own" if len(ids) == 1 else "Say there whose they are"
    told = f"{which} our path at another host. {whose}; where ours, have its address corrected and make no second one."
    return (Step(ADMINISTRATOR, f"{HERE}: Webhooks", told),)


def misdirected(case: Case) -> Explanation:
    account_id = str(case.installation.account.oneflow_id)
    expected = listed(str(each).replace("{account_id}", account_id) for each in case.evidence.get("expected", ()))
    shown = "The first points" if case.several else "It points"
    return _said(
        case,
        f"{_number(case)} points to a wrong address",
        "The receiver moved to another host after the account was set up: webhooks do not follow.",
        _steps(case, f"Ask to have its address changed to {expected}.", f"Change its address to {expected}."),
        known=f"{shown} to {case.evidence.get('callback_url', '')}; right would be {expected}.",
    )


def insecure(case: Case) -> Explanation:
    return _said(
        case,
        f"{_number(case)} does not use https",
        "It was made with a wrong address.",
        _steps(case, "Ask to have its address changed to https.", "Change its address to https."),
        known=f"{'The first' if case.several else 'It'} points to {case.evidence.get('callback_url', '')}.",
    )


def deaf(case: Case) -> Explanation:
    events = listed(case.evidence.get("event_types", ()))
    places = listed(case.evidence.get("workspaces", ()))
    lacks = (
        ""
        if case.several
        else " and ".join(
            part
            for part in (f"event types {events}" if events else "", f"workspaces {places}" if places else "")
            if part
        )
    )
    through = lacks or "what the webhooks tab shows that it leaves out"
    kind = f' of "{case.template_type}"' if case.template_type else ""
    return _said(
        case,
        f"{_number(case)}{kind} leaves out {lacks or 'what we need'}",
        "Its filters are from before these were wanted, or the templates were shared with another workspace since.",
        _steps(case, f"Ask to have its filters let through {through}.", f"Widen its filters to let through {through}."),
        assumed=FILTERS_ASSUMED,
    )


def duplicate(case: Case) -> Explanation:
    ids = ("" if case.several else listed(case.evidence.get("webhooks", ()))) or "of ours"
    return _said(
        case,
        f'Several webhooks of ours tell about contracts of "{case.name}"',
        "Setting the account up ran twice. Everything is then told more than once; nothing is lost.",
        _steps(
            case,
            f"Ask to have all but one of the webhooks {ids} removed.",
            f"Remove all but one of the webhooks {ids}.",
        ),
    )


def unbound(case: Case) -> Explanation:
    return _said(
        case,
        f"{_number(case)} is tied to no template type: every contract of the account is sent",
        "It was made without a template type, or the type it was tied to is gone. We are then told about contracts "
        "that are none of our business.",
        _steps(
            case,
            "Ask to have it tied to its template type.",
            "Tie it to its template type, or replace it by one webhook for each.",
        ),
    )


def legacy(case: Case) -> Explanation:
    return _said(
        case,
        f"{_number(case)} sends the old format, which is not understood",
        "It was made in an older version of Oneflow with the format Legacy.",
        _steps(
            case, "Ask to have it replaced by one in the current format.", "Replace it by one in the current format."
        ),
    )
