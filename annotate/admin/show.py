"""Small pieces that pages of the panel show: links, counts, quotes and stances."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotate.admin.scope import is_superuser, seen
from annotate.models import Layer, Member, Project
from annotate.models.codebook import Slot
from annotate.payloads.codebooks import CodebookView
from annotate.reports.history import OBJECT_TYPES
from corpus.models import Document

GAP = " […] "


def link(name: str, text: str, *args: Any, **query: Any) -> SafeString:
    """Return a link to a page of the panel, with a query string."""
    address = reverse(f"admin:{name}", args=args)
    return format_html('<a href="{}">{}</a>', f"{address}?{urlencode(query)}" if query else address, text)


def counted(rows: QuerySet[Any], field: str, owners: Iterable[Any]) -> dict[Any, int]:
    """Return how many of `rows` each owner has. One query."""
    own = rows.filter(**{f"{field}__in": [owner.pk for owner in owners]}).order_by()
    return dict(own.values_list(field).annotate(n=Count("pk", distinct=True)))


def reader_links(request: HttpRequest, document: Document) -> list[tuple[str, str]]:
    """Return a link into the reader for each of the user's projects on the document's corpus."""
    projects = list(seen(Project, request.user).filter(corpus=document.corpus_id)[:5])
    links = []
    for project in projects:
        label = "Open in the reader" if len(projects) == 1 else f"Open in {project.name}"
        if address := reader_address(project, document.pk):
            links.append((label, address))
    return links


def reader_address(project: Project, document_id: Any) -> str:
    try:
        return reverse("reader", args=[project.slug, document_id])
    except NoReverseMatch:
        return ""


def layer_links(layer: Layer) -> list[tuple[str, str]]:
    """Return a link to the page of the reader that shows this layer, not the user's own."""
    address = reader_address(layer.project, layer.document_id)
    return [("Open in the reader", f"{address}?{urlencode({'layer': layer.pk})}")] if address else []


def quote(spans: Sequence[dict[str, Any]]) -> str:
    """Return the parts of a claim as one text."""
    return GAP.join(span["quote"] for span in spans)


def quoted(spans: Sequence[dict[str, Any]]) -> str:
    """Return spans as a quotation, or a dash."""
    return format_html('<q class="quote" dir="auto">{}</q>', quote(spans)) if spans else "–"


def people(claim: dict[str, Any]) -> str:
    """Return the speakers of a claim with whom they represent."""
    names = []
    for speaker in claim["speakers"]:
        other = speaker["represents"]
        names.append(f"{speaker['name']} for {other['name']}" if other else speaker["name"])
    return ", ".join(names) or "–"


def stances(claim: dict[str, Any], codebook: CodebookView) -> str:
    """Return the stances of a claim, each with glyph, word and target, so that no meaning rests on colour alone."""
    if claim["no_stance"]:
        return "no stance"
    parts = []
    for stance in claim["stances"]:
        label = codebook.stances.get(stance["value"] or "")
        target = stance["target"]["name"] if stance["target"] else "–"
        slot = label.slot if label else "plain"
        glyph = Slot(slot).label[-1] if label else "·"
        parts.append((slot, glyph, label.name if label else "not answered", target, holder(stance)))
    row = '<span class="stance slot-{}"><b aria-hidden="true">{}</b> {}</span> <span class="quiet">{}{}</span>'
    return format_html_join("", row, parts) or "–"


def holder(stance: dict[str, Any]) -> str:
    return f", held by {stance['holder']['name']}" if stance["holder"] else ""


def history_links(request: HttpRequest, obj: Any, object_type: str) -> list[tuple[str, str]]:
    """Return links to the same history in words, in each of the user's projects that the object belongs to."""
    if object_type not in OBJECT_TYPES:
        return []
    layer = getattr(obj, "layer", obj)
    rows = seen(Project, request.user)
    if hasattr(obj, "corpus_id"):
        rows = rows.filter(corpus=obj.corpus_id)
    elif hasattr(layer, "project_id"):
        rows = rows.filter(pk=layer.project_id)
    return [
        (project.name, reverse("object-changes", args=[project.slug, object_type, obj.pk]))
        for project in rows.order_by("name", "pk")[:5]
    ]


def name_actors(request: HttpRequest, changes: Sequence[Any]) -> None:
    """Set `by` on Change rows: a name, where the user may know the person. One query.

    Who works on a shared corpus in another project stays unnamed; who has left a project, a pseudonym in it.
    """
    names: dict[Any, str] = {change.actor_id: change.actor.get_username() for change in changes if change.actor_id}
    rows = seen(Member, request.user).filter(user__in=names)
    left = {
        (project, user): pseudonym if left_at is not None else None
        for project, user, pseudonym, left_at in rows.values_list("project", "user", "pseudonym", "left_at")
    }
    if not is_superuser(request.user):
        active = {user for (_, user), pseudonym in left.items() if pseudonym is None}
        known = {user: pseudonym for (_, user), pseudonym in left.items() if pseudonym is not None}
        other = "somebody in another project"
        names = {id: name if id in active else known.get(id, other) for id, name in names.items()}
    for change in changes:
        pseudonym = left.get((change.project_id, change.actor_id))
        change.by = pseudonym or names.get(change.actor_id, "the system")


def data(value: Any) -> str:
    """Return a JSON value, readable and escaped."""
    if value is None:
        return "–"
    return format_html('<pre class="data" dir="auto">{}</pre>', json.dumps(value, ensure_ascii=False, indent=2))
