"""The only read of whole claims: live ones in bulk, and readings as they were submitted."""

from annotate.records.claims import (
    Home,
    Misquoted,
    claim_dict,
    claim_dicts,
    claims_of_layers,
    detected_dict,
)
from annotate.records.frozen import (
    Submitted,
    counted_submissions,
    first_of,
    last_of,
    learn_entries,
    resolve_claim,
    submitted,
)
from annotate.records.layers import (
    LAYER_COLUMNS,
    answers_of,
    layer_answers,
    layer_dicts,
    layer_marks,
    marks_of,
    stamp,
    whole_layers,
)
from annotate.records.registries import (
    ENTRY_COLUMNS,
    CodebookNames,
    EntryRecord,
    Registries,
    Registry,
    counted_answers,
    entities_in,
)

__all__ = [
    "ENTRY_COLUMNS",
    "LAYER_COLUMNS",
    "CodebookNames",
    "EntryRecord",
    "Home",
    "Misquoted",
    "Registries",
    "Registry",
    "Submitted",
    "answers_of",
    "claim_dict",
    "claim_dicts",
    "claims_of_layers",
    "counted_answers",
    "counted_submissions",
    "detected_dict",
    "entities_in",
    "first_of",
    "last_of",
    "layer_answers",
    "layer_dicts",
    "layer_marks",
    "learn_entries",
    "marks_of",
    "resolve_claim",
    "stamp",
    "submitted",
    "whole_layers",
]
