"""What an Oneflow API token looks like, and how to keep one out of texts."""

import re

TOKEN_LENGTH = 40
# Spaces, quotes, and what chats and office programs put invisibly around a text that is copied from them.
_AROUND = " \t\r\n\f\v\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff\"'`“”‘’„«»"
_ALLOWED = re.compile(r"[a-zA-Z0-9-]")
_LIKE_A_TOKEN = re.compile(r"[a-zA-Z0-9-]{40,}")
_LAST_WORD = re.compile(r"\S+\Z")
_LIKE_AN_EMAIL = re.compile(r"[^\s@\"'<>(),;:]{1,64}@[^\s@\"'<>(),;:]{1,253}")


def clean_token(text: str) -> str:
    """The token in a pasted text: spaces, newlines and quotes around it are taken off.

    Raises ValueError with a sentence for people that never repeats the text. The pattern is documented in
    authentication-and-authorization: exactly 40 letters, digits and hyphens.
    """
    token = text.strip(_AROUND)
    if not token:
        raise ValueError("The token is empty: paste the 40 characters that Oneflow showed.")
    strange = _kinds_of_strange_characters(token)
    if strange:
        raise ValueError(
            f"A token holds only the letters a to z, digits and hyphens; this text also has {strange}. "
            "Copy it again from Oneflow."
        )
    if len(token) != TOKEN_LENGTH:
        raise ValueError(
            f"A token is {TOKEN_LENGTH} characters long; this text has {len(token)}. "
            "Copy the whole of it again from Oneflow."
        )
    return token


def without_secrets(text: str, longest: int) -> str:
    """The text with whatever looks like a token or an email address masked, at most `longest` characters."""
    if len(text) > longest + 2 * TOKEN_LENGTH:
        # Cut first, so that a huge text costs little; a token that the cut went through would look like none.
        text = _LAST_WORD.sub("***", text[: longest + 2 * TOKEN_LENGTH])
    return _LIKE_AN_EMAIL.sub("***", _LIKE_A_TOKEN.sub("***", text))[:longest]


def _kinds_of_strange_characters(text: str) -> str:
    strange = {char for char in text if not _ALLOWED.match(char)}
    kinds = [
        ("spaces or line breaks", {char for char in strange if char.isspace()}),
        ("letters outside a to z", {char for char in strange if char.isalpha()}),
        ("digits outside 0 to 9", {char for char in strange if char.isdigit()}),
    ]
    known = set().union(*(chars for _, chars in kinds))
    kinds.append(("signs such as punctuation", strange - known))
    return " and ".join(kind for kind, chars in kinds if chars)
