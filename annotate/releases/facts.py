"""Everything that the papers of a release are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotate.releases.settings import LICENCES, Creator, ReleaseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a release."""

    path: str
    size: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.path, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    number: int
    name: str
    overlap: int | None
    share: int | None  # percent of the documents that get the overlap
    is_blind: bool
    is_follow_up: bool
    codebook: int


@dataclass(slots=True, kw_only=True)
class Facts:
    """One release; `files` and `difference` are known when the data files are written."""

    id: str
    number: int
    title: str
    slug: str
    project: str
    about: str
    frozen_at: datetime
    settings: ReleaseSettings
    rounds: Sequence[RoundFacts] = ()
    codebooks: Sequence[tuple[str, int]] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    splits: Mapping[str, Any] = field(default_factory=dict)
    agreement: Sequence[Mapping[str, Any]] = ()
    agreement_version: int | None = None  # of the codebook, where two people read under several versions of it
    difference: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[str] = ()
    files: Sequence[File] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self.figures["counts"]
        return found

    @property
    def whole_title(self) -> str:
        return f"{self.title}, release {self.number}"

    @property
    def day(self) -> str:
        return self.frozen_at.date().isoformat()

    @property
    def year(self) -> str:
        return str(self.frozen_at.year)

    @property
    def creators(self) -> Sequence[Creator]:
        """Return who is cited; nobody is named who was not asked to be: then it is the project."""
        return self.settings.creators or (Creator(name=f"{self.project} (project)"),)

    @property
    def licence(self) -> tuple[str, str, str]:
        """Return identifier, name and address of the licence of the annotations."""
        return (self.settings.licence, *LICENCES[self.settings.licence])

    @property
    def description(self) -> str:
        return self.settings.description or self.about or f"Claims and stances annotated in {self.project}."

    @property
    def languages(self) -> list[str]:
        return [str(found["language"]) for found in self.figures.get("languages", ())]

    @property
    def citation(self) -> str:
        """Return one line to cite the release by."""
        names = "; ".join(found.whole for found in self.creators)
        where = f" {self.settings.publisher}." if self.settings.publisher else ""
        doi = f" https://doi.org/{self.settings.doi}" if self.settings.doi else ""
        return f"{names} ({self.year}). {self.title} (release {self.number}) [Data set].{where}{doi}"
