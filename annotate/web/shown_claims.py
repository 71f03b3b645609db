"""A claim as lists beside the reader show it: its words in their sentences, read back, with the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from annotate.search.contexts import Sentence
from annotate.search.mentions import Mention
from annotate.web.article import slot_of
from annotate.web.found import read_back
from annotate.web.links import reader_url
from annotate.web.signs import GLYPHS

RELATIONS = {"affirms": "affirms", "denies": "denies", "leaves_open": "leaves open"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A mention, for somebody who looks at it."""

    mention: Mention
    user: User

    @property
    def id(self) -> str:
        return str(self.mention.claim["id"])

    @property
    def html(self) -> SafeString:
        """Return the sentences with the words of the claim marked; safe, as each piece is escaped."""
        parts = [_marked(sentence, self.mention.context.spans) for sentence in self.mention.context.sentences]
        return mark_safe(" … ".join(parts))

    @property
    def words(self) -> str:
        return " … ".join(span["quote"] for span in self.mention.claim["spans"])

    @property
    def said(self) -> SafeString:
        return read_back(self.mention.claim, self.mention.codebook)

    @property
    def relation(self) -> str:
        found = self.mention.claim["proposition"]
        return RELATIONS.get(found["relation"], "") if found else ""

    @property
    def slot(self) -> str:
        return slot_of(self.mention.claim, self.mention.codebook)

    @property
    def glyph(self) -> str:
        return GLYPHS[self.slot]

    @property
    def href(self) -> str:
        layer = self.mention.layer
        is_own = layer.annotator_id == self.user.pk
        return reader_url(layer.project.slug, layer.document_id, layer, is_own=is_own, claim=UUID(self.id))


def _marked(sentence: Sentence, spans: tuple[tuple[int, int], ...]) -> str:
    """Return a sentence with the parts of a claim in `mark`, everything else escaped."""
    at, size = sentence.start, len(sentence.text)
    parts = [(max(a - at, 0), min(b - at, size)) for a, b in spans if a < sentence.end and b > at]
    edges = sorted({0, size, *(edge for part in parts for edge in part)})
    found = []
    for start, end in pairwise(edges):
        piece = escape(sentence.text[start:end])
        found.append(f"<mark>{piece}</mark>" if any(a <= start and end <= b for a, b in parts) else piece)
    return "".join(found)
