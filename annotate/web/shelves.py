"""One registry of a project's corpus as its pages know it: who may open it, how its entries are found and named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from annotate.web.access import Place, Request, place_of
from corpus.models import Entry, Proposition, Speaker, SpeakerAlias, Target
from corpus.models.speakers import SpeakerKind
from corpus.models.targets import TargetKind
from corpus.text.likeness import likeness
from corpus.text.names import fold_name

MODELS: dict[str, type[Entry]] = {"speakers": Speaker, "targets": Target, "propositions": Proposition}
MAX_LOOKED_AT = 50_000
MAX_QUERY = 300
NEAREST = 5
# How a claim may name an entry, in the words of the pages.
ROLE_NAMES = {
    "speaker": "as speaker",
    "represents": "represented",
    "reporter": "as reporter",
    "holder": "as holder",
    "target": "stances",
    "proposition": "claims",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A registry, the project in which it is looked at, and what it is called."""

    place: Place
    plural: str
    model: type[Entry]

    @property
    def one(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def slug(self) -> str:
        return self.place.project.slug

    @property
    def corpus_id(self) -> UUID:
        return self.place.project.corpus_id

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Return the kinds of its entries, none of them first; empty where entries have no kinds."""
        return {Speaker: SpeakerKind.choices, Target: TargetKind.choices}.get(self.model, [])

    @property
    def may_invert(self) -> bool:
        return self.model is Target

    def rows(self, request: Request) -> Any:
        """Return the entries that the person sees, without “Not stated”."""
        rows = self.model._default_manager.visible_to(request.user).filter(corpus=self.corpus_id)
        return rows.filter(is_not_stated=False) if self.model is Speaker else rows

    def entry(self, request: Request, id: UUID) -> Any:
        return get_object_or_404(self.rows(request).select_related("merged_into", "corpus"), pk=id)

    def address(self, name: str, *args: object, **query: object) -> str:
        path = reverse(name, args=[self.slug, self.plural, *args])
        return f"{path}?{urlencode(query)}" if query else path


def shelf_of(request: Request, slug: str, registry: str) -> Shelf:
    """Return a registry for a curator. Raises Http404 or PermissionDenied. 4 queries."""
    place = place_of(request, slug, Action.EDIT_REGISTRIES)
    if registry not in MODELS:
        raise Http404
    return Shelf(place=place, plural=registry, model=MODELS[registry])


def asked(request: Request, *names: str) -> str:
    """Return what was typed, in the first of these fields that is sent."""
    raw = next((request.GET[name] for name in names if name in request.GET), "")
    return raw.replace("\0", "")[:MAX_QUERY].strip()


def matching(rows: Any, query: str, *, most: int) -> list[UUID]:
    """Return the ids of entries whose name or alias holds every word of the query, in the order of `rows`. 2 queries.

    Case, accents and ı/i do not matter: names are folded here, as no database folds them all.
    """
    wanted = fold_name(query).split()
    aliases: dict[UUID, list[str]] = {}
    if rows.model is Speaker:
        # From the whole corpus: with the conditions of `rows` it would be a join for nothing.
        for id, name in SpeakerAlias.objects.filter(speaker__in=rows.order_by().values("pk")).values_list(
            "speaker_id", "name"
        )[:MAX_LOOKED_AT]:
            aliases.setdefault(id, []).append(name)
    found = []
    for id, name, more in rows.values_list("pk", "name", "disambiguation")[:MAX_LOOKED_AT]:
        if _holds([f"{name} {more}", *aliases.get(id, ())], wanted):
            found.append(id)
            if len(found) == most:
                break
    return found


def _holds(names: Iterable[str], wanted: list[str]) -> bool:
    return any(all(word in folded for word in wanted) for folded in map(fold_name, names))


def named(rows: Any, text: str) -> Any:
    """Return the current entry that is called so, as it is shown or but for case and accents.

    Raises WrongState with near names where there is none, or more than one.
    """
    text = text.replace("\0", "").strip()
    what = str(rows.model._meta.verbose_name)
    if not text:
        raise WrongState(f"No {what} was named; type the name of one.")
    current = rows.filter(merged_into__isnull=True).order_by("name", "pk")
    names = [(id, f"{name} ({more})" if more else name, name) for id, name, more in
             current.values_list("pk", "name", "disambiguation")[:MAX_LOOKED_AT]]  # fmt: skip
    folded = fold_name(text)
    for same in (
        [id for id, shown, _ in names if shown == text],
        [id for id, shown, name in names if folded in (fold_name(shown), fold_name(name))],
    ):
        if len(same) == 1:
            return rows.get(pk=same[0])
    near = [shown for _, shown, name in names if folded in fold_name(name) or _is_like(text, name, folded)][:NEAREST]
    more = f" Did you mean {' or '.join(f'“{name}”' for name in near)}?" if near else ""
    raise WrongState(f"No one {what} is called “{text[:100]}”.{more}")


def _is_like(text: str, name: str, folded: str) -> bool:
    return bool(set(folded.split()) & set(fold_name(name).split())) and likeness(text, name) is not None
