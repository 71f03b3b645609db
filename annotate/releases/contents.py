"""Which files a release has and what each is: one list, stated before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

JSONL, JSON, CSV, MARKDOWN = "application/x-ndjson", "application/json", "text/csv; charset=utf-8", "text/markdown"
SUMS = "SHA256SUMS"
CARD = "README.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A file by its path, or several by a pattern."""

    path: str
    what: str
    content_type: str
    # Where these lines of the dataset go, they are data; a paper tells about the release itself.
    is_paper: bool = False


CONTENTS = (
    Kind(path=CARD, what="the dataset card: what this is, how it was made, how to read it", content_type=MARKDOWN,
         is_paper=True),
    Kind(path="claims.csv", what="gold, flat: one row for each claim and stance, with split, speaker, target, score",
         content_type=CSV),
    Kind(path="readings.csv", what="the same of every annotator’s last submission, by pseudonym", content_type=CSV),
    Kind(path="data/*.csv", what="the rows of claims.csv by split, as datasets.load_dataset reads the folder",
         content_type=CSV),
    Kind(path="documents.jsonl", what="the documents, with what gold says of each as a whole", content_type=JSONL),
    Kind(path="claims.jsonl", what="the gold claims, whole: one a line", content_type=JSONL),
    Kind(path="annotators.jsonl", what="first and last submission of every annotator, one reading a line",
         content_type=JSONL),
    Kind(path="decisions.jsonl", what="what was decided on each unit, by field, with the readings against it",
         content_type=JSONL),
    Kind(path="registries/*.jsonl", what="the registry, merged entries too", content_type=JSONL),
    Kind(path="codebook/version-*.json", what="a version of the codebook, as it can be brought in again",
         content_type=JSON),
    Kind(path="codebook/version-*.md", what="its guidelines", content_type=MARKDOWN),
    Kind(path="agreement.json", what="agreement between the annotators, every measure", content_type=JSON),
    Kind(path="agreement.csv", what="the same as a table", content_type=CSV),
    Kind(path="splits.csv", what="the split of each document, with the story it belongs to", content_type=CSV),
    Kind(path="figures.json", what="counts, and the shares of each side, speaker and outlet", content_type=JSON),
    Kind(path="difference.json", what="what was added, removed and changed since the release before",
         content_type=JSON, is_paper=True),
    Kind(path="release.json", what="number, time, settings and selection rule of this release", content_type=JSON,
         is_paper=True),
    Kind(path="croissant.json", what="the dataset described in Croissant", content_type="application/ld+json",
         is_paper=True),
    Kind(path="CITATION.cff", what="how to cite it", content_type="application/yaml", is_paper=True),
    Kind(path="datacite.json", what="metadata for a DOI (DataCite 4.6)", content_type=JSON, is_paper=True),
    Kind(path=".zenodo.json", what="metadata for a deposit on Zenodo", content_type=JSON, is_paper=True),
    Kind(path=SUMS, what="the SHA-256 of every other file", content_type="text/plain; charset=utf-8", is_paper=True),
)  # fmt: skip


def kind_of(path: str) -> Kind:
    """Return what a file is. Raises KeyError for one that no line above knows."""
    for found in CONTENTS:
        if fnmatchcase(path, found.path):
            return found
    raise KeyError(f"{path!r} is not among the files of a release; add it to CONTENTS.")


def ordered(paths: Iterable[str]) -> list[str]:
    """Return paths in the order in which the files are told of: the card, the data, the papers."""
    places = {found.path: number for number, found in enumerate(CONTENTS)}
    return sorted(paths, key=lambda path: (places[kind_of(path).path], path))


def missing(paths: Iterable[str]) -> list[str]:
    """Return the files that every release has and that are not among these."""
    written = set(paths)
    return [found.path for found in CONTENTS if "*" not in found.path and found.path not in written]
