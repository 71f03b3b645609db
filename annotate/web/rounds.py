"""The rounds of a project: what is annotated by how many, who sees what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import rounds as actions
from annotate.models import CodebookVersion, Layer, Round
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.round_forms import NewRoundForm, RoundForm, add_round_problem, admitting_rounds

NAMES = {name: key for key, name in actions.ROUND_KEYS.items()}


@page("GET", "POST")
def rounds(request: Request, slug: str) -> HttpResponse:
    """List the rounds; managers open a new one, or first ask what it would hold."""
    is_change = request.method == "POST"
    place = place_of(request, slug, Action.MANAGE_ROUNDS if is_change else Action.SEE_PROJECT)
    form = NewRoundForm(request.POST, project=place.project) if is_change else _new_form(request, place)
    if not is_change or not form.is_valid():
        return _page(request, place, form, status=400 if is_change else 200)
    try:
        new = actions.read_new_round(form.body())
        asked: dict[str, Any] = {"settings": new.settings, "selection": new.selection}
        asked |= {"user": request.user, "project": place.project}
        if request.POST.get("do") == "preview":
            return _page(request, place, form, preview=actions.preview_round(**asked))
        made = actions.create_round(**asked, codebook_version=new.codebook_version, now=timezone.now())
    except Problem as problem:
        add_round_problem(form, problem)
        return _page(request, place, form, status=problem.status)
    return _done(request, place, f"Round “{made.name}” is open.")


@page("POST")
def round_change(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Change the settings of a round."""
    place = place_of(request, slug, Action.MANAGE_ROUNDS)
    found = get_object_or_404(_rounds(request, place), pk=round_id)
    form = RoundForm(request.POST, admitting=admitting_rounds(place.project), auto_id=f"id_{found.number}_%s")
    if not form.is_valid():
        return _page(request, place, _new_form(request, place), status=400, failed=found, failed_form=form)
    try:
        settings = actions.read_round(form.body(), current=actions.settings_of(found))
        actions.update_round(user=request.user, round=found, settings=settings)
    except Problem as problem:
        add_round_problem(form, problem)
        new = _new_form(request, place)
        return _page(request, place, new, status=problem.status, failed=found, failed_form=form)
    return _done(request, place, f"Round “{settings.name}” is changed.")


def _rounds(request: Request, place: Place) -> QuerySet[Round]:
    return (
        Round.objects.visible_to(request.user)
        .filter(project=place.id)
        .select_related("codebook_version__codebook", "follows", "admission")
    )


def _new_form(request: Request, place: Place) -> NewRoundForm:
    initial = {"name": f"Round {_rounds(request, place).count() + 1}"}
    return NewRoundForm(initial=initial, project=place.project)


def _form_of(found: Round, admitting: list[tuple[str, str]]) -> RoundForm:
    """Return the form that changes a round, filled with what is stored."""
    current = actions.settings_of(found)
    initial = {NAMES.get(name, name): getattr(current, name) for name in current.__slots__}
    return RoundForm(initial=initial, admitting=admitting, auto_id=f"id_{found.number}_%s")


def _done(request: Request, place: Place, said: str) -> HttpResponse:
    if request.htmx:
        return _page(request, place, _new_form(request, place), said=said)
    messages.success(request, said)
    return go(request, "rounds", place.project.slug)


def _page(
    request: Request,
    place: Place,
    form: NewRoundForm,
    *,
    status: int = 200,
    failed: Round | None = None,
    failed_form: RoundForm | None = None,
    said: str = "",
    preview: actions.Preview | None = None,
) -> HttpResponse:
    own = Layer.objects.visible_to(request.user).of_annotators().filter(project=place.id, annotator=request.user.pk)
    n_own = dict(own.filter(status="submitted").order_by().values_list("round").annotate(n=Count("*")))
    admitting = admitting_rounds(place.project)
    items = [
        (
            row,
            actions.size_of(row),
            n_own.get(row.pk, 0),
            failed_form if failed is not None and row.pk == failed.pk else _form_of(row, admitting),
        )
        for row in actions.with_sizes(_rounds(request, place)).order_by("-number")
    ]
    context = {"place": place, "form": form, "items": items, "failed": failed, "said": said, "preview": preview}
    versions = CodebookVersion.objects.filter(codebook=place.project.codebook_id, published_at__isnull=False)
    context["newest"] = versions.aggregate(number=Max("number"))["number"]
    return answer(request, "annotate/rounds.html", "round-list", context, status=status)
