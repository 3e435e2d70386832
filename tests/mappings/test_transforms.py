"""What each transform makes of a value, and what it says of one that it cannot take."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.mappings.paths import Absent
from extensions.mappings.transforms import TRANSFORMS, Untransformable, apply, check
from tests.mappings.records import SCALARS, VALUES

TERMS = {"values": {"net30": "30 days", "true": "at once"}}
RIGHT_OPTIONS = {
    "text": st.fixed_dictionaries({}, optional={"trim": st.booleans(), "case": st.sampled_from(["upper", "lower"])}),
    "number": st.fixed_dictionaries(
        {}, optional={"decimals": st.integers(0, 20), "thousands_mark": st.sampled_from([",", " ", "\u202f"])}
    ),
    "date": st.fixed_dictionaries(
        {},
        optional={
            "pattern": st.sampled_from(["YYYY-MM-DD", "YYYY-MM-DD HH:mm", "D MMMM YYYY"]),
            "language": st.sampled_from(["en", "sv", "fi"]),
            "zone": st.sampled_from(["Europe/Stockholm", "Pacific/Kiritimati", "America/Los_Angeles"]),
        },
    ),
    "choice": st.fixed_dictionaries({"values": st.just(TERMS["values"])}, optional={"fallback": st.just("later")}),
    "join": st.fixed_dictionaries({}, optional={"separator": st.sampled_from(["; ", ""])}),
    "yes_no": st.fixed_dictionaries({}, optional={"yes": st.just("ja"), "no": st.just("nej")}),
    "default": st.fixed_dictionaries({"default": st.sampled_from(["", "none"])}),
}


@pytest.mark.parametrize(
    ("name", "options", "raw", "text"),
    [
        ("text", {}, "Fjord AS", "Fjord AS"),
        ("text", {}, " Fjord ", " Fjord "),
        ("text", {"trim": True, "case": "upper"}, " fjord ås ", "FJORD ÅS"),
        ("text", {"case": "lower"}, "Fjord", "fjord"),
        ("text", {}, Decimal("12500.50"), "12500.50"),
        ("text", {}, Decimal("1e3"), "1000"),
        ("text", {}, 2**63, "9223372036854775808"),
        ("text", {}, 0.1, "0.1"),
        ("text", {}, True, "true"),
        ("text", {}, "", ""),
        ("text", {}, "许多", "许多"),
        ("number", {}, "12500.50", "12500.50"),
        ("number", {}, " 7 ", "7"),
        ("number", {}, "1e3", "1000"),
        ("number", {"decimals": 2}, Decimal("12500"), "12500.00"),
        ("number", {"decimals": 2}, Decimal("2.675"), "2.68"),
        ("number", {"decimals": 0}, Decimal("-0.5"), "-1"),
        ("number", {"decimals": 0}, Decimal("-0.4"), "0"),
        ("number", {"decimals": 2}, Decimal("9" * 40 + ".995"), "1" + "0" * 40 + ".00"),
        ("number", {"decimals": 2, "decimal_mark": ",", "thousands_mark": "\u202f"}, 1234567, "1\u202f234\u202f567,00"),
        ("number", {"decimal_mark": ",", "thousands_mark": "."}, Decimal("-1234.5"), "-1.234,5"),
        ("number", {}, "", ""),
        ("date", {}, "2026-01-31", "2026-01-31"),
        ("date", {"pattern": "D MMMM YYYY"}, "2026-01-31", "31 January 2026"),
        ("date", {"pattern": "D MMMM YYYY", "language": "sv"}, "2026-01-31", "31 januari 2026"),
        ("date", {"pattern": "D. MMMM YYYY", "language": "fi"}, "2026-01-31", "31. tammikuuta 2026"),
        ("date", {"pattern": "DD.MM.YYYY"}, "0099-01-31", "31.01.0099"),
        ("date", {"pattern": "YYYY-MM-DD HH:mm"}, "2026-01-31T23:30:00Z", "2026-01-31 23:30"),
        ("date", {"zone": "Europe/Stockholm"}, "2026-01-31T23:30:00Z", "2026-02-01"),
        ("date", {"zone": "Europe/Stockholm"}, "2026-01-31 23:30:00.123456789+0000", "2026-02-01"),
        ("date", {"zone": "Europe/Stockholm"}, "2026-01-31T23:30", "2026-01-31"),
        ("date", {"zone": "Pacific/Kiritimati"}, "2026-01-31", "2026-01-31"),
        ("choice", TERMS, "net30", "30 days"),
        ("choice", TERMS, True, "at once"),
        ("choice", {**TERMS, "fallback": "later"}, "net60", "later"),
        ("join", {}, ["a", Decimal("1.50"), None, True], "a, 1.50, true"),
        ("join", {"separator": " | "}, ["a", "b"], "a | b"),
        ("join", {}, [], ""),
        ("yes_no", {}, True, "1"),
        ("yes_no", {}, "No", "0"),
        ("yes_no", {}, Decimal("1"), "1"),
        ("yes_no", {}, Decimal("0.0"), "0"),
        ("yes_no", {"yes": "ja", "no": "nej"}, False, "nej"),
        ("default", {"default": "none"}, "here", "here"),
        ("default", {"default": "none"}, " ", "none"),
        ("default", {"default": "none"}, Absent("The record has no “x”."), "none"),
        ("number", {"default": "0"}, Absent("The record has no “x”."), "0"),
        ("join", {"default": "none"}, [], "none"),
        ("choice", {**TERMS, "default": "unknown"}, "", "unknown"),
        ("join", {"default": "none"}, [None, "", " "], "none"),
        # What the options make nothing of is no missing value.
        ("yes_no", {"no": "", "default": "unknown"}, False, ""),
        ("choice", {"values": {"a": ""}, "default": "unknown"}, "a", ""),
        ("choice", {"values": {"a": "b"}, "fallback": "", "default": "unknown"}, "c", ""),
    ],
)
def test_a_value_becomes_text(name, options, raw, text):
    assert check(name, options) == []
    assert apply(name, options, raw) == text


@pytest.mark.parametrize(
    ("name", "options", "raw", "sentence"),
    [
        ("text", {}, Absent("“deal” has no “name”."), "“deal” has no “name”."),
        ("text", {}, ["a"], "The value is a list of 1, and a field holds one text. The transform “join” makes one."),
        ("text", {}, {"a": 1}, "The value is an object, and a field holds one text. Let the path name one in it."),
        ("text", {}, "a\0b", "The value holds a character that no field can hold: NUL, or half of a pair."),
        ("join", {}, ["a", "\ud800"], "The value holds a character that no field can hold: NUL, or half of a pair."),
        ("text", {}, Decimal("1e999999999"), "The number has more than 1,000 digits."),
        ("number", {}, "1e-999999999", "The number has more than 1,000 digits."),
        ("number", {}, Decimal("NaN"), "The value is no finite number."),
        ("number", {}, float("inf"), "The value is no finite number."),
        ("number", {}, True, "The value is true or false, and not a number."),
        ("number", {}, [1], "The value is a list of 1, and not a number."),
        ("date", {}, 20260131, "The value is a number, and a date is text such as 2026-01-31."),
        ("date", {}, "2026-02-30", "The value is a date or time of day that does not exist."),
        (
            "date",
            {"zone": "Pacific/Kiritimati"},
            "9999-12-31T23:59:59Z",
            "The value is a moment beyond the years that can be written.",
        ),
        (
            "date",
            {"pattern": "YYYY-MM-DD HH:mm"},
            "2026-01-31",
            "The value is a date without a time of day, which the pattern asks for.",
        ),
        ("choice", TERMS, "net60", "The value is none of those that the choice knows, and it has no fallback."),
        ("join", {}, "a", "The value is text, and only a list can be joined."),
        ("join", {}, ["a", ["b"]], "Item 2 of the list is a list of 1; only single values can be joined."),
        ("yes_no", {}, "maybe", "The value is neither yes nor no: true, false, yes, no, 1 and 0 are."),
        ("yes_no", {}, 2, "The value is neither yes nor no: true, false, yes, no, 1 and 0 are."),
        # A default hides no mistake.
        ("yes_no", {"default": "0"}, "maybe", "The value is neither yes nor no: true, false, yes, no, 1 and 0 are."),
    ],
)
def test_a_value_that_cannot_be_transformed_is_told_why(name, options, raw, sentence):
    with pytest.raises(Untransformable) as refusal:
        apply(name, options, raw)

    assert refusal.value.sentence == sentence


def test_a_number_of_thousands_of_digits_is_refused():
    with pytest.raises(Untransformable, match="more than 1,000 digits"):
        apply("text", {}, 10**5000)


@pytest.mark.parametrize("raw", ["12,5", "1 000", "٣", "0x10", "NaN", "Infinity", "1_000", "1.", ".5", "--1"])
def test_text_is_a_number_only_as_json_would_write_it(raw):
    with pytest.raises(Untransformable, match="text that is no number"):
        apply("number", {}, raw)


@pytest.mark.parametrize("raw", ["31.01.2026", "2026-W05-6", "20260131", "2026-1-31", "2026-01-31T9:30", "tomorrow"])
def test_a_date_is_read_in_one_form_only(raw):
    with pytest.raises(Untransformable, match="no date as ISO 8601"):
        apply("date", {}, raw)


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("shout", {}, "There is no such transform. There are: text, number, date, choice, join, yes_no, default."),
        (None, {}, "There is no such transform. There are: text, number, date, choice, join, yes_no, default."),
        ("text", [], "Options are an object of names and values."),
        ("text", {"colour": 1}, "“colour” is no option of text."),
        ("text", {"\ud800": 1}, "“�” is no option of text."),
        ("text", {"trim": 1}, "“trim” must be true or false."),
        ("text", {"case": ["upper"]}, "“case” must be one of “upper”, “lower”."),
        ("text", {"default": None}, "“default” must be text."),
        ("text", {"default": "a\0"}, "“default” holds a character that no field can hold."),
        ("text", {"default": "x" * 1_025}, "“default” must be at most 1,024 characters."),
        ("number", {"decimals": True}, "“decimals” must be a whole number from 0 to 20."),
        ("number", {"decimals": 10**30}, "“decimals” must be a whole number from 0 to 20."),
        ("number", {"thousands_mark": "."}, "The decimal mark and the thousands mark are the same."),
        ("date", {"zone": "../etc/passwd"}, "“zone” must be the name of a time zone, such as Europe/Stockholm."),
        ("choice", {}, "“values” is missing."),
        (
            "choice",
            {"values": {}},
            "“values” must be an object with a text for each value, such as {“net30”: “30 days”}.",
        ),
        ("choice", {"values": {"a": 1}}, "“values” must have texts only."),
        ("choice", {"values": {"a": "\0"}}, "“values” has a text that holds a character that no field can hold."),
        ("choice", {"values": {str(n): "" for n in range(501)}}, "“values” must have at most 500 values."),
        ("join", {"separator": "-" * 21}, "“separator” must be at most 20 characters."),
        ("default", {}, "“default” is missing."),
    ],
)
def test_options_that_are_wrong_are_named(name, options, problem):
    assert check(name, options) == [problem]


@given(data=st.data(), raw=VALUES, name=st.sampled_from(sorted(TRANSFORMS)))
def test_whatever_the_value_it_becomes_text_or_is_refused(data, raw, name):
    options = data.draw(RIGHT_OPTIONS[name])
    assert check(name, options) == []

    try:
        text = apply(name, options, raw)
    except Untransformable as refusal:
        refusal.sentence.encode()
    else:
        assert isinstance(text, str)
        assert "\0" not in text
        text.encode()


@given(name=st.sampled_from([*TRANSFORMS, "", "shout"]), options=VALUES, raw=SCALARS)
def test_whatever_the_options_nothing_but_untransformable_is_raised(name, options, raw):
    try:
        apply(name, options, raw)
    except Untransformable as refusal:
        assert refusal.sentence


@given(number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_a_number_keeps_its_value_to_the_last_digit(number):
    assert Decimal(apply("number", {}, number)) == number
