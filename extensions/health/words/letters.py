"""What to tell the customer of a finding, in each language, with the account's own names: ready to copy.

Where nothing is in the customer's hands the letter says so; where there is nothing to tell there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from extensions.health.words.saying import Case, Letter, Mode


@dataclass(frozen=True, slots=True)
class Text:
    """The paragraphs below the greeting, separated by empty lines."""

    english: str
    swedish: str


def letters(case: Case) -> tuple[Letter, ...]:
    """The whole letter in each language, that of the account's country first; none where there is nothing to tell."""
    write = LETTERS.get(case.finding.code)
    if write is None:
        return ()
    text = write(case)
    swedish = Letter("sv", "Swedish", f"Hej {case.account},\n\n{text.swedish}")
    english = Letter("en", "English", f"Hello {case.account},\n\n{text.english}")
    return (swedish, english) if case.installation.account.country_code == "SE" else (english, swedish)


def _no_fault_of_yours(case: Case) -> Text:
    return Text(
        f"The connection between Oneflow and {case.extension} is disturbed. The fault is on our side and we are "
        "mending it; there is nothing for you to do.",
        f"Kopplingen mellan Oneflow och {case.extension} är störd. Felet ligger hos oss och vi åtgärdar det; ni "
        "behöver inte göra något.",
    )


def _anew(case: Case, english: str, swedish: str) -> Text:
    """What is wrong, and the request to disable and enable the extension; only the extension's own comes back by it."""
    if not case.owned:
        return _no_fault_of_yours(case)
    return Text(
        f"{english}\n\nPlease open {case.extension} in Oneflow's Marketplace, disable it, enable it again, and send "
        "us the token that Oneflow then shows. It is shown only once. Disabling ends our present token, so no "
        "contract reaches us until we have the new one: please choose a quiet moment.",
        f"{swedish}\n\nÖppna {case.extension} i Oneflows Marketplace, stäng av tillägget, aktivera det igen och "
        "skicka oss den token som Oneflow då visar. Den visas bara en gång. När tillägget stängs av upphör vår "
        "nuvarande token att gälla, så inga avtal når oss förrän vi har fått den nya: välj ett lugnt tillfälle.",
    )


def _rejected(case: Case) -> Text:
    if case.mode == Mode.DEVELOPMENT:
        return Text(
            "Oneflow no longer accepts our token. Please create a new one and send it to us.",
            "Oneflow godtar inte längre vår token. Skapa en ny och skicka den till oss.",
        )
    return Text(
        f"Oneflow no longer accepts the token by which {case.extension} works in your account, so contracts are not "
        f"passed on at the moment.\n\nPlease open {case.extension} in Oneflow's Marketplace. If it is disabled, "
        "enable it. If it is enabled, send us the token that was shown then; if nobody kept it, disable the "
        "extension and enable it again, which ends the token that it has. Oneflow shows the new token once: please "
        "send it to us.",
        f"Oneflow godtar inte längre den token som {case.extension} använder i ert konto, så avtal förs just nu inte "
        f"vidare.\n\nÖppna {case.extension} i Oneflows Marketplace. Är tillägget avstängt, aktivera det. Är det "
        "aktivt, skicka oss den token som visades då; om ingen sparade den, stäng av tillägget och aktivera det "
        "igen, vilket gör dess nuvarande token ogiltig. Oneflow visar den nya en enda gång: skicka den till oss.",
    )


