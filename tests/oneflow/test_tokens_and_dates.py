"""Pasted tokens, masked texts, datetimes and callback URLs."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow.callbacks import masked_callback_url
from oneflow.dates import parse_datetime
from oneflow.tokens import clean_token, without_secrets

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN,
        f"  {TOKEN}\r\n",
        f'"{TOKEN}"',
        f"'{TOKEN}' ",
        f"\u201c{TOKEN}\u201d",
        f"\u00a0\ufeff{TOKEN}",
        f"\u200e{TOKEN}\u2060",
        f"\u202a{TOKEN}\u202c",
    ],
)
def test_what_surrounds_a_pasted_token_is_taken_off(pasted: str) -> None:
    assert clean_token(pasted) == TOKEN


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "empty"),
        (' "" ', "empty"),
        (TOKEN[:-1], "has 39"),
        (TOKEN + "x", "has 41"),
        (TOKEN[:20] + " " + TOKEN[21:], "spaces or line breaks"),
        (TOKEN[:20] + "\n" + TOKEN[21:], "spaces or line breaks"),
        (TOKEN[:20] + "_" + TOKEN[21:], "signs"),
        (TOKEN[:20] + "å" + TOKEN[21:], "letters outside a to z"),
        (TOKEN[:20] + "٣" + TOKEN[21:], "digits outside 0 to 9"),
        (TOKEN[:20] + "\0" + TOKEN[21:], "signs"),
    ],
)
def test_what_is_no_token_is_refused_with_words_that_help(pasted: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        clean_token(pasted)

    assert pasted.strip() == "" or pasted[:20] not in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_token_or_refused(pasted: str) -> None:
    with suppress(ValueError):
        assert len(clean_token(pasted)) == 40


@given(before=st.text(max_size=30), after=st.text(max_size=30), longest=st.integers(1, 60))
def test_no_token_survives_masking(before: str, after: str, longest: int) -> None:
    masked = without_secrets(before + TOKEN + after, longest)

    assert len(masked) <= longest
    assert TOKEN not in masked
    assert TOKEN[:20] not in masked


def test_a_token_that_the_cut_goes_through_is_masked_too() -> None:
    before = f"{TOKEN} {TOKEN} {TOKEN} "

    for longest in range(1, 130):
        assert TOKEN[:10] not in without_secrets(before + TOKEN + TOKEN, longest)


@pytest.mark.parametrize("spelling", ["+00:00", "+0000", "Z"])
def test_every_spelling_of_the_offset_is_read(spelling: str) -> None:
    assert parse_datetime(f"2025-03-04T09:15:00{spelling}") == datetime(2025, 3, 4, 9, 15, tzinfo=UTC)


def test_an_offset_is_reckoned_in() -> None:
    assert parse_datetime("2025-03-04T09:15:00.25+0130") == datetime(2025, 3, 4, 7, 45, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-03-04",
        "2025-03-04T09:15:00",
        "2025-03-04 09:15:00+00:00",
        "2025-02-30T09:15:00+00:00",
        "2025-W10-1T09:15:00+00:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2025-03-04T09:15:00+99:00",
        "２０２５-03-04T09:15:00+00:00",
        "2025-03-04T09:15:00+00:00\n",
    ],
)
def test_what_is_no_datetime_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_datetime(text)


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)", fullmatch=True))
def test_any_text_is_a_moment_in_utc_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert parse_datetime(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://hooks.acme.example/oneflow/410021", "https://hooks.acme.example/oneflow/410021"),
        ("https://me:secret@hooks.acme.example/x", "https://hooks.acme.example/x"),
        ("https://me:sec@ret@hooks.acme.example:8443/x", "https://hooks.acme.example:8443/x"),
        ("https://secret@hooks.acme.example", "https://hooks.acme.example"),
        ("https://h.example/x?account=410021&key=secret", "https://h.example/x?account=410021&key=***"),
        (
            "https://h.example/x?account_id=5&extension=acme_ledger",
            "https://h.example/x?account_id=5&extension=acme_ledger",
        ),
        ("https://h.example/x?secret", "https://h.example/x?***"),
        ("https://h.example/x?key=", "https://h.example/x?key=***"),
        ("https://h.example/x?account=5;key=secret", "https://h.example/x?account=***"),
        (f"https://h.example/x?account={TOKEN}", "https://h.example/x?account=***"),
        ("https://h.example/x?", "https://h.example/x?"),
        ("https://h.example/x#secret", "https://h.example/x"),
        ("https://[secret:x@h.example/x?key=secret", "h.example/x?key=***"),
        ("me:secret@h.example/x", "h.example/x"),
        ("http://h.example/x", "http://h.example/x"),
        ("", ""),
    ],
)
def test_a_callback_url_keeps_where_it_leads_and_loses_its_secrets(url: str, masked: str) -> None:
    assert masked_callback_url(url) == masked


@given(st.text() | st.text(alphabet="htps:/@?#[]&=;.a1%"))
def test_any_callback_url_is_masked_twice_as_once(url: str) -> None:
    once = masked_callback_url(url)

    assert masked_callback_url(once) == once
