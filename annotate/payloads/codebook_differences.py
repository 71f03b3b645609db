"""What changed between two versions of a codebook, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from annotate.models.codebook import BoundaryRule, Nesting
from annotate.payloads.codebook_files import REQUIRES, AttributeFile, CodebookFile, LabelFile
from annotate.payloads.codebook_rules import attributes_by_key, sources

# Comparing takes time with the product of the lines.
MAX_LINES = 3000
NESTING: dict[str, str] = {str(value): str(label) for value, label in Nesting.choices}
RULES: dict[str, str] = {str(value): str(label) for value, label in BoundaryRule.choices}
SCOPES = {"claim": "of each claim", "stance": "of each stance", "document": "of the document"}
TEXTS = (("definition", "definition"), ("example", "example"), ("counter_example", "counter-example"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change: the section it belongs to, its kind for sorting and marking, and a sentence."""

    section: str
    kind: str  # added, removed, renamed, merged, split, changed
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the guidelines: `+` new, `-` gone, ` ` the same beside a change, `…` for what is left out."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    changes: list[Difference] = field(default_factory=list)
    guidelines: list[Line] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.changes or self.guidelines)

    def sections(self) -> dict[str, list[Difference]]:
        found: dict[str, list[Difference]] = {}
        for change in self.changes:
            found.setdefault(change.section, []).append(change)
        return found


def differences(old: CodebookFile, new: CodebookFile, *, follows: bool = True) -> Differences:
    """Compare two versions. What is renamed, merged or split is known only where `new` directly follows `old`."""
    changes = [
        *_scope(old, new),
        *_labels("Stance scale", old.stances, new.stances, follows=follows, noun="value"),
        *_attributes(old, new, follows=follows),
    ]
    return Differences(changes=changes, guidelines=list(_lines(old.guidelines, new.guidelines)))


def _scope(old: CodebookFile, new: CodebookFile) -> Iterator[Difference]:
    def change(words: str) -> Difference:
        return Difference(section="What is coded", kind="changed", words=words)

    if old.whose_claims != new.whose_claims:
        yield change(f"Whose claims: “{new.whose_claims}” (was “{old.whose_claims}”).")
    for name, what in (("codes_narration", "Narration"), ("codes_headline", "The headline")):
        if getattr(old, name) != getattr(new, name):
            yield change(f"{what} {'is coded now' if getattr(new, name) else 'is no longer coded'}.")
    if old.nesting != new.nesting:
        yield change(f"Claims inside claims: {NESTING[new.nesting]} (was {NESTING[old.nesting]}).")
    if old.boundary_rule != new.boundary_rule:
        yield change(f"Small differences of boundary: {RULES[new.boundary_rule]} (was {RULES[old.boundary_rule]}).")
    for name in REQUIRES:
        if (name in old.requires) != (name in new.requires):
            yield change(f"The {name} is {'required now' if name in new.requires else 'no longer required'}.")


def _attributes(old: CodebookFile, new: CodebookFile, *, follows: bool) -> Iterator[Difference]:
    taken: dict[tuple[str, str], int] = {}
    for found in new.attributes:
        for source in _sources(found, old, new, follows=follows):
            taken[source.scope, source.key] = taken.get((source.scope, source.key), 0) + 1
    for found in new.attributes:
        section = f"Question “{found.name}”"
        origins = _sources(found, old, new, follows=follows)
        if not origins:
            words = f"Asked now {SCOPES[found.scope]}{', required' if found.required else ''}."
            words += f" {_condition(found, new)}" if found.condition is not None else ""
            yield Difference(section=section, kind="added", words=words)
            continue
        several = [o.key for o in origins if taken[o.scope, o.key] > 1]
        yield from _origin(section, found, origins, several, noun="question")
        yield from _question(section, origins[0], found, new)
        labels = [label for origin in origins for label in origin.labels]
        yield from _labels(section, labels, found.labels, follows=follows, noun="label")
    for source in old.attributes:
        if (source.scope, source.key) not in taken:
            words = f"No longer asked {SCOPES[source.scope]}."
            yield Difference(section=f"Question “{source.name}”", kind="removed", words=words)
    common = [key for key in attributes_by_key(new) if key in attributes_by_key(old)]
    if common != [key for key in attributes_by_key(old) if key in attributes_by_key(new)]:
        yield Difference(section="Questions", kind="changed", words="They are asked in another order.")


def _sources(found: AttributeFile, old: CodebookFile, new: CodebookFile, *, follows: bool) -> list[AttributeFile]:
    """Return what a question takes over; a key that another one took over is not taken by its namesake."""
    if follows and found.replaces:
        return sources(found, old)
    claimed = {(other.scope, key) for other in new.attributes for key in other.replaces} if follows else set()
    own = attributes_by_key(old).get((found.scope, found.key))
    return [own] if own is not None and (own.scope, own.key) not in claimed else []


