"""What the readings answer about the whole document, where the codebook asks something of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from annotate import records
from annotate.adjudication.fields import strict_majority
from annotate.adjudication.marks import frozen
from annotate.reports.desk.loading import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuestion:
    """One question about the document with the answer of each reading, in the order of the readings."""

    key: str
    name: str
    answers: tuple[Any, ...]
    keys: tuple[Hashable, ...]

    @property
    def is_agreed(self) -> bool:
        return len(set(self.keys)) <= 1

    @property
    def has_majority(self) -> bool:
        return bool(self.keys) and strict_majority(self.keys) is not None

    @property
    def value(self) -> Any:
        """Return the answer of a strict majority, or None."""
        place = strict_majority(self.keys) if self.keys else None
        return self.answers[place] if place is not None else None


def document_questions(desk: Desk) -> list[DocumentQuestion]:
    """Return the questions about the document that any reading answers. At most two queries."""
    specs = desk.codebook.of_scope("document")
    if not specs or not desk.readers:
        return []
    layers = [reader.layer for reader in desk.readers]
    found = records.layer_answers(layers, records.Registries())
    rows = [found[layer.pk] for layer in layers]
    return [
        DocumentQuestion(
            key=spec.key,
            name=spec.name,
            answers=tuple(row.get(spec.key) for row in rows),
            keys=tuple(frozen(row.get(spec.key)) for row in rows),
        )
        for spec in specs
        if any(spec.key in row for row in rows)
    ]
