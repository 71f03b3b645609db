"""The stories of a corpus: near-copies beside each other; curators put them together and part them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from annotate.actions.stories import join_documents, part_document
from annotate.payloads.problems import Problem, WrongState
from annotate.permissions import Action
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.forms import PageForm
from corpus.models import Document, Story

PAGE = 50


@page("GET", "POST")
def stories(request: Request, slug: str) -> HttpResponse:
    """List the stories; POST joins documents by their numbers, or parts one."""
    if request.method == "GET":
        return _page(request, place_of(request, slug))
    place = place_of(request, slug, Action.EDIT_DOCUMENTS)
    try:
        if "part" in request.POST:
            part_document(user=request.user, document=_document(request, place, request.POST["part"]))
        else:
            join_documents(user=request.user, documents=_numbered(request, place, request.POST.get("numbers", "")))
    except Problem as problem:
        return _page(request, place, refused=problem.detail, status=problem.status)
    return redirect("stories", slug)


def _page(request: Request, place: Place, *, refused: str = "", status: int = 200) -> HttpResponse:
    after = PageForm(request.GET).start()
    rows = Story.objects.visible_to(request.user).filter(corpus=place.project.corpus_id)
    only = _uuid(request.GET.get("story", ""))
    rows = rows.filter(pk=only) if only else rows
    found = list(rows.order_by("created_at", "id")[after : after + PAGE + 1])
    documents: dict[UUID | None, list[Document]] = {story.pk: [] for story in found[:PAGE]}
    for row in Document.objects.filter(story__in=found[:PAGE]).light().order_by("number"):
        documents[row.story_id].append(row)
    context = {
        "place": place,
        "stories": list(documents.items()),
        "only": only,
        "refused": refused,
        "numbers": request.POST.get("numbers", "") if refused else "",
        "earlier": max(after - PAGE, 0) if after else None,
        "later": after + PAGE if len(found) > PAGE else None,
    }
    return answer(request, "annotate/stories.html", "stories", context, status=status)


def _document(request: Request, place: Place, raw: str) -> Document:
    rows = Document.objects.visible_to(request.user).filter(corpus=place.project.corpus_id)
    found: Document = get_object_or_404(rows.light(), pk=_uuid(raw) or UUID(int=0))
    return found


def _numbered(request: Request, place: Place, raw: str) -> list[Document]:
    """Return the documents with these numbers, parted by commas or spaces. Raises WrongState."""
    words = raw.replace(",", " ").split()[:500]
    numbers = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 10]
    rows = Document.objects.visible_to(request.user).filter(corpus=place.project.corpus_id, number__in=numbers)
    found = {row.number: row for row in rows.light()}
    unknown = next((word for word in words if not (word.isdecimal() and len(word) < 10 and int(word) in found)), None)
    if unknown is not None:
        raise WrongState(f"“{unknown[:60]}” is no number of a document here; the list of documents shows them.")
    return [found[number] for number in numbers]


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw) if len(raw) <= 45 else None
    except ValueError:
        return None
