"""Find registry entries by a part of their name, whatever its case, on either database."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate import permissions
from annotate.permissions import Action, AnyUser
from corpus.models import Entry, Speaker, SpeakerAlias


def matching[E: Entry](rows: QuerySet[E], words: str, user: AnyUser) -> QuerySet[E]:
    """Return the entries whose name or alias contains `words`.

    Both databases fold the case of ASCII only, or as their locale says; the usual spellings are asked for one by one.
    """
    if not words:
        return rows
    found = _contains("name", words)
    if rows.model is Speaker:
        aliases = SpeakerAlias.objects.filter(_contains("name", words), speaker=OuterRef("pk"))
        # Aliases of a provisional entry are a curator's; a maker who finds by them would learn of the curator's work.
        curated = permissions.visible(user, Action.EDIT_REGISTRIES, "corpus__projects")
        found |= Q(Exists(aliases)) & (Q(is_provisional=False) | Q(Exists(_same(rows).filter(curated))))
    return rows.filter(found)


def _same[E: Entry](rows: QuerySet[E]) -> QuerySet[E]:
    return rows.model._default_manager.filter(pk=OuterRef("pk"))


def _contains(field: str, words: str) -> Q:
    found = Q(**{f"{field}__icontains": words})
    for spelling in {words.lower(), words.upper(), words.capitalize(), words.title()} - {words}:
        found |= Q(**{f"{field}__contains": spelling})
    return found
