"""Which documents are meant: by words, source, language and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from annotate.payloads.claims import bad_character
from annotate.payloads.problems import FieldError, Invalid
from corpus.models.documents import DocumentQuerySet

MAX_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """What documents are looked for; an empty value filters nothing. `first` and `last` are days, both included."""

    q: str = ""
    source: str = ""
    language: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read the filter from texts, as a query string or JSON brings them. Raises Invalid."""
        texts = {key: _text(raw.get(key), key) for key in ("q", "source", "language", "from", "to")}
        return cls(
            q=texts["q"],
            source=texts["source"],
            language=texts["language"],
            first=_day(texts["from"], "from"),
            last=_day(texts["to"], "to"),
        )

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    def as_dict(self) -> dict[str, str]:
        """Return what `parse` reads, without what is empty."""
        found = {"q": self.q, "source": self.source, "language": self.language}
        days = {"from": self.first, "to": self.last}
        return {key: value for key, value in found.items() if value} | {
            key: day.isoformat() for key, day in days.items() if day is not None
        }

    def apply(self, rows: DocumentQuerySet) -> DocumentQuerySet:
        """Return the documents of `rows` that are meant; the caller has started from what may be seen."""
        if self.q:
            rows = rows.filter(title__icontains=self.q) | rows.filter(text__icontains=self.q)
        if self.source:
            rows = rows.filter(source__name=self.source)
        if self.language:
            rows = rows.filter(language=self.language)
        if self.first is not None:
            rows = rows.filter(published_on__gte=self.first)
        if self.last is not None:
            rows = rows.filter(published_on__lte=self.last)
        return rows


def _text(raw: object, key: str) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or len(raw) > MAX_WORDS or bad_character(raw) is not None:
        detail = f"{str(raw)[:60]!r} cannot be looked for; give a text of at most {MAX_WORDS} characters."
        raise Invalid.of([FieldError(pointer=f"/{key}", detail=detail)])
    return raw.strip()


def _day(raw: str, key: str) -> date | None:
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        detail = f"{raw[:60]!r} is no day; write it as 2026-05-31."
        raise Invalid.of([FieldError(pointer=f"/{key}", detail=detail)]) from None
