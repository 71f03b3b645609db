"""Where a character, as readers see it, may be cut (extended grapheme clusters, Unicode UAX #29)."""

from __future__ import annotations

import unicodedata

ZWJ = "\u200d"
ZWNJ = "\u200c"
PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")


def is_boundary(text: str, index: int) -> bool:
    """Return whether a span may start or end at `index` without cutting a grapheme."""
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if after < "\u0300" and before < "\u0300":
        return not (before == "\r" and after == "\n")
    if before in "\r\n" or after in "\r\n" or _is_control(before) or _is_control(after):
        return True
    if _extends(after) or before in PREPENDED:
        return False
    if before == ZWJ and _is_pictographic(after):
        return not _joins_picture(text, index - 1)
    if _is_regional(before) and _is_regional(after):
        return _regionals_before(text, index) % 2 == 0
    return not _is_hangul_pair(before, after)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp") or (
        unicodedata.category(char) == "Cf" and char not in (ZWJ, ZWNJ) and char not in PREPENDED and not _is_tag(char)
    )


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"


def _extends(char: str) -> bool:
    """Combining marks, joiners, variation selectors, skin tones and tags belong to what stands before them."""
    if char in (ZWJ, ZWNJ) or "\U0001f3fb" <= char <= "\U0001f3ff" or _is_tag(char) or char in "\uff9e\uff9f":
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc")


def _is_pictographic(char: str) -> bool:
    code = ord(char)
    return (
        0x1F000 <= code <= 0x1FAFF
        or 0x2190 <= code <= 0x2BFF
        or code in (0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299)
    ) and not (0x1F1E6 <= code <= 0x1F1FF or 0x1F3FB <= code <= 0x1F3FF)


def _joins_picture(text: str, joiner: int) -> bool:
    """Return whether the joiner at `joiner` follows a pictograph, with only marks between."""
    index = joiner - 1
    while index >= 0 and _extends(text[index]) and text[index] != ZWJ:
        index -= 1
    return index >= 0 and _is_pictographic(text[index])


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _regionals_before(text: str, index: int) -> int:
    start = index
    while start > 0 and _is_regional(text[start - 1]):
        start -= 1
    return index - start


def _is_hangul_pair(before: str, after: str) -> bool:
    one, two = _hangul(before), _hangul(after)
    return (one, two) in {
        ("L", "L"), ("L", "V"), ("L", "LV"), ("L", "LVT"), ("LV", "V"), ("LV", "T"), ("V", "V"), ("V", "T"),
        ("LVT", "T"), ("T", "T"),
    }  # fmt: skip


def _hangul(char: str) -> str:
    code = ord(char)
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    return "T" if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB else ""
