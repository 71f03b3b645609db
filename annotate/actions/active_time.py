"""How long people work at a document, as the reader page measures it.

Active time is a measurement beside the data, not data: it leaves no Change row (it would add one every half minute),
is in no submission and in no export, and never makes a layer newer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.models import ActiveTime, Layer, LayerStatus
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from annotate.permissions import Action

LONGEST = timedelta(hours=24)
# Between the page's clock and ours, and for the last words of a page that has just submitted.
LEEWAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One opening of the reader page, and the seconds counted in it until now."""

    id: UUID
    seconds: int

    @classmethod
    def of(cls, body: dict[str, object]) -> Visit:
        """Read {"visit": uuid, "seconds": n}. Raises Invalid."""
        errors = []
        raw, seconds = body.get("visit"), body.get("seconds")
        try:
            id = UUID(str(raw))
        except ValueError:
            errors.append(FieldError(pointer="/visit", detail=f"{str(raw)[:60]!r} is no UUID; make one a visit."))
        if type(seconds) is not int or seconds < 0:
            detail = f"{str(seconds)[:60]!r} is no whole number of seconds, 0 or more."
            errors.append(FieldError(pointer="/seconds", detail=detail))
        if errors or type(seconds) is not int:
            raise Invalid.of(errors)
        return cls(id=id, seconds=min(seconds, int(LONGEST.total_seconds())))


@transaction.atomic
def record_active_time(*, user: User, layer: Layer, visit: Visit, now: datetime) -> ActiveTime:
    """Store the seconds of a visit to the caller's own layer; a repeat, or an older value, changes nothing.

    A visit never counts more than the time since it began (for the first report: since it says that it began) plus a
    minute, nor more than a day. Raises NotThere, or WrongState where the layer is not being worked at.
    """
    if layer.annotator_id != user.pk or not permissions.can(user, Action.ANNOTATE, layer.project_id):
        raise NotThere("You have no layer on this document.")
    end = _end(layer, now)
    began = end - timedelta(seconds=visit.seconds)
    found, is_new = ActiveTime.objects.get_or_create(
        layer=layer,
        visit=visit.id,
        defaults={"seconds": visit.seconds, "started_at": began, "updated_at": now},
    )
    most = max(0, int((end - found.started_at + LEEWAY).total_seconds()))
    seconds = min(visit.seconds, most)
    # A guarded update, so that of two reports at once the larger stays.
    if not is_new and ActiveTime.objects.filter(pk=found.pk, seconds__lt=seconds).update(
        seconds=seconds, updated_at=now
    ):
        found.seconds = seconds
    return found


def _end(layer: Layer, now: datetime) -> datetime:
    """Return until when the layer was worked at: now, or when it was submitted. Raises WrongState."""
    if layer.is_writable:
        return now
    if layer.status == LayerStatus.SUBMITTED and layer.submitted_at and now - layer.submitted_at <= LEEWAY:
        return layer.submitted_at
    raise WrongState(f"This layer is {layer.status}; its time is not counted any more.")
