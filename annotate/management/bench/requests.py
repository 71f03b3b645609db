"""Single requests: an article opened, lists, a claim saved, each beside the bare statement that it needs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from annotate.actions.claims import put_claim
from annotate.management.bench.data import NOW, World
from annotate.management.bench.figures import Figure, each, latency, missing
from annotate.models import Claim
from annotate.payloads.preconditions import Precondition
from corpus.models import Document

REPEATS = 200
PAGE = 50


def run_open(world: World) -> list[Figure]:
    """GET one article, as a page and from the API."""
    world.fill()
    ids = list(Document.objects.filter(corpus=world.project.corpus_id).values_list("pk", flat=True)[:REPEATS])
    raw = each(partial(_fetch, "SELECT * FROM corpus_document WHERE id = %s", [_param(id)]) for id in ids)
    api, page = _api(world), Client(HTTP_HOST="127.0.0.1")
    page.force_login(world.ann)
    found = [_measured("open an article, API", raw, [partial(_get, api, f"/api/v1/documents/{id}/") for id in ids])]
    try:
        paths = [reverse("reader", args=[world.project.slug, id]) for id in ids]
    except NoReverseMatch:
        return [*found, missing("open an article, page", "there is no route “reader”")]
    return [*found, _measured("open an article, page", raw, [partial(_get, page, path) for path in paths])]


def run_list(world: World) -> list[Figure]:
    """GET the first page of the documents, and one far in."""
    world.fill()
    api, base = _api(world), f"/api/v1/projects/{world.project.slug}/documents/"
    columns = "id, number, title, source_id, url, published_on, language, external_id, metadata, sha256, n_characters"
    sql = f"SELECT {columns} FROM corpus_document WHERE corpus_id = %s AND number > %s ORDER BY number LIMIT {PAGE}"
    figures = []
    for name, number in (("first page", 0), ("far in", world.count * 9 // 10)):
        raw = each([partial(_fetch, sql, [_param(world.project.corpus_id), number])] * REPEATS)
        path = _page_after(api, base, number)
        if path is None:
            figures.append(missing(f"list of {PAGE}, {name}", f"{base} does not answer"))
        else:
            figures.append(_measured(f"list of {PAGE}, {name}", raw, [partial(_get, api, path)] * REPEATS))
    return figures


def run_save(world: World) -> list[Figure]:
    """Save a full claim through the action and by PUT, beside one bare INSERT; each is its own transaction."""
    world.fill()
    document = Document.objects.filter(corpus=world.project.corpus_id).order_by("number").first()
    assert document is not None
    found = list(bodies(document, 3 * REPEATS))
    action = each(partial(_put_claim, world, body) for body in found[:REPEATS])
    api = _api(world, world.manager)
    put = [partial(_put, api, body) for body in found[REPEATS : 2 * REPEATS]]
    layer = Claim.objects.values_list("layer_id", flat=True).first()
    raw = each(partial(insert_bare, layer) for _ in range(REPEATS))
    remove_bare(layer)
    return [
        latency("save a claim, action", action, raw),
        _measured("save a claim, PUT", raw, put),
    ]


def _measured(name: str, raw: list[float], works: Sequence[Callable[[], None]]) -> Figure:
    try:
        works[0]()
    except AssertionError as error:
        return missing(name, str(error))
    return latency(name, each(works[1:]), raw)


def _api(world: World, user: Any = None) -> Client:
    return Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {world.token}")


def _get(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200, f"GET {path.split('?')[0]} answers {response.status_code}"
    b"".join(response) if response.streaming else response.content


def _page_after(api: Client, base: str, number: int) -> str | None:
    """Follow the cursor until the next page starts after `number`."""
    path, seen = f"{base}?page_size=500", 0
    while seen < number:
        response = api.get(path)
        if response.status_code != 200 or not response.json()["next"]:
            return None
        seen += len(response.json()["results"])
        path = response.json()["next"].replace("http://127.0.0.1", "")
    path = path.replace("page_size=500", f"page_size={PAGE}")
    return path if api.get(path).status_code == 200 else None


def bodies(document: Document, count: int) -> Iterator[dict[str, Any]]:
    """Yield new claims on a document, as they are sent."""
    text = document.text
    words = [i for i in range(1, len(text) - 40) if text[i - 1] == " " and text[i] != " "]

    def span(start: int, length: int) -> dict[str, Any]:
        quote = text[start : start + length].strip()
        return {"start": start, "end": start + len(quote), "quote": quote}

    for i in range(count):
        at = words[i % len(words)]
        yield {
            "id": str(uuid.uuid4()),
            "document": str(document.pk),
            "spans": [span(at, 30)],
            "cue": [span(words[0], 8)],
            "speakers": [{"name": "A speaker", "represents": {"name": "A body"}, "mention": [span(words[1], 8)]}],
            "reported_by": [{"name": "An agency"}],
            "mode": "direct",
            "proposition": {"text": "Something is so.", "relation": "affirms"},
            "stances": [{"holder": None, "target": {"name": "A target"}, "value": "support"}],
            "attributes": {"type": "assertion"},
        }


def _put_claim(world: World, body: dict[str, Any]) -> None:
    put_claim(user=world.ann, claim_id=uuid.UUID(body["id"]), body=body, precondition=Precondition(), now=NOW)


def _put(api: Client, body: dict[str, Any]) -> None:
    path = f"/api/v1/claims/{body['id']}/"
    response = api.put(path, json.dumps(body), content_type="application/json")
    assert response.status_code == 201, f"PUT answers {response.status_code}"


def insert_bare(layer: Any) -> None:
    """Store the row of a claim and nothing else, by one statement in its own transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO annotate_claim (id, layer_id, mode, relation, no_stance, is_unsure, note, "
            "detected_by, detected_fields, version) VALUES (%s, %s, 'direct', '', %s, %s, '', '', '', 1)",
            [_param(uuid.uuid4()), _param(layer), False, False],
        )


def remove_bare(layer: Any) -> None:
    """Remove the bare rows: they are no claims that could be exported."""
    Claim.objects.filter(layer=layer, spans=None).delete()


def _fetch(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.fetchall()


def _param(id: uuid.UUID) -> Any:
    return id if connection.vendor == "postgresql" else id.hex
