"""What curators do at the desk: decide, pair, finish, and take back."""

from annotate.actions.adjudication.auditing import check_sample
from annotate.actions.adjudication.deciding import Verdict, decide
from annotate.actions.adjudication.finishing import finish_adjudication, finish_settled
from annotate.actions.adjudication.pairing import join_units, keep_apart
from annotate.actions.adjudication.stale import mark_stale, note_reading, recount, recount_all, recount_stale
from annotate.actions.adjudication.undoing import undo_at_desk

__all__ = [
    "Verdict",
    "check_sample",
    "decide",
    "finish_adjudication",
    "finish_settled",
    "join_units",
    "keep_apart",
    "mark_stale",
    "note_reading",
    "recount",
    "recount_all",
    "recount_stale",
    "undo_at_desk",
]
