"""Bring an incoming text into the stored form, which every offset counts in: once, on import, and never again."""

import hashlib
import re

from corpus.text.encoding import EncodingError, decode_bytes

__all__ = [
    "MAX_TEXT_BYTES",
    "EncodingError",
    "TextError",
    "TextTooLarge",
    "decode_bytes",
    "normalise_text",
    "sha256_of",
]

MAX_TEXT_BYTES = 10_000_000
BOM = "\ufeff"
# NUL fails in PostgreSQL; a lone surrogate cannot be written as UTF-8.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class TextError(ValueError):
    """A text that cannot be stored; `position` counts code points of the text as it was given."""

    def __init__(self, message: str, *, position: int) -> None:
        super().__init__(message)
        self.position = position


class TextTooLarge(TextError):
    """A text beyond MAX_TEXT_BYTES; `position` is the first code point of its stored form that does not fit."""


def normalise_text(text: str) -> str:
    """Drop one leading byte-order mark and turn CRLF and CR into LF; nothing else is changed.

    Raises:
        TextError: NUL, a lone surrogate, or nothing but white space.
        TextTooLarge: more than MAX_TEXT_BYTES in UTF-8.
    """
    refuse_unstorable(text)
    stored = text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
    if not stored or stored.isspace():
        raise TextError("The text is empty or only white space; a document needs at least one word.", position=0)
    _refuse_too_large(stored)
    return stored


def refuse_unstorable(text: str, *, what: str = "The text") -> None:
    """Raise TextError at the first NUL or lone surrogate."""
    found = None if _is_storable(text) else UNSTORABLE.search(text)
    if found is None:
        return
    rule = "NUL (U+0000)" if found[0] == "\x00" else f"a lone surrogate (U+{ord(found[0]):04X})"
    raise TextError(
        f"{what} has {rule} at character {found.start()}, which cannot be stored; remove it or write what was meant.",
        position=found.start(),
    )


def _is_storable(text: str) -> bool:
    """Say the same as the pattern, ten times as fast: encoding refuses surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def sha256_of(text: str) -> str:
    """Answer the SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_too_large(stored: str) -> None:
    """Raise TextTooLarge beyond the limit; four bytes is the most that a code point takes."""
    if len(stored) * 4 <= MAX_TEXT_BYTES:
        return
    data = stored.encode()
    if len(data) > MAX_TEXT_BYTES:
        n_fitting = len(data[:MAX_TEXT_BYTES].decode(errors="ignore"))
        raise TextTooLarge(
            f"The text has {len(data)} bytes in UTF-8; the limit is {MAX_TEXT_BYTES} bytes; split it.",
            position=n_fitting,
        )
