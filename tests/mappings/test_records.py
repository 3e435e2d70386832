"""What is a record and what is not, said in words."""

from decimal import Decimal

import pytest

from extensions.mappings.records import BadRecord, parse


def test_numbers_are_exact_and_keys_of_any_script_are_kept():
    record = parse('\ufeff{"belopp": 12500.50, "年": 9007199254740993, "tiny": 1e-400}'.encode())

    assert record == {"belopp": Decimal("12500.50"), "年": Decimal(9007199254740993), "tiny": Decimal("1e-400")}
    assert str(record["belopp"]) == "12500.50"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "There is no record. Paste one as JSON, or choose a file."),
        (b" \n", "There is no record"),
        (b"deal", "Expected JSON; line 1, column 1"),
        (b"[1]", "Expected an object, found a list"),
        (b"12.5", "Expected an object, found a number"),
        (b"null", "Expected an object, found null"),
        (b'{"a": NaN}', "NaN is no number in JSON"),
        (b'{"a": -Infinity}', "-Infinity is no number in JSON"),
        (b'{"a": 1e99999999999999999999}', "a number is larger than any that can be written"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "nested too deeply"),
        (b"\xff", "Expected text in UTF-8; byte 1 is not"),
        (b'{"a": "' + b"x" * 1_000_000 + b'"}', "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_no_record_is_refused_in_words(raw, sentence):
    with pytest.raises(BadRecord) as refusal:
        parse(raw)

    assert sentence in str(refusal.value)
