"""Check the names and labels that people type, and fold them to offer candidates for the same name."""

import unicodedata

SHOWN = 80
# Bidi overrides and isolates let a name change the look of its surroundings; the other two are invisible.
FORBIDDEN = {
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e", "a bidirectional override or embedding"),
    **dict.fromkeys("\u2066\u2067\u2068\u2069", "a bidirectional isolate"),
    "\u200b": "a zero-width space",
    "\ufeff": "a byte-order mark",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
}
JOINERS = frozenset("\u200c\u200d")
DOTTED = str.maketrans("ıİ", "ii")


class InvalidName(ValueError):
    """A name that cannot be stored; `position` counts code points of the name as it was given."""

    def __init__(self, message: str, *, position: int) -> None:
        super().__init__(message)
        self.position = position


def check_name(name: str, *, what: str, max_length: int = 300) -> str:
    """Answer the name without outer white space, or raise InvalidName."""
    stripped = name.strip()
    offset = len(name) - len(name.lstrip())
    if not stripped:
        raise InvalidName(f"{what} {shorten(name)} is empty; give at least one character.", position=0)
    if len(stripped) > max_length:
        raise InvalidName(
            f"{what} {shorten(stripped)} has {len(stripped)} characters; the limit is {max_length}; shorten it.",
            position=offset + max_length,
        )
    check_characters(stripped, what=what, offset=offset)
    return stripped


def check_characters(text: str, *, what: str, offset: int = 0, allow_joiners: bool = False) -> None:
    """Raise InvalidName at the first character that a one-line name may not have; `offset` is added to its position.

    Titles allow joiners anywhere: emoji are joined by them.
    """
    if text.isascii() and text.isprintable():
        return
    for index, char in enumerate(text):
        reason = "" if allow_joiners and char in JOINERS else _reason(text, index, char)
        if reason:
            position = offset + index
            raise InvalidName(
                f"{what} {shorten(text)} has {reason} (U+{ord(char):04X}) at character {position}; remove it.",
                position=position,
            )


def drop_forbidden(text: str) -> str:
    """Leave out what check_characters() refuses: for names taken from a text, not for names that people type."""
    return "".join(char for index, char in enumerate(text) if not _reason(text, index, char))


def fold_name(name: str) -> str:
    """Reduce a name to what two spellings of it share; it offers candidates and never binds.

    ı and İ count as i, marks and case are dropped, runs of white space and punctuation become one space.
    """
    folded = _without_marks(_without_marks(name.translate(DOTTED)).casefold())
    spaced = "".join(" " if unicodedata.category(char)[0] in "PZC" else char for char in folded)
    return " ".join(spaced.split()) or " ".join(folded.split())


def shorten(value: object, length: int = SHOWN) -> str:
    """Show a value in an error: its repr, escaped where it would not print, cut to `length` characters."""
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def _reason(text: str, index: int, char: str) -> str:
    """Say what is wrong with one character; empty when nothing is."""
    category = unicodedata.category(char)
    if category == "Cc":
        return "a line break" if char in "\n\r\v\f\x85" else "a control character"
    if category == "Cs":
        return "a lone surrogate"
    if char in JOINERS and not _between_letters(text, index):
        return "a joiner that is not between letters"
    return FORBIDDEN.get(char, "")


def _between_letters(text: str, index: int) -> bool:
    """Say whether both neighbours are letters or marks."""
    around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
    return len(around) == 2 and all(unicodedata.category(char)[0] in "LM" for char in around)


def _without_marks(text: str) -> str:
    """Drop accents; vowel signs of Indic scripts (combining class 0) are part of the name and stay."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
