"""Words for people, companies and things, and the registration numbers of each country."""

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words("""
    Maja Olle Ida Erik Sara Jonas Elin Lars Freja Mikkel Aino Mikko Ingrid Henrik Astrid Nils Karin Per Linnea Gustav
    Tuuli Eero Solveig Magnus Anna Johan Emma Oskar Lotte Jan Greta Felix Hanna Paul Julia Marek
""")
LAST = _words("""
    Lind Berg Ek Holm Dahl Nyman Strand Lund Vik Sand Hansen Jensen Nielsen Virtanen Korhonen Laine Olsen Moen Bakke
    Falk Sjögren Åberg Öberg Wikström Ahlgren Visser Bakker Schmidt Weber Keller Moreau Nowak Haug Kallio
""")
STEMS = _words("""
    Norrsken Fjord Björk Granit Havsbris Kvarn Sjöstad Polar Aurora Lumen Vinter Solberg Tallmo Stenvik Nordkap Birka
    Saga Ymer Midgard Fyren Älvdal Skagen Ekbacka Järva Ursvik Kronan Svea Alva Tundra Bergslag Ankar Lommen Vesterhav
    Ravnen Pohja Kaamos Revontuli Lahti Meri Hansa Elbe Rhein Donau Alpen Amstel Maas Seine
""")
TRADES = _words("""
    Konsult Bygg Fastigheter Energi Logistik Revision Data Teknik Handel Bemanning Redovisning Transport Media Advokat
    Hotell Livs Vård Design Marin Skog
""")
TITLES = ("Sales manager", "Account manager", "CFO", "CEO", "Lawyer", "Project manager", "Assistant", "")
# How often a country comes, its company form, and the prefix of its mobile numbers.
COUNTRIES = {
    "SE": (10, "AB", "+4670"),
    "NO": (4, "AS", "+4791"),
    "DK": (4, "ApS", "+4520"),
    "FI": (3, "Oy", "+35840"),
    "DE": (2, "GmbH", "+49151"),
    "NL": (1, "B.V.", "+3161"),
}
WORKSPACES = ("Sales", "Legal", "Human resources", "Purchasing", "Projects")
TEMPLATES = {
    "acme_deal": ("Sales agreement", "Framework agreement", "Order confirmation", "Annual plan"),
    "acme_engagement": ("Engagement letter", "Audit engagement", "Advisory engagement"),
}
# Templates with a product table, and with a place for an expanded PDF.
WITH_PRODUCTS = ("Sales agreement", "Order confirmation")
WITH_PDF = ("Engagement letter", "Framework agreement")
_ASCII = str.maketrans("åäöÅÄÖøØæÆ", "aaoAAOoOaA")


def plain(text: str) -> str:
    """The text as an address writes it: lower case, no accents, no spaces."""
    return text.translate(_ASCII).lower().replace(" ", "-").replace(".", "")


def country(rng: Random) -> str:
    return rng.choices(list(COUNTRIES), weights=[weight for weight, _, _ in COUNTRIES.values()])[0]


def company(rng: Random, code: str) -> tuple[str, str]:
    """The company's name and the domain of its addresses; `.example` belongs to nobody (RFC 2606)."""
    stem, trade = rng.choice(STEMS), rng.choice(TRADES)
    return f"{stem} {trade} {COUNTRIES[code][1]}", f"{plain(stem)}-{plain(trade)}.example"


def registration_number(rng: Random, code: str) -> str:
    """A number in the country's format. Check digits are not computed: nobody's real number is wanted."""
    digits = "".join(rng.choices("0123456789", k=9))
    if code == "SE":
        return f"559{digits[:3]}-{digits[3:7]}"
    if code == "NO":
        return f"9{digits[:2]} {digits[2:5]} {digits[5:8]}"
    if code == "FI":
        return f"{digits[:7]}-{digits[7]}"
    if code == "DE":
        return f"HRB {digits[:6]}"
    return digits[:8]


def phone_number(rng: Random, code: str) -> str:
    return COUNTRIES[code][2] + "".join(rng.choices("0123456789", k=7))
