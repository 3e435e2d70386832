"""The manual has a page for each code, whole in every part and language, and its files are as the code says."""

import re

import pytest

from console.manual import DOCS, files, superfluous
from extensions.health.codes import CODES
from extensions.health.manual import examples
from extensions.health.manual.entries import entries, entry
from extensions.installations.models import Installation


def test_the_files_are_as_the_words_of_the_code_say():
    old = [path.name for path, text in files() if not path.exists() or path.read_text() != text]

    assert not old and not superfluous(), f"Run `make words`: {old} are not as the code has them."


def test_an_example_is_of_a_code_that_there_is():
    assert set(examples.EXAMPLES) <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_every_part_in_every_mode_and_both_languages(code):
    found = entry(code)

    for case in found.cases:
        assert case.words.usually
        assert len(case.told) == 1 or all(told.where for told in case.told)
        for told in case.told:
            assert told.words.steps
            assert {letter.language for letter in told.words.customer} == {"en", "sv"}
            assert all(found.account in letter.text for letter in told.words.customer)


@pytest.mark.parametrize("code", CODES)
def test_a_written_page_has_every_heading(code):
    page = (DOCS / "health" / f"{code}.md").read_text()

    for heading in ("## What it means", "## How we know", "## Usually", "## Do", "in English", "in Swedish"):
        assert re.search(rf"^#+ .*{heading.lstrip('# ')}", page, re.MULTILINE), heading
    assert not re.search(r"\bNone\b(?! of)|\{account_id\}|  \S", page.replace("\n   ", "\n"))


def test_the_examples_touch_no_database(django_db_blocker):
    with django_db_blocker.block():
        assert len(entries()) == len(CODES)


def test_modes_that_differ_are_told_apart():
    told = entry("webhook.misdirected").cases[0].told

    assert len(told) == len(Installation.Mode)
