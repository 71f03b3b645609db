"""Words of a sentence and the classes they belong to: what frames, clauses, quotations and names are read from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple


class Word(NamedTuple):
    """A word or a mark with its class. A tuple and not a dataclass: a long text makes 200,000 of them."""

    start: int
    end: int
    text: str
    low: str
    code: str


# Words with inner apostrophes, hyphens and stops ("don’t", "U.S.", "3,000", "Nov." inside a sentence); single marks.
LETTER = r"[\w\u0300-\u036f]"  # with accents that stand as characters of their own
WORD = re.compile(
    rf"(?:[^\W\d_]\.){{2,}}(?!\w)|\w++{LETTER}*+(?:(?:['’.‑-]|(?<=\d),(?=\d))\w++{LETTER}*+)*+(?:\.(?=\s+\S))?|[^\w\s]"
)


def split_words(text: str, start: int, end: int) -> list[Word]:
    """Return the words and marks of text[start:end], which holds one sentence, each with its code of one letter."""
    found: list[Word] = []
    is_first = True
    for match in WORD.finditer(text, start, end):
        word = match[0]
        low, code = _classify(word, is_first)
        if code == "C" and found and found[-1].low in MONTH_NAMES and _is_forename(found):
            found[-1] = found[-1]._replace(code="C")
        is_first = is_first and code in "'-("
        first, last = match.span()
        found.append(tuple.__new__(Word, (first, last, word, low, code)))  # twice as fast as Word(…)
    return found


def _is_forename(line: Sequence[Word]) -> bool:
    """Return whether the month that ends the words is a forename ("Jan Vesely"), by what goes before it."""
    if line[-1].text.isupper() or not line[-1].text[0].isupper():
        return False
    return len(line) == 1 or (line[-2].code not in "p#do" and line[-2].low not in ("last", "this", "next", "early"))


@lru_cache(maxsize=20_000)
def _classify(word: str, is_first: bool) -> tuple[str, str]:
    """Return the lower case and the class of a word; a capital makes a name of it, but not at the beginning."""
    low = word.lower()
    code = CODES.get(low)
    if code is None or (code in "NvedVTWEKgm" and word[0].isupper() and not is_first and low not in DATES):
        code = _shape(word, low)
    return low, code


def _shape(word: str, low: str) -> str:
    """Return the class of a word that no list holds, by its shape."""
    first = word[0]
    if first.isupper():
        return "C"
    if not (first.isalnum() or first == "_"):
        return "'"
    if first.isdigit():
        return "#"
    return "h" if low.endswith("ly") and len(low) > 4 else "N"


def words(listed: str) -> frozenset[str]:
    """Return the words of a list written as one string."""
    return frozenset(listed.split())


def verb_forms(listed: str) -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]:
    """Return past, third-person, base and -ing forms, each mapped to the base; "say/said" gives an irregular past."""
    past, third, base, going = {}, {}, {}, {}
    for entry in listed.split():
        verb, _, irregular = entry.partition("/")
        stem = verb.removesuffix("e")
        for form in (irregular or _past(verb)).split("|"):
            past[form] = verb
        third[_third(verb)] = base[verb] = verb
        doubled = irregular.endswith(verb[-1] + "ed") and irregular[: len(verb)] == verb
        going[(verb + verb[-1] if doubled else stem if not verb.endswith("ee") else verb) + "ing"] = verb
    return past, third, base, going


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if verb.endswith("y") and verb[-2] not in "aeo" else verb + "ed"


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeo":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")


# Verbs that take what is said as a clause ("said the quay would close"), and those that first name who hears it.
SAY = (
    "say/said add acknowledge admit/admitted affirm allege announce argue assert believe boast caution claim clarify "
    "complain concede contend declare deny emphasise emphasize explain hint imply indicate insist joke lament maintain "
    "mention note opine predict proclaim quip/quipped reaffirm recall reckon reiterate remark reply report retort "
    "reveal state stress suggest testify think/thought underline underscore vow warn write/wrote tweet confirm whisper "
    "comment respond counter cry elaborate disclose contend confess"
)
TELL = "tell/told remind inform assure notify reassure advise"
# Verbs that report words only if "that", a colon or a quotation follows, or what is said goes before.
WEAK = (
    "agree answer ask assume charge conclude consider continue decide demonstrate determine discover dream "
    "estimate expect fear feel/felt find/found forecast/forecast guarantee hear/heard hold/held hope know/knew learn "
    "object observe point promise pledge propose read/read recommend regret/regretted repeat rule see/saw "
    "show/showed signal speculate stipulate submit/submitted suspect swear/swore threaten understand/understood "
    "urge demand wonder worry shout specify cite outline establish realise realize calculate conjecture protest "
    "laugh smile sigh refer/referred quote"
)
# Verbs that are an act by themselves ("thanked the crew"): what follows is no clause.
ACT = (
    "thank welcome condemn reject criticise criticize denounce praise accuse congratulate apologise apologize "
    "oppose support express voice refuse blame ask commend salute hail deplore applaud back endorse defend "
    "appeal decry slam/slammed blast dismiss rebuke question honour urge demand protest regret/regretted "
    "pledge promise vow threaten propose recommend decline warn object complain highlight advocate ban/banned "
    "favour favor challenge dispute insist call stress note emphasise emphasize deny announce confirm recall "
    "reiterate underline underscore mention acknowledge admit/admitted expect want/wanted hope fear request "
    "encourage agree consider point suggest offer prefer/preferred intend plan/planned aim lament"
)
NAMING = "call describe brand label dub/dubbed term characterise characterize denounce portray"

MONTHS = words(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
MONTH_NAMES = words("jan april june august")  # people are called so, too
WEEKDAYS = words("monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun")
DATES = (MONTHS | WEEKDAYS | {f"{name}." for name in MONTHS | WEEKDAYS} | words("today yesterday tomorrow tonight")) - {
    "may", "march", "mar", "sat", "sun", "wed",
}  # fmt: skip
# Nouns that look like verbs of saying: they count only where "that" follows.
NOUN_LIKE = words(
    "claims reports notes states comments remarks estimates hopes fears forecasts guarantees promises threats answers "
    "charges objects rules signals holds finds reads points pledges proposals worries regrets cries counters posts "
    "tweets dreams demands protests reviews claim report note state comment remark estimate hope fear forecast "
    "guarantee promise threat answer charge object rule signal hold find read point pledge worry regret cry counter "
    "post tweet dream demand protest found felt cited decided reveals read ruled supports backs questions offers plans "
    "calls blasts hails honours favours challenges disputes requests appeals support back question offer plan call "
    "blast hail honour favour challenge dispute request appeal aims aim bans ban wants blames blame complaint stress "
    "boasts boast hints hint jokes joke vows vow urge urges ask show shows like likes term terms label labels brand "
    "brands state state’s complete learned suspects suspect salutes salute outline outlines voices voice objects"
)


def _codes() -> dict[str, str]:
    """Return the code of every listed word; a later list wins.

    V said, T told, W weak, v like a noun, E act, e act like a noun, K naming, g saying, m went (on to say);
    P he, D the, X modal, B be, t that, r who, p preposition, o of, s because, & and, h adverb, d date, a according;
    marks stand for themselves. Not listed (see _shape): C capitalised, N other word, # number, ' other mark.
    """
    codes: dict[str, str] = {}
    for listed, code in ((ACT, "E"), (NAMING, "K"), (WEAK, "W"), (TELL, "T"), (SAY, "V")):
        past, third, base, going = verb_forms(listed)
        codes |= dict.fromkeys((*past, *third, *base), code) | dict.fromkeys(going, "g")
    for word in NOUN_LIKE:
        codes[word] = {"E": "e", "K": "e"}.get(codes.get(word, "N"), "v" if word in codes else "N")
    for listed, code in CLOSED.items():
        codes |= dict.fromkeys(listed.split(), code)
    return codes | dict.fromkeys(DATES, "d") | MARKS


MARKED = {",": ",،、", ";": ";", ":": ":", ".": ".!?…", "-": "—–-", "(": "([{", ")": ")]}"}
MARKS = {mark: code for code, marks in MARKED.items() for mark in marks}
CLOSED = {
    "he she they it we i you nobody everybody everyone somebody someone": "P",
    "the a an this these those his her its their our my your some several many two three four five both each every "
    "another no such other all any most few one": "D",
    "has have had did does do will would can could may might must shall should cannot didn’t didn't hasn’t hasn't "
    "doesn’t doesn't don’t don't won’t won't wouldn’t wouldn't couldn’t couldn't can’t can't hadn’t hadn't haven’t "
    "haven't shouldn’t shouldn't he’ll we’ll they’ll": "X",
    "is are was were been be being isn’t isn't aren’t aren't wasn’t wasn't weren’t weren't am": "B",
    "that whether": "t",
    "who which whose whom where when why how what": "r",
    "went goes": "m",
    "of for": "o",
    "in on at to from by with about against over under between into after before during despite without through "
    "until till since within among around near across toward towards amid per via upon beyond behind below above "
    "outside inside along alongside regarding concerning including following unlike like due off out up down": "p",
    "because although though while if unless as once lest whereas than given": "s",
    "and or but nor yet so": "&",
    "also again too later earlier then further however not never still already thus therefore meanwhile moreover "
    "instead once just only even ever perhaps now here there recently soon often indeed nevertheless": "h",
    "according": "a",
}
CODES = _codes()
# Also as "is calling for", "are demanding".
ACT_FORMS = frozenset(form for forms in verb_forms(ACT) for form in forms)

# What is past without "-ed": the finite verb of a clause that the lists above do not know.
IRREGULAR = words(
    "went came got took made gave lost won held brought ran met kept built fell rose grew broke drew drove fled fought "
    "bought sold spent withdrew sought began became led knew failed left stood lay sat sank shook shot slept spoke "
    "stole struck swam threw woke wore paid sent meant did had chose ate flew froze forgot"
)


def is_past(word: Word) -> bool:
    """Return whether a word that no list holds looks like the past of a verb ("disagreed")."""
    return word.low in IRREGULAR or (word.code in "Nve" and word.low.endswith("ed") and len(word.low) > 4)


# Capitalised words that open a sentence and are no name: after "U.S." they tell that one begins.
BODY_STARTERS = words(
    "The A An This That These Those It He She They We You I There Here In On At By For From To With Without After "
    "Before During Since Until Under Over About Against Between Through As If When While Where What Who Why How "
    "But And "
    "Or So Yet Nor Then Thus Therefore However Moreover Meanwhile Also Although Though Because Despite Once Only Both "
    "Each Every All Some Many Most Several Few No Not His Her Its Their Our My Your According Asked Speaking Earlier "
    "Later Last Next Now Today Yesterday Instead Nevertheless Still Even Another Other Others Such More Two Three"
)
SAID = words(
    "said says added asked replied shouted wrote told noted insisted answered argued continued warned explained cried "
    "responded called recalled wondered stressed"
)
