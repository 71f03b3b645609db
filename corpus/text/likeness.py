"""How alike two names are: spellings, short forms, initials. It offers pairs to look at and never binds.

Names are compared by their words after folding (see names.fold_name). A word that stands in only one of two short
names makes them different, unless the other name is a short form of it: “North Bank” is not “South Bank”.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from corpus.text.names import fold_name
from corpus.text.words import words

FILLERS = words(
    "the a an of for in on at to by and or de del della di du des la le les el los las der die das den dem und von zu"
    " van het een et y e i"
)
TITLES = words("mr mrs ms miss dr prof professor sir dame herr frau mme m")
LEGAL = words("ltd limited inc incorporated llc plc corp corporation co gmbh ag kg sa srl spa oy ab bv nv ev")
NEGATIONS = words("not no never none non nicht kein keine keinen nie pas ne jamais ningun ninguna nunca")
# Letters that are one with their mark: no folding takes it away.
PLAIN = str.maketrans(
    {"ə": "a", "Ə": "A", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"}
)
# Words shorter than this are not compared by their spelling: “Iran” and “Iraq” differ by one letter.
LONG_ENOUGH = 5
# From so many words on, a name is a sentence, in which single words may differ.
SENTENCE = 5
MAX_BLOCK = 60
MAX_CANDIDATES = 400_000
MAX_WORDS = 40
# A single word that stands in more names than this says little: “Bank”.
FEW = 3

type Near = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two names are, from 0 to 1, and why, in words; `is_opposite` where one denies what the other says."""

    score: float
    reason: str
    is_opposite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyPair[Key: Hashable]:
    """Two names that may mean the same, and whose they are."""

    first: Key
    second: Key
    names: tuple[str, str]
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A name as it is compared: its words without fillers, titles and legal forms."""

    whole: str
    words: tuple[str, ...]
    is_negated: bool

    @property
    def acronyms(self) -> frozenset[str]:
        """Return the first letters of its words, with and without the fillers."""
        ways = (self.words, [word for word in self.whole.split() if word != "the"])
        return frozenset("".join(word[0] for word in way) for way in ways if len(way) >= 3)


def fold(name: str) -> Folded:
    """Return the name as it is compared."""
    whole = fold_name(name.translate(PLAIN))
    words = whole.split()[:MAX_WORDS]
    negated = sum(word in NEGATIONS for word in words) % 2 == 1
    kept = [word for word in words if word not in FILLERS and word not in NEGATIONS]
    bare = [word for word in kept if word not in TITLES and word not in LEGAL]
    return Folded(whole=whole, words=tuple(bare or kept or words), is_negated=negated)


def likeness(first: str, second: str) -> Likeness | None:
    """Return how alike two names are, or None where they are not."""
    a, b = fold(first), fold(second)
    return compare(a, b, near_words({*a.words, *b.words}))


def compare(a: Folded, b: Folded, near: Near) -> Likeness | None:
    """Return how alike two folded names are, or None where they are not."""
    found = _compare(a, b, near)
    if found is None or a.is_negated == b.is_negated:
        return found
    return Likeness(score=found.score * 0.8, reason="one name denies the other", is_opposite=True)


def _compare(a: Folded, b: Folded, near: Near) -> Likeness | None:
    if a.whole == b.whole:
        return Likeness(score=1, reason="same name but for case, accents or punctuation")
    if sorted(a.words) == sorted(b.words):
        return Likeness(score=0.97, reason="same words")
    short, long = (a, b) if len(a.words) <= len(b.words) else (b, a)
    if len(short.words) == 1 and short.words[0] in long.acronyms:
        return Likeness(score=0.85, reason="initials of the other name")
    n_same, n_near, n_initials = _matched(short.words, long.words, near)
    n_all = n_same + n_near + n_initials
    if n_all == len(short.words) == len(long.words):
        return _all_matched(n_same, n_near, n_initials)
    if n_all == len(short.words):
        return _short_form(short, long, n_near + n_initials)
    share = n_all / (len(short.words) + len(long.words) - n_all)
    if len(short.words) < SENTENCE or share < 0.75 or _numbers(a) != _numbers(b):
        return None
    return Likeness(score=0.9 * share, reason="mostly the same words")


def _all_matched(n_same: int, n_near: int, n_initials: int) -> Likeness | None:
    if n_initials:
        return Likeness(score=0.86, reason="the same with initials") if n_same else None
    return Likeness(score=0.94 - 0.1 * n_near / (n_same + n_near), reason="similar spelling")


def _short_form(short: Folded, long: Folded, n_loose: int) -> Likeness | None:
    """Judge a name whose words all stand in the longer one."""
    if _numbers(short) != _numbers(long):
        return None
    share = len(short.words) / len(long.words)
    if len(short.words) == 1:
        is_surname = len(long.words) == 2 and long.words[-1] == short.words[0] and len(short.words[0]) >= 4
        return Likeness(score=0.55, reason="short form") if is_surname and not n_loose else None
    if share < 0.5 or n_loose == len(short.words):
        return None
    return Likeness(score=0.6 + 0.3 * share - 0.05 * n_loose, reason="short form")


def _numbers(name: Folded) -> list[str]:
    return sorted(word for word in name.words if any(char.isdigit() for char in word))


def _matched(short: tuple[str, ...], long: tuple[str, ...], near: Near) -> tuple[int, int, int]:
    """Return how many words of the shorter name stand in the longer: the same, spelt nearly so, as an initial."""
    left, right = list(short), list(long)
    n_same = 0
    for word in short:
        if word in right:
            left.remove(word)
            right.remove(word)
            n_same += 1
    n_near = n_initials = 0
    for word in left:
        close = next((other for other in right if other in near.get(word, ())), None)
        initial = next((other for other in right if _is_initial(word, other)), None) if close is None else None
        if close is not None or initial is not None:
            right.remove(close or initial or "")
            n_near += close is not None
            n_initials += close is None
    return n_same, n_near, n_initials


def _is_initial(word: str, other: str) -> bool:
    return min(len(word), len(other)) == 1 and word[0] == other[0] and word.isalpha() and other.isalpha()


def near_words(words: Iterable[str]) -> Near:
    """Return, for each word, the others that differ by one letter, or by two that changed places.

    Words that share what is left when a letter is taken out are candidates (Garbe 2012, symmetric delete).
    """
    without: dict[str, set[str]] = defaultdict(set)
    for word in words:
        if len(word) >= LONG_ENOUGH - 1 and not any(char.isdigit() for char in word):
            without[word].add(word)
            for at in range(1, len(word)):
                without[word[:at] + word[at + 1 :]].add(word)
    near: dict[str, set[str]] = defaultdict(set)
    for group in without.values():
        for one, other in combinations(sorted(group), 2):
            if one not in near[other] and _is_near(one, other):
                near[one].add(other)
                near[other].add(one)
    return {word: frozenset(found) for word, found in near.items() if found}


def _is_near(one: str, other: str) -> bool:
    """Say whether two words with the same first letter are one letter, or one exchange of neighbours, apart."""
    if max(len(one), len(other)) < LONG_ENOUGH or one[0] != other[0]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return short[at:] == long[at + 1 :]
    rest, exchanged = one[at:], other[at + 1 : at + 2] + other[at : at + 1] + other[at + 2 :]
    return rest[1:] == other[at + 1 :] or rest == exchanged


def likely_pairs[Key: Hashable](names: Iterable[tuple[Key, str]], *, least: float = 0.55) -> list[LikelyPair[Key]]:
    """Return the pairs of names that may mean the same, the most alike first; a key may have several names.

    Only names that share a rare word, nearly one, two words or an acronym are compared; at most MAX_CANDIDATES.
    """
    rows = [(key, name, fold(name)) for key, name in dict.fromkeys(names)]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, (_, _, folded) in enumerate(rows):
        for word in set(folded.words):
            holders[word].append(number)
    near = near_words(holders)
    best: dict[tuple[Key, Key], LikelyPair[Key]] = {}
    for i, j in _candidates([row[2] for row in rows], holders, near):
        (first, name, a), (second, other, b) = rows[i], rows[j]
        if first == second:
            continue
        found = compare(a, b, near)
        if found is None or found.score < least or _says_little(a, b, found, holders):
            continue
        known = best.get((first, second)) or best.get((second, first))
        if known is None or known.likeness.score < found.score:
            best.pop((second, first), None)
            best[first, second] = LikelyPair(first=first, second=second, names=(name, other), likeness=found)
    return sorted(best.values(), key=lambda pair: (-pair.likeness.score, pair.names))


def _says_little(a: Folded, b: Folded, found: Likeness, holders: Mapping[str, list[int]]) -> bool:
    """Say whether all that two names share is one word that stands in many."""
    short = min((a, b), key=lambda name: len(name.words))
    return found.reason == "short form" and len(short.words) == 1 and len(holders[short.words[0]]) > FEW


def _candidates(names: list[Folded], holders: Mapping[str, list[int]], near: Near) -> Iterator[tuple[int, int]]:
    """Yield pairs of numbers to compare, each once; those who share the rarest words come first."""
    seen: set[tuple[int, int]] = set()
    for group in _blocks(names, holders, near):
        for pair in combinations(sorted(group), 2):
            if pair not in seen:
                if len(seen) >= MAX_CANDIDATES:
                    return
                seen.add(pair)
                yield pair


def _blocks(names: list[Folded], holders: Mapping[str, list[int]], near: Near) -> Iterator[set[int]]:
    """Yield groups of names that share something, none larger than MAX_BLOCK."""
    keyed: dict[object, set[int]] = defaultdict(set)
    for number, name in enumerate(names):
        keyed[tuple(sorted(name.words))].add(number)
        common = sorted(word for word in set(name.words) if len(holders[word]) > MAX_BLOCK)[:6]
        for pair in combinations(common, 2):
            keyed["two", *pair].add(number)
        for acronym in name.acronyms:
            if acronym in holders:
                keyed["acronym", acronym] |= {number, *holders[acronym][:MAX_BLOCK]}
    for word, numbers in holders.items():
        close = {number for other in near.get(word, ()) for number in holders[other][:MAX_BLOCK]}
        if len(numbers) <= MAX_BLOCK:
            keyed["word", word] = {*numbers, *sorted(close)[:MAX_BLOCK]}
    yield from (set(sorted(group)[: 2 * MAX_BLOCK]) for group in sorted(keyed.values(), key=len) if len(group) > 1)
