"""What was decided on one's own claims: a list of documents, and one document claim by claim."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.reports.compare import said, summary
from annotate.reports.decisions import Decided, DecidedDocument, decided_documents, finished_gold
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.guidelines import anchor_of
from annotate.web.links import other_page, page_asked, reader_url, talk_url
from annotate.web.reading import document_of

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One decided claim with its words and the addresses that belong to it."""

    item: Decided
    words: str
    summary: str
    reader: str = ""
    talk: str = ""
    guideline: str = ""


@page("GET")
def decisions(request: Request, slug: str) -> HttpResponse:
    """List one's documents whose decisions differ from one's reading, the one finished last first."""
    place = place_of(request, slug)
    number = page_asked(request)
    rows = finished_gold(request.user, place.project).select_related("document__source")
    rows = rows.defer("document__text", "document__metadata").order_by("-submitted_at", "pk")
    gold = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    found = decided_documents(request.user, place.project, gold[:PAGE])
    differing = [document for document in found if document.n_differing]
    context = {
        "place": place,
        "found": differing,
        "n_same": len(found) - len(differing),
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if len(gold) > PAGE else "",
    }
    return answer(request, "annotate/decisions.html", "decision-list", context)


@page("GET")
def document_decisions(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Show every own claim on a document with what was decided on it and why, and what one did not mark."""
    place = place_of(request, slug)
    document = document_of(request.user, place.project, document_id, with_text=False)
    rows = finished_gold(request.user, place.project).filter(document=document).select_related("document__source")
    found = decided_documents(request.user, place.project, rows.defer("document__text"))
    if not found:
        raise Http404
    codebook = load_codebook(found[0].gold.codebook_version_id)
    context = {
        "place": place,
        "document": document,
        "found": found[0],
        "items": [_shown(place, found[0], item, codebook) for item in found[0].items],
        "reader": reader_url(slug, document.pk, found[0].layer, is_own=True),
    }
    return answer(request, "annotate/document_decisions.html", "decided-claims", context)


def _shown(place: Place, found: DecidedDocument, item: Decided, codebook: CodebookView) -> Shown:
    claim = item.own or item.gold
    assert claim is not None
    if item.own is None:
        return Shown(item=item, words=said(claim), summary=summary(claim, codebook))
    slug, document = place.project.slug, found.document.pk
    return Shown(
        item=item,
        words=said(claim),
        summary=summary(claim, codebook),
        reader=f"{reverse('reader', args=[slug, document])}?round={claim['round']}#c-{claim['id']}",
        talk=talk_url(slug, document, UUID(claim["layer"]), claim["id"]),
        guideline=_guideline(slug, item, codebook),
    )


def _guideline(slug: str, item: Decided, codebook: CodebookView) -> str:
    """Return where the paragraph stands that the decision rests on, in the version it was decided under."""
    heading = item.decision.guideline if item.decision is not None else ""
    if not heading:
        return ""
    return f"{reverse('guidelines', args=[slug])}?version={codebook.version.number}#{anchor_of(heading)}"
