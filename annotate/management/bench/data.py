"""Generated articles and claims for measurements; the same at every run."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotate.actions.documents import add_documents
from annotate.actions.projects import add_member, create_project
from annotate.actions.registries import create_entry
from annotate.actions.tokens import create_token
from annotate.models import Answer, Claim, ClaimSpeaker, Layer, Project, Round, Span, Stance
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.permissions import Role
from corpus.database.bulk import insert_rows
from corpus.models import Document, Speaker, Target
from corpus.readers.base import Row

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "jo", "ka", "le", "mi", "no", "pu", "ra", "se", "wé", "xu", "yö")
N_CHARACTERS = 2500
CLAIMS_EACH = 3
AT_ONCE = 2000
WANTED = ("pk", "text", "number")
NOW = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)
CLAIM: dict[str, Any] = {
    "mode": "direct", "relation": "", "no_stance": False, "is_unsure": False, "note": "", "detected_by": "",
    "detected_fields": "", "version": 1, "created_at": NOW, "updated_at": NOW,
}  # fmt: skip
SPAN = ("claim_id", "role", "claim_speaker_id", "position", "start", "end", "quote")


def articles(count: int) -> Iterator[dict[str, Any]]:
    """Yield articles of N_CHARACTERS as an upload would hold them."""
    dice = random.Random(1)
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(5000)]
    for number in range(count):
        text = " ".join(dice.choices(words, k=600))[:N_CHARACTERS].replace(" ", "\n\n", 1)
        yield {
            "external_id": f"bench-{number}",
            "title": text[:60].split("\n")[0],
            "text": text.strip().ljust(N_CHARACTERS, "x"),
            "source": f"Outlet {number % 20}",
            "url": f"https://example.org/{number}",
            "published_on": "2026-05-14",
            "language": "en",
        }


def as_lines(count: int) -> bytes:
    """Return the articles as a file of JSON lines."""
    return b"".join(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE) for article in articles(count))


@dataclass(slots=True)
class World:
    """A project with people, made once and shared by the measurements of one run."""

    count: int
    formats: tuple[str, ...] = ("jsonl",)
    n_writers: int = 0
    manager: User = field(init=False)
    ann: User = field(init=False)
    token: str = field(init=False)
    project: Project = field(init=False)
    round: Round = field(init=False)  # the first one; measurements may add others

    def __post_init__(self) -> None:
        self.manager = User.objects.create(username="manager")
        self.ann = User.objects.create(username="ann")
        self.project = create_project(user=self.manager, slug="bench", name="Bench", now=NOW)
        self.round = self.project.rounds.get()
        add_member(user=self.manager, project=self.project, username="ann", roles={Role.ANNOTATOR}, now=NOW)
        _, self.token = create_token(user=self.manager)

    @staticmethod
    def exists() -> bool:
        return User.objects.exists()

    def fill(self) -> None:
        """Store the articles, unless a measurement did."""
        if not Document.objects.filter(corpus=self.project.corpus_id).exists():
            rows = (Row(number=i, file="bench", values=dict(found)) for i, found in enumerate(articles(self.count)))
            for _ in add_documents(user=self.manager, project=self.project, rows=rows, now=NOW):
                pass

    def annotate(self) -> int:
        """Store a submitted layer with claims for every document; returns the number of claims."""
        self.fill()
        with _roomy():
            return self._annotate()

    def _annotate(self) -> int:
        speaker, target = self.entries()
        round = self.round
        codebook = load_codebook(round.codebook_version_id)
        documents = Document.objects.filter(corpus=self.project.corpus_id).order_by("number")
        done = set(Layer.objects.filter(annotator=self.ann).values_list("document_id", flat=True))
        n_claims = last = 0
        # Part by part: a query left open would keep SQLite from ever emptying its log.
        while found := list(documents.filter(number__gt=last).values_list(*WANTED)[:AT_ONCE]):
            last = found[-1][2]
            part = [row for row in found if row[0] not in done]
            layers = [
                Layer(
                    project=self.project, document_id=id, round=round, annotator=self.ann, n_claims=CLAIMS_EACH,
                    codebook_version_id=round.codebook_version_id, status="submitted", submitted_at=NOW,
                )
                for id, _, _ in part
            ]  # fmt: skip
            texts = [text for _, text, _ in part]
            with transaction.atomic():
                Layer.objects.bulk_create(layers)
                n_claims += _store_claims([layer.pk for layer in layers], texts, speaker, target, codebook)
        return n_claims

    def entries(self) -> tuple[Any, Any]:
        made: dict[Any, str] = {Speaker: "A speaker", Target: "A target"}
        found = [
            create_entry(user=self.manager, project=self.project, model=model, values={"name": name})
            for model, name in made.items()
        ]
        return found[0], found[1]


def let_count() -> None:
    """Let PostgreSQL count its rows, as it does by itself some minutes after so many; SQLite never does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@contextmanager
def _roomy() -> Iterator[None]:
    """Give SQLite room for its indexes, which random ids fill everywhere at once; what is measured goes without."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -500000")
            yield
            cursor.execute("PRAGMA cache_size = -2000")
    else:
        yield


def _store_claims(layers: list[UUID], texts: list[str], speaker: Any, target: Any, codebook: CodebookView) -> int:
    """Store CLAIMS_EACH claims a layer, each with a span, a cue, a speaker with a mention, a stance and a type."""
    attribute = codebook.attributes["claim", "type"]
    label, value = attribute.labels["assertion"], codebook.stances["support"].id
    claims = [(uuid.uuid4(), layer) for layer in layers for _ in range(CLAIMS_EACH)]
    insert_rows(Claim, ("id", "layer_id", *CLAIM), ((id, layer, *CLAIM.values()) for id, layer in claims))
    insert_rows(ClaimSpeaker, ("claim_id", "position", "speaker_id"), ((id, 0, speaker.pk) for id, _ in claims))
    links = dict(ClaimSpeaker.objects.filter(claim__layer__in=layers).values_list("claim_id", "pk"))
    spans = []
    for index, (id, _) in enumerate(claims):
        text, start = texts[index // CLAIMS_EACH], 100 + 300 * (index % CLAIMS_EACH)
        for role, owner, left, right in (
            ("content", None, start, start + 120),
            ("cue", None, start + 130, start + 140),
            ("mention", links[id], start + 150, start + 160),
        ):
            spans.append((id, role, owner, 0, left, right, text[left:right]))
    insert_rows(Span, SPAN, spans)
    stances = ((id, 0, target.pk, value) for id, _ in claims)
    insert_rows(Stance, ("claim_id", "position", "target_id", "value_id"), stances)
    insert_rows(Answer, ("claim_id", "attribute_id", "label_id"), ((id, attribute.id, label) for id, _ in claims))
    return len(claims)
