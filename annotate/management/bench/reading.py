"""The reader: what its page weighs, how soon it is ready, how soon a claim is painted, stored and answered."""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from annotate.actions.documents import add_documents
from annotate.actions.layers import open_layer
from annotate.management.bench import browser
from annotate.management.bench.budget import budget_of
from annotate.management.bench.data import NOW, SYLLABLES, World
from annotate.management.bench.figures import Figure, each, missing
from annotate.management.bench.requests import insert_bare, remove_bare
from annotate.management.bench.starting import LIMIT_SECONDS, free_port
from annotate.models import Claim, Layer, Span, Stance
from annotate.payloads.codebooks import load_codebook
from corpus.models import Document
from corpus.readers.base import Row

SIZES = ((3_000, 20), (50_000, 500), (1_000_000, 5_000))  # characters, claims
FINISHED = 3
SAVES = 100
CSRF = "benchbenchbenchbenchbenchbench12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A stored article of a measured size, with a layer of ann's that has claims."""

    document: Document
    n_claims: int
    path: str

    @property
    def name(self) -> str:
        size = self.document.n_characters
        return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def run(world: World) -> list[Figure]:
    texts = [_store(world, number, *size) for number, size in enumerate(SIZES)]
    to_finish = [_store(world, 100 + number, *SIZES[0]).path for number in range(FINISHED)]
    _store(world, 200, *SIZES[0])  # so that something follows the last of them
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(world.ann)
    cookie = (settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    pages = [client.get(text.path).content for text in texts]
    figures = _weight(pages[0].decode())
    layer = Layer.objects.get(document=texts[0].document)
    raw = each(partial(insert_bare, layer.pk) for _ in range(SAVES))
    remove_bare(layer.pk)
    for text in texts:
        bodies = list(_bodies(world, text, 2 * SAVES))
        figures.append(
            _answers(f"reader's PUT, {text.name}, in process", _in_process(client, text, bodies[:SAVES]), raw)
        )
        with _served() as port:
            figures.append(_answers(f"reader's PUT, {text.name}, HTTP", _http(port, cookie, text, bodies[SAVES:]), raw))
    return figures + _in_browser(texts, [len(page) for page in pages], to_finish, cookie)


def _weight(page: str) -> list[Figure]:
    found = budget_of(page)
    return [
        Figure(
            name="own JavaScript, gz", ours=_kb(found.own),
            note=f"budget 30 kB; in {found.n_own} file(s), and {_kb(found.later)} loaded when asked for",
        ),
        Figure(name="others' JavaScript, gz", ours=_kb(found.vendor)),
        Figure(name="CSS without fonts, gz", ours=_kb(found.styles), note="budget 10 kB"),
    ]  # fmt: skip


def _kb(size: int) -> str:
    return f"{size / 1000:.1f} kB"


def _answers(name: str, ours: list[float], raw: list[float]) -> Figure:
    middle, base = statistics.median(ours), statistics.median(raw)
    slow = statistics.quantiles(ours, n=20)[18]
    shown = f"p50 {middle * 1000:.1f} ms, p95 {slow * 1000:.1f}"
    return Figure(name=name, ours=shown, raw=f"{base * 1000:.2f} ms", ratio=base / middle, note="raw: a bare INSERT")


def _in_browser(texts: list[Text], sizes: list[int], to_finish: list[str], cookie: tuple[str, str]) -> list[Figure]:
    if why := browser.why_not():
        return [missing("in the browser", f"not measured: {why}")]
    figures: list[Figure] = []
    with _served() as port, browser.windows(f"http://127.0.0.1:{port}", cookie) as context:
        base = f"http://127.0.0.1:{port}"
        for text, size in zip(texts, sizes, strict=True):
            figures += _opened(text, browser.open_page(context, base + text.path, size))
            figures += _made(text, browser.make_claims(context, base + text.path))
    # What is open comes first in the queue, and the claims made just now have gaps: only whole articles remain.
    Layer.objects.filter(document__in=[text.document for text in texts]).update(status="submitted", submitted_at=NOW)
    with _served() as port, browser.windows(f"http://127.0.0.1:{port}", cookie) as context:
        times = browser.finish(context, [f"http://127.0.0.1:{port}{path}" for path in to_finish])
    ours = f"{statistics.median(times):.0f} ms"
    return [*figures, Figure(name=f"done → the next article ready, {texts[0].name}", ours=ours)]


def _opened(text: Text, found: browser.Opened) -> list[Figure]:
    note = "raw: a static page of the same size" + ("" if found.is_marked else "; without the reader's own mark")
    name = f"article ready, {text.name}, {text.n_claims:,} claims"
    ratio = found.raw / found.ready
    return [
        Figure(name=name, ours=f"{found.ready:.0f} ms", raw=f"{found.raw:.0f} ms", ratio=ratio, note=note),
        Figure(name="  of that style and layout", ours=f"{found.layout:.0f} ms"),
    ]


def _made(text: Text, found: browser.Made | None) -> list[Figure]:
    name = f"claim made, {text.name}: key → painted"
    if found is None:
        return [missing(name, "no claim came of selecting words and pressing Enter")]
    return [
        Figure(name=name, ours=f"{found.painted:.0f} ms", note=f"{found.count} claims"),
        Figure(name="  key → the server's answer drawn", ours=f"{found.drawn:.0f} ms"),
        Figure(name="  style and layout", ours=f"{found.layout:.0f} ms"),
    ]


def _store(world: World, number: int, size: int, n_claims: int) -> Text:
    """Store an article with a layer of ann's whose claims are spread over it, complete and ready to be submitted."""
    row = Row(number=1, file="bench", values={"text": _text(number, size), "external_id": f"reader-{number}"})
    outcome = next(iter(add_documents(user=world.manager, project=world.project, rows=[row], now=NOW)))
    assert outcome.id is not None, outcome.errors
    document = Document.objects.get(pk=outcome.id)
    round = world.round
    layer = open_layer(user=world.ann, document=document, round=round, now=NOW)
    value = load_codebook(round.codebook_version_id).stances["support"].id
    speaker, target = world.entries()
    claims = [
        Claim(id=uuid.uuid4(), layer=layer, mode="direct", created_at=NOW, updated_at=NOW) for _ in range(n_claims)
    ]
    Claim.objects.bulk_create(claims, batch_size=1000)
    ranges = _ranges(document.text, n_claims)
    Span.objects.bulk_create(
        (Span(claim=claim, position=0, start=start, end=end, quote=document.text[start:end])
         for claim, (start, end) in zip(claims, ranges, strict=True)), batch_size=1000,
    )  # fmt: skip
    claims[0].claim_speakers.model.objects.bulk_create(
        (claims[0].claim_speakers.model(claim=claim, position=0, speaker=speaker) for claim in claims), batch_size=1000
    )
    Stance.objects.bulk_create(
        (Stance(claim=claim, position=0, target=target, value_id=value) for claim in claims), batch_size=1000
    )
    Layer.objects.filter(pk=layer.pk).update(n_claims=n_claims)
    path = reverse("reader", args=[world.project.slug, document.pk])
    return Text(document=document, n_claims=n_claims, path=f"{path}?round={round.pk}")


def _text(number: int, size: int) -> str:
    """Return an article of sentences and paragraphs, with a headline."""
    dice = random.Random(number)
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(3000)]
    parts, length = [f"Headline {number}"], 12
    while length < size:
        sentences = [
            " ".join(dice.choices(words, k=dice.randint(8, 22))).capitalize() for _ in range(dice.randint(2, 5))
        ]
        parts.append(". ".join(sentences) + ".")
        length += len(parts[-1]) + 2
    return "\n\n".join(parts)[: size - 1].strip() + "."


