"""What is asked of each kind of object, so that what was done to it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.timezone import localtime

from annotate.models import Project
from annotate.payloads.problems import WrongState
from annotate.reports.history import Names, action_words
from corpus.models import Change

type State = dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who undoes which batch, and when; `action` is what the batch did, `of_undo` the id of the undo's own rows."""

    user: User
    now: datetime
    batch: UUID
    action: str
    of_undo: UUID


class Restorer(Protocol):
    """How one kind of object is set back. Another kind needs one of these, and its line in RESTORERS."""

    def state(self, asking: Asking, change: Change) -> State:
        """Return the object as it is now, in the shape of its Change rows and locked; None where it is not there.

        What is called here is compared with `change.after`, key by key, without versions and times.
        """

    def restore(self, asking: Asking, change: Change) -> None:
        """Set the object back to `change.before`, through actions: they check permission and write Change rows.

        Raises a Problem, or PermissionDenied.
        """


class WholeRestorer(Protocol):
    """How whole batches are set back whose rows hang together; another part checks what was changed since."""

    def __call__(self, asking: Asking, project: Project, rows: Sequence[Change]) -> None: ...


class LargeRestorer(Protocol):
    """How a batch is set back whose rows are too many to hold; it locks, checks and writes by parts."""

    def __call__(self, asking: Asking, project: Project) -> None: ...


# What differs although nothing was changed.
TECHNICAL = frozenset(("version", "updated_at", "created_at", "makers"))


def is_as(state: State, recorded: State) -> bool:
    """Return whether an object is as a Change row says, as far as the row says it."""
    if state is None or recorded is None:
        return state is None and recorded is None
    return all(state[key] == value for key, value in recorded.items() if key in state and key not in TECHNICAL)


def changed_keys(change: Change) -> list[str]:
    """Return the keys in which before and after differ, sorted."""
    before, after = change.before or {}, change.after or {}
    return sorted(key for key in {*before, *after} - TECHNICAL if before.get(key) != after.get(key))


def refuse(what: str) -> WrongState:
    return WrongState(f"This cannot be undone: {what}")


def by_whom(change: Change, names: Names, asking: Asking) -> str:
    """Say who changed the object after this row, and when; nothing where no row says it."""
    later = Change.objects.filter(object_type=change.object_type, object_id=change.object_id, id__gt=change.pk)
    last = later.exclude(batch__in=(change.batch, asking.of_undo)).order_by("-id").first()
    if last is None:
        return ""
    who = Names.of(names.project, [last], asking.user).actor(last)
    return f" by {who}, who {action_words(last.action)} on {date_format(localtime(last.at), 'j F Y, H:i')}"
