"""Search: pages of documents and claims by words and labels, each beside one bare statement for the same rows."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import batched
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

from annotate.actions.registries import create_entry
from annotate.management.bench.data import NOW, World, articles, let_count
from annotate.management.bench.figures import Figure, each, latency
from annotate.models import Claim, ClaimSpeaker, Layer, Span, Stance
from annotate.payloads.codebooks import load_codebook
from corpus.database.bulk import insert_rows, writer_of
from corpus.ingest import DOCUMENT_COLUMNS
from corpus.models import Document, Source, Speaker, Target

REPEATS = 30
PAGE = 50
AT_ONCE = 2000
DIFFERENT = 5000  # so many articles are made; others are the same but for the planted words
BEFORE = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"),
    "postgresql": (
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '512MB'",
        "DROP INDEX documents_by_words",
    ),
}
AFTER = {
    "sqlite": ("PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -2000"),
    "postgresql": ("CREATE INDEX documents_by_words ON corpus_document USING gin (search)",),
}
CLAIMS_EACH = 3
N_SPEAKERS = 200
# Words with the share of the articles that hold them: one in so many.
PLANTED = {"harbour": 2, "bridge": 3, "lighthouse": 1000}
MATCH = {
    "sqlite": "d.rowid IN (SELECT rowid FROM corpus_document_search WHERE corpus_document_search MATCH %s)",
    "postgresql": "d.search @@ websearch_to_tsquery('simple', %s)",
}
DOCUMENTS = "SELECT d.id, d.number, d.title, d.url, d.sha256 FROM corpus_document d WHERE d.corpus_id = %s AND {} "
ORDER = f"ORDER BY d.number LIMIT {PAGE + 1}"
CLAIMS = (
    "SELECT c.id FROM annotate_claim c JOIN annotate_claimspeaker s ON s.claim_id = c.id "
    "JOIN annotate_stance t ON t.claim_id = c.id WHERE s.speaker_id = %s AND t.value_id = %s "
    f"ORDER BY c.id LIMIT {PAGE}"
)


def run(world: World) -> list[Figure]:
    speakers = _fill(world)
    let_count()
    client = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {world.token}")
    return [*_documents(world, client), *_claims(world, client, speakers), *_page(world)]


def _documents(world: World, client: Client) -> Iterator[Figure]:
    path, corpus = f"/api/v1/projects/{world.project.slug}/documents/", world.project.corpus_id
    match = MATCH[connection.vendor]
    of_source = "d.source_id = (SELECT id FROM corpus_source WHERE name = %s) AND d.published_on >= %s AND "
    chosen: dict[str, Any] = {"source": "Outlet 7", "from": "2026-01-01"}
    deep = {"q": "harbour", "cursor": _cursor(world.count * 9 // 10)}
    for name, asked, where, params in (
        ("a rare word", {"q": "lighthouse"}, match, ["lighthouse"]),
        ("a word in half of all", {"q": "harbour"}, match, ["harbour"]),
        ("two common words", {"q": "harbour bridge"}, match, ["harbour bridge"]),
        ("a phrase", {"q": '"harbour bridge"'}, match, ['"harbour bridge"']),
        ("a prefix", {"q": "lighth*"}, match, ["lighthouse"]),
        ("a word that is nowhere", {"q": "zzzz"}, match, ["zzzz"]),
        ("word, source, date", {"q": "harbour"} | chosen, of_source + match, [*chosen.values(), "harbour"]),
        ("rare word, source, date", {"q": "lighthouse"} | chosen, of_source + match, [*chosen.values(), "lighthouse"]),
        ("deep page of a word in half", deep, f"d.number > {world.count * 9 // 10} AND {match}", ["harbour"]),
        ("speaker and stance", {"speaker": "Speaker 150", "stance": "oppose"}, "d.number > 0", []),
        ("a frequent speaker and a stance", {"speaker": "Speaker 0", "stance": "oppose"}, "d.number > 0", []),
        ("submitted by anybody", {"annotator": "*", "status": "submitted"}, "d.number > 0", []),
        ("new to me", {"status": "new"}, "d.number > 0", []),
        ("without claims, of which there are none", {"has_claims": "false"}, "d.number > 0", []),
        ("with incomplete claims, of which there are none", {"incomplete": "true"}, "d.number > 0", []),
        ("from a day after all", {"from": "2030-01-01"}, "d.published_on >= %s", ["2030-01-01"]),
    ):
        raw = partial(_fetch, DOCUMENTS.format(where) + ORDER, [_param(corpus), *params])
        yield _figure(f"documents: {name}", client, f"{path}?{urlencode(asked)}", raw)


def _claims(world: World, client: Client, speakers: list[Speaker]) -> Iterator[Figure]:
    path = f"/api/v1/projects/{world.project.slug}/claims/"
    stances = load_codebook(world.round.codebook_version_id).stances
    for name, speaker, stance in (("a speaker", 150, "oppose"), ("a frequent speaker", 0, "support")):
        asked = {"speaker": f"Speaker {speaker}", "stance": stance}
        raw = partial(_fetch, CLAIMS, [_param(speakers[speaker].pk), _param(stances[stance].id)])
        yield _figure(f"claims: {name} and a stance", client, f"{path}?{urlencode(asked)}", raw)
    first = partial(_fetch, f"SELECT id FROM annotate_claim ORDER BY id LIMIT {PAGE}", [])
    for name, asked in (
        ("all", {}),
        ("a rare word", {"q": "lighthouse"}),
        ("a frequent word", {"q": "harbour"}),
        ("two words never in one sentence", {"q": "harbour lighthouse"}),
        ("a frequent speaker, a source, a word", {"speaker": "Speaker 0", "source": "Outlet 7", "q": "bridge"}),
        ("a speaker without that stance", {"speaker": "Speaker 0", "stance": "mixed"}),
        ("unsure, of which there are none", {"unsure": "true"}),
        ("of a mode that none has", {"mode": "indirect"}),
        ("of open layers, of which there are none", {"annotator": "*", "status": "open"}),
        ("incomplete, of which there are none", {"incomplete": "true"}),
    ):
        yield _figure(f"claims: {name}", client, f"{path}?{urlencode(asked)}", first)


def _page(world: World) -> Iterator[Figure]:
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(world.manager)
    raw = partial(_fetch, "SELECT count(*) FROM (SELECT 1 FROM corpus_document LIMIT 10001) AS found", [])
    for name, asked in (("a word in half of all", {"q": "harbour"}), ("claims", {"show": "claims", "q": "bridge"})):
        yield _figure(f"page: {name}", client, f"/p/{world.project.slug}/search/?{urlencode(asked)}", raw)


def _figure(name: str, client: Client, path: str, raw: Any) -> Figure:
    def get() -> None:
        response = client.get(path)
        assert response.status_code == 200, f"{name} answers {response.status_code}"

    get()
    raw()
    return latency(name, each([get] * REPEATS), each([raw] * REPEATS))


def _cursor(number: int) -> str:
    """Return the cursor behind a document, as the API's links have it."""
    return base64.urlsafe_b64encode(orjson.dumps(["after", number])).decode().rstrip("=")


