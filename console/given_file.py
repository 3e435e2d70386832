"""A file named on the command line: read as far as it may be large, and why not, in words."""

import sys
from pathlib import Path

from extensions.blueprints.document import MAX_BYTES


def bytes_of(file: str) -> bytes:
    """Its bytes, "-" being standard input: at most one more than is allowed, so that a huge file is not read whole."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def why(exc: OSError) -> str:
    """Why it could not be read, and what to do."""
    if isinstance(exc, FileNotFoundError):
        return "there is no such file. Check the path."
    if isinstance(exc, IsADirectoryError):
        return "is a directory. Name the file itself."
    if isinstance(exc, PermissionError):
        return "may not be read. Give the user who runs this the right to read it."
    return f"cannot be read: {exc.strerror}."
