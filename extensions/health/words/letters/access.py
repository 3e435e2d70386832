"""Letters about what lets us into the account: token, API, acting user, the extension itself."""

from extensions.health.words.letters.text import Text, quoted
from extensions.health.words.saying import Case, Mode


def stale(case: Case) -> Text:
    return Text(
        f"We are checking the connection between Oneflow and {case.extension} in your account, and will come back to "
        "you as soon as we know more. There is nothing for you to do.",
        f"Vi kontrollerar kopplingen mellan Oneflow och {case.extension} i ert konto och återkommer så snart vi vet "
        "mer. Ni behöver inte göra något.",
    )


def rejected(case: Case) -> Text:
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
        f"Oneflow godtar inte längre den token som {case.extension} använder i ert konto, så just nu förs inga avtal "
        f"vidare.\n\nÖppna {case.extension} i Oneflows Marketplace. Om tillägget är avstängt aktiverar ni det. Om det "
        "är aktivt skickar ni oss den token som visades när det aktiverades. Har ingen sparat den stänger ni av "
        "tillägget och aktiverar det igen, vilket gör dess nuvarande token ogiltig. Oneflow visar den nya tokenen bara "
        "en gång: skicka den till oss.",
    )


def foreign(case: Case) -> Text:
    if case.mode == Mode.DEVELOPMENT:
        return Text(
            "The token that we have from you belongs to another account.\n\nPlease create one under API tokens in "
            "Oneflow's Marketplace, in this account, and send it to us.",
            "Den token som vi har fått av er hör till ett annat konto.\n\nSkapa en token under API-tokens i Oneflows "
            "Marketplace, i det här kontot, och skicka den till oss.",
        )
    return Text(
        f"The token that we have from you is not the one of {case.extension} in your account.\n\nPlease open "
        f"{case.extension} in Oneflow's Marketplace. If it is disabled, enable it: Oneflow then shows the right token "
        "once, so please send it to us. If it is enabled, send us the token that was shown then; if nobody kept it, "
        "disable the extension and enable it again, which ends the token that it has.",
        f"Den token som vi har fått av er hör inte till {case.extension} i ert konto.\n\nÖppna {case.extension} i "
        "Oneflows Marketplace. Om tillägget är avstängt aktiverar ni det: Oneflow visar då rätt token en enda gång, "
        "så skicka den till oss. Om det är aktivt skickar ni oss den token som visades när det aktiverades. Har "
        "ingen sparat den stänger ni av tillägget och aktiverar det igen, vilket gör dess nuvarande token ogiltig.",
    )


def limited(case: Case) -> Text:
    return Text(
        f"{case.extension} has made so many requests to Oneflow for your account in a short time that Oneflow takes "
        "no more for a few minutes. It passes by itself. There is nothing for you to do.",
        f"{case.extension} har på kort tid gjort så många anrop till Oneflow för ert konto att Oneflow inte tar emot "
        "fler under några minuter. Det går över av sig självt. Ni behöver inte göra något.",
    )


def failing(case: Case) -> Text:
    english = f"Oneflow does not answer {case.extension} properly for your account."
    swedish = f"Oneflow svarar inte {case.extension} som det ska för ert konto."
    if "not_permitted" in case.evidence.get("reasons", ()):
        return Text(
            f"{english} Has your plan with Oneflow changed lately?",
            f"{swedish} Har ert abonnemang hos Oneflow ändrats nyligen?",
        )
    return Text(f"{english} We are looking into it with Oneflow.", f"{swedish} Vi utreder det tillsammans med Oneflow.")


def user_unset(case: Case) -> Text:
    return Text(
        f"To make contracts in your account {case.extension} acts as one of your users. In whose name shall it act?",
        f"När {case.extension} skapar avtal i ert konto sker det i en av era användares namn. Vems namn ska det vara?",
    )


def user_gone(case: Case) -> Text:
    inactive = case.evidence.get("answer") == "inactive"
    return Text(
        f"{case.extension} acts in your account as a user who is "
        f"{'no longer active' if inactive else 'no longer there'}.\n\nIn whose name shall it make contracts from now "
        "on?",
        f"{case.extension} skapar avtal i ert konto i namnet på en användare som inte längre "
        f"{'är aktiv' if inactive else 'finns kvar'}.\n\nI vems namn ska avtal skapas från och med nu?",
    )


def no_workspace(case: Case) -> Text:
    return Text(
        f"The user as whom {case.extension} acts in your account can use none of the templates made for it.\n\nPlease "
        "give that user access to a workspace with such a template, with the right to create contracts, or tell us "
        "another user.",
        f"Den användare i vars namn {case.extension} skapar avtal i ert konto kommer inte åt någon av de mallar som "
        "är gjorda för det.\n\nGe användaren tillgång till en arbetsyta med en sådan mall och rätt att skapa avtal "
        "där, eller ange en annan användare.",
    )


def extension_absent(case: Case) -> Text:
    return Text(
        f"{case.extension} is no longer offered in your Oneflow account. We are asking Oneflow why and will tell you "
        "when you can enable it again.",
        f"{case.extension} erbjuds inte längre i ert Oneflow-konto. Vi frågar Oneflow varför och hör av oss när ni "
        "kan aktivera tillägget igen.",
    )


def extension_disabled(case: Case) -> Text:
    return Text(
        f"{case.extension} is disabled in your Oneflow account, so contracts are not passed on.\n\nPlease open "
        f"{case.extension} in Oneflow's Marketplace, enable it, and send us the token that Oneflow then shows. It is "
        "shown only once.",
        f"{case.extension} är avstängt i ert Oneflow-konto, så inga avtal förs vidare.\n\nÖppna {case.extension} i "
        "Oneflows Marketplace, aktivera tillägget och skicka oss den token som Oneflow då visar. Den visas bara en "
        "gång.",
    )


def dependency_disabled(case: Case) -> Text:
    name = quoted(case)
    is_, its, them = ("are", "those", "dem") if case.several else ("is", "it", "det")
    off = "avstängda" if case.several else "avstängt"
    return Text(
        f"{name.english} {is_} disabled in your Oneflow account, and {case.extension} cannot work without "
        f"{its}.\n\nPlease open {name.english} in Oneflow's Marketplace and enable {its}.",
        f"{name.swedish} är {off} i ert Oneflow-konto, och {case.extension} fungerar inte utan {them}.\n\nÖppna "
        f"{name.swedish} i Oneflows Marketplace och aktivera {them}.",
    )