def _ranges(text: str, count: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole words spread over the text, inside of paragraphs."""
    step = (len(text) - 200) / count
    for number in range(count):
        start = text.index(" ", 20 + int(number * step)) + 1
        end = start + 12 + len(text[start + 12 : start + 110].split("\n")[0].rpartition(" ")[0])
        piece = text[start:end].split("\n")[0].rstrip()
        yield start, start + len(piece)


def _bodies(world: World, text: Text, count: int) -> Iterator[dict[str, Any]]:
    """Yield claims as the scripts send them, with entries by id."""
    speaker, target = world.entries()
    words = text.document.text
    for start, end in _ranges(words, count):
        yield {
            "id": str(uuid.uuid4()),
            "spans": [{"start": start, "end": end, "quote": words[start:end]}],
            "speakers": [{"id": str(speaker.pk), "represents": None, "mention": []}],
            "stances": [{"holder": None, "target": {"id": str(target.pk)}, "value": "support"}],
            "attributes": {"type": "assertion"},
        }


def _claim_path(text: Text, body: dict[str, Any]) -> str:
    path, _, query = text.path.partition("?")
    return f"{path}claims/{body['id']}/?{query}"


def _in_process(client: Client, text: Text, bodies: list[dict[str, Any]]) -> list[float]:
    def put(body: dict[str, Any]) -> None:
        path, sent = _claim_path(text, body), json.dumps(body)
        response = client.put(path, sent, content_type="application/json", headers={"If-None-Match": "*"})
        assert response.status_code == 201, f"PUT answers {response.status_code}"

    put(bodies[0])
    return each(partial(put, body) for body in bodies[1:])


def _http(port: int, cookie: tuple[str, str], text: Text, bodies: list[dict[str, Any]]) -> list[float]:
    """Save over one kept connection, with session and CSRF token as the page sends them."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": f"{cookie[0]}={cookie[1]}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/json",
        "If-None-Match": "*",
    }

    def put(body: dict[str, Any]) -> None:
        connection.request("PUT", _claim_path(text, body), json.dumps(body), headers)
        response = connection.getresponse()
        response.read()
        assert response.status == 201, f"PUT answers {response.status}"

    try:
        put(bodies[0])
        return each(partial(put, body) for body in bodies[1:])
    finally:
        connection.close()


@contextmanager
def _served() -> Iterator[int]:
    """Run the site as `up` does, on the database of the measurement; yields its port."""
    connections.close_all()
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "STANDPOINT_URL"}
    command = [sys.executable, str(Path(sys.argv[0]).resolve()), "up", "--no-demo", "--port", str(port)]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: _is_up(port), running)
        yield port
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def _wait(is_done: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while not is_done():
        if running.poll() is not None or time.monotonic() > until:
            raise RuntimeError("“up” did not answer on the database of the measurement.")
        time.sleep(0.05)


def _is_up(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
