"""What curators do at the desk: decide, pair, finish, and take back."""

from annotate.actions.adjudication.deciding import Verdict, decide
from annotate.actions.adjudication.finishing import finish_adjudication, finish_settled
from annotate.actions.adjudication.pairing import join_units, keep_apart
from annotate.actions.adjudication.stale import mark_stale, note_reading, recount
from annotate.actions.adjudication.undoing import undo_at_desk

__all__ = [
    "Verdict",
    "decide",
    "finish_adjudication",
    "finish_settled",
    "join_units",
    "keep_apart",
    "mark_stale",
    "note_reading",
    "recount",
    "undo_at_desk",
]
