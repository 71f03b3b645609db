"""The queue: 32 people drain 1,000 articles with three places each, some skip and some let their time run out.

Afterwards every article was given to exactly three different people; otherwise the measurement fails.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from annotate.actions.projects import add_member
from annotate.actions.rounds import RoundSettings, create_round
from annotate.actions.selections import Selection
from annotate.actions.tokens import create_token
from annotate.management.bench.data import NOW, World
from annotate.management.bench.figures import Figure, clock, each, latency
from annotate.models import Layer, Round, RoundDocument
from annotate.permissions import Role

PEOPLE, ARTICLES, PLACES = 32, 1000, 3
# One article in so many is skipped, or its lease is made to end at once.
SKIPPED, EXPIRED = 40, 40
REPEATS, READ_BEFORE = 200, 1000


@dataclass(slots=True)
class Drain:
    """What the people of one drain did, counted by all threads."""

    round: Round
    seconds: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


def run(world: World) -> list[Figure]:
    world.fill()
    tokens = _people(world)
    drain = Drain(round=_round(world, "Drained", at_most=min(ARTICLES, world.count)))
    with ThreadPoolExecutor(PEOPLE) as pool:
        seconds = clock(lambda: list(pool.map(lambda one: _work(drain, *one), enumerate(tokens))))
    _check(drain)
    raw = each(itertools.repeat(_raw(drain.round), REPEATS))
    n = len(drain.seconds)
    what = ", ".join(f"{count} {name}" for name, count in sorted(drain.counts.items()))
    note = (
        f"{n / seconds:,.0f} handed out/s; {what}; {sum(drain.refused.values())} refused; exactly {PLACES} people each"
    )
    figures = [
        latency(f"next, {PEOPLE} people at once, {drain.round.round_documents.count():,}", drain.seconds, raw, note)
    ]
    return [*figures, *_alone(world, tokens[0], raw)]


def _people(world: World) -> list[str]:
    tokens = []
    for n in range(PEOPLE):
        person = User.objects.create(username=f"reader{n}")
        add_member(user=world.manager, project=world.project, username=person.username, roles={Role.ANNOTATOR}, now=NOW)
        tokens.append(create_token(user=person)[1])
    return tokens


def _round(world: World, name: str, *, at_most: int | None = None) -> Round:
    settings = RoundSettings(name=name, overlap=PLACES, order="random", seed=1)
    selection = Selection(at_most=at_most)
    return create_round(user=world.manager, project=world.project, settings=settings, selection=selection, now=NOW)


def _work(drain: Drain, number: int, token: str) -> None:
    """Take, submit, take … until there is none; skip some, and let the time of some run out."""
    client, dice = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}"), random.Random(number)
    try:
        while (layer := _next(drain, client)) is not None:
            if dice.randrange(SKIPPED) == 0:
                _skip(drain, client, layer)
            elif dice.randrange(EXPIRED) == 0:
                # Somebody else may take the place from now on; who asks first, resumes or takes.
                past = timezone.now() - timedelta(seconds=1)
                with transaction.atomic():  # in its turn among the writers
                    Layer.objects.filter(pk=layer["id"]).update(lease_expires_at=past)
                drain.count("expired")
            else:
                _submit(layer)
            connection.close()
    finally:
        connection.close()


def _submit(layer: dict[str, Any]) -> None:
    rows = Layer.objects.filter(pk=layer["id"], has_place=True)
    with transaction.atomic():
        rows.update(status="submitted", submitted_at=timezone.now())


def _next(drain: Drain, client: Client) -> dict[str, Any] | None:
    path = f"/api/v1/projects/{drain.round.project.slug}/next/?round={drain.round.pk}"
    while True:
        start = time.perf_counter()
        answer = client.post(path)
        seconds = time.perf_counter() - start
        connection.close()  # as a server's thread does at the end of each request
        if answer.status_code == 204:
            return None
        if answer.status_code == 200:
            with drain.lock:
                drain.seconds.append(seconds)
            layer: dict[str, Any] = answer.json()["layer"] | {"document": answer.json()["document"]["id"]}
            return layer
        with drain.lock:
            drain.refused[answer.status_code] += 1
        assert answer.status_code == 503, f"next answers {answer.status_code}"


def _skip(drain: Drain, client: Client, layer: dict[str, Any]) -> None:
    body = json.dumps({"reason": "Measured", "round": str(drain.round.pk)})
    path = f"/api/v1/documents/{layer['document']}/skip/"
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code == 200, f"skip answers {answer.status_code}"
    drain.count("skipped")


def _check(drain: Drain) -> None:
    """Raise AssertionError unless each article has exactly its places taken, by different people."""
    held = Layer.objects.filter(round=drain.round, has_place=True).values_list("document", "annotator")
    people = Counter(document for document, _ in set(held))
    rows = list(RoundDocument.objects.filter(round=drain.round).values_list("document", "n_taken", "n_places"))
    wrong = [row for row in rows if not people[row[0]] == row[1] == row[2]]
    assert not wrong, f"{len(wrong)} articles were not given to exactly {PLACES} people: {wrong[:3]}"


def _raw(round: Round) -> Callable[[], None]:
    """Return the least that a handout needs: a guarded counter and a layer's row written, in their own transaction."""
    row, layer = round.round_documents.first(), Layer.objects.filter(round=round).first()
    assert row is not None and layer is not None
    id = layer.pk if connection.vendor == "postgresql" else layer.pk.hex

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE annotate_rounddocument SET n_taken = n_taken WHERE id = %s AND n_taken > 0", [row.pk]
            )
            cursor.execute("UPDATE annotate_layer SET version = version WHERE id = %s", [id])

    return work


def _alone(world: World, token: str, raw: list[float]) -> list[Figure]:
    """One person in a round over all articles, of which half are full and they read the first READ_BEFORE."""
    opened: list[Round] = []
    seconds = clock(lambda: opened.append(_round(world, "All")))
    round = opened[0]
    half = list(round.round_documents.order_by("position").values_list("position", flat=True))[: world.count // 2]
    round.round_documents.filter(position__lte=half[-1]).update(n_taken=PLACES, is_full=True)
    person = User.objects.get(username="reader0")
    n_read = min(READ_BEFORE, world.count // 10)
    free = round.round_documents.filter(is_full=False).order_by("position")[:n_read]
    Layer.objects.bulk_create(
        Layer(
            id=uuid.uuid4(), project=world.project, document_id=row.document_id, round=round, annotator=person,
            codebook_version_id=round.codebook_version_id, status="submitted", submitted_at=NOW, has_place=True,
        )
        for row in free
    )  # fmt: skip
    drain = Drain(round=round)
    client = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    for _ in range(min(REPEATS, world.count // 4)):
        layer = _next(drain, client)
        assert layer is not None
        _submit(layer)
    name = f"next, one person, {world.count:,}"
    return [latency(name, drain.seconds, raw, f"half full, {n_read:,} read; opened in {seconds:.1f} s")]
