"""A claim whose entries, labels and quotes were checked against the database, before it becomes rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from annotate.payloads.claims import ClaimIn, SpanIn
from annotate.payloads.codebooks import CodebookView


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSpeaker:
    speaker: UUID
    represents: UUID | None
    mention: tuple[SpanIn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedStance:
    holder: UUID | None
    target: UUID | None
    value: UUID | None
    answers: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedClaim:
    """A claim whose entries, labels and quotes were checked against the database."""

    claim: ClaimIn
    codebook: CodebookView
    speakers: tuple[ResolvedSpeaker, ...]
    reporters: tuple[UUID, ...]
    proposition: UUID | None
    stances: tuple[ResolvedStance, ...]
