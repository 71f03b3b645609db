"""The claims behind a cell of a confusion table: two readings side by side, with their words in the sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from django.http import Http404, HttpResponse
from django.utils.safestring import SafeString, mark_safe

from annotate.agreement.matching import Spans
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.reports.agreement import Asked
from annotate.reports.agreement.claims import Marked, Reading
from annotate.reports.agreement.confusion import Behind, behind
from annotate.reports.agreement.measures import Measure
from annotate.reports.agreement.report import Beside, beside
from annotate.search.contexts import sentences_around
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.agreement import name_of
from annotate.web.links import other_page, page_asked, reader_url
from corpus.database import snapshot
from corpus.models import Document

PAGE = 20
OWN = ("measure", "first", "second", "page", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One annotator's claim in its sentence; where two were given, its values."""

    name: str
    html: SafeString
    link: str
    values: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    title: str
    document: str
    sides: tuple[Side, Side]


@page("GET")
def agreement_cell(request: Request, slug: str) -> HttpResponse:
    """List the claims that two annotators gave two values, 20 a page. 25 queries, one more for each 500 readings."""
    place = place_of(request, slug, Action.SEE_AGREEMENT)
    number, first, second = page_asked(request), request.GET.get("first", ""), request.GET.get("second", "")
    try:
        asked = Asked.parse({name: request.GET.getlist(name) for name in request.GET if name not in OWN})
        with snapshot():
            found = beside(request.user, place.project, asked)
    except Invalid as problem:
        raise Http404(problem.detail) from None
    measure = found.measure(request.GET.get("measure", ""))
    if measure is None:
        raise Http404
    pairs = behind(found.material, found.whole, measure, first, second, is_directed=found.is_directed)
    shown = list(islice(pairs, (number - 1) * PAGE, number * PAGE + 1))
    context = {
        "place": place,
        "measure": measure,
        "first": name_of(found.material, measure, first),
        "second": name_of(found.material, measure, second),
        "pairs": list(_pairs(place, found, shown[:PAGE], measure)),
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if len(shown) > PAGE else "",
    }
    return answer(request, "annotate/agreement_cell.html", "agreement-cell", context)


def _pairs(place: Place, found: Beside, shown: Sequence[Behind], measure: Measure) -> Iterator[Pair]:
    ids = {one.compared.first.document for one in shown}
    columns = ("pk", "title", "text", "language", "number")
    documents = Document.objects.visible_to(found.material.user).filter(pk__in=ids).only(*columns)
    texts = {document.pk: document for document in documents}
    for one in shown:
        document = texts[one.compared.first.document]
        sides = (
            _side(place, found, document, one.compared.first, one.first, measure),
            _side(place, found, document, one.compared.second, one.second, measure),
        )
        yield Pair(title=str(document), document=reader_url(place.project.slug, document.pk), sides=sides)


def _side(place: Place, found: Beside, document: Document, reading: Reading, claim: Marked, measure: Measure) -> Side:
    values, path = found.values(claim, measure), reader_url(place.project.slug, document.pk)
    is_own = reading.annotator == found.material.user.pk
    query = f"round={reading.round}" if is_own else f"layer={reading.layer}"
    return Side(
        name=found.material.people[reading.annotator],
        html=in_sentence(document.text, claim.spans, document.language),
        link=f"{path}?{query}#c-{claim.key}",
        values=", ".join(sorted({name_of(found.material, measure, value) for value in values})),
    )


def in_sentence(text: str, spans: Spans, language: str = "") -> SafeString:
    """Return the sentences around a claim, escaped, with its words marked."""
    around = list(sentences_around(text, spans[0][0], spans[-1][1], language)) or [(spans[0][0], spans[-1][1])]
    at, end, pieces = min(around[0][0], spans[0][0]), max(around[-1][1], spans[-1][1]), []
    for left, right in spans:
        pieces += [escape(text[at:left]), "<mark>", escape(text[left:right]), "</mark>"]
        at = right
    return mark_safe("".join([*pieces, escape(text[at:end])]))
