"""The guidelines and the labels with their definitions, as annotators read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from annotate.attributes import AttributeSpec
from annotate.models import CodebookVersion, Round
from annotate.payloads.codebooks import CodebookView, LabelView, load_codebook
from annotate.web.access import Place, Request, page, place_of
from annotate.web.signs import GLYPHS

SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An attribute with its labels. They have no glyphs: those stand for the values of the stance scale alone."""

    spec: AttributeSpec
    labels: Sequence[LabelView]


@page("GET")
def guidelines(request: Request, slug: str) -> HttpResponse:
    """Show the version that the newest open round is coded under."""
    place = place_of(request, slug)
    codebook = _codebook(request, place)
    context = {
        "place": place,
        "codebook": codebook,
        "prose": markdown(codebook.version.guidelines),
        "stances": [(label, GLYPHS[label.slot]) for label in codebook.stances.values()],
        "questions": [
            Question(spec=spec, labels=codebook.labels.get(spec.id, ())) for spec in codebook.attributes.values()
        ],
    }
    return render(request, "annotate/guidelines.html", context)


def _codebook(request: Request, place: Place) -> CodebookView:
    rounds = Round.objects.visible_to(request.user).filter(project=place.id)
    newest = rounds.order_by("-status", "-number").values_list("codebook_version", flat=True).first()
    if newest is None:
        versions = CodebookVersion.objects.filter(codebook=place.project.codebook_id, published_at__isnull=False)
        newest = versions.order_by("-number").values_list("pk", flat=True).first()
    if newest is None:
        raise Http404
    return load_codebook(newest)


def markdown(source: str) -> SafeString:
    """Render Markdown. HTML in it is shown as text, images are left out, links lead to web and mail addresses only."""
    return mark_safe(str(_MARKDOWN.render(source)))


def _is_allowed(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    made.validateLink = _is_allowed  # type: ignore[method-assign]
    return made


_MARKDOWN = _renderer()
