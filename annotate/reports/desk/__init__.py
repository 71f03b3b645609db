"""The curator's desk: the readings of documents as units, with what is decided and what is open."""

from annotate.reports.desk.loading import Desk, Reader, load_desk, load_desks

__all__ = ["Desk", "Reader", "load_desk", "load_desks"]
