"""What the desk shows of one unit: readings as rows, disputed fields as columns, what all agree on in one line."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.adjudication.fields import Field
from annotate.adjudication.marks import Mark
from annotate.adjudication.units import State, Unit
from annotate.models import Decision, DecisionField
from annotate.payloads.codebooks import CodebookView
from annotate.permissions import AnyUser
from annotate.reports.desk import Desk
from annotate.reports.desk.words import NOTHING, field_name, in_words, stances_in_words, value_in_words
from annotate.web.adjudicate.drawing import Words, differing_words, slot_of_field
from annotate.web.guidelines import Paragraph, anchor_of, paragraph_about
from annotate.web.signs import GLYPHS
from corpus.text.quotes import in_marks

ENTRY_FIELDS = ("speakers", "represents", "reported_by", "proposition", "stances")
TITLE_LENGTH = 60
NEAR = 8  # units of a passage shown before a unit, and after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One reading's value of a disputed field."""

    key: str
    words: str
    pieces: Words
    slot: str
    glyph: str
    spans: str
    value: int
    is_chosen: bool
    is_same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A disputed field over all readings."""

    name: str
    title: str
    cells: list[Cell]
    note: str
    is_missing: bool
    is_open: bool
    is_entry: bool
    help: list[tuple[str, str]]
    guideline: Paragraph | None
    anchor: str
    earlier: list[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reading in the unit."""

    number: int
    name: str
    mark: Mark
    cells: list[tuple[Column, Cell]]
    is_being_revised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A unit, ready to be shown."""

    id: str
    unit: Unit
    title: str
    quote: str
    said: str
    rows: list[Row]
    columns: list[Column]
    agreed: list[tuple[str, str]]
    start: list[list[int]]
    decisions: list[Decision]
    others: list[tuple[str, str]]
    result: str
    propositions: list[tuple[str, str]]
    # The units that overlap with it, through others too, in the order of the text, the nearest; itself among them.
    passage: list[Panel] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.unit.is_open

    @property
    def status(self) -> str:
        """Return in words whether it is open, and otherwise how it was settled."""
        if self.is_open:
            return "open again" if self.unit.state == "reopened" else "open"
        if self.unit.state == "decided":
            return self.decisions[0].get_kind_display()
        return "settled by the rule" if self.unit.state == "near" else "settled"

    @property
    def missing(self) -> list[str]:
        return [column.title for column in self.columns if column.is_missing]


def panels_of(desk: Desk, names: dict[str, str], user: AnyUser) -> list[Panel]:
    """Return the panels of all units. One query, for earlier decisions on the same pairs of values."""
    earlier = _earlier(desk, user)
    together = {n: numbers for numbers in desk.passages for n in numbers}
    found = []
    for n, unit in enumerate(desk.units):
        others = [
            (f"{desk.units[i].key} {state_of(desk.units[i], desk)}", _title(desk.units[i], desk))
            for i in together.get(n, [])
            if i != n
        ]
        found.append(_panel(unit, desk, names, earlier, others))
    for n, panel in enumerate(found):
        numbers = list(together.get(n, []))
        if len(numbers) > 1:
            at = numbers.index(n)
            panel.passage.extend(found[i] for i in numbers[max(0, at - NEAR) : at + NEAR + 1])
    return found


def state_of(unit: Unit, desk: Desk) -> str:
    """Return a digest of what a unit rests on: its readings as they are, and the decisions on them."""
    versions = sorted((standing.id, desk.decisions[standing.id].version) for standing in unit.decisions)
    readings = sorted((mark.key, mark.fingerprint) for mark in unit.marks)
    return hashlib.sha256(repr((readings, versions)).encode()).hexdigest()


def _panel(
    unit: Unit,
    desk: Desk,
    names: dict[str, str],
    earlier: dict[str, list[tuple[str, int]]],
    others: list[tuple[str, str]],
) -> Panel:
    disputed = [field for field in unit.fields if not field.is_agreed]
    columns = [_column(field, unit, desk, earlier) for field in disputed]
    # In the order of the lanes, so that the same reading stands in the same place from unit to unit.
    order = sorted(range(len(unit.marks)), key=lambda n: (desk.number_of(unit.marks[n]), n))
    rows = [_row(n, unit.marks[n], columns, desk, names) for n in order]
    first = unit.marks[0] if unit.marks else None
    decisions = [desk.decisions[standing.id] for standing in unit.decisions]
    spans = next((field for field in unit.fields if field.name == "spans"), None)
    start = unit.marks[spans.prefill or 0].spans if spans is not None else ()
    agreed = [
        (field_name(field.name, desk.codebook, unit.marks), in_words(field, first, desk.codebook))
        for field in unit.fields
        if field.is_agreed and first is not None and field.name != "spans"
    ]
    return Panel(
        id=unit.key[:8],
        unit=unit,
        title=_title(unit, desk),
        quote=value_in_words("spans", first.claim, desk.codebook) if first is not None else "",
        said=said_of(unit, desk),
        rows=rows,
        columns=columns,
        agreed=[(name, words) for name, words in agreed if words != NOTHING],
        start=[list(span) for span in start],
        decisions=decisions,
        others=others,
        result=_result(decisions, desk),
        propositions=_propositions(unit.marks),
    )


def _title(unit: Unit, desk: Desk) -> str:
    """Return who speaks and the first words."""
    claim = unit.marks[0].claim if unit.marks else _gold_claim(unit, desk)
    if claim is None:
        return "Nothing is left of the readings"
    words = claim["spans"][0]["quote"]
    words = words if len(words) <= TITLE_LENGTH else f"{words[:TITLE_LENGTH].rsplit(' ', 1)[0]} …"
    return f"{value_in_words('speakers', claim, desk.codebook)}: {in_marks(words)}"


def _gold_claim(unit: Unit, desk: Desk) -> dict[str, Any] | None:
    ids = [desk.decisions[standing.id].claim_id for standing in unit.decisions]
    return next((desk.gold_claims[str(id)] for id in ids if id is not None), None)


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def said_of(unit: Unit, desk: Desk) -> str:
    """Return in a sentence or two what the readings are and where they differ."""
    n, of = unit.n_marked_by, unit.n_readers
    count = NUMBERS[n] if n < len(NUMBERS) else str(n)
    said = [f"{count} reading{'s' if n != 1 else ''}." if n == of else f"Only {n} of {of} marked this."]
    names = [field_name(field.name, desk.codebook, unit.marks) for field in unit.open_fields]
    differ = [name[0].lower() + name[1:] for name in names]
    if differ:
        said.append(f"They differ in {_listed(differ)}.")
    elif unit.state == State.NEAR:
        said.append("They differ by less than the codebook’s rule for boundaries.")
    elif n > 1 and unit.is_open:
        said.append("They agree in every field.")
    if unit.is_unclear:
        said.append("Somebody was unsure or left a note.")
    if unit.state == State.REOPENED:
        said.append("A reading changed after the decision.")
    return " ".join(said)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _column(field: Field, unit: Unit, desk: Desk, earlier: dict[str, list[tuple[str, int]]]) -> Column:
    marks = unit.marks
    cells = [
        Cell(
            key=mark.key,
            words=in_words(field, mark, desk.codebook),
            pieces=differing_words(mark, marks, desk.text) if field.name == "spans" else [],
            slot=(slot := slot_of_field(field.name, mark, desk.codebook)),
            glyph=GLYPHS.get(slot, "") if slot else "",
            spans=str([list(span) for span in mark.spans]) if field.name == "spans" else "",
            value=field.values.index(field.values[n]),
            is_chosen=field.prefill == n,
            is_same=field.prefill is not None and field.values[n] == field.values[field.prefill],
        )
        for n, mark in enumerate(marks)
    ]
    return Column(
        name=field.name,
        title=field_name(field.name, desk.codebook, marks),
        cells=cells,
        note=_note(field),
        is_missing=field.prefill is None,
        is_open=field.is_open,
        is_entry=field.name in ENTRY_FIELDS,
        help=_help(field, cells, marks, desk.codebook),
        guideline=(guideline := _guideline(field, desk.codebook)),
        anchor=anchor_of(guideline.heading) if guideline is not None else "",
        earlier=earlier.get(field.dispute, []),
    )


# Words by which the guidelines speak of a field, the most telling first.
ABOUT = {
    "spans": ("boundar", "span", "select the words", "words"),
    "speakers": ("speaker",),
    "represents": ("on behalf", "behalf", "represent"),
    "reported_by": ("reported by", "chain", "report"),
    "cue": ("cue",),
    "mode": ("mode",),
    "proposition": ("proposition",),
    "stances": ("stands", "stance"),
}


def _guideline(field: Field, codebook: CodebookView) -> Paragraph | None:
    """Return the paragraph of the guidelines that is about a field."""
    name = field.name.split("/")[0]
    words = ABOUT.get(name) or (field_name(field.name, codebook).casefold(),)
    return paragraph_about(codebook.version.guidelines, words)


def _note(field: Field) -> str:
    if field.by_rule:
        return "by the codebook’s rule"
    if field.prefill is None:
        return "choose one"
    n = field.n_for(field.prefill)
    return f"{n} against {len(field.values) - n}"


def _row(n: int, mark: Mark, columns: list[Column], desk: Desk, names: dict[str, str]) -> Row:
    number = desk.number_of(mark)
    reader = next(found for found in desk.readers if found.number == number)
    return Row(
        number=number,
        name=names.get(mark.reader, ""),
        mark=mark,
        cells=[(column, column.cells[n]) for column in columns],
        is_being_revised=reader.is_being_revised,
    )


def _help(field: Field, cells: Iterable[Cell], marks: Sequence[Mark], codebook: CodebookView) -> list[tuple[str, str]]:
    """Return what the codebook says of the values in dispute: (name, definition)."""
    if field.name.startswith("stances"):
        values = {s["value"] for mark in marks for s in mark.claim["stances"]}
        return [(label.name, label.definition) for key, label in codebook.stances.items() if key in values]
    if not field.name.startswith("attributes/"):
        return []
    spec = codebook.attributes.get(("claim", field.name.split("/", 1)[1]))
    if spec is None:
        return []
    words = {cell.words for cell in cells}
    found = [(spec.name, spec.definition)] if spec.definition else []
    labels = codebook.labels.get(spec.id, ())
    return found + [(la.name, la.definition) for la in labels if la.definition and any(la.name in w for w in words)]


def _earlier(desk: Desk, user: AnyUser) -> dict[str, list[tuple[str, int]]]:
    """Return how the same values were decided between before, in this project: by dispute (value, times)."""
    disputes = {field.dispute for unit in desk.units for field in unit.fields} - {""}
    seen = Decision.objects.visible_to(user).filter(layer__project=desk.adjudication.project_id)
    rows = DecisionField.objects.filter(decision__in=seen.values("pk"), dispute__in=disputes).exclude(
        decision__layer__document=desk.adjudication.document_id
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for dispute, value in rows.values_list("dispute", "value")[:2000]:
        found[dispute][value] += 1
    return {dispute: values.most_common(3) for dispute, values in found.items()}


def _result(decisions: Sequence[Decision], desk: Desk) -> str:
    """Return the gold claim of a decided unit as a sentence."""
    if not decisions:
        return ""
    if decisions[0].claim_id is None:
        return "Not a claim."
    claim = desk.gold_claims[str(decisions[0].claim_id)]
    speakers = value_in_words("speakers", claim, desk.codebook)
    words = value_in_words("spans", claim, desk.codebook)
    return f"{speakers}: {stances_in_words(claim, desk.codebook)}. {in_marks(words)}"


def _propositions(marks: Sequence[Mark]) -> list[tuple[str, str]]:
    found = {m.claim["proposition"]["id"]: m.claim["proposition"]["text"] for m in marks if m.claim["proposition"]}
    return list(found.items())
