"""Training and test rounds: what their settings must keep to, and that their documents have finished gold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from annotate.actions.checking import invalid
from annotate.actions.listing import Numbered
from annotate.models import Project, Round, RoundPurpose
from annotate.payloads.problems import WrongState
from annotate.reports.training import gold_layers
from corpus.models import Document

SHOWN = 5


def check_purpose(project: Project, settings: Any, own: Round | None = None) -> None:
    """Raise Invalid or WrongState where purpose, threshold, blindness and admission do not go together."""
    if settings.purpose == RoundPurpose.WORK and settings.threshold is not None:
        raise invalid(
            "/threshold", "A threshold belongs to a training or test round; leave it out, or set the purpose."
        )
    if settings.purpose != RoundPurpose.WORK and not settings.is_blind:
        raise invalid("/blind", "A training or test round is blind: nobody sees colleagues’ readings in it.")
    if settings.purpose != RoundPurpose.WORK and settings.overlap is not None:
        detail = "In a training or test round everybody reads every document; leave the number of annotators empty."
        raise invalid("/overlap", detail)
    if own is not None and own.follows_id is not None and settings.purpose != RoundPurpose.WORK:
        raise invalid("/purpose", "A follow-up round is for work; open a round of its own for training or a test.")
    if own is not None and settings.purpose == RoundPurpose.WORK:
        admitted = own.admits_to.order_by("number").first()
        if admitted is not None:
            raise WrongState(
                f"“{own.name}” admits to “{admitted.name}”; take that back before it becomes a work round."
            )
    if settings.admission_id is not None:
        _check_admission(project, settings.admission_id, own)


def _check_admission(project: Project, id: UUID, own: Round | None) -> None:
    found = project.rounds.filter(pk=id).first()
    if found is None:
        raise invalid("/admission", f"This project has no round {id}; give the id of a training or test round of it.")
    if found.purpose == RoundPurpose.WORK:
        raise invalid("/admission", f"“{found.name}” is a work round; choose a training or test round.")
    step: Round | None = found
    while step is not None and own is not None:
        if step.pk == own.pk:
            raise invalid("/admission", f"“{found.name}” would admit to itself in the end; choose another round.")
        step = step.admission


def read_admission(value: object) -> UUID | None:
    """Return the id of a round in a JSON body. Raises Invalid."""
    if value is None or isinstance(value, UUID):
        return value
    try:
        return UUID(value if isinstance(value, str) and len(value) <= 45 else "")
    except ValueError:
        raise invalid("/admission", f"{str(value)[:60]!r} is no id of a round; give it as the API wrote it.") from None


def with_gold(project: Project, found: list[Numbered] | None, *, is_named: bool) -> list[Numbered]:
    """Return those of the documents that have finished gold; None means all of the corpus.

    Raises Invalid where one that was named has none, or where nothing is left.
    """
    gold = gold_layers(project.pk).filter(status="submitted")
    finished = set(gold.values_list("document", "document__number"))
    if found is None:
        found = sorted(finished, key=lambda one: one[1])
    missing = [one for one in found if one not in finished]
    if missing and is_named:
        names = Document.objects.filter(pk__in=[id for id, _ in missing[:SHOWN]]).order_by("number")
        listed = ", ".join(f"“{found}”" for found in names.defer("text"))
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise invalid(
            "/selection/documents",
            f"{listed}{more} {'has' if len(missing) == 1 else 'have'} no finished gold reading, which a training or "
            "test round compares with; finish the adjudication first, or leave it out.",
        )
    kept = [one for one in found if one in finished]
    if not kept:
        raise invalid(
            "/selection",
            "None of these documents has a finished gold reading, which a training or test round compares with; "
            "finish the adjudication of some first.",
        )
    return kept


def check_held_have_gold(round: Round) -> None:
    """Raise WrongState where a round that becomes one of training or test holds documents without gold."""
    if round.covers_corpus:
        raise WrongState(
            f"“{round.name}” holds the whole corpus; open a training or test round over documents with gold instead."
        )
    gold = gold_layers(round.project_id).filter(status="submitted").values("document")
    n = round.round_documents.exclude(document__in=gold).count()
    if n:
        raise WrongState(f"{n} documents of “{round.name}” have no finished gold reading; open another round instead.")
