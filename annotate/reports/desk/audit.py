"""A seeded sample of what nobody looked at: units that settled themselves, and sentences without a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotate.adjudication.marks import Mark
from annotate.adjudication.units import Unit
from annotate.models import Adjudication, AuditCheck, AuditKind
from annotate.reports.desk.loading import Desk, load_desks
from annotate.reports.desk.words import stances_in_words, value_in_words
from corpus.text.blocks import split_blocks
from corpus.text.sentences import split_sentences

DOCUMENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One item to look at, in its sentence or alone, and what was said of it."""

    kind: AuditKind
    adjudication: Adjudication
    start: int
    end: int
    words: str
    others: tuple[str, ...]
    reads: str
    unit: str
    claim_key: str
    check: AuditCheck | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The sample, with how many items there were to choose from."""

    samples: list[Sample]
    n_settled: int
    n_sentences: int

    @property
    def n_checked(self) -> int:
        return sum(sample.check is not None for sample in self.samples)

    @property
    def n_wrong(self) -> int:
        return sum(sample.check is not None and not sample.check.is_right for sample in self.samples)


def audit(rows: Sequence[Adjudication], *, seed: str, size: int) -> Audit:
    """Return `size` settled units and as many claim-free sentences, drawn by the seed from at most 100 documents.

    The same seed gives the same sample from the same readings, in whatever order they are stored.
    """
    drawn = sorted(rows, key=lambda row: _draw(seed, row.document_id))[:DOCUMENTS]
    checks = _checks(drawn)
    settled, free = [], []
    for desk in load_desks(drawn):
        settled += [(_draw(seed, unit.key), desk, unit) for unit in desk.units if _settled_itself(unit)]
        free += [(_draw(seed, f"{desk.adjudication.document_id} {a}"), desk, (a, b)) for a, b in free_sentences(desk)]
    settled.sort(key=lambda item: item[0])
    free.sort(key=lambda item: item[0])
    samples = [_of_unit(desk, unit, checks) for _, desk, unit in settled[:size]]
    samples += [_of_sentence(desk, place, checks) for _, desk, place in free[:size]]
    return Audit(samples=samples, n_settled=len(settled), n_sentences=len(free))


def settled_by_rule(rows: Sequence[Adjudication]) -> Audit:
    """Return the units in which the codebook's rule settled a small difference of boundary, for a look at all of them.

    Of the first 100 documents that have settled or decided units.
    """
    looked_at = list(rows)[:DOCUMENTS]
    checks = _checks(looked_at)
    found = []
    for desk in load_desks(looked_at):
        near = (unit for unit in desk.units if any(field.by_rule for field in unit.fields) and _settled_itself(unit))
        found += [_of_unit(desk, unit, checks) for unit in near]
    return Audit(samples=found, n_settled=len(found), n_sentences=0)


def _checks(rows: Sequence[Adjudication]) -> dict[Any, AuditCheck]:
    found = AuditCheck.objects.filter(adjudication__in=rows)
    return {(c.adjudication_id, c.kind, c.start, c.end, str(c.claim_key or "")): c for c in found}


def _draw(seed: str, what: object) -> str:
    return hashlib.sha256(f"{seed} {what}".encode()).hexdigest()


def _settled_itself(unit: Unit) -> bool:
    return bool(unit.marks) and unit.has_settled_itself


def free_sentences(desk: Desk) -> list[tuple[int, int]]:
    """Return the sentences of the body in which no reading has a claim."""
    document = desk.adjudication.document
    taken = sorted({span for mark in desk.marks for span in mark.spans})
    blocks = split_blocks(desk.text)
    sentences = (found for block in blocks for found in split_sentences(desk.text, block, document.language))
    return [(a, b) for a, b in sentences if not any(start < b and a < end for start, end in taken)]


def _of_unit(desk: Desk, unit: Unit, checks: dict[Any, AuditCheck]) -> Sample:
    mark: Mark = unit.marks[0]
    start, end = mark.spans[0][0], mark.spans[-1][1]
    reads = f"{value_in_words('speakers', mark.claim, desk.codebook)}: {stances_in_words(mark.claim, desk.codebook)}"
    return _sample(
        AuditKind.SETTLED,
        desk,
        (start, end),
        checks,
        words=value_in_words("spans", mark.claim, desk.codebook),
        others=tuple(dict.fromkeys(value_in_words("spans", other.claim, desk.codebook) for other in unit.marks)),
        reads=reads,
        unit=unit.key[:8],
        claim_key=mark.key,
    )


def _of_sentence(desk: Desk, place: tuple[int, int], checks: dict[Any, AuditCheck]) -> Sample:
    words = desk.text[place[0] : place[1]]
    return _sample(AuditKind.SENTENCE, desk, place, checks, words=words, others=(), reads="", unit="own", claim_key="")


def _sample(
    kind: AuditKind, desk: Desk, place: tuple[int, int], checks: dict[Any, AuditCheck], **values: Any
) -> Sample:
    row = desk.adjudication
    check = checks.get((row.pk, kind.value, *place, values["claim_key"]))
    return Sample(kind=kind, adjudication=row, start=place[0], end=place[1], check=check, **values)