def _foreign(case: Case) -> Text:
    if case.mode == Mode.DEVELOPMENT:
        return Text(
            "The token that we have from you belongs to another account.\n\nPlease create one under API tokens in "
            "Oneflow's Marketplace, in this account, and send it to us.",
            "Den token som vi har fått av er hör till ett annat konto.\n\nSkapa en under API-token i Oneflows "
            "Marketplace, i det här kontot, och skicka den till oss.",
        )
    return Text(
        f"The token that we have from you is not the one of {case.extension} in your account.\n\nPlease open "
        f"{case.extension} in Oneflow's Marketplace. If it is disabled, enable it: Oneflow then shows the right token "
        "once, so please send it to us. If it is enabled, send us the token that was shown then; if nobody kept it, "
        "disable the extension and enable it again, which ends the token that it has.",
        f"Den token som vi har fått av er hör inte till {case.extension} i ert konto.\n\nÖppna {case.extension} i "
        "Oneflows Marketplace. Är tillägget avstängt, aktivera det: Oneflow visar då rätt token en enda gång, så "
        "skicka den till oss. Är det aktivt, skicka oss den token som visades då; om ingen sparade den, stäng av "
        "tillägget och aktivera det igen, vilket gör dess nuvarande token ogiltig.",
    )


def _failing(case: Case) -> Text:
    english = f"Oneflow does not answer {case.extension} properly for your account."
    swedish = f"Oneflow svarar inte {case.extension} som det ska för ert konto."
    if "not_permitted" in case.evidence.get("reasons", ()):
        return Text(
            f"{english} Has your plan with Oneflow changed lately?",
            f"{swedish} Har ert abonnemang hos Oneflow ändrats nyligen?",
        )
    return Text(f"{english} We are looking into it with Oneflow.", f"{swedish} Vi utreder det tillsammans med Oneflow.")


def _user_unset(case: Case) -> Text:
    return Text(
        f"To make contracts in your account {case.extension} acts as one of your users. In whose name shall it act?",
        f"För att skapa avtal i ert konto agerar {case.extension} som en av era användare. I vems namn ska det ske?",
    )


def _user_gone(case: Case) -> Text:
    inactive = case.evidence.get("answer") == "inactive"
    return Text(
        f"{case.extension} acts in your account as a user who is "
        f"{'no longer active' if inactive else 'no longer there'}.\n\nIn whose name shall it make contracts from now "
        "on?",
        f"{case.extension} agerar i ert konto som en användare som inte längre "
        f"{'är aktiv' if inactive else 'finns kvar'}.\n\nI vems namn ska avtal skapas från och med nu?",
    )


def _no_workspace(case: Case) -> Text:
    return Text(
        f"The user as whom {case.extension} acts in your account can use none of the templates made for it.\n\nPlease "
        "give that user access to a workspace with such a template, with the right to create contracts, or tell us "
        "another user.",
        f"Den användare som {case.extension} agerar som i ert konto kan inte använda någon av mallarna som är gjorda "
        "för det.\n\nGe användaren tillgång till en arbetsyta med en sådan mall, med rätt att skapa avtal, eller "
        "ange en annan användare.",
    )


def _extension_absent(case: Case) -> Text:
    return Text(
        f"{case.extension} is no longer offered in your Oneflow account. We are asking Oneflow why and will tell you "
        "when you can enable it again.",
        f"{case.extension} erbjuds inte längre i ert Oneflow-konto. Vi frågar Oneflow varför och hör av oss när ni "
        "kan aktivera tillägget igen.",
    )


def _extension_disabled(case: Case) -> Text:
    return Text(
        f"{case.extension} is disabled in your Oneflow account, so contracts are not passed on.\n\nPlease open "
        f"{case.extension} in Oneflow's Marketplace, enable it, and send us the token that Oneflow then shows. It is "
        "shown only once.",
        f"{case.extension} är avstängt i ert Oneflow-konto, så avtal förs inte vidare.\n\nÖppna {case.extension} i "
        "Oneflows Marketplace, aktivera tillägget och skicka oss den token som Oneflow då visar. Den visas bara en "
        "gång.",
    )


def _dependency_disabled(case: Case) -> Text:
    return Text(
        f'"{case.name}" is disabled in your Oneflow account, and {case.extension} cannot work without it.\n\nPlease '
        f'open "{case.name}" in Oneflow\'s Marketplace and enable it.',
        f"”{case.name}” är avstängt i ert Oneflow-konto, och {case.extension} fungerar inte utan det.\n\nÖppna "
        f"”{case.name}” i Oneflows Marketplace och aktivera det.",
    )


