"""Near-copies: sketches with their bands, and the whole search with what it stores, beside a raw read and split."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from django.db import connection

from annotate.management.bench.data import World, articles
from annotate.management.bench.figures import Figure, clock, rate
from corpus.copies import find_copies
from corpus.copies.minhash import band_keys, likeness, signature
from corpus.models import Document, Story

CHANGED = 0.05  # of the words of a copy
PROBES = 1000
LIKE = 0.5


def run(world: World) -> list[Figure]:
    world.fill()
    texts = list(Document.objects.filter(corpus=world.project.corpus_id).values_list("text", flat=True))
    raw = clock(lambda: _words(texts))
    check = clock(lambda: _sketches(texts))
    read = clock(_read)
    whole = clock(lambda: sum(find_copies(world.project.corpus)))
    found, stories = _found(), Story.objects.filter(corpus=world.project.corpus_id).count()
    note = f"{found} of {PROBES} copies with {CHANGED:.0%} of the words changed share a band"
    return [
        rate("near-copy check, sketch and bands", len(texts), check, raw, note),
        rate("… with reading, storing and comparing", len(texts), whole, read, f"{stories} stories"),
    ]


def _words(texts: Iterable[str]) -> None:
    for text in texts:
        text.casefold().split()


def _sketches(texts: Iterable[str]) -> None:
    for text in texts:
        band_keys(signature(text))


def _read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM corpus_document")
        while cursor.fetchmany(2000):
            pass


def _found() -> int:
    """Return how many near-copies are found among the same number of articles that were changed a little."""
    dice = random.Random(5)
    n = 0
    for text, copy in _pairs(dice):
        one, other = signature(text), signature(copy)
        n += bool(set(band_keys(one)) & set(band_keys(other))) and likeness(one, other) >= LIKE
    return n


def _pairs(dice: random.Random) -> Iterator[tuple[str, str]]:
    for found in articles(PROBES):
        text = str(found["text"])
        words = text.split(" ")
        for at in dice.sample(range(len(words)), int(len(words) * CHANGED)):
            words[at] = f"{words[at]}x{at}"
        yield text, " ".join(words)
