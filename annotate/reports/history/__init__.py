"""The history of a project: who changed what, when, in readable words; as far as somebody may see it."""

from annotate.reports.history.batches import PAGE, Asked, BatchShown, Line, batch_rows, batches_page, object_history
from annotate.reports.history.names import Names
from annotate.reports.history.visible import OBJECT_TYPES, changes_of, object_changes, sees_batch, whole_batch
from annotate.reports.history.words import action_words, differences, type_words

__all__ = [
    "OBJECT_TYPES",
    "PAGE",
    "Asked",
    "BatchShown",
    "Line",
    "Names",
    "action_words",
    "batch_rows",
    "batches_page",
    "changes_of",
    "differences",
    "object_changes",
    "object_history",
    "sees_batch",
    "type_words",
    "whole_batch",
]
