"""Clause edges: the places in a sentence where somebody would start or end a claim, the best ones first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from corpus.text.words import ACT_FORMS, Word, words

Span = tuple[int, int]
Ranks = dict[int, int]

# So many letters can be shown at once; FEW is what a sentence should rather have.
MOST = 26
FEW = 18
SURE, STRONG, FAIR, WEAK = 4, 3, 2, 1

ADJUNCT = words(
    "despite without after before until till since including following during amid through because due regarding "
    "concerning against unless whereas although though while if when where given with as"
)
# A claim may also start behind these.
OPENERS = words("if although because while though since unless than against despite including")
PARTICIPLES = words(
    "made given taken held built sent known led seen found brought set put cut left kept paid lost won drawn written "
    "spoken driven shown grown chosen broken hidden begun sworn bought caught taught sold told meant understood"
)
# What one is for or against follows these with a preposition: "protests against the visit".
STANCE = words(
    "protest protests protested demand demands demanded call calls called concern concerns concerned regret regrets "
    "regretted support supports opposition warning warnings warned ban bans objection objections anger thanks thanked "
    "need needs right claim claims appeal appeals appealed commitment commitments responsibility blame blamed talks "
    "campaign campaigned vote voted plan plans decision request praise praised criticism campaign sorry accused "
    "pushed pressed pointed pointing negotiations resolution resolutions proposal proposals apologised apologized"
)
VERBS = words(
    "impede prevent stop keep take make give go come get close open build cut raise lower reject accept pay leave stay "
    "remain become lose win hold bring send put set let run use help need try find show see meet move turn start begin "
    "end follow lead allow ban prohibit prohibits protect protects serve serves create creates cause causes violate "
    "violates contradict contradicts undermine undermines threaten threatens ensure ensures provide provides require "
    "requires include includes contain contains increase reduce reduces seek seeks sign signs refuse refuses "
    "consolidate "
    "went came got took made gave left lost won held brought sent put set let ran found saw met kept built fell rose "
    "grew broke drew drove fled fought bought sold spent withdrew withdraw sought began became led told knows know"
)


def find_edges(
    line: Sequence[Word], content: Iterable[Span], cut: Iterable[Span], quotations: Iterable[Span], start: int, end: int
) -> tuple[Ranks, Ranks]:
    """Return the starts and ends in a sentence of the words `line`, each with its rank."""
    starts, ends = {start: SURE}, {end: WEAK}
    _note(ends, _end_before(line, end), STRONG)
    for first, last in content:
        starts[first] = ends[last] = SURE + 1
    for first, last in cut:
        _note(ends, _end_before(line, first), STRONG)
        _note(starts, _start_after(line, last), STRONG)
    for first, last in quotations:
        _note(starts, first, SURE)
        _note(ends, last, SURE)
        _note(starts, _start_after(line, last), FAIR)
        _note(ends, _end_before(line, first), FAIR)
    unquoted = [word for word in line if word.code != "'"]
    for index, word in enumerate(unquoted):
        _mark_edges(unquoted, index, word, starts, ends)
    for first, last in cut:
        if first > start:
            _forget(starts, first, last - 1)
            _forget(ends, first + 1, min(last, end - 1))
    return (
        {at: rank for at, rank in starts.items() if start <= at < end},
        {at: rank for at, rank in ends.items() if start < at <= end},
    )


def _forget(ranks: Ranks, first: int, last: int) -> None:
    """Drop the edges inside a frame behind what is said: nobody cuts "he said" in two."""
    for at in [at for at, rank in ranks.items() if first <= at <= last and rank <= STRONG]:
        del ranks[at]


def choose(ranks: Ranks, n_words: int) -> tuple[int, ...]:
    """Return the best edges in order: of a short sentence only the sure ones, of a long one not many weak ones."""
    least = FAIR if n_words <= 12 else WEAK
    kept = sorted((at for at, rank in ranks.items() if rank >= least), key=lambda at: (-ranks[at], at))
    few = max(FEW, sum(rank >= FAIR for rank in ranks.values()))
    return tuple(sorted(kept[: min(few, MOST)]))


def _note(ranks: Ranks, at: int | None, rank: int) -> None:
    if at is not None and ranks.get(at, 0) < rank:
        ranks[at] = rank


def _end_before(line: Sequence[Word], at: int) -> int | None:
    """Return the end of the last word before an offset, marks aside."""
    for word in reversed(line):
        if word.end <= at and word.code not in ",;:-.":
            return word.end
    return None


def _start_after(line: Sequence[Word], at: int) -> int | None:
    for word in line:
        if word.start >= at and word.code not in ",;:-.":
            return word.start
    return None


def _mark_edges(line: Sequence[Word], index: int, word: Word, starts: Ranks, ends: Ranks) -> None:
    """Note the edges at one word: a claim may start at or after it, and end before it."""
    before = line[index - 1] if index else None
    after = line[index + 1] if index + 1 < len(line) else None
    if after is None:
        return
    code = word.code
    if before is None:
        if code in "&hsp" and after.code not in ",":
            _note(starts, after.start, FAIR if code == "&" else WEAK)
        return
    if code in ",;:-().":
        _mark_punctuation(line, index, before, after, starts, ends)
    elif code == "&":
        rank = _join_rank(line, index)
        _note(ends, _end_of(before), rank)
        _note(starts, after.start, rank)
    elif code == "t":
        _note(starts, _next_word(line, index + 1), SURE if after.code not in "XB" else STRONG)
        _note(ends, _end_of(before), FAIR if after.code in "XB" else WEAK)
        if word.low == "whether":
            _note(starts, word.start, STRONG)
    elif word.low == "well" and before.low == after.low == "as" and index + 2 < len(line):
        _note(starts, line[index + 2].start, STRONG)
    elif word.low == "in" and after.low == "order":
        _note(starts, word.start, STRONG)
        _note(ends, _end_of(before), STRONG)
    elif code in "rs" or (word.low in ADJUNCT and before.code not in "XB"):
        _mark_subordinate(word, before, after, starts, ends)
    elif word.low == "to" and after.code not in "DCP#'Q":
        _note(starts, word.start, FAIR)
        _note(ends, _end_of(before), FAIR)
        _note(starts, after.start, WEAK)
    elif code == "h" and before.code in "NC,#" and after.low.endswith("ed") and after.code == "N":
        _note(starts, word.start, FAIR)
    elif code in "Ngh" and _is_participle(word, before, after):
        rank = WEAK if before.code in "poBX" else FAIR
        _note(starts, word.start, rank)
        _note(ends, _end_of(before), rank if before.code not in "poBX" else 0)
    _mark_object(line, index, word, before, after, starts)
    if code in "po" and before.code in "NC#)":
        _note(ends, before.end, WEAK)
    if (after.code == "D" and code in "poNgW") or (code == "p" and after.code == "N"):
        _note(starts, after.start, WEAK)
    _mark_verb(line, index, before, starts, ends)


def _mark_verb(line: Sequence[Word], index: int, before: Word, starts: Ranks, ends: Ranks) -> None:
    """Note where a predicate begins and its subject ends: "The guild | has never | rejected …"."""
    word = line[index]
    is_verb = word.low in ACT_FORMS or word.low in VERBS
    if not (is_verb or word.code in "XBKWVT") or before.code not in "NCPve#)hXB":
        return
    if before.code in "XB":
        _note(starts, word.start, WEAK if is_verb else 0)
        return
    at = index - 1 if before.code == "h" else index
    _note(starts, line[at].start, FAIR if is_verb else WEAK)
    _note(starts, word.start, WEAK)
    if at > 0 and line[at - 1].code not in "PXB":
        _note(ends, _end_of(line[at - 1]), WEAK)


def _end_of(word: Word) -> int | None:
    """Return the end of a word, or nothing for a mark that has its own rule."""
    return None if word.code in ",;:-(." else word.end


def _next_word(line: Sequence[Word], index: int) -> int | None:
    while index < len(line) and line[index].code in ",;:-":
        index += 1
    return line[index].start if index < len(line) else None


def _mark_punctuation(line: Sequence[Word], index: int, before: Word, after: Word, starts: Ranks, ends: Ranks) -> None:
    code = line[index].code
    if code == "," and before.code in "#d" and after.code in "#d":
        return
    rank = STRONG
    if code == "," and _is_listed(line, index):
        rank = WEAK
    if before.code not in ",;:-(":
        _note(ends, before.end, rank)
    if after.code == "&":
        _note(starts, _next_word(line, index + 2), rank)
    elif after.code not in ",;:-).":
        _note(starts, after.start, rank)


def _is_listed(line: Sequence[Word], index: int) -> bool:
    """Return whether a comma parts words of a list ("oats, barley, and rye")."""
    codes = "".join(word.code for word in line[index + 1 : index + 4])
    if any(code in codes for code in "XBVrPst"):
        return False
    if codes.startswith("&"):
        return any(word.code == "," for word in line[max(0, index - 4) : index])
    return "," in codes or "&" in codes


def _join_rank(line: Sequence[Word], index: int) -> int:
    """Return how strong "and" or "but" cuts: clauses and verbs strongly, two nouns weakly."""
    after = line[index + 1]
    if line[index].low in ("but", "nor", "yet") or after.code in "PXBVTWEKthrs" or after.low in VERBS:
        return STRONG
    if after.code == "N" and index + 2 < len(line) and line[index + 2].code in "DP":
        return STRONG  # "and scares the fish": what has an object is a verb, whether it is in the lists or not
    if after.low.endswith(("ed", "ing", "s")) and after.code == "N":
        return FAIR
    codes = "".join(word.code for word in line[index + 1 : index + 9])
    clause = min((codes.find(code) for code in "XBVWE" if code in codes), default=9)
    stop = min((codes.find(code) for code in ",;&tr" if code in codes), default=9)
    if clause < stop:
        return STRONG
    return FAIR if after.code in "Dve" or after.low == "to" else WEAK


def _mark_subordinate(word: Word, before: Word, after: Word, starts: Ranks, ends: Ranks) -> None:
    rank = FAIR if word.low in ("as", "with", "than", "through", "against", "once") else STRONG
    _note(starts, word.start, rank)
    _note(ends, _end_of(before), rank)
    if word.code == "r" or word.low in OPENERS:
        _note(starts, after.start, FAIR)


def _is_participle(word: Word, before: Word, after: Word) -> bool:
    if word.low.endswith("ing") and len(word.low) > 5:
        return before.code in ",NC#opBX"
    return before.code in "NC,#" and after.code in "pho" and (word.low.endswith("ed") or word.low in PARTICIPLES)


def _mark_object(line: Sequence[Word], index: int, word: Word, before: Word, after: Word, starts: Ranks) -> None:
    """Note what a verb or a word of stance is about: "rejects | the offer", "protests against | the visit"."""
    is_verb = word.code in "EKWTg" or (word.code in "Vve" and after.code in "DCP")
    if is_verb and after.code in "DCPNh#":
        _note(starts, after.start, FAIR)
    if (word.low in STANCE or word.code in "EeVg") and after.code in "po" and index + 2 < len(line):
        _note(starts, line[index + 2].start, STRONG if word.low in STANCE else FAIR)


def plain_edges(line: Sequence[Word], content: Iterable[Span], start: int, end: int) -> tuple[Ranks, Ranks]:
    """Return edges for a language whose words are not known: at punctuation, and where a short word opens a group."""
    starts, ends = {start: SURE}, {end: WEAK}
    for first, last in content:
        starts[first] = ends[last] = SURE + 1
    since = 0
    for before, word in pairwise(line):
        is_mark = not (word.text[0].isalnum() or word.text[0] == "_")
        follows_mark = not (before.text[0].isalnum() or before.text[0] == "_")
        since = 0 if is_mark or follows_mark else since + 1
        if is_mark and not follows_mark:
            _note(ends, word.start if word.start == before.end else before.end, STRONG)
        elif follows_mark and not is_mark:
            _note(starts, word.start, STRONG)
        elif since >= 3 and len(word.text) <= 3 < len(before.text):
            _note(starts, word.start, FAIR)
            _note(ends, before.end, FAIR)
            since = 0
    return (
        {at: rank for at, rank in starts.items() if start <= at < end},
        {at: rank for at, rank in ends.items() if start < at <= end},
    )
