"""spaCy DocBin: a Doc for each layer, claims, cues and mentions in span groups, the rest of the claims in user data.

Tokens are words and signs (`tokens.py`), cut where marked words begin or end, so that every span is exact; no pipeline
and no model is used. spaCy counts code points.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, Spools, layers_out
from annotate.formats.marks import CLAIM, CUE, SHARED_LOSSES, SPEAKER, marks_of, single_spans
from annotate.formats.sources import IncomingFile, Malformed, by_file, guarded
from annotate.formats.tokens import tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

OWN = "standpoint"
GROUPS = {CLAIM: "claims", CUE: "cues", SPEAKER: "speakers"}
AT_ONCE = 200
TOKENS_AT_ONCE = 200_000
# Numbers and lists take many times the bytes that they are packed in, so a small file could fill the memory.
MAX_UNPACKED = 20_000_000


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    """Write files of at most AT_ONCE documents for each annotator; a folder of them is what `spacy train` reads."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab, files = Vocab(), Spools()
    held: dict[str, DocBin] = {}
    n_files: dict[str, int] = {}
    n_tokens = 0
    for layer in layers_out(selection, losses):
        doc = _doc(layer, vocab)
        held.setdefault(layer.folder, DocBin(attrs=["ORTH"], store_user_data=True)).add(doc)
        n_tokens += len(doc)
        if sum(len(found) for found in held.values()) >= AT_ONCE or n_tokens >= TOKENS_AT_ONCE:
            _put(held, n_files, files)
            vocab, n_tokens = Vocab(), 0
    _put(held, n_files, files)
    yield from files.members()


def _put(held: dict[str, DocBin], n_files: dict[str, int], files: Spools) -> None:
    for folder, found in held.items():
        n_files[folder] = n_files.get(folder, 0) + 1
        files.write(f"{folder}/{n_files[folder]:05}.spacy", found.to_bytes())
    held.clear()


def _doc(layer: LayerOut, vocab: Any) -> Doc:
    from spacy.tokens import Doc, Span

    text = layer.document["text"]
    found = single_spans(marks_of(layer.claims, {}))
    begins = {mark.spans[0]["start"] for mark in found.marks}
    words, spaces, starts = _tokens(text, begins, {mark.spans[0]["end"] for mark in found.marks})
    doc = Doc(vocab, words=words, spaces=spaces)
    first = {start: at for at, start in enumerate(starts)}
    last = {start + len(word): at + 1 for at, (start, word) in enumerate(zip(starts, words, strict=True))}
    for label, group in GROUPS.items():
        doc.spans[group] = [
            Span(doc, first[mark.spans[0]["start"]], last[mark.spans[0]["end"]], label=label, span_id=mark.key)
            for mark in found.marks
            if mark.label == label
        ]
    claims = {mark.key: {**(mark.payload or {}), "answers": dict(mark.answers)} for mark in found.marks if mark.payload}
    doc.user_data[OWN] = {
        "document": layer.document["id"],
        "external_id": layer.document["external_id"] or "",
        "annotator": layer.annotator or GOLD,
        "language": layer.document["language"],
        "claims": claims,
        "links": [list(link) for link in found.links],
    }
    return doc


def _tokens(text: str, begins: set[int], ends: set[int]) -> tuple[list[str], list[bool], list[int]]:
    """Return all of the text as tokens: their words, whether one space follows, and where they start."""
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    at, edges = 0, sorted(begins | ends)

    def gap(end: int) -> None:
        """Put white space into tokens of its own, but for one space after a word; marked words may end in it."""
        nonlocal at
        if at < end and text[at] == " " and words and at not in begins and at + 1 not in ends:
            spaces[-1] = True
            at += 1
        for edge in (*edges[bisect_right(edges, at) : bisect_left(edges, end)], end):
            if at < edge:
                words.append(text[at:edge])
                spaces.append(False)
                starts.append(at)
                at = edge

    for start, end in tokens(text, 0, len(text), edges):
        gap(start)
        words.append(text[start:end])
        spaces.append(False)
        starts.append(start)
        at = end
    gap(len(text))
    return words, spaces, starts


def _read(file: IncomingFile) -> Iterator[Found]:
    data = file.data()
    _check_size(data, min(file.limit, MAX_UNPACKED))
    for number, doc in enumerate(_docs(data), start=1):
        yield from guarded(file.name, f"document {number}", partial(_document, file, doc, number))


def _check_size(data: bytes, limit: int) -> None:
    """Raise Malformed for what is no DocBin, or one that is larger than the limit when unpacked."""
    try:
        size = len(zlib.decompressobj().decompress(data, limit + 1))
    except zlib.error as error:
        raise Malformed("this is no DocBin; save one with DocBin.to_disk.") from error
    if size > limit:
        rule = f"the DocBin is larger than {limit // 1_000_000} MB when unpacked, which is the limit for one file"
        raise Malformed(f"{rule}; split it into several files with fewer documents each.")


def _docs(data: bytes) -> Iterator[Doc]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        yield from DocBin(store_user_data=True).from_bytes(data).get_docs(Vocab())
    except Exception as error:  # the library raises what it meets, of many kinds
        problem = f"{type(error).__name__}: {str(error)[:80]}"
        raise Malformed(f"the DocBin cannot be read ({problem}); save it again.") from error


def _document(file: IncomingFile, doc: Doc, number: int) -> Iterator[Found]:
    own: dict[str, Any] = orjson.loads(orjson.dumps(doc.user_data.get(OWN) or {}))  # lists come back as tuples
    at, annotator = f"document {number}", str(own.get("annotator", ""))
    is_gold = annotator == GOLD
    layer = LayerFound(
        annotator="" if is_gold else annotator,
        round=file.round,
        is_gold=is_gold,
        marks=tuple(_marks(doc, own, at)),
        links=tuple(LinkFound(source=one, target=two, label=label, at=at) for one, two, label in own.get("links", ())),
    )
    id, external_id = str(own.get("document", "")), str(own.get("external_id", ""))
    yield DocumentFound(file=file.name, at=at, layers=(layer,), id=id, external_id=external_id, text=doc.text)


def _marks(doc: Doc, own: dict[str, Any], at: str) -> Iterator[MarkFound]:
    """Yield the spans of all groups, and the entities that stand in none.

    An id of a span is a key only where we wrote it: elsewhere it is that of an entity, which many spans may share.
    """
    claims = own.get("claims", {})
    named = {*claims, *(str(key) for link in own.get("links", ()) for key in link[:2])}
    spans = [span for group in doc.spans.values() for span in group]
    grouped = {(span.start, span.end, span.label) for span in spans}
    spans += [span for span in doc.ents if (span.start, span.end, span.label) not in grouped]
    for number, span in enumerate(spans, start=1):
        payload = dict(claims[span.id_]) if span.id_ in claims else None
        answers = payload.pop("answers", {}) if payload is not None else {}
        found = SpanFound(parts=((span.start_char, span.end_char),), quote=span.text)
        key = span.id_ if span.id_ in named else f"span {number}"
        yield MarkFound(key=key, label=span.label_, spans=(found,), at=f"{at}, {key}", answers=answers, payload=payload)


ENDINGS = (".spacy",)
FORMAT = Format(
    key="spacy",
    name="spaCy DocBin",
    extension="spacy.zip",
    content_type="application/zip",
    description="Docs with claims, cues and speakers in span groups, in DocBin files for each annotator, for spaCy.",
    write=write,
    is_folder=True,
    read=by_file(_read, *ENDINGS),
    endings=ENDINGS,
    losses=SHARED_LOSSES,
    library="spacy",
    extra="spacy",
)
