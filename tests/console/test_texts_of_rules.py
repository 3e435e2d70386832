"""How the form of a rule writes texts that may be empty or begin with a space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.mappings.texts import Unreadable, read, read_table, written, written_table

# What the database and a form can hold: no NUL, no half of a pair.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(TEXTS)
def test_a_text_is_read_as_it_was_written(text):
    assert read(written(text)) == text


@given(st.dictionaries(TEXTS, TEXTS, max_size=6))
def test_a_table_is_read_as_it_was_written(values):
    # A browser sends each line break as two characters.
    assert read_table(written_table(values).replace("\n", "\r\n")) == values


@pytest.mark.parametrize(
    ("text", "read_as"), [("plain", "plain"), ("  plain ", "plain"), ('""', ""), ('" a"', " a"), ('say "a"', 'say "a"')]
)
def test_a_text_is_plain_unless_it_begins_with_a_quotation_mark(text, read_as):
    assert read(text) == read_as


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused_in_words(text):
    for reader in (read, read_table):
        try:
            reader(text)
        except Unreadable as exc:
            assert str(exc)