def _origin(
    section: str,
    found: AttributeFile | LabelFile,
    origins: Sequence[AttributeFile | LabelFile],
    several: list[str],
    *,
    noun: str,
) -> Iterator[Difference]:
    """Say where the answers come from, unless simply from the same key; then only a new name counts."""
    names = ", ".join(f"“{origin.name}” ({origin.key})" for origin in origins)
    own = f"“{found.name}” ({found.key})"
    if several:
        words = f"The {noun} {names} is split; {own} is one part. Its answers are looked at again."
        yield Difference(section=section, kind="split", words=words)
    elif len(origins) > 1:
        yield Difference(section=section, kind="merged", words=f"The {noun}s {names} are merged into {own}.")
    elif origins[0].key != found.key or origins[0].name != found.name:
        yield Difference(section=section, kind="renamed", words=f"The {noun} {names} is now {own}.")


def _question(section: str, old: AttributeFile, found: AttributeFile, new: CodebookFile) -> Iterator[Difference]:
    def change(words: str) -> Difference:
        return Difference(section=section, kind="changed", words=words)

    if old.kind != found.kind:
        yield change(f"Its kind is {found.kind} (was {old.kind}).")
    if old.required != found.required:
        yield change("It is required now." if found.required else "It is optional now.")
    if old.multiple != found.multiple:
        yield change("Several answers are allowed now." if found.multiple else "Only one answer is allowed now.")
    if (old.minimum, old.maximum) != (found.minimum, found.maximum):
        yield change(f"Its scale goes {_range(found)} (went {_range(old)}).")
    if old.condition != found.condition:
        yield change(_condition(found, new))
    if old.definition != found.definition:
        yield change(f"Its definition is “{found.definition}” (was “{old.definition}”).")


def _condition(found: AttributeFile, new: CodebookFile) -> str:
    if found.condition is None:
        return "It is asked always."
    asked = attributes_by_key(new)[found.scope, found.condition[0]]
    label = next(label.name for label in asked.labels if label.key == found.condition[1])
    return f"It is asked only when “{asked.name}” is “{label}”."


def _range(found: AttributeFile) -> str:
    low = "from below" if found.minimum is None else f"from {found.minimum:g}"
    return f"{low} {'without end' if found.maximum is None else f'to {found.maximum:g}'}"


def _labels(
    section: str, old: Sequence[LabelFile], new: Sequence[LabelFile], *, follows: bool, noun: str
) -> Iterator[Difference]:
    before = {label.key: label for label in old}
    claimed = {key for label in new for key in label.replaces} if follows else set()

    def origins_of(label: LabelFile) -> list[LabelFile]:
        if follows and label.replaces:
            return [before[key] for key in label.replaces if key in before]
        return [before[label.key]] if label.key in before and label.key not in claimed else []

    origins = {label.key: origins_of(label) for label in new}
    taken = [source.key for found in origins.values() for source in found]
    for label in new:
        sources = origins[label.key]
        if not sources:
            words = f"“{label.name}” ({label.key}) is a new {noun}."
            yield Difference(section=section, kind="added", words=words)
            continue
        several = [source.key for source in sources if taken.count(source.key) > 1]
        yield from _origin(section, label, sources, several, noun=noun)
        yield from _label(section, sources[0], label)
    for label in old:
        if label.key not in taken:
            words = f"The {noun} “{label.name}” ({label.key}) is removed."
            yield Difference(section=section, kind="removed", words=words)
    common = [label.key for label in new if label.key in before]
    if common != [label.key for label in old if label.key in origins]:
        yield Difference(section=section, kind="changed", words=f"The {noun}s stand in another order.")


def _label(section: str, old: LabelFile, new: LabelFile) -> Iterator[Difference]:
    def change(words: str) -> Difference:
        return Difference(section=section, kind="changed", words=f"“{new.name}”: {words}")

    for name, what in TEXTS:
        if getattr(old, name) != getattr(new, name):
            was = getattr(old, name)
            yield change(f"the {what} is “{getattr(new, name)}”{f' (was “{was}”)' if was else ''}.")
    if old.score != new.score:
        yield change(f"the score is {_score(new.score)} (was {_score(old.score)}).")
    if old.slot != new.slot:
        yield change(f"the colour is {new.slot} (was {old.slot}).")
    if old.shortcut != new.shortcut:
        yield change(f"the shortcut is “{new.shortcut}”." if new.shortcut else "it has no shortcut any more.")


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:+g}".replace("-", "−")


def _lines(old: str, new: str) -> Iterator[Line]:
    """Yield the lines that changed with two lines around them."""
    if old == new:
        return
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > MAX_LINES:
        yield Line(sign="…", text="The guidelines changed; they are too long to be compared line by line.")
        return
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(2):
        yield Line(sign="…", text=f"line {group[0][3] + 1}")
        for what, i1, i2, j1, j2 in group:
            if what == "equal":
                yield from (Line(sign=" ", text=text) for text in before[i1:i2])
                continue
            yield from (Line(sign="-", text=text) for text in before[i1:i2])
            yield from (Line(sign="+", text=text) for text in after[j1:j2])
