"""A proposition's mentions across articles, side by side; as a fragment beside what is being decided."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from annotate.search.mentions import MAX_MENTIONS, proposition_mentions
from annotate.web.access import Request, page
from annotate.web.shelves import shelf_of
from annotate.web.shown_claims import Shown


@page("GET")
def proposition_mentions_page(request: Request, slug: str, entry_id: UUID) -> HttpResponse:
    """Show every mention by article; `?fragment` answers the list alone. About 20 queries."""
    shelf = shelf_of(request, slug, "propositions")
    proposition = shelf.entry(request, entry_id)
    articles = [
        (article.document, [Shown(mention, request.user) for mention in article.mentions])
        for article in proposition_mentions(request.user, proposition)
    ]
    relations = Counter(claim.relation for _, claims in articles for claim in claims)
    context = {
        "place": shelf.place,
        "shelf": shelf,
        "entry": proposition,
        "articles": articles,
        "relations": sorted(relations.items()),
        "n": relations.total(),
        "is_cut": relations.total() >= MAX_MENTIONS,
    }
    name = "annotate/registry_mentions.html"
    return render(request, f"{name}#mentions" if "fragment" in request.GET or request.htmx else name, context)
