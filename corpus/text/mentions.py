"""Names of people and bodies in a text: where they stand, and which of them are the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from corpus.text.words import BODY_STARTERS, CODES, Word, words

Span = tuple[int, int]

TITLES = words(
    "mr mrs ms mx dr prof gen col lt sgt capt cpt maj adm sen rep gov rev hon sir dame lord lady president minister "
    "premier chancellor ambassador envoy mayor governor senator congressman congresswoman deputy councillor counselor "
    "commissioner secretary judge justice prosecutor attorney chairman chairwoman chairperson chair director professor "
    "doctor captain colonel general major lieutenant sergeant admiral marshal inspector superintendent chief king "
    "queen "
    "prince princess pope bishop archbishop imam rabbi sheikh spokesman spokeswoman spokesperson speaker leader head "
    "representative delegate mp mep cllr alderman coach comrade ombudsman rapporteur counterpart vice-president master "
    "ex-mayor"
)
BODIES = words(
    "ministry authority authorities union council agency party committee commission court tribunal university college "
    "institute bank group association federation guild parliament assembly embassy consulate office department board "
    "company corporation corp inc ltd plc gmbh police army navy guard force forces service services society foundation "
    "organization organisation center centre trust league alliance movement front congress senate house government "
    "administration chamber cabinet directorate secretariat bureau mission delegation republic kingdom club hospital "
    "laboratory observatory church diocese museum museums times post herald tribune gazette press news radio tv "
    "television network cooperative co-operative syndicate confederation academy school fund inspectorate registry "
    "taskforce coalition faction caucus municipality prefecture archive clinic lines railways airways airlines works"
)
PLACES = words(
    "street road avenue lane square river lake sea bay gulf strait corridor district region province county valley "
    "island islands isle bridge airport station harbour harbor port gate hill hills mountain mountains coast peninsula "
    "peak falls park plateau canal quay pier hall stadium village town city capital territory territories republic "
    "agreement treaty convention accord act constitution war protocol summit conference festival championship cup day "
    "affairs rules resolution declaration charter code plan project programme program prize award law bill report"
)
FIELDS = words(
    "affairs resources management development industry trade health education security defence defense transport "
    "justice finance economy interior culture commerce policy services safety energy agriculture fisheries labour "
    "labor "
    "workers employees teachers nurses journalists technology science research environment tourism waters forests"
)
PARTICLES = words("de van von der den del della di da dos du la le el al bin ibn ben abu ten ter zu af")
AT = words("in at to from near into across through around outside inside towards toward off beyond via within")
ACTS = frozenset("VTWEKXBe")
PLURAL_OWNERS = words("women’s women's men’s men's children’s children's people’s people's")
# Nouns without a plural ending that open a sentence as names do: "Staff said".
CROWDS = words("people men women children staff management opposition")
# So many different names are kept for one surname, head noun or role: looking one up stays cheap in any text.
MOST_KNOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name in the text, without title and possessive; kind "person", "body" or "other" (a surname, a place)."""

    start: int
    end: int
    text: str
    kind: str
    is_acting: bool = True
    is_first: bool = False  # opens the sentence: its capital tells nothing
    is_owner: bool = False  # "Tor Lind’s"


def find_names(line: Sequence[Word]) -> list[Name]:
    """Return the names in the words of one sentence, in order. Headlines give none: see is_headline()."""
    found: list[Name] = []
    index = 0
    while index < len(line):
        if line[index].code != "C" or (index < 3 and line[index].text in BODY_STARTERS):
            index += 1
            continue
        end = _run_end(line, index)
        found += _names_in_run(line, index, end)
        index = end
    return found


def is_headline(line: Sequence[Word]) -> bool:
    """Return whether most words are capitalised, so that capitals tell nothing."""
    letters = [word for word in line if word.text[:1].isalpha() and len(word.text) > 3]
    n_capital = sum(word.text[0].isupper() for word in letters)
    has_stop = bool(line) and line[-1].code == "."
    return len(letters) > 2 and (
        n_capital * 10 >= len(letters) * 9 or (not has_stop and n_capital * 10 > len(letters) * 6)
    )


