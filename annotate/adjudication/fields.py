"""The fields of a unit: which the readings agree on, what a majority says, and what settles itself."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotate.adjudication.marks import NO_STANCE, PLAIN_FIELDS, Mark, StanceKey
from annotate.agreement.matching import Spans

LONGEST, SHORTEST, ASK = "longest", "shortest", "ask"
WORD = re.compile(r"\w+(?:[’'-]\w+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a unit: the value of each mark, in their order, and which mark's value stands unless changed."""

    name: str
    values: tuple[Hashable, ...]
    prefill: int | None
    # The readings differ, but by less than the codebook's rule for boundaries settles.
    by_rule: bool = False

    @property
    def is_agreed(self) -> bool:
        return len(set(self.values)) == 1

    @property
    def is_open(self) -> bool:
        return not self.is_agreed and not self.by_rule

    def n_for(self, index: int) -> int:
        """Return how many marks have the value of this one."""
        return self.values.count(self.values[index])

    @property
    def dispute(self) -> str:
        """Return a digest of the values that stand against each other, whoever gave them and to what target."""
        if self.is_agreed or self.name in ("spans", "cue"):
            return ""
        kind = "stances" if self.name.startswith("stances") else self.name
        content = repr((kind, sorted({repr(value) for value in self.values})))
        return hashlib.sha256(content.encode()).hexdigest()


def fields_of(marks: Sequence[Mark], text: str, rule: str = ASK) -> list[Field]:
    """Return the fields that any of the marks answers, in the order of the desk."""
    found = [_spans_field(marks, text, rule)]
    names = dict.fromkeys([*PLAIN_FIELDS, *sorted({name for mark in marks for name in mark.values})])
    speakers_differ = len({mark.values["speakers"] for mark in marks}) > 1
    for name in names:
        values = tuple(mark.values.get(name) for mark in marks)
        # Whom different speakers represent is no field of its own: it is part of who speaks.
        if name == "speakers" and speakers_differ:
            values = tuple(mark.people for mark in marks)
        if any(value is not None for value in values) and not (name == "represents" and speakers_differ):
            found.append(field(name, values))
        if name == "proposition":
            found += _stance_fields(marks)
    return found


def field(name: str, values: Iterable[Hashable]) -> Field:
    found = tuple(values)
    return Field(name=name, values=found, prefill=strict_majority(found))


def strict_majority(values: Sequence[Hashable]) -> int | None:
    """Return the first place of the value that more than half of the marks have, or None."""
    value, n = Counter(values).most_common(1)[0]
    return values.index(value) if 2 * n > len(values) else None


def _stance_fields(marks: Sequence[Mark]) -> list[Field]:
    """Return one field for each holder and target where all marks share one of them, else one of all stances."""
    keys = [mark.stances.keys() for mark in marks]
    common = set.intersection(*map(set, keys))
    if not common:
        values = tuple(mark.whole_stance for mark in marks)
        return [field("stances", values)] if any(value is not None for value in values) else []
    union = dict.fromkeys(key for own in keys for key in own)
    return [field(stance_field(key), (mark.stances.get(key) for mark in marks)) for key in union]


def stance_field(key: StanceKey) -> str:
    return f"stances/{key[0]}/{key[1]}"


def stance_key(name: str) -> StanceKey:
    """Return holder and target of the name of a field of one stance."""
    _, holder, target = name.split("/")
    return holder, target


def _spans_field(marks: Sequence[Mark], text: str, rule: str) -> Field:
    values = tuple(mark.spans for mark in marks)
    if len(set(values)) == 1 or rule == ASK or not differ_little(values, text):
        return field("spans", values)
    pick = max if rule == LONGEST else min
    best = pick(values, key=lambda spans: (sum(end - start for start, end in spans), spans))
    return Field(name="spans", values=values, prefill=values.index(best), by_rule=True)


def differ_little(values: Sequence[Spans], text: str) -> bool:
    """Return whether each two differ by space, quotation marks and other signs, or one word, and nothing else."""
    different = list(dict.fromkeys(tuple(value) for value in values))
    pairs = ((a, b) for i, a in enumerate(different) for b in different[:i])
    return all(_words_between(a, b, text) <= 1 for a, b in pairs)


def _words_between(a: Spans, b: Spans, text: str) -> int:
    """Count the words that only one of both holds; a word cut in the middle counts."""
    edges = sorted({edge for spans in (a, b) for span in spans for edge in span})
    found = 0
    for start, end in pairwise(edges):
        if _holds(a, start) != _holds(b, start):
            found += len(WORD.findall(text, start, end))
    return found


def _holds(spans: Spans, at: int) -> bool:
    return any(start <= at < end for start, end in spans)


def says_no_stance(value: Hashable) -> bool:
    return value == NO_STANCE
