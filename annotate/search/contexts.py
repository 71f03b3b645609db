"""Where something stands: the sentences of claims, and the hits of a search in their sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotate.models import Span, SpanRole
from corpus.models import Document
from corpus.text.blocks import Block
from corpus.text.query import Query
from corpus.text.sentences import split_sentences

# So far to each side a sentence is looked for; what is longer is cut.
REACH = 1500
AT_ONCE = 20
# PostgreSQL's index goes as far; and so many characters are looked at for one answer.
MAX_LOOKED_AT = 200_000
MAX_IN_ALL = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A stretch of a document's text, half-open code points, with its words."""

    start: int
    end: int
    text: str

    def as_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The sentences in which a claim stands, in order, and its spans."""

    sentences: tuple[Sentence, ...]
    spans: tuple[tuple[int, int], ...]
    number: int = 0  # of the sentence in which the claim starts, where it was asked for

    @property
    def text(self) -> str:
        return "\n".join(sentence.text for sentence in self.sentences)


def sentences_around(text: str, start: int, end: int, language: str = "") -> Iterator[tuple[int, int]]:
    """Yield the sentences of the paragraphs that a stretch reaches into and that it touches."""
    left = max(text.rfind("\n", 0, start) + 1, start - REACH)
    right = text.find("\n", end)
    right = min(len(text) if right < 0 else right, end + REACH)
    for line in _lines(text, left, right):
        for found in split_sentences(text, line, language):
            if found[0] < end and start < found[1]:
                yield found


def _lines(text: str, left: int, right: int) -> Iterator[Block]:
    while left < right:
        end = text.find("\n", left, right)
        end = right if end < 0 else end
        if end > left:
            yield Block(index=0, start=left, end=end)
        left = end + 1


def number_at(starts: list[int], at: int) -> int:
    """Return the number of the sentence that a place is in, from where the sentences start."""
    return max(bisect_right(starts, at) - 1, 0)


def contexts(
    claims: Iterable[UUID], *, starts_of: Callable[[str, str], list[int]] | None = None
) -> dict[UUID, Context]:
    """Return the contexts of claims that were found. Two queries; few texts at a time are in memory.

    `starts_of` says where the sentences of a text in a language start, if they are to be numbered.
    """
    spans: dict[UUID, dict[UUID, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    rows = Span.objects.filter(claim__in=list(claims), role=SpanRole.CONTENT).order_by("claim", "position")
    for claim, document, start, end in rows.values_list("claim_id", "claim__layer__document_id", "start", "end"):
        spans[document][claim].append((start, end))
    found = {}
    texts = Document.objects.filter(pk__in=spans.keys()).order_by().values_list("pk", "language", "text")
    for document, language, text in texts.iterator(chunk_size=AT_ONCE):
        starts = starts_of(text, language) if starts_of is not None else []
        for claim, parts in spans[document].items():
            touched = {found for part in parts for found in sentences_around(text, *part, language)}
            sentences = tuple(Sentence(start=a, end=b, text=text[a:b]) for a, b in sorted(touched))
            number = number_at(starts, parts[0][0])
            found[claim] = Context(sentences=sentences, spans=tuple(parts), number=number)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where a word that was looked for stands in a document's text, and its sentence."""

    start: int
    end: int
    sentence: Sentence

    def as_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "sentence": self.sentence.as_dict()}


def find_hits(text: str, query: Query, language: str = "", most: int = 3) -> list[Hit]:
    """Return the first hits of a text."""
    found = []
    for start, end in query.hits(text, most):
        around = list(sentences_around(text, start, end, language)) or [(start, end)]
        first, last = min(around[0][0], start), max(around[-1][1], end)
        found.append(Hit(start=start, end=end, sentence=Sentence(start=first, end=last, text=text[first:last])))
    return found


def readable_texts(documents: list[Document]) -> Iterator[tuple[UUID, str, str]]:
    """Yield id, language and the first characters of texts, at most MAX_IN_ALL of them. One query."""
    wanted: list[UUID] = []
    size = 0
    for document in documents:
        size += min(document.n_characters, MAX_LOOKED_AT)
        if size <= MAX_IN_ALL or not wanted:
            wanted.append(document.pk)
    rows = Document.objects.filter(pk__in=wanted).order_by().values_list("pk", "language", "text")
    for pk, language, text in rows.iterator(chunk_size=AT_ONCE):
        yield pk, language, text[:MAX_LOOKED_AT]


def document_hits(documents: list[Document], query: Query, most: int = 3) -> dict[UUID, list[Hit]]:
    """Return the first hits by document; documents beyond MAX_IN_ALL characters are left out. One query."""
    return {pk: find_hits(text, query, language, most) for pk, language, text in readable_texts(documents)}
