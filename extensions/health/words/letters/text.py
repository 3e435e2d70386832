"""A text to the customer in each language, and the turns of phrase that several of them share."""

from dataclasses import dataclass

from extensions.health.words.saying import Case, enumerated

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Text:
    """The paragraphs below the greeting, separated by empty lines."""

    english: str
    swedish: str


def quoted(case: Case) -> Text:
    """The names of the subjects, as each language quotes and lists them."""
    return Text(
        enumerated([f'"{each}"' for each in case.names], "and", "more", ","),
        enumerated([f"”{each}”" for each in case.names], "och", "till", NO_BREAK),
    )


def no_fault_of_yours(case: Case) -> Text:
    return Text(
        f"The connection between Oneflow and {case.extension} does not work as it should at the moment. The fault is "
        "on our side and we are mending it. There is nothing for you to do.",
        f"Kopplingen mellan Oneflow och {case.extension} fungerar inte som den ska just nu. Felet ligger hos oss och "
        "vi åtgärdar det. Ni behöver inte göra något.",
    )


def we_mend(case: Case) -> Text:
    return Text(
        f"The connection between Oneflow and {case.extension} does not work as it should at the moment. We have found "
        "the cause and are mending it. There is nothing for you to do.",
        f"Kopplingen mellan Oneflow och {case.extension} fungerar inte som den ska just nu. Vi har hittat orsaken och "
        "åtgärdar den. Ni behöver inte göra något.",
    )


def anew(case: Case, english: str, swedish: str) -> Text:
    """What is wrong, and the request to disable and enable the extension; only the extension's own comes back by it."""
    if not case.owned:
        return we_mend(case)
    return Text(
        f"{english}\n\nPlease open {case.extension} in Oneflow's Marketplace, disable it, enable it again, and send "
        "us the token that Oneflow then shows. It is shown only once. Disabling ends our present token, so no "
        "contract reaches us until we have the new one: please choose a quiet moment.",
        f"{swedish}\n\nÖppna {case.extension} i Oneflows Marketplace, stäng av tillägget, aktivera det igen och "
        "skicka oss den token som Oneflow då visar. Den visas bara en gång. När tillägget stängs av upphör vår "
        "nuvarande token att gälla, så inga avtal når oss förrän vi har fått den nya. Välj därför ett lugnt tillfälle.",
    )
