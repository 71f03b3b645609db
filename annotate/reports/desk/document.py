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
    labels: dict[str, str]
    answers: tuple[Any, ...]
    keys: tuple[Hashable, ...]

    @property
    def choices(self) -> list[tuple[tuple[str, ...], str, bool]]:
        """Return the answers that were given: what a form sends, in words, and whether a majority gave it."""
        place = strict_majority(self.keys) if self.keys else None
        found = {key: answer for key, answer in zip(self.keys, self.answers, strict=True) if answer is not None}
        return [
            (_sent(answer), self._words(answer), place is not None and self.keys[place] == key)
            for key, answer in found.items()
        ]

    def _words(self, answer: Any) -> str:
        if isinstance(answer, list):
            return ", ".join(str(self.labels.get(key, key)) for key in answer)
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        return str(self.labels.get(answer, answer)) if isinstance(answer, str) else str(answer)

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


def _sent(answer: Any) -> tuple[str, ...]:
    """Return the values by which a form of the desk sends an answer."""
    if isinstance(answer, list):
        return tuple(str(item) for item in answer)
    if isinstance(answer, dict):
        return (str(answer.get("id", "")),)
    return (str(answer).lower(),) if isinstance(answer, bool) else (str(answer),)


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
            labels={label.key: label.name for label in desk.codebook.labels.get(spec.id, ())},
            answers=tuple(row.get(spec.key) for row in rows),
            keys=tuple(frozen(row.get(spec.key)) for row in rows),
        )
        for spec in specs
        if any(spec.key in row for row in rows)
    ]