def _fetch(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.fetchall()


def _param(id: uuid.UUID) -> Any:
    return id if connection.vendor == "postgresql" else id.hex


def _fill(world: World) -> list[Speaker]:
    """Store articles, each with a submitted layer of three claims; no action, which would take ten times as long.

    Nothing is kept through a crash, and PostgreSQL indexes the words at the end: this is not what is measured.
    """
    corpus, dice = world.project.corpus, random.Random(2)
    makers: Any = partial(create_entry, user=world.manager, project=world.project)
    speakers = [makers(model=Speaker, values={"name": f"Speaker {n}"}) for n in range(N_SPEAKERS)]
    targets = [makers(model=Target, values={"name": f"Target {n}"}) for n in range(50)]
    sources = [Source.objects.create(corpus=corpus, name=f"Outlet {n}", speaker=speakers[n]) for n in range(20)]
    _execute(BEFORE[connection.vendor])
    for part in batched(enumerate(_texts(world.count, dice), start=1), AT_ONCE):
        rows = [(uuid.uuid4(), number, text) for number, text in part]
        with transaction.atomic():
            _store(Document, DOCUMENT_COLUMNS, (_document(corpus.pk, sources, *row) for row in rows))
            _annotate(world, rows, speakers, targets, dice)
    _execute(AFTER[connection.vendor])
    return speakers


def _execute(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _store(model: type[Model], names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows as `insert_rows` does; on PostgreSQL by COPY, several times as fast for many small ones."""
    if connection.vendor == "sqlite":
        insert_rows(model, names, rows)
        return
    fields: Any = {field.attname: field for field in model._meta.concrete_fields}
    writers = [writer_of(fields[name]) for name in names]
    columns = ", ".join(connection.ops.quote_name(fields[name].column) for name in names)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([write(value) for write, value in zip(writers, row, strict=True)])


def _texts(count: int, dice: random.Random) -> Iterator[str]:
    """Yield texts with the planted words at random places; one in five has “harbour bridge” as a phrase."""
    different = [article["text"].split(" ") for article in articles(min(count, DIFFERENT))]
    for n in range(count):
        words = list(different[n % DIFFERENT])
        for word, one_in in PLANTED.items():
            if n % one_in == 0:
                words[dice.randrange(20, 120)] = word
        if n % 5 == 0:
            words[dice.randrange(20, 120)] = "harbour bridge."
        yield " ".join(words)


def _document(corpus: Any, sources: list[Source], id: uuid.UUID, number: int, text: str) -> tuple[Any, ...]:
    day = date(2025, 1, 1) + timedelta(days=number % 730)
    return (
        id, corpus, number, text[:60].split("\n")[0], sources[number % len(sources)].pk, "", day, "en", "", {}, text,
        uuid.uuid4().hex * 2, len(text), None, NOW,
    )  # fmt: skip


def _annotate(world: World, rows: list[Any], speakers: list[Any], targets: list[Any], dice: random.Random) -> None:
    """Store a layer a document with claims by speakers of which the first speaks in every third."""
    round = world.round
    stances = load_codebook(round.codebook_version_id).stances
    values = [stances[key].id for key in ("support", "support", "oppose", "neutral", "unclear")]
    layers: list[Any] = []
    claims: list[Any] = []
    links: list[Any] = []
    spans: list[Any] = []
    held: list[Any] = []
    for document, _, text in rows:
        layer = uuid.uuid4()
        layers.append(
            (layer, "annotator", world.project.pk, document, round.pk, world.ann.pk, round.codebook_version_id,
             "submitted", False, False, CLAIMS_EACH, 1, NOW, NOW, NOW)
        )  # fmt: skip
        for n in range(CLAIMS_EACH):
            claim = uuid.uuid4()
            start = 100 + 300 * n
            speaker = speakers[0 if dice.random() < 0.33 else dice.randrange(1, N_SPEAKERS)]
            claims.append((claim, layer, "direct", "", False, False, "", "", "", 1, NOW, NOW))
            links.append((claim, 0, speaker.pk))
            spans.append((claim, "content", 0, start, start + 120, text[start : start + 120]))
            held.append((claim, 0, dice.choice(targets).pk, dice.choice(values)))
    of_layer = (
        "id", "kind", "project_id", "document_id", "round_id", "annotator_id", "codebook_version_id", "status",
        "has_nothing_to_code", "has_place", "n_claims", "version", "created_at", "updated_at", "submitted_at",
    )  # fmt: skip
    of_claim = (
        "id", "layer_id", "mode", "relation", "no_stance", "is_unsure", "note", "detected_by", "detected_fields",
        "version", "created_at", "updated_at",
    )  # fmt: skip
    _store(Layer, of_layer, layers)
    _store(Claim, of_claim, claims)
    _store(ClaimSpeaker, ("claim_id", "position", "speaker_id"), links)
    _store(Span, ("claim_id", "role", "position", "start", "end", "quote"), spans)
    _store(Stance, ("claim_id", "position", "target_id", "value_id"), held)