def _run_end(line: Sequence[Word], start: int) -> int:
    """Return where a run of capitalised words ends; particles join, "of" and "for" only behind a body's noun."""
    index = start + 1
    is_body = _bare(line[start]) in BODIES
    while index < len(line) and (not _is_possessive(line[index - 1]) or _owns_body(line, index)):
        word = line[index]
        if word.code == "C":
            is_body = is_body or _bare(word) in BODIES
            index += 1
        elif step := _connected(line, index, is_body) or _joined(line, start, index):
            index += step
        else:
            break
    return index


def _connected(line: Sequence[Word], index: int, is_body: bool) -> int:
    """Return how many words before the next capitalised one belong to the run; 0 if it ends here."""
    low = line[index].low
    following = [word.code for word in line[index + 1 : index + 3]]
    if low in PARTICLES and following[:1] == ["C"]:
        return 1
    if is_body and low in ("of", "for", "on"):
        if following[:1] == ["C"]:
            return 1
        return 2 if line[index + 1 : index + 2] and line[index + 1].low == "the" and following[1:] == ["C"] else 0
    is_list = is_body and low in ("and", "&") and following[:1] == ["C"] and _bare(line[index + 1]) in FIELDS
    return 1 if is_list and _bare(line[index - 1]) in FIELDS | {"trade"} else 0


def _capitals(line: Sequence[Word], index: int) -> list[Word]:
    """Return the capitalised words from `index` on, up to three."""
    last = index
    while last < len(line) and last - index < 3 and line[last].code == "C":
        last += 1
    return list(line[index:last])


def _owns_body(line: Sequence[Word], index: int) -> bool:
    """Return whether an irregular plural owns what follows ("Women’s Guild"): with "’s" it is one name."""
    return line[index - 1].low in PLURAL_OWNERS and any(_bare(word) in BODIES for word in _capitals(line, index))


def _joined(line: Sequence[Word], start: int, index: int) -> int:
    """Return 1 if the mark or "and" at `index` stands inside a body's name: "Parents’ Union", "Home and School League".

    "And" joins only words that are no names by themselves: behind one article, or of a field of work.
    """
    following = _capitals(line, index + 1)
    heads = [n for n, word in enumerate(following) if _bare(word) in BODIES]
    if not heads:
        return 0
    word, before = line[index], line[index - 1]
    if word.text in ("’", "'"):
        return 1 if word.start == before.end and before.low.endswith(("s", "x", "z")) else 0
    if word.low not in ("and", "&") or index - start > 3 or any(w.code != "C" for w in line[start:index]):
        return 0
    if any(_bare(w) in BODIES or _bare(w) in TITLES for w in line[start:index]) or heads[-1] == 0:
        return 0
    is_field = {_bare(before), _bare(following[0])} & (FIELDS | {"home", "school"})
    has_article = start > 0 and line[start - 1].low in ("the", "a", "its", "their") and index - start == 1
    return 1 if is_field or has_article else 0


def is_title(word: Word) -> bool:
    """Return whether a word is a title or an office ("Mr.", "mayor")."""
    return _bare(word) in TITLES


def _bare(word: Word) -> str:
    return word.low.removesuffix("’s").removesuffix("'s").rstrip("’'.")


def _is_possessive(word: Word) -> bool:
    return word.low.endswith(("’s", "'s"))


def _names_in_run(line: Sequence[Word], start: int, end: int) -> list[Name]:
    """Return the body and the person in a run: titles stripped, "Foreign Ministry Tor Lind" cut in two."""
    titles = [n for n in range(start, end) if _bare(line[n]) in TITLES]
    heads = [n for n in range(start, end) if _bare(line[n]) in BODIES]
    if titles and (not heads or heads[-1] < titles[-1]):
        rest = titles[-1] + 1
        found = _names_in_run(line, start, heads[-1] + 1) if heads and not any(n < heads[-1] for n in titles) else []
        return found + (_person(line, rest, end) if rest < end and line[rest].low not in ("of", "for", "on") else [])
    if not heads:
        return _person(line, start, end)
    cut = _body_end(line, start, heads, end)
    body = _make(line, start, cut, "body", _acts(line, start, cut))
    return [body, *(_person(line, cut, end) if cut < end else [])]


