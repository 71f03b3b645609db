"""Undo of a batch: everything that one action changed is set back, or nothing is."""

from annotate.actions.undo.base import Asking, Restorer, WholeRestorer
from annotate.actions.undo.batches import LARGE, RESTORERS, WHOLES, can_be_undone, undo_batch

__all__ = ["LARGE", "RESTORERS", "WHOLES", "Asking", "Restorer", "WholeRestorer", "can_be_undone", "undo_batch"]
