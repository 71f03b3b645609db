"""What curators do at the desk, in one line each, on one short article."""

from __future__ import annotations

import uuid
from typing import Any

from annotate.actions import adjudication
from annotate.actions.adjudication import Verdict
from annotate.models import Adjudication, Decision
from tests import make

TEXT = (
    "The council keeps the ferry. Mira Sand said that the ferry is needed and that the pier must be mended. "
    "Tor Lind disagreed: nobody uses the ferry in winter. The port wrote that a bridge would be cheaper."
)
KEEPS, NEEDED, MENDED = "The council keeps the ferry", "the ferry is needed", "the pier must be mended"
NOBODY, CHEAPER = "nobody uses the ferry in winter", "a bridge would be cheaper"


def verdict(desk: Any, unit: Any, **values: Any) -> Verdict:
    found = {standing.id: desk.decisions[standing.id].version for standing in unit.decisions}
    return Verdict(claims={m.key: m.fingerprint for m in unit.marks}, decisions=found, **values)


def decide(team: Any, document: Any, unit: Any, *, by: Any = None, **values: Any) -> Decision:
    return adjudication.decide(
        user=by or team.curator,
        project=team.project,
        document_id=document.pk,
        verdict=verdict(team.desk(document), unit, **values),
        now=make.NOW,
    )


def finish(team: Any, document: Any) -> Adjudication:
    return adjudication.finish_adjudication(
        user=team.curator, project=team.project, document_id=document.pk, now=make.NOW
    )


def stance(value: str, target: str = "The ferry") -> list[dict[str, Any]]:
    return [{"target": {"name": target}, "value": value}]


def two_readings(team: Any, text: str = TEXT, **second: Any) -> Any:
    """Return a document that ann and ben read alike but for what is given."""
    document = make.document(team.project, text)
    make.layer(team.people["ann"], document, NEEDED, stances=stance("support"))
    make.layer(team.people["ben"], document, NEEDED, **({"stances": stance("support")} | second))
    return document


def undo(team: Any, document: Any, batch: uuid.UUID) -> None:
    adjudication.undo_at_desk(
        user=team.curator, project=team.project, document_id=document.pk, batch_id=batch, now=make.NOW
    )


def picked(team: Any, document: Any, place: int) -> dict[str, str]:
    (unit,) = team.desk(document).units
    return {field.name: unit.marks[place].key for field in unit.open_fields}
