"""Which documents are near-copies: their sketches are stored, and those that share a band are compared."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction

from corpus.copies import minhash
from corpus.copies.stories import Groups, as_changes
from corpus.database.bulk import insert_rows
from corpus.models import Band, Change, Corpus, Document, Sketch

AT_ONCE = 500
CHARACTERS_AT_ONCE = 5_000_000
# Of the documents that share a band, so many are looked at: with one of a story the others are found too.
MOST_COMPARED = 20
CHANGE_COLUMNS = ("batch", "action", "actor_id", "corpus_id", "object_type", "object_id", "before", "after")


def find_copies(corpus: Corpus, *, actor: Any = None) -> Iterator[int]:
    """Compare the documents that were not yet; yields how many, part by part, each in a transaction of its own."""
    while texts := _texts(corpus):
        found = {id: minhash.signature(text) for id, text in texts.items()}
        with transaction.atomic():
            Corpus.objects.select_for_update().get(pk=corpus.pk)
            done = set(Sketch.objects.filter(document__in=list(found)).values_list("document", flat=True))
            _store(corpus, {id: own for id, own in found.items() if id not in done}, actor)
        yield len(found)


def _texts(corpus: Corpus) -> dict[UUID, str]:
    """Return the next documents without a sketch, bounded in number and in text. Two queries."""
    rows = Document.objects.filter(corpus=corpus, sketch=None).order_by("number")
    ids, size = [], 0
    for id, length in rows.values_list("pk", "n_characters")[:AT_ONCE]:
        ids.append(id)
        size += length
        if size >= CHARACTERS_AT_ONCE:
            break
    return dict(Document.objects.filter(pk__in=ids).order_by("number").values_list("pk", "text"))


def _store(corpus: Corpus, found: dict[UUID, minhash.Signature], actor: Any) -> None:
    """Store sketches and put near-copies together. The corpus is locked."""
    keys = {id: minhash.band_keys(own) for id, own in found.items()}
    pairs = _pairs(corpus, found, keys)
    groups = Groups.around(corpus, {id for pair in pairs for id in pair})
    for one, other in pairs:
        groups.unite(one, other)
    changes = as_changes(groups.save())
    insert_rows(Sketch, ("document_id", "signature"), [(id, minhash.packed(own)) for id, own in found.items()])
    insert_rows(Band, ("document_id", "key"), [(id, key) for id, own in keys.items() for key in own])
    about = (uuid.uuid4(), "story.find", getattr(actor, "pk", None), corpus.pk, "document")
    insert_rows(Change, CHANGE_COLUMNS, [(*about, *change) for change in changes])


def _pairs(
    corpus: Corpus, found: dict[UUID, minhash.Signature], keys: dict[UUID, list[int]]
) -> list[tuple[UUID, UUID]]:
    """Return the pairs of new documents with others that are near-copies, the most alike first. Two queries."""
    sharing: dict[int, list[UUID]] = {}
    wanted = {key for own in keys.values() for key in own}
    stored = Band.objects.filter(key__in=wanted, document__corpus=corpus).order_by("id")
    for key, id in stored.values_list("key", "document"):
        if len(sharing.setdefault(key, [])) < MOST_COMPARED:
            sharing[key].append(id)
    candidates = set()
    for id, own in keys.items():
        for key in own:
            known = sharing.setdefault(key, [])
            candidates |= {(id, other) for other in known}
            if len(known) < MOST_COMPARED:
                known.append(id)
    others = {other for _, other in candidates} - found.keys()
    rows = Sketch.objects.filter(document__in=others).values_list("document", "signature")
    signatures = found | {id: minhash.unpacked(stored) for id, stored in rows}
    alike = {pair: minhash.likeness(signatures[pair[0]], signatures[pair[1]]) for pair in candidates}
    near = [pair for pair, share in alike.items() if share >= minhash.LIKE]
    return sorted(near, key=lambda pair: (-alike[pair], pair))
