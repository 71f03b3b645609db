"""The guidelines and the labels with their definitions, as annotators read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from annotate.attributes import AttributeSpec
from annotate.models import CodebookVersion, Round
from annotate.payloads.codebooks import CodebookView, LabelView, load_codebook
from annotate.web.access import Place, Request, page, place_of
from annotate.web.signs import GLYPHS

SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A label with the key that chooses it in the reader, and its glyph where it is a value of the stance scale."""

    label: LabelView
    key: str
    glyph: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An attribute with its labels. They have no glyphs: those stand for the values of the stance scale alone."""

    spec: AttributeSpec
    answers: Sequence[Answer]
    condition: str = ""


@page("GET")
def guidelines(request: Request, slug: str) -> HttpResponse:
    """Show the version asked for, else the one that the newest open round is coded under.

    `?fragment=1` answers it for the reader, to be shown and searched beside the text; `?version=` is a number.
    """
    place = place_of(request, slug)
    codebook = _codebook(request, place)
    context = {
        "place": place,
        "codebook": codebook,
        "parts": list(parts(codebook.version.guidelines)),
        "stances": list(_answers(codebook.stances.values(), has_glyphs=True)),
        "questions": [
            Question(
                spec=spec,
                answers=list(_answers(codebook.labels.get(spec.id, ()))),
                condition=_condition(spec, codebook),
            )
            for spec in codebook.attributes.values()
        ],
    }
    template = "annotate/guidelines.html"
    return render(request, f"{template}#guidelines-panel" if "fragment" in request.GET else template, context)


def _condition(spec: AttributeSpec, codebook: CodebookView) -> str:
    """Say after which answer the question is asked, empty where it always is."""
    for asked in codebook.attributes.values():
        for label in codebook.labels.get(asked.id, ()):
            if label.id == spec.condition:
                return f"only when “{asked.name}” is “{label.name}”"
    return ""


def _answers(labels: Iterable[LabelView], *, has_glyphs: bool = False) -> Iterator[Answer]:
    """Yield the labels with their keys: the codebook's own, else the digit of the place; the tenth has none."""
    for label, digit in zip(labels, chain("123456789", repeat("")), strict=False):
        yield Answer(label=label, key=label.shortcut or digit, glyph=GLYPHS[label.slot] if has_glyphs else "")


def _codebook(request: Request, place: Place) -> CodebookView:
    if "version" in request.GET:
        return _asked(request.GET["version"], place)
    rounds = Round.objects.visible_to(request.user).filter(project=place.id)
    newest = rounds.order_by("-status", "-number").values_list("codebook_version", flat=True).first()
    if newest is None:
        versions = CodebookVersion.objects.filter(codebook=place.project.codebook_id, published_at__isnull=False)
        newest = versions.order_by("-number").values_list("pk", flat=True).first()
    if newest is None:
        raise Http404
    return load_codebook(newest)


def _asked(raw: str, place: Place) -> CodebookView:
    """Return the published version of that number. Raises Http404."""
    versions = CodebookVersion.objects.filter(codebook=place.project.codebook_id, published_at__isnull=False)
    found = versions.filter(number=int(raw)).first() if raw.isascii() and raw.isdecimal() and len(raw) < 9 else None
    if found is None:
        raise Http404
    return load_codebook(found.pk)


def parts(source: str) -> Iterator[SafeString]:
    """Yield the guidelines in parts, each a heading with what is below it: what a search shows or hides."""
    env: dict[str, Any] = {}
    tokens = _MARKDOWN.parse(unicodedata.normalize("NFC", source), env)
    part: list[Token] = []
    for token in tokens:
        if token.type == "heading_open" and token.level == 0 and part:
            yield _rendered(part, env)
            part = []
        if part and part[-1].type == "heading_open" and token.type == "inline":
            part[-1].attrSet("id", anchor_of(token.content))
        part.append(token)
    if part:
        yield _rendered(part, env)


def headings(source: str) -> list[str]:
    """Return the headings of the guidelines, as plain text."""
    tokens = _MARKDOWN.parse(unicodedata.normalize("NFC", source))
    texts = (tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open")
    return [text[:200] for text in texts if text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the guidelines as plain text, with the heading that it stands under."""

    heading: str
    text: str


def paragraph_about(source: str, words: Sequence[str]) -> Paragraph | None:
    """Return the paragraph that names one of these words in bold, else in its text, the first word first."""
    found, heading = [], ""
    tokens = _MARKDOWN.parse(unicodedata.normalize("NFC", source))
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "heading_open":
            heading = token.content
        elif token.type == "inline":
            found.append((heading, token.content))
    for form in ("**{}", "{}"):
        for word in words:
            for heading, text in found:
                if form.format(word) in text.casefold():
                    return Paragraph(heading=heading, text=" ".join(text.replace("*", "").split()))
    return None


def anchor_of(heading: str) -> str:
    """Return the id that a heading of the guidelines has on their page."""
    words = "".join(char if char.isalnum() else " " for char in unicodedata.normalize("NFC", heading).casefold())
    return f"g-{'-'.join(words.split())}"[:80]


def _rendered(tokens: list[Token], env: dict[str, Any]) -> SafeString:
    return mark_safe(str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env)))


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
