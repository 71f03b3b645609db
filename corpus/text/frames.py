"""Reporting frames: the words of a sentence that say who says it ("…, X said", "According to X, …").

A sentence is read as a string of word classes (corpus.text.words), one letter a word, a quotation one `Q`; frames are
patterns over it. All repeats are bounded, so that a pattern costs the same on every place of a long sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.text.words import ACT_FORMS, Word

Span = tuple[int, int]

# The subject of a verb: a pronoun, or up to 17 words without a verb; then a bracket, an apposition, a short "who …".
NOUNS = r"(?:P|(?=[DCN#]|h[N#])[DCNve#o&phd]{0,16}[CNve])"
APPOSED = r"(?:,(?:r[^.;:Q]{2,30}?|[DCNo#][^.;:Q,VT]{0,24}?|[VWTgp][^.;:Q,]{1,24}?|h),)?"
SUBJECT = rf"(?P<who>{NOUNS})(?:\([^()]{{1,6}}\))?(?P<app>{APPOSED})(?:r[^,.;:Q]{{2,9}}?)?"
HELPERS = r"[XBh]{0,4}(?:mpp)?"
VERB = rf"(?P<verb>{HELPERS}(?:[VW]sg|[VTWv]))"
TAIL = r"(?P<tail>[^,;:.Qt-]{0,24})"
# "on Monday", "in a statement", "again": what may stand between the verb and what is said.
MOMENT = r"(?:[hd#]|p[DCNveP#o&d]{1,8}?)"

# "…, X said on Monday" and "…" X said; "…" said X; "As X noted, …".
AFTER = re.compile(rf"(?P<pre>[,.Q;-])[&s]?h?{SUBJECT}{VERB}{TAIL}(?=[,.Q;:-]|$)")
INVERTED = re.compile(
    rf"(?P<pre>[,.Q-])h?(?P<verb>[VT]|(?<=Q)W)(?P<who>P|(?=[DCN#])[DCN#o&h]{{0,12}}[CN])(?P<app>){TAIL}(?=[,.Q;:-]|$)"
)
AS_SAID = re.compile(rf"^h?s{SUBJECT}{VERB}[^,;:.Qt-]{{0,24}},")
AS_PUT = re.compile(rf"^h?s{SUBJECT}(?P<verb>N)P,")
# "X said that …", also behind a scene ("In Hallun, X said …") or another clause.
LEAD = r"&?(?:h|d#?|p[DCN#do]{1,6}?)?"
BEFORE = re.compile(rf"(?P<pre>^|[,;:(.-])(?P<lead>{LEAD}){SUBJECT}(?P<verb>{HELPERS}(?:[VW]sg|[VTWvEeK]|(?<=B)g))")
ACCORDING = re.compile(
    r"^&?h?,?(?P<verb>ap)(?P<who>[DCNP#'][^,:;Q]{0,24}?)(?P<app>,(?:r[^.;:Q,]{2,20}|[DN][DCN#o&ph]{0,12}))?[,:]"
)
ACCORDING_AFTER = re.compile(r"(?P<pre>[,Q(-]?)(?P<verb>ap)(?P<who>[DCNP#][^,;:Q)]{0,24})(?=[,;:Q).]|$)")
IN_VIEW = re.compile(r"^&?p(?P<who>[DC][DCN]{0,4})N,")
VIEWS = frozenset(["view", "views", "opinion", "words", "eyes", "estimation", "judgment"])

THAT = re.compile(rf"(?:{MOMENT}|,(?:h|p[DCNveP#o&dg]{{1,12}}),){{0,4}},?t")
THAT_TOLD = re.compile(rf"(?:P|[DCN#o&]{{1,10}}?)?{MOMENT}{{0,4}},?t")
THAT_ACT = re.compile(r"[DN#h]{0,3}[Nve](?:[hd]|p[DCNP#o&d]{1,8}?){0,2}t")
QUOTED = re.compile(rf"{MOMENT}{{0,3}}[,:]?(?=Q)|[^Q:;.,t]{{0,8}}:")
QUOTED_TOLD = re.compile(rf"(?:P|D?[CN]{{1,5}}){MOMENT}{{0,3}}[,:]?(?=Q)|[^Q:;.,t]{{0,10}}:")
WHEN = re.compile(r"h(?=[CDP])|pd#?(?:,#)?,?|d#?(?:,#)?")
FINITE = re.compile(r"^[^r]*?[XB]|^P")
RESUMED_BY = re.compile(r",g(?:[hd]|p[DCN#o]{1,6}?){0,2}(?:t|(?=[DCP]))")
TAIL_AFTER_COMMA = re.compile(r",(?:r|g|p|a|d|D[^XBVTWQ]*$|[CN][^XBVTWQ]*$)")
GOES_ON = frozenset(["despite", "including", "without", "amid"])  # "…, X said, despite protests"
CITING = frozenset(["citing", "quoting", "referring"])
OURSELVES = frozenset(["i", "we", "you"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What attributes in one sentence: `cut` is all that is no content, `who` and `also` name the speaker."""

    cue: tuple[Span, ...]
    cut: tuple[Span, ...]
    who: Span | None = None
    also: Span | None = None  # an apposition: "its chairman, Tor Lind, said"
    is_act: bool = False
    has_that: bool = False


def collapse(line: Sequence[Word], quoted: Sequence[Span]) -> list[Word]:
    """Return the words outside the quotations, with one word of class `Q` for each of them; stray marks are dropped."""
    found: list[Word] = []
    position = 0
    for word in line:
        while position < len(quoted) and word.start >= quoted[position][1]:
            position += 1
        inside = position < len(quoted) and quoted[position][0] <= word.start
        if inside and not (found and found[-1].code == "Q" and found[-1].start == quoted[position][0]):
            found.append(Word(*quoted[position], "", "", "Q"))
        elif not inside and word.code != "'":
            found.append(word)
    return found


def find_frame(line: Sequence[Word], *, only_after: bool = False) -> Frame | None:
    """Return the outermost frame of a collapsed sentence. `only_after`: inside a quotation that goes on."""
    shape = "".join(word.code for word in line)
    if only_after:
        return _after(line, shape)
    before = _before(line, shape)
    if before and before.has_that and "Q" not in shape:
        return before
    return _according(line, shape) or _as_said(line, shape) or _after(line, shape) or before


def _span(line: Sequence[Word], place: tuple[int, int]) -> Span:
    """Return the span of some words of the line."""
    return line[place[0]].start, line[place[1] - 1].end


def _frame(line: Sequence[Word], match: re.Match[str], cut: tuple[int, int]) -> Frame:
    """Return the frame of a match: its verb, with a pronoun that is the subject, and who is named."""
    verb, who = match.span("verb"), match.span("who")
    if match["who"] == "P":
        verb = (min(verb[0], who[0]), max(verb[1], who[1]))
    also = match.span("app") if match.groupdict().get("app") else None
    return Frame(
        cue=(_span(line, verb),),
        cut=(_span(line, cut),),
        who=_span(line, who),
        also=_span(line, also) if also else None,
    )


def _according(line: Sequence[Word], shape: str) -> Frame | None:
    view = IN_VIEW.search(shape)
    if view and line[0].low == "in" and line[view.end() - 2].low in VIEWS:
        cue, who = _span(line, (0, view.end() - 1)), _span(line, view.span("who"))
        return Frame(cue=(cue,), cut=(_span(line, (0, view.end())),), who=who)
    if "ap" not in shape:
        return None
    if match := ACCORDING.search(shape):
        return replace(_frame(line, match, match.span()), cue=(_span(line, match.span("verb")),))
    match = ACCORDING_AFTER.search(shape)
    if not match or match.start("verb") < 2:
        return None
    first = match.start("verb") - (match["pre"] in (",", "-", "("))
    return replace(_frame(line, match, (first, match.end())), cue=(_span(line, match.span("verb")),))


def _as_said(line: Sequence[Word], shape: str) -> Frame | None:
    """Return the frame of "As X noted, …"."""
    match = AS_SAID.search(shape) or AS_PUT.search(shape)
    if match and match.re is AS_PUT and line[match.start("verb")].low not in ("put", "puts"):
        return None
    return _frame(line, match, match.span()) if match and not match["verb"].startswith("B") else None


def _after(line: Sequence[Word], shape: str) -> Frame | None:
    """Return the frame behind or amid what is said; several of one sentence are cut alike, the first counts."""
    frames = [_frame_after(line, shape, match) for match in _matches_after(shape)]
    if not frames:
        return None
    cues = tuple(span for frame in frames for span in frame.cue)
    return replace(frames[0], cue=cues, cut=tuple(span for frame in frames for span in frame.cut))


def _matches_after(shape: str) -> list[re.Match[str]]:
    """Return the places where a frame follows something said, from left to right, not overlapping."""
    found: list[re.Match[str]] = []
    for pattern in (AFTER, INVERTED):
        position = 0
        while match := pattern.search(shape, position):
            is_frame = _follows_content(shape, match)
            if is_frame:
                found.append(match)
            position = match.end() if is_frame else match.start() + 1
    found.sort(key=lambda match: match.start())
    return [match for n, match in enumerate(found) if n == 0 or match.start() >= found[n - 1].end()]


def _follows_content(shape: str, match: re.Match[str]) -> bool:
    """Return whether what goes before a match is said by somebody, and not only sets the scene."""
    verb, tail, before = match["verb"], match["tail"], shape[: match.start() + 1]
    kind, follows = verb[-1], shape[match.end() : match.end() + 1]
    if "B" in verb or tail.startswith("pg") or before.endswith("r,"):
        return False
    if "Q" in before:
        return match["pre"] == "Q" or not (kind in "vW" and tail[:1] in ("C", "D", "N"))
    if follows in (":", "Q"):
        return kind != "v" and match["pre"] == "."
    if kind in "vW" and tail and not re.fullmatch(r"[hd#]+|g.*", tail):
        return False
    if (kind == "V" and tail[:1] in ("C", "D", "N", "P", "X", "B")) or FINITE.search(tail):
        return False
    is_scene = before.count(",") == 1 and shape[0] in "phsdrgo" and not re.search(r"[XB]", before)
    return not is_scene or (follows == "," and len(before) > 2)


def _frame_after(line: Sequence[Word], shape: str, match: re.Match[str]) -> Frame:
    """Return the frame of a match, with what belongs to it up to where the words of the speaker go on."""
    first, end = match.start() + (match["pre"] in "Q."), match.end()
    rest, has_quotation = shape[end:], "Q" in shape[: match.start() + 1]
    more = RESUMED_BY.match(rest)
    if more:
        end += more.end()
    elif rest.startswith(",") and len(rest) > 1 and line[end + 1].low in GOES_ON:
        pass
    elif rest.startswith(",") and (TAIL_AFTER_COMMA.match(rest) or (has_quotation and "Q" not in rest)):
        resumed = rest.find("Q")
        end = len(shape) if resumed < 0 else end + resumed
    frame = _frame(line, match, (first, max(end, first + 1)))
    if more:
        frame = replace(frame, cue=(*frame.cue, _span(line, (match.end() + 1, match.end() + 2))))
    tail = match.span("tail")
    if match["tail"].startswith("g") and line[tail[0]].low in CITING and tail[1] - tail[0] > 1:
        first = tail[0] + (2 if line[tail[0] + 1].code == "p" and tail[1] - tail[0] > 2 else 1)
        frame = replace(frame, who=_span(line, (first, tail[1])))
    return frame


def _before(line: Sequence[Word], shape: str) -> Frame | None:
    """Return the frame before what is said: the first one that holds."""
    for match in BEFORE.finditer(shape):
        if frame := _frame_before(line, shape, match):
            return frame
    return None


def _frame_before(line: Sequence[Word], shape: str, match: re.Match[str]) -> Frame | None:
    """Return the frame of a match if what follows the verb can be what is said."""
    kind, at = match["verb"][-1], match.end()
    is_passive = "B" in match["verb"] and kind != "g"
    last = line[match.end("who") - 1].low
    if last in OURSELVES or last.endswith(("’s", "'s")):
        return None
    that = (THAT_TOLD if kind == "T" else THAT).match(shape, at) or (
        THAT_ACT.match(shape, at) if kind in "EeKg" else None
    )
    content = that.end() if that else None if is_passive else _content_after(line, shape, match)
    if content is None or not shape[content:].strip(".,"):
        return None
    is_act = content < at
    frame = _frame(line, match, (0, max(content, 1)))
    cut = (line[0].start, line[content].start)
    if is_passive and match["who"] != "P":
        return replace(frame, cut=(cut,), who=None, has_that=True)
    who = None if is_passive else frame.who
    return replace(frame, cut=(cut,), who=who, is_act=is_act, has_that=bool(that))


def _content_after(line: Sequence[Word], shape: str, match: re.Match[str]) -> int | None:
    """Return the place where what is said begins without "that": at the verb itself if it is an act."""
    kind, at = match["verb"][-1], match.end()
    rest = shape[at : at + 60]
    if direct := (QUOTED_TOLD if kind == "T" else QUOTED).match(rest):
        return at + direct.end()
    if kind in "EeKWv" or (kind == "g" and not match["verb"].endswith("sg")):
        if kind == "K" and line[at : at + 1] and line[at].low not in ("for", "on"):
            return at if rest[:1] not in ("", ",", ".", ";", "&", "p") else None
        return match.start("verb") if _is_act(line, at, rest, kind) else None
    skipped = 0
    if kind == "T" and (person := re.match(r"P|C{1,4}|DN{0,2}C*|N", rest)):
        skipped = person.end()
    while moment := WHEN.match(rest, skipped):
        skipped = moment.end()
    clause = rest[skipped:]
    if not clause or clause[0] in ",.;:)&" or (kind == "T" and clause[0] in "op"):
        return None
    is_clause = clause[0] not in "pog" and re.search(r"[XBPVTWEK]", clause)
    return at + skipped if is_clause else match.start("verb")


def _is_act(line: Sequence[Word], at: int, rest: str, kind: str) -> bool:
    """Return whether the verb before `at` is an act towards what follows ("thanked the crew", "asked X to go")."""
    if not rest or rest[0] in ",.;:)&X" or (kind in "Wvg" and line[at - 1].low not in ACT_FORMS):
        return False
    if line[at].low in ("to", "any") and line[at + 1 : at + 2] and line[at + 1].low == "comment":
        return False
    return kind not in "ev" or rest[0] in "pDCPQo"
