"""Restoring a whole project from its native files, `documents-jsonl` and `jsonl`."""

from annotate.actions.restoring.outcome import Outcome, Problem, Refused
from annotate.actions.restoring.run import restore_project

FORMATS = ("documents-jsonl", "jsonl")

__all__ = ["FORMATS", "Outcome", "Problem", "Refused", "restore_project"]
