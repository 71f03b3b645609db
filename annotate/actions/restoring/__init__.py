"""Restoring a whole project from its archive, or from its native files `documents-jsonl` and `jsonl`."""

from annotate.actions.restoring.archive import size_of
from annotate.actions.restoring.outcome import Outcome, Problem, Refused
from annotate.actions.restoring.start import RESTORES, restore_project

FORMATS = tuple(RESTORES)

__all__ = ["FORMATS", "Outcome", "Problem", "Refused", "restore_project", "size_of"]
