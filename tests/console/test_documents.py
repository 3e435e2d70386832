"""What the documents promise is there: settings, commands, links."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.demos import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EVERY_WORD = "\n".join(page.read_text() for page in PAGES)


def test_the_readme_begins_with_the_two_commands():
    head = (ROOT / "README.md").read_text()[:1500]

    assert head.index("docs/pictures/") < head.index("make demo") < head.index("make test")


def test_every_setting_is_documented():
    source = (ROOT / "console" / "settings.py").read_text()
    settings = set(re.findall(r'(?:env\.\w+|secret)\(\s*"([A-Z_]+)"', source))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text()))

    assert len(settings) > 20
    assert settings - documented == set()


def test_every_command_that_the_documents_name_is_there():
    named = set(re.findall(r"manage\.py ([a-z_]+)", EVERY_WORD))

    assert {"setup", "doctor", "installations", "reseal"} <= named
    assert named - set(get_commands()) == set()


def test_every_target_that_the_documents_name_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake (?:-s )?([a-z]+)\b(?=[` ]|$)", EVERY_WORD, re.MULTILINE)) & targets
    for target in ("demo", "test", "lint", "bench", "manage", "keys"):
        assert target in targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []
