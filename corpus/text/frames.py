"""Reporting frames: the words of a sentence that say who says it ("…, X said", "According to X, …").

A sentence is read as a string of word classes (corpus.text.words), one letter a word, a quotation one `Q`; frames are
patterns over it. All repeats are bounded, so that a pattern costs the same on every place of a long sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.text.words import ACT_FORMS, CODES, SAY, Word, is_past, verb_forms, words

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
# Who says nothing: "nobody has told us when", "no member said that".
NEGATIVE = words("no nobody no-one none nothing anyone anybody")
# Inside a quotation that is not closed a frame only ends the sentence, and these do not open it.
INSIDE = re.compile(
    rf"(?P<pre>,)(?:h?{SUBJECT}(?P<verb>h?(?:V|T(?=P|D|C|N)))|(?P<inverted>V)(?P<subject>P|D?[CN]{{1,6}}))"
    rf"(?P<tail>(?:(?<=T)(?:P|D?[CN]{{1,3}}))?{MOMENT}{{0,3}})(?=[.]?$|,g)"
)
INSIDERS = words("i we you me us my our your everybody everyone somebody someone") | NEGATIVE
# Behind a frame ("X denied that …, Y reported.") only its end is cut off.
OUTER = re.compile(rf"(?P<pre>,)h?(?P<who>{NOUNS})(?P<verb>h?(?:Xh?)?V){MOMENT}{{0,3}}(?=[.]?$)")
RELAYING = words("report reports reported")
# A verb of saying whose subject went before: "…, warning that …", "… and said that …".
JOINED = re.compile(rf"(?:,g|,?&h?X?h?(?P<verb>[VW]|T(?:P|D?[CN]{{1,3}})?)){MOMENT}{{0,2}}?(?P<that>t|(?=[DCPNQ#]))")
SCENE = re.compile(r"&?(?:h,?|[pd][^,;:QXBVTW]{0,12},)?")
OTHER_SUBJECT = re.compile(r"[rst;:]|p[DCNP#]{1,6}[VTWEKXB]")
CALLED = re.compile(r"[Ke]?P(?=Q)")
SAYING = frozenset(verb_forms(SAY)[3])
SAID_ONLY = words("said says say saying")
LITTLE = words("nothing little goodbye hello yes no so more anything much")


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
        return _inside(line, shape)
    before = _before(line, shape)
    if before and "Q" not in shape and (tail := _outer(line, shape, before)):
        return _joined(line, shape, replace(before, cut=(*before.cut, tail)))
    if before and before.has_that and "Q" not in shape:
        return _joined(line, shape, before)
    other = _according(line, shape) or _as_said(line, shape) or _after(line, shape)
    return other or (_joined(line, shape, before) if before else _only_joined(line, shape))


def _inside(line: Sequence[Word], shape: str) -> Frame | None:
    """Return the frame that ends a sentence of an unclosed quotation ("…, he said."); all else in it is quoted."""
    match = INSIDE.search(shape)
    while match:
        who, verb = ("subject", "inverted") if match["inverted"] else ("who", "verb")
        named = line[match.start(who) : match.end(who)]
        heard = line[match.start("tail") : match.end("tail")]
        is_outside = not any(word.low in INSIDERS for word in (*named[:1], *heard))
        is_scene = (
            shape[0] in "phsdr" and shape.find(",") == match.start() and not re.search("[XB]", shape[: match.start()])
        )
        if is_outside and not is_scene and match.start() > 0:
            break
        match = INSIDE.search(shape, match.start() + 1)
    if not match:
        return None
    place = match.span(verb)
    if match[who] == "P":
        place = (min(place[0], match.start(who)), max(place[1], match.end(who)))
    more = RESUMED_BY.match(shape, match.end())
    cues = (_span(line, place), *([_span(line, (match.end() + 1, match.end() + 2))] if more else []))
    also = _span(line, match.span("app")) if match["app"] else None
    end = more.end() if more else match.end()
    return Frame(cue=cues, cut=(_span(line, (match.start(), end)),), who=_span(line, match.span(who)), also=also)


def _outer(line: Sequence[Word], shape: str, before: Frame) -> Span | None:
    """Return who relays what a frame reports ("X denied that …, the agency reported"), to be cut off."""
    first = next((n for n, word in enumerate(line) if word.start >= before.cut[0][1]), len(line))
    at = shape.find(",", first)
    match = OUTER.search(shape, at) if at >= 0 else None
    if not match or (shape[first] in "phsdr" and match.start() == at):
        return None
    said = line[match.end("verb") - 1].low
    if said not in RELAYING and not before.has_that:
        return None
    return _span(line, (match.start(), match.end()))


def _joined(line: Sequence[Word], shape: str, frame: Frame) -> Frame:
    """Return a frame with the verbs that go on from it: "X called it “…” and said that …", "…, adding that …"."""
    first = next((n for n, word in enumerate(line) if word.start >= frame.cut[0][1]), len(line))
    cue, cut = [*frame.cue], [*frame.cut]
    for match in _verbs_joined(line, shape, first):
        if len(cut) == 1 and (quoted := CALLED.match(shape, first)):
            cut[0] = (cut[0][0], line[quoted.end()].start)
        here = (line[match.start()].start, line[match.end()].start)
        if any(start < here[1] and here[0] < end for start, end in cut):
            continue
        if match["verb"] and frame.has_that and match["verb"][0] == "W":
            continue  # "said that the court met and ruled that …"
        cue.append(_cue_joined(line, match))
        cut.append(here)
    return replace(frame, cue=tuple(cue), cut=tuple(sorted(cut)))


def _only_joined(line: Sequence[Word], shape: str) -> Frame | None:
    """Return the frame of "X disagreed, saying …" and "X came and said that …": all before it is no content."""
    match = next(_verbs_joined(line, shape, 1), None)
    if not match or "Q" in shape[: match.start()] or (match["verb"] and not match["that"]):
        return None
    first = 0
    if scene := SCENE.match(shape):
        first = scene.end()
    last = first
    while last < match.start() and shape[last] in "DCNPo#&p" and not (last > first and is_past(line[last])):
        last += 1
    if (
        last == first
        or line[first].low in INSIDERS
        or (match["verb"] and OTHER_SUBJECT.search(shape, last, match.start()))
    ):
        return None
    cut = (line[0].start, line[match.end()].start)
    return Frame(
        cue=(_cue_joined(line, match),), cut=(cut,), who=_span(line, (first, last)), has_that=bool(match["that"])
    )


def _cue_joined(line: Sequence[Word], match: re.Match[str]) -> Span:
    return _span(line, match.span("verb") if match["verb"] else (match.start() + 1, match.start() + 2))


def _verbs_joined(line: Sequence[Word], shape: str, first: int) -> Iterator[re.Match[str]]:
    """Yield the verbs of saying without a subject of their own that a clause, or a quotation, follows."""
    for match in JOINED.finditer(shape, first):
        at = match.end()
        if not shape[at:].strip(".,"):
            continue
        verb = line[match.start("verb") if match["verb"] else match.start() + 1]
        is_saying = verb.low in SAYING or CODES.get(verb.low) == "V"
        if match["that"] or (is_saying and (shape[at] == "Q" or _is_clause(line, shape, at, verb))):
            yield match


def _is_clause(line: Sequence[Word], shape: str, at: int, verb: Word) -> bool:
    """Return whether a clause and not an object follows a verb of saying without "that"."""
    rest = shape[at : at + 60]
    if not rest or rest[0] in "pog,.;:)&":
        return False
    if re.search(r"[XBPVTWEKm]", rest):
        return True
    if verb.low in SAID_ONLY:
        return line[at].low not in LITTLE and len(rest.strip(".")) > 2
    return any(
        is_past(word) and before.code in "NC#" and after.code not in "po"
        for before, word, after in zip(line[at : at + 12], line[at + 1 : at + 13], line[at + 2 : at + 14], strict=False)
    )


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
    frames = [_frame_after(line, shape, match) for match in _matches_after(line, shape)]
    if not frames:
        return None
    cues = tuple(span for frame in frames for span in frame.cue)
    return replace(frames[0], cue=cues, cut=tuple(span for frame in frames for span in frame.cut))


def _matches_after(line: Sequence[Word], shape: str) -> list[re.Match[str]]:
    """Return the places where a frame follows something said, from left to right, not overlapping."""
    found: list[re.Match[str]] = []
    for pattern in (AFTER, INVERTED):
        position = 0
        while match := pattern.search(shape, position):
            is_frame = line[match.start("who")].low not in NEGATIVE and _follows_content(shape, match)
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
    if "Q" not in before and shape[match.start() + 1] == "&":
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
    if last in OURSELVES or line[match.start("who")].low in NEGATIVE or last.endswith(("’s", "'s")):
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
    is_clause = _is_clause(line, shape, at + skipped, line[at - 1])
    return at + skipped if is_clause else match.start("verb")


def _is_act(line: Sequence[Word], at: int, rest: str, kind: str) -> bool:
    """Return whether the verb before `at` is an act towards what follows ("thanked the crew", "asked X to go")."""
    if not rest or rest[0] in ",.;:)&X" or (kind in "Wvg" and line[at - 1].low not in ACT_FORMS):
        return False
    if line[at].low in ("to", "any") and line[at + 1 : at + 2] and line[at + 1].low == "comment":
        return False
    return kind not in "ev" or rest[0] in "pDCPQo"
