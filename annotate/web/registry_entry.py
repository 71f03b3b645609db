"""The page of one registry entry: its fields, aliases and affiliations, what is merged into it, and its claims."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from annotate.actions.affiliations import affiliation_dicts
from annotate.records.naming import claims_of
from annotate.reports.surface import learnt_aliases
from annotate.reports.warnings import Loaded
from annotate.search.mentions import mentions
from annotate.web.access import Request, answer, page
from annotate.web.links import other_page, page_asked
from annotate.web.registries import items_of
from annotate.web.registry_notices import notice_of
from annotate.web.shelves import Shelf, shelf_of
from annotate.web.shown_claims import Shown
from corpus.models import Speaker

PAGE = 25
QID = re.compile(r"Q[1-9]\d{0,15}")
MAX_MERGED = 200


@page("GET")
def registry_entry(request: Request, slug: str, registry: str, entry_id: UUID) -> HttpResponse:
    """Show an entry with 25 of its claims a page. About 40 queries, however many claims."""
    shelf = shelf_of(request, slug, registry)
    return entry_page(request, shelf, shelf.entry(request, entry_id))


def entry_page(
    request: Request, shelf: Shelf, entry: Any, *, refused: str = "", status: int = 200, sent: Any = None
) -> HttpResponse:
    number = page_asked(request)
    rows = claims_of(request.user, entry).order_by("layer__document__number", "layer_id", "pk")
    found = mentions(rows[(number - 1) * PAGE : number * PAGE + 1])
    (item,) = items_of(request, shelf, [entry])
    context = {
        "place": shelf.place,
        "shelf": shelf,
        "entry": entry,
        "item": item,
        "claims": [Shown(mention, request.user) for mention in found[:PAGE]],
        "merged": shelf.rows(request).filter(merged_into=entry).order_by("name", "pk")[:MAX_MERGED],
        "kinds": shelf.kinds,
        "wikidata": _wikidata(entry),
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if len(found) > PAGE else "",
        "notice": notice_of(request, shelf, here=entry.pk),
        "refused": refused,
        "sent": sent or {},
    }
    if isinstance(entry, Speaker):
        context |= _of_speaker(request, entry)
    return answer(request, "annotate/registry_entry.html", "entry", context, status=status)


def _of_speaker(request: Request, speaker: Speaker) -> dict[str, Any]:
    aliases = list(speaker.aliases.order_by("name").values_list("name", flat=True))
    loaded = Loaded(speaker.corpus_id)
    return {
        "aliases": aliases,
        "alias_warnings": loaded.warnings(*aliases),
        "learnt": learnt_aliases(request.user, speaker),
        "affiliations": affiliation_dicts(speaker),
        "affiliated": _members(speaker),
    }


def _members(speaker: Speaker) -> Any:
    """Return who belonged to this body."""
    rows = speaker.affiliated.select_related("speaker").order_by("speaker__name", "from_on", "id")
    return rows[:MAX_MERGED]


def _wikidata(entry: Any) -> str:
    """Return the address of the entry's Wikidata item, where its external id is one; nothing is fetched."""
    found = getattr(entry, "external_id", "")
    return f"https://www.wikidata.org/wiki/{found}" if QID.fullmatch(found) else ""