def _body_end(line: Sequence[Word], start: int, heads: list[int], end: int) -> int:
    """Return where the name of a body ends and that of a person may begin."""
    last = heads[-1]
    if last + 1 >= end:
        return end
    if line[last + 1].code == "C":
        return last + 1 if last > start else end  # "Radio Ishel" is one name
    capital = end
    while capital > last + 1 and line[capital - 1].code == "C":
        capital -= 1
    is_named = end - capital >= 3 and not any(_bare(word) in FIELDS for word in line[end - 2 : end])
    follows = line[end].code if end < len(line) else "."
    return end - 2 if is_named and follows in "VTWXBEKv," else end


def _person(line: Sequence[Word], start: int, end: int) -> list[Name]:
    """Return the run as a person if it has two words and is no place, else as a name of unknown kind."""
    n_words = end - start
    last = _bare(line[end - 1])
    if last in PLACES or CODES.get(last, "C") in "DP" or (start == 0 and n_words == 1 and last in CODES):
        return []
    is_place = start > 0 and (line[start - 1].low in AT or (line[start - 1].low == "the" and n_words > 1))
    is_acronym = n_words == 1 and line[start].text.isupper() and len(last) > 1
    kind = "body" if is_acronym else ("person" if n_words > 1 and not is_place and n_words <= 5 else "other")
    return [_make(line, start, end, kind, not is_place and _acts(line, start, end))]


def _acts(line: Sequence[Word], start: int, end: int) -> bool:
    """Return whether the name is the subject of what follows, or stands without a noun that it only modifies."""
    follows = line[end] if end < len(line) else None
    if follows is None or _is_possessive(line[end - 1]):
        return False
    return follows.code in ACTS or (follows.code == "h" and end + 1 < len(line))


def _make(line: Sequence[Word], start: int, end: int, kind: str, is_acting: bool) -> Name:
    first, last = line[start], line[end - 1]
    cut = last.end - (2 if _is_possessive(last) else 1 if last.text.endswith(("’", "'")) else 0)
    text = line_text(line[start:end])
    is_first = start < 4 and all(word.code in "'-(" for word in line[:start])
    return Name(
        start=first.start,
        end=cut,
        text=text[: len(text) - (last.end - cut)],
        kind=kind,
        is_acting=is_acting,
        is_first=is_first,
        is_owner=_is_possessive(last),
    )


def line_text(line: Sequence[Word]) -> str:
    """Return words with one space where white space stood between them."""
    before = line[0].start
    parts = []
    for word in line:
        parts += [" ", word.text] if word.start > before else [word.text]
        before = word.end
    return "".join(parts).strip()


