"""Agreement of three annotators: the whole report, beside a raw read of the same rows with each reading decoded."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from itertools import batched
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.db import connection

from annotate.actions.projects import add_member
from annotate.actions.registries import create_entry
from annotate.management.bench.data import NOW, World
from annotate.management.bench.figures import Figure, PeakMemory, clock, rate
from annotate.models import Layer, Submission
from annotate.permissions import Role
from annotate.records import Registries, counted_submissions, first_of, submitted
from annotate.reports.agreement import Asked, agreement_report
from corpus.database import snapshot
from corpus.models import Document, Proposition, Speaker, Target

PEOPLE = ("ann", "ben", "cleo")
CLAIMS = 8
ENTRIES = 200
MODES = ("direct", "indirect", "mixed", "reported", "narrated")
AT_ONCE = 500


def run(world: World) -> list[Figure]:
    n_readings = _fill(world)
    user, asked = User(username="operator", is_superuser=True), Asked()
    _report(world, user, asked)  # once, so that what a process keeps is there
    memory = PeakMemory()
    whole = min(clock(lambda: _report(world, user, asked)) for _ in range(3))
    growth = memory.growth()
    main = frozenset(("intervals",))
    measures = min(clock(lambda: agreement_report(user, world.project, asked, wanted=main)) for _ in range(3))
    rows = first_of(counted_submissions().filter(layer__project=world.project))
    reading = min(clock(lambda: sum(1 for _ in submitted(rows, Registries()))) for _ in range(2))
    raw = min(clock(lambda: _raw(world)) for _ in range(2))
    note = f"{n_readings * CLAIMS:,} claims" + (f", memory +{growth:.0f} MB" if growth else "")
    title = f"agreement of {n_readings:,} readings"
    return [
        rate(f"{title}, all measures with intervals", n_readings, measures, raw, note),
        rate(f"{title}, in all parts, with confusions and actors", n_readings, whole, raw),
        rate("of which reading and entries", n_readings, reading, raw),
    ]


def _report(world: World, user: User, asked: Asked) -> None:
    with snapshot():
        agreement_report(user, world.project, asked)


def _raw(world: World) -> None:
    sql = (
        "SELECT s.id, s.number, l.document_id, s.reading FROM annotate_submission s JOIN annotate_layer l "
        "ON l.id = s.layer_id WHERE l.project_id = %s AND s.number = 1"
    )
    key = world.project.pk if connection.vendor == "postgresql" else world.project.pk.hex
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(sql, [key])
        while rows := cursor.fetchmany(2000):
            for row in rows:
                if isinstance(row[3], str):
                    orjson.loads(row[3])


def _fill(world: World) -> int:
    """Store a first submission of each of three people for every document; returns their number."""
    world.fill()
    people = [world.ann]
    for name in PEOPLE[1:]:
        people.append(User.objects.create(username=name))
        add_member(user=world.manager, project=world.project, username=name, roles={Role.ANNOTATOR}, now=NOW)
    entries = {model: list(_entries(world, model)) for model in (Speaker, Target, Proposition)}
    documents = Document.objects.filter(corpus=world.project.corpus_id).order_by("number").values_list("pk", "text")
    round, dice, n = world.round, random.Random(7), 0
    for part in batched(documents.iterator(AT_ONCE), AT_ONCE):
        layers, readings = [], []
        for id, text in part:
            truth = [_truth(dice, entries, at) for at in range(CLAIMS)]
            for person in people:
                values = {"project": world.project, "document_id": id, "round": round, "annotator": person}
                layer = Layer(
                    **values, codebook_version_id=round.codebook_version_id, status="submitted", submitted_at=NOW
                )
                layers.append(layer)
                readings.append(_reading(layer, [_seen(dice, claim, entries, text) for claim in truth]))
        Layer.objects.bulk_create(layers)
        Submission.objects.bulk_create(readings)
        n += len(layers)
    return n


def _entries(world: World, model: Any) -> Iterator[dict[str, Any]]:
    for number in range(ENTRIES):
        name = f"{model.__name__} {number}"
        entry = create_entry(user=world.manager, project=world.project, model=model, values={"name": name})
        yield {"id": str(entry.pk), "name": name}


def _truth(dice: random.Random, entries: Any, at: int) -> dict[str, Any]:
    speaker = dice.choice(entries[Speaker][: 1 + dice.randrange(ENTRIES)])
    return {
        "start": 60 + 280 * at + dice.randrange(30),
        "length": dice.randrange(40, 160),
        "speaker": speaker,
        "represents": dice.choice(entries[Speaker][:10]) if dice.random() < 0.3 else None,
        "reported_by": [dice.choice(entries[Speaker][:10])] if dice.random() < 0.2 else [],
        "mode": dice.choice(MODES),
        "proposition": dice.choice(entries[Proposition]),
        "target": dice.choice(entries[Target][: 1 + dice.randrange(ENTRIES)]),
        "value": dice.choice(("support", "oppose", "neutral", "mixed")),
        "type": dice.choice(("assertion", "demand", "evaluation", "position", "prediction")),
    }


def _seen(dice: random.Random, truth: dict[str, Any], entries: Any, text: str) -> dict[str, Any]:
    """Return the claim as somebody marks it who is right four times in five."""
    found = dict(truth)
    for name, model in (("speaker", Speaker), ("target", Target), ("proposition", Proposition)):
        if dice.random() < 0.2:
            found[name] = dice.choice(entries[model])
    if dice.random() < 0.2:
        found |= {"value": dice.choice(("support", "oppose", "neutral")), "mode": dice.choice(MODES)}
    start = found["start"] + dice.choice((0, 0, 0, 5, -12))
    end = start + found["length"] + dice.choice((0, 0, 0, 9, 40))
    if dice.random() < 0.1:
        start, end = start + 150, end + 150

    def span(left: int, right: int) -> dict[str, Any]:
        return {"start": left, "end": right, "quote": text[left:right]}

    target = {**found["target"], "kind": "issue"}
    return {
        "id": str(uuid.UUID(int=dice.getrandbits(128))),
        "spans": [span(start, end)],
        "cue": [span(end + 2, end + 10)],
        "speakers": [{**found["speaker"], "represents": found["represents"], "mention": [span(end + 12, end + 20)]}],
        "reported_by": found["reported_by"],
        "mode": found["mode"],
        "proposition": {"id": found["proposition"]["id"], "text": found["proposition"]["name"], "relation": "affirms"},
        "stances": [{"holder": None, "target": target, "value": found["value"]}],
        "no_stance": False,
        "attributes": {"type": found["type"]},
        "unsure": False,
        "note": "",
        "version": 1,
    }


def _reading(layer: Layer, claims: list[dict[str, Any]]) -> Submission:
    claims.sort(key=lambda claim: json.dumps(claim["id"]))
    reading = {"id": str(layer.pk), "kind": "annotator", "attributes": {}, "no_claim": [], "claims": claims}
    return Submission(
        layer=layer,
        number=1,
        codebook_version_id=layer.codebook_version_id,
        reading=reading,
        n_claims=len(claims),
        submitted_at=NOW,
    )
