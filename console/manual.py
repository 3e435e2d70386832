"""Write the manual's files anew: python -m console.manual, or `make words`."""

import os
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def files() -> Iterator[tuple[Path, str]]:
    """Every file of `docs/` that is written from the code, with what it should hold. Django must be set up."""
    from extensions.health.manual import markdown  # after the set-up

    page = DOCS / "health.md"
    yield page, markdown.with_tables(page.read_text())
    for name, text in markdown.pages().items():
        yield DOCS / "health" / name, text


def superfluous() -> list[Path]:
    """Pages in the manual's folder of codes that are no more."""
    wanted = {path for path, _ in files()}
    return [path for path in sorted((DOCS / "health").glob("*.md")) if path not in wanted]


def write() -> None:
    """Bring every file up to date."""
    (DOCS / "health").mkdir(exist_ok=True)
    for path, text in files():
        path.write_text(text)
    for path in superfluous():
        path.unlink()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    write()
