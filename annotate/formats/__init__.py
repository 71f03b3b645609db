"""The dataset formats. To add one: a file here, a line in FORMATS, a row in the README."""

from annotate.formats import csv, documents_jsonl, jsonl
from annotate.formats.base import (
    LAYERS,
    After,
    BrokenSpan,
    Filters,
    Format,
    Losses,
    Member,
    MissingLibrary,
    Selection,
    UnknownPlace,
)
from annotate.formats.delivery import COMPRESSIONS, compressed, delivered, in_blocks, written
from annotate.formats.reading import place_of

FORMATS: dict[str, Format] = {found.key: found for found in (jsonl.FORMAT, documents_jsonl.FORMAT, csv.FORMAT)}

__all__ = [
    "COMPRESSIONS",
    "FORMATS",
    "LAYERS",
    "After",
    "BrokenSpan",
    "Filters",
    "Format",
    "Losses",
    "Member",
    "MissingLibrary",
    "Selection",
    "UnknownPlace",
    "compressed",
    "delivered",
    "in_blocks",
    "place_of",
    "written",
]
