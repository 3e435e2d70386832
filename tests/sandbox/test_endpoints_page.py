"""docs/endpoints.md says what is so: every endpoint that is served stands there, with its mark and its test."""

import re

import pytest

from sandbox.openapi.document import MODULES, blank
from tests.sandboxes import ROOT

PAGE = (ROOT / "docs" / "endpoints.md").read_text(encoding="utf-8")
SERVED, _, NOT_SERVED = PAGE.partition("\n## Not served\n")
ROW = re.compile(r"^\| `([A-Z]+) (/[^`]*)` \| ([A-Z]+) \| ([^|]+) \|(?: `([a-z_.:/0-9]+)` \|)?$", re.MULTILINE)
ADDING = "Add or mend its row in docs/endpoints.md."


def rows(part: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Method and path, without names of parameters → mark, section or reason, and test."""
    found = ROW.findall(part)
    table = {(method, blank(path)): (mark, more.strip(), test) for method, path, mark, more, test in found}
    assert len(table) == len(found), "A row stands there twice."
    assert len(found) == len(re.findall(r"^\| `", part, re.MULTILINE)), "A row has not the form of the others."
    return table


DESCRIBED = {(one.method, blank(one.path)): (one.mark, one.section) for module in MODULES for one in module.OPERATIONS}


def test_every_endpoint_that_is_served_stands_in_the_table_and_no_other() -> None:
    table = rows(SERVED)

    assert set(DESCRIBED) - set(table) == set(), ADDING
    assert set(table) - set(DESCRIBED) == set(), ADDING


def test_its_mark_and_section_are_those_of_the_document() -> None:
    assert {key: row[:2] for key, row in rows(SERVED).items()} == DESCRIBED, ADDING


@pytest.mark.parametrize(("endpoint", "row"), rows(SERVED).items(), ids=lambda value: str(value))
def test_the_test_that_is_named_exists_and_is_about_it(endpoint: tuple[str, str], row: tuple[str, str, str]) -> None:
    file, _, name = row[2].partition("::")
    text = (ROOT / "tests" / "sandbox" / file).read_text(encoding="utf-8")

    assert re.search(rf"^def {re.escape(name)}\(", text, re.MULTILINE), f"There is no test {row[2]}. {ADDING}"
    # Its file speaks of the path, unless it goes through all of them.
    word = next((part for part in reversed(endpoint[1].split("/")) if part and part != "{}"), "")
    assert f"/{word}" in text or f'"{word}"' in text or "{path}" in text or "MODULES" in text, ADDING


def test_what_is_not_served_is_not_in_both_tables() -> None:
    assert set(rows(NOT_SERVED)) & set(DESCRIBED) == set(), ADDING


def test_a_row_that_is_wrong_would_be_noticed() -> None:
    with pytest.raises(AssertionError, match="twice"):
        rows("| `GET /a` | D | 5 | `test_a.py::test_b` |\n| `GET /a` | D | 5 | `test_a.py::test_b` |\n")
    with pytest.raises(AssertionError, match="form"):
        rows("| `GET a` | D | 5 | `test_a.py::test_b` |\n")
