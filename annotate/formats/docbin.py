"""spaCy DocBin: a Doc for each layer, claims, cues and mentions in span groups, the rest of the claims in user data.

Tokens are words and signs (`tokens.py`), cut where marked words begin or end, so that every span is exact; no pipeline
and no model is used. spaCy counts code points.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, layers_out
from annotate.formats.marks import CLAIM, CUE, SHARED_LOSSES, SPEAKER, marks_of, single_spans
from annotate.formats.packed import Budget, TooMany
from annotate.formats.sources import IncomingFile, Malformed, by_file, guarded
from annotate.formats.tokens import tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

OWN = "standpoint"
README = """# Claims as spaCy Docs

A folder for each round and annotator, or `gold`; its files are parts of one reading. `spacy train` takes such a folder.
`losses.json` says what is left out.

```python
from pathlib import Path

import spacy
from spacy.tokens import DocBin

nlp = spacy.blank("xx")
for path in sorted(Path("round-1").rglob("*.spacy")):
    for doc in DocBin().from_disk(path).get_docs(nlp.vocab):
        print(doc.user_data["standpoint"]["annotator"], [span.text for span in doc.spans["claims"]])
```

Span groups: `claims`, `cues`, `speakers`. `doc.user_data["standpoint"]` holds the ids of document and annotator, and by
the id of its span everything that a claim says. Tokens are words and signs, cut where a marked span begins or ends.
"""
GROUPS = {CLAIM: "claims", CUE: "cues", SPEAKER: "speakers"}
# Documents in the files that are written at first, so that they begin to come, and in later ones.
FIRST, AT_ONCE = 50, 250
# What such files may weigh: one for each token, and so many for each claim.
MAX_WEIGHT, CLAIM_WEIGHT = 150_000, 50
# Numbers and lists take many times the bytes that they are packed in, and a long token stands in the file once for all
# the places where it is repeated: a small file could fill the memory.
MAX_UNPACKED = 20_000_000
MAX_VALUES = 1_000_000


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    """Yield files of some hundred documents for each annotator, each when it is full.

    A folder of them is what `spacy train` reads. The first member needs no data: it is there while the library loads.
    """
    yield Member(path="README.md", pieces=[README.encode()])
    n_files: Counter[str] = Counter()
    for group in _groups(layers_out(selection, losses)):
        for folder, found in group.items():
            n_files[folder] += 1
            yield Member(path=f"{folder}/{n_files[folder]:05}.spacy", pieces=[found.to_bytes()])


def _groups(layers: Iterable[LayerOut]) -> Iterator[dict[str, DocBin]]:
    """Yield what goes into files at the same time, by annotator: bounded in documents, tokens and claims."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab, limit = Vocab(), FIRST
    held: dict[str, DocBin] = {}
    n_docs = weight = 0
    for layer in layers:
        doc = _doc(layer, vocab)
        held.setdefault(layer.folder, DocBin(attrs=["ORTH"], store_user_data=True)).add(doc)
        n_docs, weight = n_docs + 1, weight + len(doc) + CLAIM_WEIGHT * len(layer.claims)
        if n_docs >= limit or weight >= MAX_WEIGHT:
            yield held
            vocab, limit, held, n_docs, weight = Vocab(), AT_ONCE, {}, 0, 0
    if held:
        yield held


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
        if at < start:
            gap(start)
        words.append(text[start:end])
        spaces.append(False)
        starts.append(start)
        at = end
    gap(len(text))
    return words, spaces, starts


def _read(file: IncomingFile) -> Iterator[Found]:
    limit = min(file.limit, MAX_UNPACKED)
    for number, doc in enumerate(_docs(file.data(), limit), start=1):
        yield from guarded(file.name, f"document {number}", partial(_document, file, doc, number))


def _docs(data: bytes, limit: int) -> Iterator[Doc]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        budget = Budget(MAX_VALUES)
        budget.take(_unpacked(data, limit))
        found = DocBin(store_user_data=True).from_bytes(data)
        for part in found.user_data:
            budget.take(part or b"")
        for group in (group for part in found.span_groups for group in budget.take(part)):
            budget.take(group)
        _check_repeated(found, limit)
        yield from found.get_docs(Vocab())
    except Malformed:
        raise
    except TooMany as error:
        raise _too_large(str(error)) from error
    except Exception as error:  # the library raises what it meets, of many kinds
        problem = f"{type(error).__name__}: {str(error)[:80]}"
        raise Malformed(f"the DocBin cannot be read ({problem}); save it again.") from error


def _unpacked(data: bytes, limit: int) -> bytes:
    """Return what the file holds. Raises Malformed for what is no DocBin, or one that is larger than the limit."""
    try:
        found = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error as error:
        raise Malformed("this is no DocBin; save one with DocBin.to_disk.") from error
    if len(found) > limit:
        raise _too_large(f"it is larger than {limit // 1_000_000} MB when unpacked, which is the limit for one file")
    return found


def _check_repeated(found: DocBin, limit: int) -> None:
    """Raise Malformed where the texts are longer than the limit: a token is the hash of a string that stands once."""
    import numpy
    from spacy.attrs import ORTH
    from spacy.strings import get_string_id

    at = found.attrs.index(ORTH)
    lengths = {get_string_id(string): len(string) for string in found.strings}
    size = 0
    for doc in found.tokens:
        hashes, counts = numpy.unique(doc[:, at], return_counts=True)
        size += sum(lengths.get(int(one), 0) * int(n) for one, n in zip(hashes, counts, strict=True))
    if size > limit:
        raise _too_large(f"its texts have {size:,} characters; {limit:,} is the limit for one file")


def _too_large(rule: str) -> Malformed:
    return Malformed(f"the DocBin is too large: {rule}; split it into several files with fewer documents each.")


def _document(file: IncomingFile, doc: Doc, number: int) -> Iterator[Found]:
    own: dict[str, Any] = orjson.loads(orjson.dumps(doc.user_data.get(OWN) or {}))  # lists come back as tuples
    at, annotator = f"document {number}", str(own.get("annotator", ""))
    is_gold = annotator == GOLD
    layer = LayerFound(
        annotator="" if is_gold else annotator,
        round=file.round,
        is_gold=is_gold,
        marks=tuple(_marks(doc, own, at)),
        links=tuple(
            LinkFound(source=str(one), target=str(two), label=str(label), at=at)
            for one, two, label in own.get("links", ())
        ),
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
    if sum(span.end_char - span.start_char for span in spans) > MAX_UNPACKED:
        raise _too_large(f"the spans of {at} have more than {MAX_UNPACKED:,} characters together")
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
