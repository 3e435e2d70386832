"""Letters about what is, or should be, in the account: template types, fields, webhooks, and what fills the fields."""

from extensions.health.words.letters.text import Text, anew, quoted, we_mend
from extensions.health.words.saying import Case


def _type(case: Case) -> Text:
    name = quoted(case)
    if case.several:
        return Text(f"The template types {name.english} are", f"Malltyperna {name.swedish}")
    return Text(f"The template type {name.english} is", f"Malltypen {name.swedish}")


def _field(case: Case) -> Text:
    """The fields, and the template type that all of them are in."""
    name, kind = quoted(case), case.template_type
    within, inom = (f' in "{kind}"', f" i ”{kind}”") if kind else ("", "")
    one, ett = ("fields", "Fälten") if case.several else ("field", "Fältet")
    return Text(f"The {one} {name.english}{within}", f"{ett} {name.swedish}{inom}")


def type_missing(case: Case) -> Text:
    kind = _type(case)
    return anew(
        case,
        f"{kind.english} missing in your Oneflow account.",
        f"{kind.swedish} saknas i ert Oneflow-konto.",
    )


def type_inactive(case: Case) -> Text:
    if not case.owned:
        return we_mend(case)
    kind = _type(case)
    it, den, inaktiv = ("them", "dem", "inaktiva") if case.several else ("it", "den", "inaktiv")
    return Text(
        f"{kind.english} inactive in your Oneflow account, so {case.extension} can make no new contracts of that kind. "
        f"We are asking Oneflow to activate {it}.",
        f"{kind.swedish} är {inaktiv} i ert Oneflow-konto, så {case.extension} kan inte skapa nya avtal av det slaget. "
        f"Vi ber Oneflow att aktivera {den}.",
    )


def type_unused(case: Case) -> Text:
    name = quoted(case)
    if case.several:
        return Text(
            f"No active template in your Oneflow account uses the template types {name.english}, so {case.extension} "
            "cannot make such contracts.\n\nFor each of them please open the template you want to use, choose the "
            "template type in its settings, and activate it.",
            f"Ingen aktiv mall i ert Oneflow-konto använder malltyperna {name.swedish}, så {case.extension} kan inte "
            "skapa sådana avtal.\n\nGör så här för varje malltyp: öppna den mall som ni vill använda, välj malltypen i "
            "mallens inställningar och aktivera mallen.",
        )
    return Text(
        f"No active template in your Oneflow account uses the template type {name.english}, so {case.extension} cannot "
        f"make such contracts.\n\nPlease open the template you want to use, choose {name.english} as its template "
        "type, and activate it.",
        f"Ingen aktiv mall i ert Oneflow-konto använder malltypen {name.swedish}, så {case.extension} kan inte skapa "
        f"sådana avtal.\n\nÖppna den mall som ni vill använda, välj {name.swedish} som malltyp och aktivera mallen.",
    )


def field_missing(case: Case) -> Text:
    field = _field(case)
    are = "are" if case.several else "is"
    return anew(
        case,
        f"{field.english} {are} missing in your Oneflow account.",
        f"{field.swedish} saknas i ert Oneflow-konto.",
    )


def field_inactive(case: Case) -> Text:
    if not case.owned:
        return we_mend(case)
    field = _field(case)
    are, them, off, dem = ("are", "them", "avstängda", "dem") if case.several else ("is", "it", "avstängt", "det")
    return Text(
        f"{field.english} {are} switched off in your Oneflow account, so {case.extension} cannot fill {them}."
        f"\n\nPlease switch {them} on again.",
        f"{field.swedish} är {off} i ert Oneflow-konto, så {case.extension} kan inte fylla i {dem}.\n\nSlå på {dem} "
        "igen.",
    )


def field_changed(case: Case) -> Text:
    field = _field(case)
    have, have_sv = (
        ("have other texts", "har andra texter") if case.several else ("has another text", "har en annan text")
    )
    return Text(
        f"{field.english} {have} in your Oneflow account than in {case.extension}. Everything works as before, and "
        "there is nothing for you to do.",
        f"{field.swedish} {have_sv} i ert Oneflow-konto än i {case.extension}. Allt fungerar som tidigare, och ni "
        "behöver inte göra något.",
    )


def field_shadowed(case: Case) -> Text:
    name = quoted(case)
    if case.several:
        return Text(
            f"In your Oneflow account these names are each borne by two fields, ours, which {case.extension} fills, "
            f"and one of your own: {name.english}.\n\nPlease rename or remove your own ones and use ours in your "
            "templates, so that the right ones are filled.",
            f"I ert Oneflow-konto förekommer de här fältnamnen två gånger, dels på vårt fält, som {case.extension} "
            f"fyller i, dels på ett eget: {name.swedish}.\n\nByt namn på era egna eller ta bort dem, och använd våra i "
            "era mallar, så att rätt fält fylls i.",
        )
    others = ", ".join(map(str, case.evidence.get("shadows", ())))
    return Text(
        f"Your Oneflow account has two fields called {name.english}: ours, which {case.extension} fills, and one of "
        f"your own{f' ({others})' if others else ''}.\n\nPlease rename or remove your own one and use ours in your "
        "templates, so that the right one is filled.",
        f"Ert Oneflow-konto har två fält som heter {name.swedish}: vårt, som {case.extension} fyller i, och ett "
        f"eget{f' ({others})' if others else ''}.\n\nByt namn på ert eget eller ta bort det, och använd vårt i era "
        "mallar, så att rätt fält fylls i.",
    )


def webhook(case: Case) -> Text:
    if not case.owned:
        return we_mend(case)
    return Text(
        f"Oneflow does not tell {case.extension} about contracts in your account as it should. We are asking Oneflow "
        "to put it right, and for now there is nothing for you to do.\n\nIf Oneflow cannot, we will ask you to disable "
        "the extension and enable it again, which ends our present token, and will agree on a time with you first.",
        f"Oneflow meddelar inte {case.extension} som det ska när något händer med avtal i ert konto. Vi ber Oneflow "
        "att rätta till det, och just nu behöver ni inte göra något.\n\nOm Oneflow inte kan det kommer vi att be er "
        "stänga av tillägget och aktivera det igen, vilket gör vår nuvarande token ogiltig. I så fall kommer vi "
        "överens med er om en tid först.",
    )


def mapping(case: Case) -> Text:
    field = _field(case)
    are = "are" if case.several else "is"
    return Text(
        f"{field.english} {are} not filled in by {case.extension} in your contracts. The fault is on our side and we "
        "are mending it. There is nothing for you to do.",
        f"{field.swedish} fylls inte i av {case.extension} i era avtal. Felet ligger hos oss och vi åtgärdar det. Ni "
        "behöver inte göra något.",
    )
