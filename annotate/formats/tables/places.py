"""Words of a text as their places in it, for exports without the texts; and the words again, for who has the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What stands between the parts of a value of several parts (annotate.reports.desk.words).
BETWEEN = " … "
PLACE = re.compile(r"([0-9]+)–([0-9]+)")
# Long values were cut, perhaps within what stands between two parts.
TAILS = ("", " ", " …")


def as_places(words: str, text: str) -> str:
    """Return where words stand in a text, “120–161 … 180–204”; nothing where they do not."""
    for tail in TAILS:
        if words.endswith(tail) and (found := _places(words.removesuffix(tail), text)):
            return found + tail
    return ""


def _places(words: str, text: str) -> str:
    if words and (start := text.find(words)) >= 0:
        return f"{start}–{start + len(words)}"
    found, at = [], 0
    for part in words.split(BETWEEN):
        start = text.find(part, at)
        if start < 0 or not part:
            return ""
        at = start + len(part)
        found.append(f"{start}–{at}")
    return BETWEEN.join(found)


def as_words(places: str, text: str) -> str:
    """Return the words at places; what is no list of places stays. Raises ValueError for places outside the text."""
    tail = next((tail for tail in TAILS[1:] if places.endswith(tail)), "")
    parts = [PLACE.fullmatch(part) for part in places.removesuffix(tail).split(BETWEEN)]
    if not all(parts):
        return places
    return BETWEEN.join(_slices(parts, text)) + tail


def _slices(parts: list[re.Match[str] | None], text: str) -> Iterator[str]:
    for part in parts:
        start, end = map(int, part.groups()) if part else (0, 0)
        if not start < end <= len(text):
            raise ValueError(f"the place {start}–{end} lies outside the text")
        yield text[start:end]
