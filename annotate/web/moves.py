"""Moving a round to a newer version of its codebook: first what would become of every answer, then doing it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from annotate.actions import moving
from annotate.models import CodebookVersion, Round
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, go, page, place_of

FOR_WHOM = {"claim": "", "stance": " of stances", "document": " of documents", "value": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What becomes of one answer, in words, and how often it was given."""

    question: str
    old: str
    new: str
    n: int
    is_carried: bool
    is_same: bool


@page("GET", "POST")
def round_move(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """GET: say what the move would do. POST: do it."""
    place = place_of(request, slug, Action.MANAGE_ROUNDS)
    rows = Round.objects.visible_to(request.user).filter(project=place.id)
    found = get_object_or_404(rows.select_related("project", "codebook_version__codebook"), pk=round_id)
    newer = list(moving.newer_versions(found))
    asked = (request.POST if request.method == "POST" else request.GET).get("version", "")
    try:
        version = _version(found, asked, newer)
        if request.method == "GET" or version is None:
            return _preview(request, place, found, version, newer, status=200)
        done = moving.move_round(user=request.user, round=found, version=version, now=timezone.now())
    except Problem as problem:
        return _preview(request, place, found, None, newer, status=problem.status, detail=problem.detail)
    messages.success(request, _said(done))
    return go(request, "rechecks" if done.n_rechecks else "rounds", slug)


def _version(found: Round, asked: str, newer: list[CodebookVersion]) -> CodebookVersion | None:
    """Return the version asked for, else the newest; None where there is no newer one. Raises Problem."""
    if not asked:
        return newer[0] if newer else None
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 9
    return moving.read_version(found, int(asked) if is_number else asked)


def _preview(
    request: Request,
    place: Place,
    found: Round,
    version: CodebookVersion | None,
    newer: list[CodebookVersion],
    *,
    status: int,
    detail: str = "",
) -> HttpResponse:
    move = moving.preview_move(user=request.user, round=found, version=version) if version is not None else None
    context = {"place": place, "round": found, "version": version, "newer": newer, "move": move, "detail": detail}
    context["lines"] = _lines(move) if move is not None else []
    return render(request, "annotate/round_move.html", context, status=status)


def _said(done: moving.Move) -> str:
    said = f"“{done.round.name}” is at version {done.new.number} now."
    return f"{said} {done.n_rechecks} answers are to be looked at again." if done.n_rechecks else said


def _lines(move: moving.Move) -> list[Line]:
    """Return what becomes of the answers, those to look at again first."""
    new, old = load_codebook(move.new.pk), load_codebook(move.old.pk)
    found = []
    for (scope, key, value, to, values, is_carried), n in move.tally.items():
        names = ", ".join(_name(new, scope, to, one) for one in values)
        line = Line(
            question=_question(old, scope, key) + FOR_WHOM[scope],
            old=_name(old, scope, key, value) if value else "every answer",
            new=f"{_question(new, scope, to)}: {names}" if to != key and names else names or _question(new, scope, to),
            n=n,
            is_carried=is_carried,
            is_same=is_carried and key == to and values in ((), (value,)),
        )
        found.append(line)
    return sorted(found, key=lambda line: (line.is_carried, line.is_same, line.question, line.old))


def _question(view: CodebookView, scope: str, key: str) -> str:
    spec = view.attributes.get((scope, key))
    return "Stance" if scope == "value" else spec.name if spec is not None else key


def _name(view: CodebookView, scope: str, attribute: str, key: str) -> str:
    """Return the name of a label, of a stance value, or of an attribute that is named by its path."""
    if scope == "value":
        return view.stances[key].name if key in view.stances else key
    if key.startswith("attributes/"):
        return _question(view, scope, key.removeprefix("attributes/"))
    spec = view.attributes.get((scope, attribute))
    names = {label.key: label.name for label in view.labels.get(spec.id, ())} if spec is not None else {}
    return names.get(key, key)
