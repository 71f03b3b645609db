"""Where adjudication begins: the documents by open units, and the names that stand against each other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone

from annotate.actions import adjudication
from annotate.actions.different import declare_different, take_back_different
from annotate.actions.same_names import merge_names, undo_merges
from annotate.models import Adjudication
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.reports.desk import load_desks
from annotate.reports.desk.names import MODELS, name_pairs
from annotate.tasks import start_recount
from annotate.web.access import Place, Request, answer, go, page, place_of

PER_PAGE = 50
MAX_PAGE = 1000
STATES = ("open", "ready", "finished")


@page("GET", "POST")
def desk_list(request: Request, slug: str) -> HttpResponse:
    """List the documents with readings, most open units first; on POST finish those with nothing open."""
    place = place_of(request, slug, Action.ADJUDICATE)
    if request.method == "POST":
        n = adjudication.finish_settled(user=request.user, project=place.project, now=timezone.now())
        messages.success(request, f"{n} document{'s' if n != 1 else ''} finished.")
        return go(request, "desk-list", slug)
    rows = rows_of(request, place)
    state = request.GET.get("state", "")
    shown = _in_state(rows, state).order_by(
        F("finished_at").asc(nulls_first=True), "-is_stale", "-n_open", "document__number"
    )
    found = Paginator(shown, PER_PAGE).get_page(request.GET.get("page") if len(request.GET.get("page", "")) < 5 else 1)
    _count_now(list(found))
    totals = rows.aggregate(
        units=Sum("n_units"), open=Sum("n_open"), settled=Sum("n_settled"), decided=Sum("n_decided")
    )
    context = {
        "place": place,
        "page": found,
        "state": state if state in STATES else "",
        "totals": {name: value or 0 for name, value in totals.items()},
        "n_ready": _in_state(rows, "ready").count(),
        "n_finished": _in_state(rows, "finished").count(),
        "n_all": rows.count(),
    }
    return answer(request, "annotate/desk_list.html", "desk-documents", context)


def rows_of(request: Request, place: Place) -> QuerySet[Adjudication]:
    rows = Adjudication.objects.visible_to(request.user).filter(project=place.id)
    return rows.select_related("document__source", "finished_by").defer("document__text")


def _in_state(rows: QuerySet[Adjudication], state: str) -> QuerySet[Adjudication]:
    if state == "open":
        return rows.filter(n_open__gt=0)
    if state == "ready":
        return rows.filter(n_open=0, n_readings__gte=2, finished_at__isnull=True, is_stale=False)
    return rows.filter(finished_at__isnull=False) if state == "finished" else rows


def _count_now(rows: list[Adjudication]) -> None:
    """Put the counts of now on rows whose stored ones are old; a page writes nothing."""
    for desk in load_desks([row for row in rows if row.is_stale]):
        for name, value in desk.counts.items():
            setattr(desk.adjudication, name, value)


@page("GET", "POST")
def desk_names(request: Request, slug: str) -> HttpResponse:
    """Show the names that stand against each other, most units settled first; on POST say what two of them are."""
    place = place_of(request, slug, Action.ADJUDICATE)
    if request.method == "POST":
        return _say_what_they_are(request, place)
    rows = rows_of(request, place).order_by("-is_stale", "-n_open", "document__number")
    found = name_pairs(list(rows.filter(n_open__gt=0) | rows.filter(is_stale=True)), place.project.corpus_id)
    context = {"place": place, "names": found, "undo": request.GET.get("undo", "")}
    return answer(request, "annotate/desk_names.html", "name-list", context)


def _say_what_they_are(request: Request, place: Place) -> HttpResponse:
    registry, do = request.POST.get("registry", ""), request.POST.get("do", "")
    if registry not in MODELS or do not in ("same", "swap", "inverted", "different", "back", "undo"):
        raise Http404
    try:
        batch = _take(request, place, registry, do)
        start_recount(place.project)
    except Problem as problem:
        if request.headers.get("Accept") == "application/json":
            return JsonResponse(problem.as_dict(), status=problem.status)
        messages.error(request, problem.detail)
        return go(request, "desk-names", place.project.slug)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"batch": str(batch) if batch is not None else None})
    return go(request, "desk-names", place.project.slug)


def _take(request: Request, place: Place, registry: str, do: str) -> UUID | None:
    now = timezone.now()
    if do == "undo":
        try:
            batch_id = UUID(request.POST.get("batch", ""))
        except ValueError:
            raise Http404 from None
        undo_merges(user=request.user, project=place.project, batch_id=batch_id, now=now)
        return None
    kept, other = _entries(request, place, registry)
    if do == "different":
        declare_different(
            user=request.user, corpus=place.project.corpus, registry=registry, first=kept.pk, second=other.pk
        )
        return None
    if do == "back":
        take_back_different(user=request.user, corpus=place.project.corpus, first=kept.pk, second=other.pk)
        return None
    entries = [other, kept] if do == "swap" else [kept, other]
    is_inverted = do == "inverted"
    return merge_names(user=request.user, project=place.project, entries=entries, is_inverted=is_inverted, now=now).id


def _entries(request: Request, place: Place, registry: str) -> tuple[Any, Any]:
    rows = MODELS[registry]._default_manager.visible_to(request.user).filter(corpus=place.project.corpus_id)
    try:
        ids = [UUID(request.POST.get(name, "")) for name in ("kept", "other")]
    except ValueError:
        raise Http404 from None
    found = {entry.pk: entry for entry in rows.filter(pk__in=ids)}
    if len(found) != 2:
        raise Http404
    return found[ids[0]], found[ids[1]]
