"""The outline of a text: its sentences with what each reports, who speaks in it and where claims may be cut."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.text.blocks import Block, headline_block, split_blocks
from corpus.text.bodies import lower_bodies, lower_body, lower_office
from corpus.text.clauses import choose, find_edges, plain_edges
from corpus.text.drafts import Draft, Piece
from corpus.text.frames import Frame, collapse, find_frame
from corpus.text.graphemes import is_boundary
from corpus.text.mentions import (
    AT,
    Cast,
    Name,
    find_names,
    is_headline,
    is_one,
    is_title,
    line_text,
)
from corpus.text.quotes import find_quotations, is_name_like
from corpus.text.sentences import Span, split_sentences
from corpus.text.words import Word, split_words

# Anything beside these may hold characters that must not be cut (corpus.text.graphemes).
ODD = re.compile("[^\t\n\x20-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff]")
# Bullets, numbers, Markdown marks and a dateline ("PORT ISHEL, Nov. 6 (Agency) — ") are no part of a claim.
LEADING = re.compile(
    r"(?:[\s*_#>•·–—|~=-]|\d{1,2}[.)]\s)*+"
    r"(?:[A-Z][A-Z.’'-]++(?: [A-Z.’'-]++){0,3}(?:, ?[A-Z][\w.’'-]{1,20}(?: [\w.’'-]{1,20}){0,2}){0,3}"
    r"\s?(?:\([^()]{1,40}\)\s?)?[—–-]{1,2}\s)?"
)
DOTTED = re.compile(r"[^\W\d_]\.[^\W\d_]\.$")  # the stop of "a.m." is no final one
# More words are no sentence but a table or a stray text; its grammar is not looked at.
LONGEST = 400
OPENING, CLOSING = "\"“”„‟«»‹›‘‚'「『`", "\"“”«»‹›’'」』"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence as the annotator's keys see it; spans are half-open code points of the text."""

    block: int
    start: int
    end: int
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    mention: Span | None = None
    speaker: str = ""
    mode: str = ""
    voice: int
    names: tuple[str, ...] = ()
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The sentences of a text and its quotations, both in order."""

    sentences: tuple[Sentence, ...]
    quotes: tuple[Span, ...]


def outline(text: str, language: str = "", title: str = "") -> Outline:
    """Return the sentences and quotations of a text; frames and names only for English. Linear in the text."""
    blocks = split_blocks(text)
    is_english = not language or language.lower().startswith("en")
    pieces = _spoken_pieces(text, blocks)
    drafts = _drafts(text, blocks, pieces, language)
    headline = headline_block(text, blocks, title)
    cast = Cast()
    for draft in drafts:
        if is_english:
            draft.frame = _frame(text, draft) if len(draft.line) <= LONGEST else None
            if draft.block != headline and not is_headline(draft.line):
                opening = LEADING.match(text, draft.start, draft.end)
                draft.names = [name for name in find_names(draft.line) if not opening or name.start >= opening.end()]
                cast.add(draft.line, draft.names)
        draft.content = _content(text, draft)
    voices = _Voices(cast, drafts)
    sentences = tuple(_sentence(text, draft, index, voices, is_english) for index, draft in enumerate(drafts))
    cuts = [span for draft in drafts if draft.frame for span in draft.frame.cut]
    return Outline(sentences=sentences, quotes=tuple(_quotes(text, pieces, cuts)))


def _spoken_pieces(text: str, blocks: Sequence[Block]) -> list[Piece]:
    """Return the pieces of the quotations that are no names, in order."""
    found: list[Piece] = []
    starts = [block.start for block in blocks]
    for number, quotation in enumerate(find_quotations(text, blocks)):
        block = blocks[bisect_right(starts, quotation.pieces[0][0]) - 1]
        if len(quotation.pieces) == 1 and is_name_like(text, quotation.pieces[0], (block.start, block.end)):
            continue
        for n, (start, end) in enumerate(quotation.pieces):
            goes_on = not quotation.is_loose and n + 1 < len(quotation.pieces)
            found.append(Piece(start=start, end=end, number=number, is_loose=quotation.is_loose, goes_on=goes_on))
    return found


def _drafts(text: str, blocks: Sequence[Block], pieces: list[Piece], language: str) -> list[Draft]:
    found: list[Draft] = []
    position = 0
    for block in blocks:
        for start, end in split_sentences(text, block, language):
            while position < len(pieces) and pieces[position].end <= start:
                position += 1
            last = position
            while last < len(pieces) and pieces[last].start < end:
                last += 1
            line = split_words(text, start, end)
            found.append(Draft(block=block.index, start=start, end=end, line=line, pieces=pieces[position:last]))
    return found


def _frame(text: str, draft: Draft) -> Frame | None:
    """Return the frame of a sentence; none inside a quotation that is complete, for only the outermost counts."""
    if draft.is_quoted:
        is_open = draft.pieces[0].goes_on or draft.pieces[0].is_loose
        return find_frame(collapse(draft.line, []), only_after=True) if is_open else None
    quoted = [
        (p.start, p.end)
        for p in draft.pieces
        if not p.is_loose or (p.start <= draft.start and p.end < draft.end and text[p.end - 1] in CLOSING)
    ]
    return find_frame(collapse(draft.line, quoted))


def _content(text: str, draft: Draft) -> tuple[Span, ...]:
    """Return the sentence without its frame, joining marks, decoration and final stop; never empty."""
    parts: list[Span] = []
    position = draft.start
    for start, end in (*(draft.frame.cut if draft.frame else ()), (draft.end, draft.end)):
        parts.append((position, start))
        position = max(position, end)
    leading = LEADING.match(text, draft.start, draft.end)
    if leading and parts[0][0] < leading.end() < parts[0][1]:
        parts[0] = (leading.end(), parts[0][1])
    trimmed = [_trim(text, start, end, draft.pieces) for start, end in parts]
    kept = tuple(part for part in trimmed if part)
    if not kept:
        whole = _trim(text, draft.start, draft.end, draft.pieces)
        kept = (whole or (draft.start, draft.end),)
    return kept


def _trim(text: str, start: int, end: int, pieces: Sequence[Piece]) -> Span | None:
    """Cut joining marks off both sides, and quotation marks whose other stands outside; None if no word is left."""
    marked = [p for p in pieces if text[p.start] in OPENING]
    closing = {p.end for p in marked if start <= p.start and p.end <= end and text[p.end - 1] in CLOSING}
    dangling = {p.start for p in marked if p.end > end or p.end not in closing}
    while start < end and (text[start].isspace() or text[start] in ",;:.–—-)*_#" or start in dangling):
        start += 1
    unmatched = {p.end for p in pieces} - closing
    while start < end and end not in closing:
        last = text[end - 1]
        if last == "." and DOTTED.search(text, max(start, end - 4), end):
            break
        if not (last.isspace() or last in ",;:.!?…–—-(*_#" or (last in CLOSING and end in unmatched)):
            break
        end -= 1
    has_word = any(char.isalnum() for char in text[start:end])
    return (start, end) if has_word and _is_whole(text, (start, end)) else None


def _mode(draft: Draft) -> str:
    """Return how the words are rendered: direct, mixed, indirect, reported, or "" if nobody is said to speak."""
    frame = draft.frame
    is_clause = frame is not None and frame.cut[0][0] <= draft.start
    spoken = [p for p in draft.pieces if not (p.is_loose and is_clause)]
    if spoken:
        starts = [p.start for p in spoken]
        inside = [
            word.end <= spoken[bisect_right(starts, word.start) - 1].end and word.start >= starts[0]
            for word in draft.line
            if word.text[0].isalnum() and any(start <= word.start < end for start, end in draft.content)
        ]
        if any(inside):
            return "direct" if all(inside) else "mixed"
    return "" if frame is None else ("reported" if frame.is_act else "indirect")


class _Voices:
    """Who speaks in each sentence, read from first to last."""

    def __init__(self, cast: Cast, drafts: list[Draft]) -> None:
        self.cast, self.drafts = cast, drafts
        self.framed = {p.number: draft for draft in reversed(drafts) if draft.frame for p in draft.pieces}
        self.by_quotation: dict[int, tuple[int, str]] = {}
        self.n_voices = 0
        self.speaker, self.voice = "", -1  # of the last frame
        self.person = ""  # whom "he" or "she" means
        self.narrated = (-1, -1)  # the last sentence without frame, its voice

    def next(self, index: int) -> tuple[int, str, Span | None]:
        """Return voice, speaker and mention of a sentence; to be asked in order."""
        draft = self.drafts[index]
        frame = draft.frame
        self.cast.called.update(lower_bodies(draft.line))
        if frame is None and not draft.is_quoted:
            return self._narration(index), "", None
        numbers = [p.number for p in draft.pieces]
        source = draft if frame else self.framed.get(numbers[0])
        speaker, mention = self._speaker(source) if source else (self.speaker, None)
        known = next((self.by_quotation[n] for n in numbers if n in self.by_quotation), None)
        if known and (frame is None or speaker in ("", known[1])):
            voice, speaker = known[0], known[1] or speaker
        elif self.voice >= 0 and speaker == self.speaker and (speaker or frame is None):
            voice = self.voice
        else:
            voice = self._new_voice()
        self.voice, self.speaker, self.person = voice, speaker, speaker or self.person
        self.by_quotation.update(dict.fromkeys(numbers, (voice, speaker)))
        return voice, speaker, mention if frame else None

    def _new_voice(self) -> int:
        self.n_voices += 1
        return self.n_voices - 1

    def _narration(self, index: int) -> int:
        """Return the voice of a sentence of the outlet: its neighbour's in the same paragraph, or a new one."""
        draft = self.drafts[index]
        before, voice = self.narrated
        if before < 0 or before != index - 1 or self.drafts[before].block != draft.block:
            voice = self._new_voice()
        self.narrated = (index, voice)
        if draft.names and draft.names[0].kind == "person" and draft.names[0].start <= draft.start + 30:
            self.person = self.cast.full_name(draft.names[0].text)
        return voice

    def _speaker(self, draft: Draft) -> tuple[str, Span | None]:
        """Return the full name of who speaks in a frame and the words that name him or her there."""
        frame = draft.frame
        if frame is None or frame.who is None:
            return self.speaker, None
        start, end = frame.who
        who = [word for word in draft.line if start <= word.start < end]
        if len(who) == 1 and (who[0].code == "P" or who[0].low in ("him", "her", "them", "his", "their")):
            return self.person, frame.who
        also = frame.also or (end, end)
        names = [
            name
            for name in draft.names
            if not name.is_owner
            and (start <= name.start < end or also[0] <= name.start < also[1])
            and (self.cast.is_sure(replace(name, is_acting=True)) or (len(who) == 1 and is_one(name)))
        ]
        parted = {word.start for before, word in pairwise(who) if before.code == "o"}  # "the governments of Keld"
        people = (n for n in names if n.kind == "person" or (n.kind == "other" and self.cast.is_person(n.text)))
        person = next((n for n in people if n.start not in parted), None)
        if person:
            return self.cast.full_name(person.text), (person.start, person.end)
        return self._body_or_role(who, [name for name in names if name.start < end], frame.who)

    def _body_or_role(self, who: list[Word], names: list[Name], span: Span) -> tuple[str, Span]:
        """Return the speaker where no person is named: "the ministry", "the Ishel mayor", "the Port Authority"."""
        if any(is_title(word) for word in who):
            return self._official(who, span)
        is_head = all(word.code not in "op" for word in who if not names or word.start < names[0].start)
        if names and is_head and names[0].end == span[1]:
            named = (names[0].start, names[0].end) if " " in names[0].text else span
            return self.cast.full_name(names[0].text, names[0].start), named
        head = next(
            (before for before, word in zip(who, [*who[1:], None], strict=True) if not word or word.code in "op"), None
        )
        if whole := next((name for name in names if head and name.start <= head.start < name.end), None):
            return self.cast.full_name(whole.text, whole.start), span
        return (self.cast.body_named(head.low, span[0]) if head else "") or self._lower_body(who), span

    def _official(self, who: list[Word], span: Span) -> tuple[str, Span]:
        """Return the speaker with an office: who is known to have it, else the body or person he or she speaks for."""
        if role := self.cast.person_with_role(who, span[0]):
            return role, span
        office = next(n for n, word in enumerate(who) if is_title(word))
        served = next((n + 1 for n, word in enumerate(who) if n > office and word.low in ("of", "for")), len(who))
        if served == len(who):
            return self._owner_and_office(who[: office + 1]), span
        body = [word for n, word in enumerate(who) if n >= served and not (n == served and word.code == "D")]
        named = find_names(body)
        if named and named[0].start == body[0].start:
            return self.cast.full_name(named[0].text, named[0].start), span
        head = next((b for b, word in zip(body, [*body[1:], None], strict=True) if not word or word.code in "op"), None)
        return (self.cast.body_named(head.low, span[0]) if head else "") or self._lower_body(body), span

    def _owner_and_office(self, who: list[Word]) -> str:
        """Return "Tor Lind’s spokeswoman" in full, or the body before the office ("a port authority spokesman")."""
        owner = find_names(who)
        if owner and owner[0].is_owner and len(who) > 1:
            office = who[next(n for n, word in enumerate(who) if word.end > owner[0].end) + 1 :]
            if office:
                return f"{self.cast.full_name(owner[0].text, owner[0].start)}’s {line_text(office)}"
        if owner and owner[0].kind == "body":
            return self.cast.full_name(owner[0].text, owner[0].start)
        body = who[:-1]
        head = body[-1].low if body else ""
        named = (self.cast.body_named(head, body[-1].start) or self._lower_body(body)) if head else ""
        return named or lower_office(who)

    def _lower_body(self, who: list[Word]) -> str:
        """Return a readable name of a body in lower case; the last with more than a noun, for "the ministry"."""
        head, text = lower_body(who)
        if " " in text:
            return text
        return self.cast.called.get(head, text)


