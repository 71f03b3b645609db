"""Talk: the threads of a project and of a document, and the claims that somebody was unsure of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from annotate.actions import talk as actions
from annotate.models import Layer, Remark, Round
from annotate.payloads.people import shown_names
from annotate.payloads.problems import NotThere, Problem
from annotate.permissions import Action
from annotate.reports.progress import Scope
from annotate.reports.talk import Doubt, DoubtFilter, Thread, ThreadFilter, doubts, threads
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.links import other_page, page_asked, reader_url, talk_url, uuid_asked
from annotate.web.reading import document_of
from corpus.models import Document

PAGE = 30
STATES = {"open": False, "settled": True}
SHOWN = ("threads", "unsure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A thread or a doubtful claim with the addresses of its place in the text and of its thread."""

    thread: Thread | None = None
    doubt: Doubt | None = None
    reader: str
    talk: str


@page("GET")
def talk(request: Request, slug: str) -> HttpResponse:
    """List the threads, the newest remark first; or with `?show=unsure` the claims that are unsure or have a note."""
    place = place_of(request, slug)
    shows_doubts = request.GET.get("show") == "unsure"
    number = page_asked(request)
    found = _doubts(request, place, number) if shows_doubts else _threads(request, place, number)
    context = {
        "place": place,
        "shows_doubts": shows_doubts,
        "found": found[:PAGE],
        "asked": request.GET,
        "rounds": Round.objects.visible_to(request.user).filter(project=place.id).order_by("number"),
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if len(found) > PAGE else "",
    }
    return answer(request, "annotate/talk.html", "talk-list", context)


def _threads(request: Request, place: Place, number: int) -> list[Shown]:
    asked = ThreadFilter(
        is_settled=STATES.get(request.GET.get("state", "open")), is_mine=request.GET.get("whose") == "mine"
    )
    found = threads(request.user, place.project, asked, start=(number - 1) * PAGE, size=PAGE + 1)
    return [shown(place, thread) for thread in found]


def shown(place: Place, thread: Thread) -> Shown:
    slug, document, layer = place.project.slug, thread.document.pk, thread.layer
    return Shown(
        thread=thread,
        reader=reader_url(slug, document, layer, is_own=thread.is_own, claim=thread.claim or ""),
        talk=talk_url(slug, document, layer.pk if layer else None, thread.claim or ""),
    )


def _doubts(request: Request, place: Place, number: int) -> list[Shown]:
    asked = DoubtFilter(
        kind=request.GET.get("kind", ""),
        round=uuid_asked(request, "round"),
        annotator=request.GET.get("annotator", "").replace("\0", ""),
        document=uuid_asked(request, "document"),
    )
    rows = asked.claims(Scope.of(request.user, place.project)).order_by("-updated_at", "pk")
    start = (number - 1) * PAGE
    slug = place.project.slug
    return [
        Shown(
            doubt=found,
            reader=reader_url(
                slug, found.claim.layer.document_id, found.claim.layer, is_own=found.is_own, claim=found.claim.pk
            ),
            talk=talk_url(slug, found.claim.layer.document_id, found.claim.layer_id, found.claim.pk),
        )
        for found in doubts(request.user, place.project, rows[start : start + PAGE + 1])
    ]


