"""Sentences: where one ends and the next begins, right for news English and fair to other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.text.blocks import Block
from corpus.text.graphemes import is_boundary
from corpus.text.words import BODY_STARTERS, MONTHS, SAID, WEEKDAYS, words

Span = tuple[int, int]

CLOSERS = "\"'”’»›“«)\\]}*_"
OPENERS = "\"'“‘„‚«‹»(\\[{*_#¿¡-–—"
# A stop with what closes after it, then white space; East Asian stops need no space.
STOP = re.compile(
    r"(?P<stop>(?<![.!?…؟۔।])[.!?…؟۔।]++|(?<![。！？])[。！？]++)"
    rf"(?P<close>(?:[{CLOSERS}]|\[\d{{1,3}}\])*+)"
    r"(?=(?P<gap>\s++)|(?<=[。！？])|(?<=[。！？][”』」）])|[A-Z])"
)
NEXT = re.compile(rf"[{OPENERS}]*+(?P<word>[^\W_][\w’'-]*+)?")
WORD_BEFORE = re.compile(r"[^\s\"“”‘«»(\[{/—–]+$")
LIST_NUMBER = re.compile(r"\s*[(\[*_#>•·-]*\s*(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})$")
BRAND = re.compile(r"[a-z]{1,2}[A-Z]|al-[A-Z]")
DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]$|^Ph\.D$|^[ap]\.?m$")
# “Why?” Tor Lind asked: a name and a verb of saying go on with the sentence before them.
SAYS_NEXT = re.compile(rf"(?:[\w.'’-]{{1,30}}\s+){{1,5}}?(?:{'|'.join(sorted(SAID))})\b")
# Words before which a stop never ends a sentence: somebody's name follows.
TITLES = words(
    "mr mrs ms mx dr prof gen col lt sgt capt cpt maj cmdr adm brig cpl sen rep gov rev hon st messrs mme mlle pres "
    "supt insp det sec pvt cllr ald amb fr sr sra msgr vs e.g i.e cf viz approx ca resp"
)
# Words before which a stop ends a sentence only if a word follows that opens one.
SHORT = words("jr sr inc ltd co corp llc plc bros dept univ assn ave blvd rd est dist mt ft bldg intl gov")
# Words before which a stop does not end a sentence if a number follows.
COUNTED = words("no nos art arts sec p pp fig figs vol ch para paras nr op cit cap ver v") | MONTHS | WEEKDAYS
ZONES = words("gmt utc est edt cet cest bst pst pdt local on in at")


def split_sentences(text: str, block: Block, language: str = "") -> Iterator[Span]:
    """Yield the sentences of a block, trimmed; together they hold all of it that is not white space.

    English rules for `language` "" and "en…"; otherwise the general ones (Unicode UAX #29, without its tables).
    """
    is_english = not language or language.lower().startswith("en")
    start = _skip_space(text, block.start, block.end)
    for stop in STOP.finditer(text, block.start, block.end):
        end = stop.end()
        if end <= start or (not stop["gap"] and stop["stop"][-1] not in "。！？" and not _is_glued(text, stop, block)):
            continue
        follows = stop.end("gap") if stop["gap"] else end
        if follows >= block.end or not is_boundary(text, end) or not is_boundary(text, follows):
            continue
        if _ends_here(text, stop, start, follows, block.end, is_english):
            yield start, end
            start = follows
    end = block.end
    while end > start and (text[end - 1].isspace() or not is_boundary(text, end)):
        end -= 1
    if start < end:
        yield start, end


def _skip_space(text: str, start: int, end: int) -> int:
    """Return where the first visible character stands; a mark that combines with a space belongs to the space."""
    while start < end and (text[start].isspace() or not is_boundary(text, start)):
        start += 1
    return start


def _is_glued(text: str, stop: re.Match[str], block: Block) -> bool:
    """Return whether a space was lost between two sentences ("shut.The"), and not in an address or a name."""
    if stop["stop"] != "." or not text[max(block.start, stop.start() - 3) : stop.start()].islower():
        return False
    following = NEXT.match(text, stop.end(), min(stop.end() + 40, block.end))
    word = following["word"] if following else None
    return bool(word) and word in BODY_STARTERS


def _ends_here(text: str, stop: re.Match[str], start: int, follows: int, end: int, is_english: bool) -> bool:
    """Return whether the stop ends a sentence, by the words around it."""
    following = NEXT.match(text, follows, min(follows + 80, end))
    word = (following["word"] if following else None) or ""
    if stop["stop"][-1] in "。！？؟۔।":
        return True
    if word[:1].islower() and not BRAND.match(word):
        return _opens_quotation(text, stop, follows)
    before = WORD_BEFORE.search(text, max(start, stop.start() - 24), stop.start())
    last = before[0] if before else ""
    if stop["stop"] == "." and _is_abbreviation(text, last, word, start, stop, is_english):
        return False
    if stop["stop"][-1] == "…" or stop["stop"].startswith(".."):
        return bool(word) and last[-1:] not in "[(" and text[stop.start() - 1 : stop.start()] not in ("[", "(")
    if is_english and stop["close"] and stop["stop"][-1] in "?!":
        return not SAYS_NEXT.match(text, follows, min(follows + 120, end))
    return True


def _opens_quotation(text: str, stop: re.Match[str], follows: int) -> bool:
    """Return whether a quotation in lower case opens after a plain stop."""
    return stop["stop"] == "." and not stop["close"] and text[follows] in '“"«'


def _is_abbreviation(text: str, last: str, word: str, start: int, stop: re.Match[str], is_english: bool) -> bool:
    """Return whether the single full stop belongs to the word `last` before it."""
    if len(last) <= 4 and not stop["close"] and LIST_NUMBER.fullmatch(text, start, stop.start()):
        return True
    if len(last) == 1 and last.isalpha():
        return last.isupper() and (not is_english or (word not in BODY_STARTERS and last != "I"))
    if not is_english:
        return last.isdigit() and len(last) <= 2 and word[:1].isalpha()
    low = last.lower().lstrip("'’*_.")
    if low in TITLES:
        return not stop["close"]
    if low in COUNTED:
        return word[:1].isdigit()
    if DOTTED.search(last):
        if low.rstrip(".").endswith("m") and low[:1] in "ap":
            return word.lower() in ZONES or word.lower() in WEEKDAYS or word.lower() in MONTHS
        return bool(word) and word not in BODY_STARTERS
    return low in SHORT and word not in BODY_STARTERS
