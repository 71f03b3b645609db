"""The dataset formats. To add one: a file here, a line in FORMATS, a row in the README."""

from annotate.formats import (
    brat,
    cas,
    conll,
    csv,
    dna,
    docbin,
    doccano,
    documents_jsonl,
    huggingface,
    jsonl,
    label_studio,
    parquet,
    project,
    tei,
    w3c,
)
from annotate.formats.base import (
    LAYERS,
    After,
    BrokenSpan,
    Filters,
    Format,
    Losses,
    Member,
    MissingLibrary,
    NeedsText,
    NotWhole,
    Selection,
    UnknownPlace,
    check_text,
    empty_note,
)
from annotate.formats.delivery import COMPRESSIONS, compressed, delivered, in_blocks, written
from annotate.formats.reading import place_of

FORMATS: dict[str, Format] = {
    found.key: found
    for found in (
        jsonl.FORMAT,
        documents_jsonl.FORMAT,
        project.FORMAT,
        csv.FORMAT,
        parquet.FORMAT,
        huggingface.FORMAT,
        w3c.FORMAT,
        brat.FORMAT,
        conll.FORMAT,
        docbin.FORMAT,
        label_studio.FORMAT,
        doccano.FORMAT,
        cas.FORMAT,
        tei.FORMAT,
        dna.FORMAT,
    )
}

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
    "NeedsText",
    "NotWhole",
    "Selection",
    "UnknownPlace",
    "check_text",
    "compressed",
    "delivered",
    "empty_note",
    "in_blocks",
    "place_of",
    "written",
]