@page("GET", "POST")
def document_talk(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Show the threads on a document, on one reading or one claim of it; POST writes a remark.

    `?fragment=1` answers what the reader shows beside the text.
    """
    place = place_of(request, slug)
    document = document_of(request.user, place.project, document_id, with_text=False)
    if request.method == "GET":
        return _document_page(request, place, document)
    sent = {key: request.POST.get(key, "") for key in ("text", "layer", "claim")}
    try:
        made = _add(request, place, document, sent)
    except NotThere:
        raise
    except Problem as problem:
        return _document_page(request, place, document, refused=problem.detail, sent=sent, status=problem.status)
    if _is_fragment(request):
        return _document_page(request, place, document, said="The remark is written.")
    return redirect(f"{talk_url(slug, document_id, made.layer_id, made.claim_key or '')}#r-{made.pk}")


def _add(request: Request, place: Place, document: Document, sent: dict[str, str]) -> Remark:
    layer = get_object_or_404(_layers(request, place, document), pk=_id(sent["layer"])) if sent["layer"] else None
    return actions.add_remark(
        user=request.user,
        project=place.project,
        document=document,
        layer=layer,
        claim_key=_id(sent["claim"]) if sent["claim"] else None,
        text=sent["text"],
        now=timezone.now(),
    )


def _id(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise NotThere(f"There is no {raw[:60]!r} here.") from None


@page("POST")
def remark_change(request: Request, slug: str, remark_id: UUID) -> HttpResponse:
    """Settle the thread of a remark, open it again, or withdraw the remark."""
    place = place_of(request, slug, Action.TALK)
    remark = get_object_or_404(Remark.objects.visible_to(request.user).filter(project=place.id), pk=remark_id)
    what = request.POST.get("do")
    if what == "settle":
        actions.settle_thread(user=request.user, remark=remark, now=timezone.now())
    elif what == "reopen":
        actions.reopen_thread(user=request.user, remark=remark)
    elif what == "withdraw":
        actions.withdraw_remark(user=request.user, remark=remark)
    else:
        raise Problem(f"{str(what)[:60]!r} cannot be done with a remark; send settle, reopen or withdraw.")
    if _is_fragment(request):
        document = document_of(request.user, place.project, remark.document_id, with_text=False)
        return _document_page(request, place, document)
    return redirect(talk_url(slug, remark.document_id, remark.layer_id, remark.claim_key or ""))


def _is_fragment(request: Request) -> bool:
    return "fragment" in request.GET or bool(request.htmx)


def _layers(request: Request, place: Place, document: Document) -> QuerySet[Layer]:
    rows = Layer.objects.visible_to(request.user).of_annotators().filter(project=place.id, document=document)
    return rows.select_related("round").order_by("round__number", "annotator")


def _document_page(
    request: Request, place: Place, document: Document, *, status: int = 200, **extra: Any
) -> HttpResponse:
    layer_id, claim = uuid_asked(request, "layer"), uuid_asked(request, "claim")
    layers = list(_layers(request, place, document))
    layer = next((found for found in layers if found.pk == layer_id), None)
    if layer_id is not None and layer is None:
        raise NotThere("There is no such reading of this document, or you may not see it.")
    found = threads(request.user, place.project, ThreadFilter(document=document.pk, layer=layer_id, claim=claim))
    names = shown_names(place.id, [found.annotator_id for found in layers])
    others = ThreadFilter(document=document.pk) if layer_id else None
    context = {
        "place": place,
        "document": document,
        "layer": layer,
        "claim": claim,
        "threads": [shown(place, thread) for thread in found],
        "starts": _starts(place, layers, layer, claim, found, names, request.user.pk),
        "n_others": len(threads(request.user, place.project, others)) - len(found) if others else 0,
        "path": reverse("document-talk", args=[place.project.slug, document.pk]),
        "query": request.GET.urlencode(),
        **extra,
    }
    name = "annotate/document_talk.html"
    return render(request, f"{name}#talk-panel" if _is_fragment(request) else name, context, status=status)


def _starts(
    place: Place,
    layers: list[Layer],
    layer: Layer | None,
    claim: UUID | None,
    found: list[Thread],
    names: dict[int, str],
    own: int,
) -> list[dict[str, str]]:
    """Return what a new thread can be about, with its name; what has a thread already is answered there."""
    taken = {(thread.layer.pk if thread.layer else None, thread.claim) for thread in found}
    starts: list[dict[str, str]] = []
    if layer is not None and claim is not None and (layer.pk, claim) not in taken:
        starts.append({"layer": str(layer.pk), "claim": str(claim), "name": "this claim"})
    for one in [layer] if layer is not None else layers:
        if (one.pk, None) not in taken and claim is None:
            whose = (
                "my reading" if one.annotator_id == own else f"the reading of {names.get(one.annotator_id or 0, '')}"
            )
            starts.append({"layer": str(one.pk), "claim": "", "name": whose})
    if place.may_curate and layer is None and (None, None) not in taken:
        starts.append({"layer": "", "claim": "", "name": "the document, to everybody in the project"})
    return starts
