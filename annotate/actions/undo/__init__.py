"""Undo of a batch: everything that one action changed is set back, or nothing is."""

from annotate.actions.undo.base import Asking, Restorer
from annotate.actions.undo.batches import RESTORERS, can_be_undone, undo_batch

__all__ = ["RESTORERS", "Asking", "Restorer", "can_be_undone", "undo_batch"]
