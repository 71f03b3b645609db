"""The dataset formats. To add one: a file here, a line in FORMATS, a row in the README."""

from annotate.formats import brat, csv, dna, documents_jsonl, huggingface, jsonl, parquet, tei, w3c
from annotate.formats.base import (
    LAYERS,
    BrokenSpan,
    Format,
    Losses,
    Member,
    MissingLibrary,
    NeedsText,
    Selection,
    check_text,
)
from annotate.formats.delivery import delivered, written

FORMATS: dict[str, Format] = {
    found.key: found
    for found in (
        jsonl.FORMAT,
        documents_jsonl.FORMAT,
        csv.FORMAT,
        parquet.FORMAT,
        huggingface.FORMAT,
        w3c.FORMAT,
        brat.FORMAT,
        tei.FORMAT,
        dna.FORMAT,
    )
}

__all__ = [
    "FORMATS",
    "LAYERS",
    "BrokenSpan",
    "Format",
    "Losses",
    "Member",
    "MissingLibrary",
    "NeedsText",
    "Selection",
    "check_text",
    "delivered",
    "written",
]