@dataclass(slots=True)
class Cast:
    """The names of one document: full forms by surname, by head noun, by initials and by role."""

    people: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, dict[str, int]] = field(default_factory=dict)  # by head noun: names with their first place
    short: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[tuple[int, frozenset[str], str]]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)  # names seen inside a sentence, where a capital makes a name
    places: set[str] = field(default_factory=set)  # what somebody or something is "in"
    called: dict[str, str] = field(default_factory=dict)  # by head noun: bodies in lower case, the last ones named

    def add(self, line: Sequence[Word], names: Iterable[Name]) -> None:
        """Take in the names of one sentence."""
        places = {word.start: n for n, word in enumerate(line)}
        for name in names:
            index = places[name.start]
            n_words = sum(word.start < name.end for word in line[index : index + 24])
            if name.kind == "person":
                self._add_person(name.text)
                self._add_roles(line, index, n_words, name)
            elif name.kind == "body" and n_words > 1:
                self._add_body(line, index + n_words, name)
            if not name.is_first or _is_speaking(line, index + n_words, name):
                self.sure.add(name.text)
            if name.kind == "other" and index and line[index - 1].low in ("in", "near", "across", "into"):
                self.places.add(name.text)

    def _add_person(self, full: str) -> None:
        same = self.people.setdefault(full.split()[-1], [])
        for n, known in enumerate(same):
            if known.split()[0] == full.split()[0]:
                same[n] = max(known, full, key=len)
                return
        if len(same) < MOST_KNOWN:
            same.append(full)

    def _add_body(self, line: Sequence[Word], after: int, name: Name) -> None:
        for word in name.text.split():
            if (low := word.lower().strip(".")) in BODIES:
                known = self.bodies.setdefault(low, {})
                if len(known) < MOST_KNOWN:
                    known.setdefault(name.text, name.start)
        initials = "".join(word[0] for word in name.text.split() if word[0].isupper())
        if len(initials) > 2:
            self.short.setdefault(initials, name.text)
        if [word.code for word in line[after : after + 3]] == ["(", "C", ")"]:
            self.short[line[after + 1].text] = name.text

    def _add_roles(self, line: Sequence[Word], index: int, n_words: int, name: Name) -> None:
        """Remember "Ishel mayor Tor Lind", "spokesman for the guild Tor Lind" and "Tor Lind, the mayor of Ishel,"."""
        first = index
        while first > 0 and index - first < 12 and line[first - 1].code not in ",;:.QVTWXB&-":
            first -= 1
        last = index + n_words
        if last < len(line) and line[last].code == ",":
            last += 1
            while last < len(line) and last - index < 16 and line[last].code not in ",;:.QVTWXB-r":
                last += 1
        for around in (line[first:index], line[index + n_words : last]):
            for role in {_bare(word) for word in around} & TITLES:
                known = self.roles.setdefault(role, [])
                if len(known) < MOST_KNOWN:
                    known.append((name.start, _context(around), name.text))

    def full_name(self, form: str, position: int | None = None) -> str:
        """Return the fullest form of a name; of a body ("the Ministry") the one given before `position`."""
        if form in self.short:
            return self.short[form]
        parts = form.split()
        while len(parts) > 1 and parts[0].lower() in PARTICLES:
            parts = parts[1:]
        if len(parts) == 1 and position is not None and parts[0].lower() in BODIES:
            return self.body_named(parts[0].lower(), position) or form
        known = self.people.get(parts[-1], []) if parts else []
        matching = [full for full in known if len(parts) == 1 or full.split()[0] == parts[0]]
        return matching[0] if matching else form

    def is_person(self, form: str) -> bool:
        """Return whether a name is the surname of somebody whose full name is given."""
        return form.split()[-1] in self.people

    def is_sure(self, name: Name) -> bool:
        """Return whether a capitalised word is a name of somebody who can speak and not a place or a first word."""
        if name.kind != "other" or self.is_person(name.text):
            return name.kind != "body" or name.text.lower() not in BODIES or not name.is_first
        return name.is_acting and (not name.is_first or name.text in self.sure)

    def body_named(self, head: str, position: int) -> str:
        """Return the fullest name with a head noun ("ministry") that was given before `position`, or ""."""
        before = [name for name, start in self.bodies.get(head, {}).items() if start < position]
        return max(before, key=len) if before else ""

    def person_with_role(self, line: Sequence[Word], position: int) -> str:
        """Return who was introduced with a role that the words name ("the Ishel mayor"), or ""."""
        context = _context(line)
        known = next((self.roles[_bare(word)] for word in line if _bare(word) in self.roles), [])
        scored = [
            (len(context & around), start <= position, -abs(position - start), who) for start, around, who in known
        ]
        return max(scored)[-1] if scored else ""


def _is_speaking(line: Sequence[Word], after: int, name: Name) -> bool:
    """Return whether a first word is the subject of a verb of saying and looks like one speaker and not like many."""
    return is_one(name) and after < len(line) and line[after].code in "VT"


def is_one(name: Name) -> bool:
    """Return whether a capitalised word of unknown kind looks like one speaker and not like many."""
    low = name.text.lower()
    is_many = low in CROWDS or (low.endswith("s") and not low.endswith(("ss", "us", "is")))
    return name.kind == "other" and not is_many


def _context(line: Sequence[Word]) -> frozenset[str]:
    """Return the beginnings of the capitalised words, so that "Talvoran" meets "Talvora's"."""
    return frozenset(word.low[:5] for word in line if word.text[:1].isupper() and word.code == "C")
