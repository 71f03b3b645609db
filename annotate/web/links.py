"""Addresses that several pages share: a reading in the reader, and what its query asks for."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from annotate.models import Layer


def reader_url(
    slug: str, document: UUID, layer: Layer | None = None, *, is_own: bool = False, claim: object = ""
) -> str:
    """Return where a reading is shown: one's own to work on, another's to look at; at the claim, if one is named."""
    path = reverse("reader", args=[slug, document])
    if layer is not None:
        path += f"?round={layer.round_id}" if is_own else f"?layer={layer.pk}"
    return f"{path}#c-{claim}" if claim else path


def talk_url(slug: str, document: UUID, layer: UUID | None = None, claim: object = "") -> str:
    query = "&".join(f"{key}={value}" for key, value in (("layer", layer), ("claim", claim)) if value)
    path = reverse("document-talk", args=[slug, document])
    return f"{path}?{query}" if query else path


def uuid_asked(request: HttpRequest, name: str) -> UUID | None:
    """Return an id from the query, or None. One that is no UUID names nothing: 404."""
    raw = request.GET.get(name)
    try:
        return UUID(raw) if raw else None
    except ValueError:
        raise Http404 from None


def page_asked(request: HttpRequest, most: int = 200) -> int:
    """Return `?page=`, from 1 to `most`; anything else is the first."""
    raw = request.GET.get("page", "")
    return min(int(raw), most) if raw.isascii() and raw.isdecimal() and len(raw) < 6 and int(raw) else 1


def other_page(request: HttpRequest, number: int) -> str:
    """Return the address of another page of the same list."""
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
