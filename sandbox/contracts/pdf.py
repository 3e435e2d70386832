"""A small PDF of some lines of text: enough for a reader to open and a test to look into."""

from collections.abc import Iterable

_LINE = 16
_TOP = 780
_MOST_LINES = 45


def written(lines: Iterable[str]) -> bytes:
    """One page with those lines, as far as they fit; letters beyond Latin-1 become question marks."""
    shown = [_escaped(line[:100]) for line in lines][:_MOST_LINES]
    text = f"BT /F1 11 Tf {_LINE} TL 50 {_TOP} Td " + " ".join(f"({line}) Tj T*" for line in shown) + " ET"
    stream = text.encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    """The objects with the table that says where each begins."""
    written = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(written))
    )


def _escaped(line: str) -> str:
    for character in "\\()":
        line = line.replace(character, f"\\{character}")
    return "".join(character if character.isprintable() else " " for character in line)
