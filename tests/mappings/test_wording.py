"""Transforms in words."""

import pytest

from extensions.mappings.transforms import TRANSFORMS
from extensions.mappings.wording import name_in_words, transform_in_words


@pytest.mark.parametrize(
    ("transform", "options", "words"),
    [
        ("text", {}, ""),
        ("text", {"default": "none"}, "text: where the record has no value “none”"),
        ("text", {"trim": True}, "text: without spaces around it"),
        ("number", {}, "number"),
        ("number", {"decimals": 2, "decimal_mark": ","}, "number: decimals 2, decimal mark “,”"),
        ("number", {"thousands_mark": "\u202f"}, "number: thousands mark a narrow non-breaking space"),
        ("yes_no", {"yes": "Ja"}, "yes or no: for yes “Ja”"),
        (
            "choice",
            {"values": {"a": "A", "b": "B"}, "fallback": "?"},
            "choice: “a” → “A”, “b” → “B”, for every other value “?”",
        ),
        (
            "choice",
            {"values": {str(each): "x" for each in range(9)}},
            "choice: “0” → “x”, “1” → “x”, “2” → “x” and 6 more",
        ),
        ("text", {"default": "x" * 500}, f"text: where the record has no value “{'x' * 60}…”"),
        # What a later version of the console may have stored.
        ("rot13", {"by": 13}, "rot13"),
        ("number", {"unknown": 1}, "number"),
    ],
)
def test_a_transform_is_told_with_its_options(transform, options, words):
    assert transform_in_words(transform, options) == words


def test_every_transform_has_a_name_in_words():
    assert all(name_in_words(name).islower() for name in TRANSFORMS)
