"""The words of the customer's page in each language. What is wrong is said by the letters (decision 0008)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that stands on the page beside the letters. The names in braces are filled in."""

    language: str
    label: str
    title: str
    well: str
    well_more: str
    one_thing: str
    things: str
    ours_one: str
    ours: str
    disturbed: str
    more: str
    since: str
    ago: str
    just_now: str
    checked: str
    never_checked: str
    stale: str
    maintenance: str
    ends: str
    who: str
    ended_title: str
    ended: str
    no_link_title: str
    no_link: str


ENGLISH = Words(
    language="en",
    label="English",
    title="{extension} for {account}",
    well="Everything works.",
    well_more="There is nothing for you to do.",
    one_thing="One thing needs attention",
    things="{number} things need attention",
    ours_one="We are mending one more thing on our side; there is nothing for you to do about it.",
    ours="We are mending {number} more things on our side; there is nothing for you to do about them.",
    disturbed="Not everything works at the moment. We are looking into it; there is nothing for you to do.",
    more="And {number} more of the same kind. Answer us, and we will send you the whole list.",
    since="since",
    ago="{age} ago",
    just_now="just now",
    checked="Last checked",
    never_checked="Your account has not been checked yet.",
    stale="We could not check your account lately, so what stands here may be out of date. We are looking into it.",
    maintenance="Maintenance is under way. Disturbances are expected until it ends:",
    ends="This page can be opened until",
    who="Only somebody who has its address can open this page. Pass it on to colleagues who need it, to nobody else.",
    ended_title="This link has ended",
    ended="Ask whoever gave it to you for a new one.",
    no_link_title="There is no such page",
    no_link="Check that you have the whole address, or ask whoever gave it to you for a new one.",
)
SWEDISH = Words(
    language="sv",
    label="Svenska",
    title="{extension} för {account}",
    well="Allt fungerar.",
    well_more="Ni behöver inte göra något.",
    one_thing="En sak behöver åtgärdas",
    things="{number} saker behöver åtgärdas",
    ours_one="Vi åtgärdar en sak till hos oss; den behöver ni inte göra något åt.",
    ours="Vi åtgärdar {number} saker till hos oss; dem behöver ni inte göra något åt.",
    disturbed="Just nu fungerar inte allt. Vi utreder det; ni behöver inte göra något.",
    more="Och {number} till av samma slag. Svara oss så skickar vi hela listan.",
    since="sedan",
    ago="för {age} sedan",
    just_now="alldeles nyss",
    checked="Senast kontrollerat",
    never_checked="Ert konto har inte kontrollerats än.",
    stale="Vi har inte kunnat kontrollera ert konto på ett tag. Det som står här kan vara inaktuellt; vi utreder det.",
    maintenance="Underhåll pågår. Störningar kan förekomma tills det är klart:",
    ends="Sidan kan öppnas till och med",
    who="Bara den som har adressen kan öppna sidan. Ge den till kollegor som behöver den, men inte till någon annan.",
    ended_title="Länken gäller inte längre",
    ended="Be den som gav er länken om en ny.",
    no_link_title="Sidan finns inte",
    no_link="Kontrollera att ni har hela adressen, eller be den som gav er länken om en ny.",
)
LANGUAGES = {words.language: words for words in (ENGLISH, SWEDISH)}


def words_for(asked: str | None, country_code: str) -> Words:
    """The language that was asked for where we have it, else that of the account's country."""
    return LANGUAGES.get(asked or "") or (SWEDISH if country_code == "SE" else ENGLISH)