def _names(draft: Draft, speaker: str, cast: Cast) -> tuple[str, ...]:
    """Return who is named in a sentence, the speaker first, each once."""
    found = [speaker] if speaker else []
    before = {word.start: known.low for known, word in pairwise(draft.line)}
    is_place = {
        n.start: n.kind == "other" and (n.text in cast.places or before.get(n.start) in AT) for n in draft.names
    }
    for name in sorted(draft.names, key=lambda name: is_place[name.start]):
        full = cast.full_name(name.text, name.start)
        if (full != name.text or cast.is_sure(name)) and full not in found:
            found.append(full)
    return tuple(found[:6])


def _sentence(text: str, draft: Draft, index: int, voices: _Voices, is_english: bool) -> Sentence:
    voice, speaker, mention = voices.next(index)
    n_words = sum(word.code not in ",;:-().'" for word in draft.line)
    frame = draft.frame
    pieces = [(max(p.start, draft.start), min(p.end, draft.end)) for p in draft.pieces]
    if is_english and len(draft.line) <= LONGEST:
        cut = frame.cut if frame else ()
        starts, ends = find_edges(draft.line, draft.content, cut, pieces, draft.start, draft.end)
    else:
        starts, ends = plain_edges(draft.line, draft.content, draft.start, draft.end)
    cue = frame.cue if frame else ()
    if ODD.search(text, draft.start, draft.end):
        cue = tuple(span for span in cue if _is_whole(text, span))
        mention = mention if mention and _is_whole(text, mention) else None
        starts = {at: rank for at, rank in starts.items() if is_boundary(text, at)}
        ends = {at: rank for at, rank in ends.items() if is_boundary(text, at)}
    return Sentence(
        block=draft.block, start=draft.start, end=draft.end, content=draft.content,
        cue=cue, mention=mention, speaker=speaker, mode=_mode(draft), voice=voice,
        names=_names(draft, speaker, voices.cast),
        starts=choose(starts, n_words), ends=choose(ends, n_words),
    )  # fmt: skip


def _quotes(text: str, pieces: Sequence[Piece], cuts: Sequence[Span]) -> list[Span]:
    """Return the pieces of quotations without the frames inserted into them."""
    found: list[Span] = []
    position = 0
    for piece in pieces:
        start = piece.start
        while position < len(cuts) and cuts[position][1] <= piece.start:
            position += 1
        n = position
        while n < len(cuts) and cuts[n][0] < piece.end:
            is_last = not any(char.isalnum() for char in text[cuts[n][0] : piece.end])
            found.append((start, piece.end if is_last else max(start, cuts[n][0])))
            start = max(start, cuts[n][1])
            n += 1
        found.append((start, piece.end))
    trimmed = (_trim_piece(text, start, end) for start, end in found if start < end)
    return [span for span in trimmed if span]


def _trim_piece(text: str, start: int, end: int) -> Span | None:
    while start < end and (text[start].isspace() or text[start] in ".,;:!?…"):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
        end -= 1
    has_word = any(char.isalnum() for char in text[start:end])
    return (start, end) if has_word and _is_whole(text, (start, end)) else None


def _is_whole(text: str, span: Span) -> bool:
    """Return whether a span cuts no character apart."""
    return is_boundary(text, span[0]) and is_boundary(text, span[1])