def _type_missing(case: Case) -> Text:
    return _anew(
        case,
        f'The template type "{case.name}" is missing in your Oneflow account.',
        f"Malltypen ”{case.name}” saknas i ert Oneflow-konto.",
    )


def _type_inactive(case: Case) -> Text:
    if not case.owned:
        return _no_fault_of_yours(case)
    return Text(
        f'The template type "{case.name}" is inactive in your Oneflow account, so no new contract of its kind can be '
        "made. We are asking Oneflow to activate it.",
        f"Malltypen ”{case.name}” är inaktiv i ert Oneflow-konto, så inga nya avtal av det slaget kan skapas. Vi ber "
        "Oneflow att aktivera den.",
    )


def _type_unused(case: Case) -> Text:
    return Text(
        f'No active template in your Oneflow account uses the template type "{case.name}", so {case.extension} cannot '
        f'make such contracts.\n\nPlease open the template you want to use, choose "{case.name}" as its template '
        "type, and activate it.",
        f"Ingen aktiv mall i ert Oneflow-konto använder malltypen ”{case.name}”, så {case.extension} kan inte skapa "
        f"sådana avtal.\n\nÖppna den mall som ni vill använda, välj ”{case.name}” som malltyp och aktivera mallen.",
    )


def _field_missing(case: Case) -> Text:
    return _anew(
        case,
        f'The field "{case.name}" is missing in your Oneflow account.',
        f"Fältet ”{case.name}” saknas i ert Oneflow-konto.",
    )


def _field_inactive(case: Case) -> Text:
    if not case.owned:
        return _no_fault_of_yours(case)
    kind = case.template_type
    within, inom = (f' in "{kind}"', f" i ”{kind}”") if kind else ("", "")
    return Text(
        f'The field "{case.name}"{within} is switched off in your Oneflow account, so {case.extension} cannot fill it.'
        "\n\nPlease switch it on again.",
        f"Fältet ”{case.name}”{inom} är avstängt i ert Oneflow-konto, så {case.extension} kan inte fylla i "
        "det.\n\nSlå på det igen.",
    )


def _field_shadowed(case: Case) -> Text:
    others = ", ".join(map(str, case.evidence.get("shadows", ())))
    return Text(
        f'Your Oneflow account has two fields called "{case.name}": ours, which {case.extension} fills, and one of '
        f"your own{f' ({others})' if others else ''}.\n\nPlease rename or remove your own one and use ours in your "
        "templates, so that the right one is filled.",
        f"Ert Oneflow-konto har två fält som heter ”{case.name}”: vårt, som {case.extension} fyller i, och ett "
        f"eget{f' ({others})' if others else ''}.\n\nByt namn på ert eget eller ta bort det, och använd vårt i era "
        "mallar, så att rätt fält fylls i.",
    )


def _webhook(case: Case) -> Text:
    return _anew(
        case,
        f"Oneflow does not tell {case.extension} properly about contracts in your account.",
        f"Oneflow berättar inte som det ska för {case.extension} om avtal i ert konto.",
    )


LETTERS: dict[str, Callable[[Case], Text]] = {
    "token.unreadable": _no_fault_of_yours,
    "token.rejected": _rejected,
    "token.foreign": _foreign,
    "api.failing": _failing,
    "user.unset": _user_unset,
    "user.gone": _user_gone,
    "workspace.none": _no_workspace,
    "extension.absent": _extension_absent,
    "extension.disabled": _extension_disabled,
    "dependency.disabled": _dependency_disabled,
    "template_type.missing": _type_missing,
    "template_type.inactive": _type_inactive,
    "template_type.unused": _type_unused,
    "field.missing": _field_missing,
    "field.inactive": _field_inactive,
    "field.shadowed": _field_shadowed,
    "webhook.unbound": _webhook,
    "webhook.legacy": _webhook,
    "webhook.missing": _webhook,
    "webhook.insecure": _webhook,
    "webhook.misdirected": _webhook,
    "webhook.deaf": _webhook,
    "webhook.duplicate": _webhook,
}
