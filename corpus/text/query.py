"""What is looked for: words, "phrases", -without and prefix*, and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

MAX_CHARACTERS = 200
MAX_TERMS = 32
MIN_PREFIX = 2
# Accents count on other letters than Latin ones, because SQLite drops no others.
ACCENTED = re.compile("([A-Za-z])[\u0300-\u036f]+")
MARKS = range(0x300, 0x370)
UNSEARCHABLE = re.compile("[\x00\ud800-\udfff]")
WORD = re.compile(r"[^\W_]+")
PIECE = re.compile(r'(?P<sign>-?)(?:"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<word>[^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
BEFORE, AFTER, BETWEEN, REST = r"(?<![^\W_])", r"(?![^\W_])", r"[\W_]+", r"[^\W_]*"


class QueryError(ValueError):
    """Words that cannot be looked for; the message names value, rule and remedy."""


class _Folding(dict[int, str]):
    """What each code point is folded to: without accents, in lower case; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        bare = ACCENTED.sub(r"\1", unicodedata.normalize("NFD", chr(code)))
        lower = "".join(char.lower() for char in unicodedata.normalize("NFC", bare)).replace("ς", "σ")
        self[code] = found = "" if code in MARKS else lower
        return found


FOLDING = _Folding()


def fold(text: str) -> str:
    """Return the text as it is compared: case does not count, nor do accents on Latin letters."""
    return text.translate(FOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand one after the other, as typed and folded; of a prefix the last is only begun."""

    text: str
    words: tuple[str, ...]
    is_prefix: bool = False
    is_excluded: bool = False

    @property
    def pattern(self) -> str:
        return BETWEEN.join(map(re.escape, self.words)) + (REST if self.is_prefix else "")


@dataclass(frozen=True, kw_only=True)
class Query:
    """All terms must occur, except those that must not."""

    terms: tuple[Term, ...]

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_excluded)

    @cached_property
    def _any(self) -> re.Pattern[str]:
        longest_first = sorted(self.wanted, key=lambda term: -len(term.words))
        return re.compile(f"{BEFORE}(?:{'|'.join(term.pattern for term in longest_first)}){AFTER}")

    @cached_property
    def _each(self) -> list[tuple[re.Pattern[str], bool]]:
        return [(re.compile(f"{BEFORE}{term.pattern}{AFTER}"), not term.is_excluded) for term in self.terms]

    def fits(self, text: str) -> bool:
        """Return whether the text holds every term that it must and none that it must not."""
        folded = fold(text)
        return all((pattern.search(folded) is not None) is must for pattern, must in self._each)

    def hits(self, text: str, limit: int = 1000) -> list[tuple[int, int]]:
        """Return where the wanted terms stand, in code points of the text, in order and apart."""
        folded = fold(text)
        found = [match.span() for match in islice(self._any.finditer(folded), limit)]
        if not found or _keeps_places(text):
            return found
        places = [at for at, char in enumerate(text) for _ in FOLDING[ord(char)]] + [len(text)]
        return [(places[start], places[end]) for start, end in found]


def _keeps_places(text: str) -> bool:
    """Return whether each character folds to exactly one, so that the folded text has the same offsets."""
    return text.isascii() or all(len(FOLDING[ord(char)]) == 1 for char in set(text))


def parse_query(raw: str) -> Query:
    """Read the words that somebody typed. Raises QueryError."""
    if len(raw) > MAX_CHARACTERS:
        raise QueryError(f"The search has {len(raw)} characters; give at most {MAX_CHARACTERS}.")
    bad = UNSEARCHABLE.search(raw)
    if bad is not None:
        raise QueryError(f"Character {bad.start()} of the search is NUL or a lone surrogate; remove it.")
    terms = tuple(_terms(unicodedata.normalize("NFC", raw.translate(QUOTES))))
    if len(terms) > MAX_TERMS:
        raise QueryError(f"The search has {len(terms)} words and phrases; give at most {MAX_TERMS}.")
    if not terms:
        raise QueryError(f"{raw[:60]!r} has no word to look for; give letters or digits.")
    if all(term.is_excluded for term in terms):
        raise QueryError(f"{raw[:60]!r} only leaves out; give a word that must occur, too.")
    return Query(terms=terms)


def _terms(raw: str) -> Iterator[Term]:
    for piece in PIECE.finditer(raw):
        text = piece["word"] if piece["word"] is not None else piece["phrase"]
        words = tuple(WORD.findall(fold(text)))
        is_prefix = bool(piece["star"]) or (piece["word"] is not None and text.endswith("*"))
        if words:
            if is_prefix and len(words[-1]) < MIN_PREFIX:
                raise QueryError(f"“{words[-1]}*” is too short; give at least {MIN_PREFIX} letters before the star.")
            yield Term(text=text.rstrip("*"), words=words, is_prefix=is_prefix, is_excluded=bool(piece["sign"]))
