"""What the documents promise is there: settings, commands, links."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.demos import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EVERY_WORD = "\n".join(page.read_text() for page in PAGES)
WITH_CODE = "\n".join(re.findall(r"`[^`\n]+`|^ *```.*?^ *```", EVERY_WORD, re.MULTILINE | re.DOTALL))


def test_the_readme_begins_with_the_two_commands():
    head = (ROOT / "README.md").read_text()[:1500]

    assert head.index("docs/pictures/") < head.index("make demo") < head.index("make test")


def test_the_settings_that_are_documented_are_those_that_are_read():
    source = (ROOT / "console" / "settings.py").read_text() + (ROOT / "console" / "serving.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|secret|environ\.get)\(\s*"([A-Z_]+)"', source))
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", page, re.MULTILINE)

    assert len(read) > 20
    assert read - set(re.findall(r"`([A-Z_]+)`", page)) == set()
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) - read == set()


def test_the_settings_of_the_demo_that_are_documented_are_those_that_are_read():
    source = (ROOT / "console" / "demo" / "environment.py").read_text()
    read = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', source))
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == read


def test_every_command_that_the_documents_name_is_there():
    named = set(re.findall(r"manage\.py ([a-z]+(?:[-_][a-z]+)*)", EVERY_WORD))

    assert {"setup", "doctor", "installations", "reseal"} <= named
    assert named - set(get_commands()) == set()


def test_every_target_that_the_documents_name_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    # In code, or where a line of a listing begins with it; elsewhere "make" is a word.
    named = set(re.findall(r"(?:`|^ *)make (?:-s )?([a-z]+)(?=[` ]|$)", WITH_CODE, re.MULTILINE))

    assert {"demo", "test", "lint", "bench", "manage", "keys"} <= targets
    assert {"demo", "test", "manage", "keys"} <= named
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_decisions_are_numbered_one_after_the_other_and_say_their_number():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert [record.read_text().split(".")[0] for record in records] == [f"# {int(r.name[:4])}" for r in records]
