"""Bodies in lower case: "the transport ministry" is nobody's name, and one that speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.text.mentions import BODIES, is_title, line_text
from corpus.text.words import Word


def lower_body(who: Sequence[Word]) -> tuple[str, str]:
    """Return head noun and readable name of a body in lower case: "the transport ministry", "the dockers’ union"."""
    end = next((n for n, word in enumerate(who) if word.code in "op" or word.code in ",("), len(who))
    if (
        not end
        or who[end - 1].code == "C"
        or (who[end - 1].low not in BODIES and not _is_plural_body(who[end - 1].low))
    ):
        return "", ""
    start = end - 1
    while start > 0 and end - start < 4 and (who[start - 1].code in "NveC" or who[start - 1].text in ("’", "'")):
        start -= 1
    if who[start].text in ("’", "'"):
        start += 1
    if who[start].low in ("neither", "either"):
        return "", ""
    last = end
    if [word.code for word in who[end : end + 2]] in (["o", "N"], ["o", "C"]):
        last = next(
            (n for n in range(end + 1, min(len(who), end + 4)) if who[n].code not in "NC"), min(len(who), end + 4)
        )
    text = line_text(who[start:last]).replace("'", "’")
    return who[end - 1].low, text[:1].upper() + text[1:]


def lower_office(who: Sequence[Word]) -> str:
    """Return "Harbour master" for "the harbour master": an office of two words or more that one person holds, or ""."""
    office = who[1:]
    is_one_holder = len(who) in (3, 4) and who[0].low == "the" and all(word.code == "N" for word in office)
    if not is_one_holder or not is_title(who[-1]):
        return ""
    text = line_text(office)
    return text[:1].upper() + text[1:]


def lower_bodies(line: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """Yield the bodies in lower case that have a noun before their own ("the transport ministry"), by head noun."""
    for index, word in enumerate(line):
        if word.code == "N" and word.low in BODIES and index > 1:
            before = [w.code for w in line[max(0, index - 3) : index]]
            if before[-1] in "N'" and "D" in before:
                yield lower_body(line[index - before[::-1].index("D") : index + 1])


def _is_plural_body(low: str) -> bool:
    return low.endswith("s") and low[:-1] in BODIES
