"""The demo project: accounts, articles, registries and two annotators' readings, made through the ordinary actions."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from annotate.actions.adjudication import Verdict, finish_adjudication, recount
from annotate.actions.adjudication.deciding import decide_on
from annotate.actions.adjudication.locking import lock_desk
from annotate.actions.batch import Batch
from annotate.actions.claims import put_claim
from annotate.actions.documents import add_documents
from annotate.actions.layers import submit_layer
from annotate.actions.projects import add_member, create_project
from annotate.actions.registries import create_entry
from annotate.models import Adjudication, Project
from annotate.payloads.preconditions import Precondition
from annotate.permissions import Role
from annotate.releases.settings import ReleaseSettings, SelectionRule, SplitRule
from corpus.models import Document, Proposition, Speaker, Target
from corpus.readers import READERS
from corpus.readers.base import ReadOptions

CONTENT = Path(settings.BASE_DIR) / "fixtures" / "demo.json"
MANAGER = "manager"
ROLES = {MANAGER: Role.MANAGER, "curator": Role.CURATOR, "ann": Role.ANNOTATOR, "ben": Role.ANNOTATOR}
# The articles are invented for the demo, so their texts may go out too.
DEMO_RELEASE = ReleaseSettings(
    note="The first release, made with the demo project.",
    texts="full",
    licence_texts="The articles are invented; they may be used as the software may.",
    splits=SplitRule(train=60, validation=20, test=20),
    selection=SelectionRule(gold="all"),
)
# The readings look as if they had been made over the last two days.
STARTED_BEFORE = timedelta(days=2)
BETWEEN_CLAIMS = timedelta(minutes=2)
BETWEEN_LAYERS = timedelta(minutes=50)
REASON = "The guidelines take the words of the text first, and what a reader adds second."


class BrokenDemo(Exception):
    """The demo's file contradicts itself; the message says where."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """A time that moves on with the work, and never past the present."""

    at: datetime
    end: datetime

    def tick(self, step: timedelta) -> datetime:
        self.at = min(self.at + step, self.end)
        return self.at


def demo_content() -> dict[str, Any]:
    """Return the demo's file."""
    content: dict[str, Any] = json.loads(CONTENT.read_text(encoding="utf-8"))
    return content


@transaction.atomic
def load_demo(*, password: str, now: datetime) -> Project:
    """Make the demo's accounts and project, or return the project when it is there already."""
    content = demo_content()
    stored = Project.objects.filter(slug=content["project"]["slug"]).first()
    if stored is not None:
        return stored
    users = _accounts(password)
    clock = Clock(at=now - STARTED_BEFORE, end=now)
    project = create_project(user=users[MANAGER], now=clock.at, **content["project"])
    for name, role in ROLES.items():
        if name != MANAGER:
            add_member(user=users[MANAGER], project=project, username=name, roles={role}, now=clock.at)
    documents = _add_documents(project, users[MANAGER], content["documents"], clock.at)
    _add_entries(project, users["curator"], content)
    for layer in content["layers"]:
        document = documents[layer["document"]]
        _annotate(users[layer["annotator"]], document, layer, clock)
        clock.tick(BETWEEN_LAYERS)
    _adjudicate(project, users["curator"], clock)
    return project


def _accounts(password: str) -> dict[str, User]:
    """Make the four accounts. They share one password, so it is hashed once: hashing is slow on purpose."""
    hashed = make_password(password)
    users = [User(username=name, password=hashed) for name in ROLES]
    taken = list(User.objects.filter(username__in=ROLES).values_list("username", flat=True))
    if taken:
        raise BrokenDemo(f"The accounts {', '.join(taken)} exist without the demo project; it is loaded only at first.")
    User.objects.bulk_create(users)
    return {user.username: user for user in users}


def _add_documents(project: Project, user: User, documents: list[dict[str, Any]], now: datetime) -> dict[str, Document]:
    """Bring the articles in as a file of JSON lines would be."""
    data = "\n".join(json.dumps(document) for document in documents).encode()
    rows = READERS["jsonl"].read(io.BytesIO(data), ReadOptions(file=CONTENT.name))
    for outcome in add_documents(user=user, project=project, rows=rows, now=now):
        if not outcome.is_created:
            why = outcome.reason or "; ".join(str(error) for error in outcome.errors)
            raise BrokenDemo(f"Article {outcome.row} of the demo was not stored: {why}")
    return {found.external_id: found for found in Document.objects.filter(corpus=project.corpus_id)}


def _add_entries(project: Project, curator: User, content: dict[str, Any]) -> None:
    """Make the curated entries. Provisional ones are left to the annotators' claims, for a curator to settle."""
    for values in _curated(content["speakers"]):
        create_entry(user=curator, project=project, model=Speaker, values=values)
    targets: dict[str, Any] = {}
    for values in _curated(content["targets"]):
        targets[values["name"]] = create_entry(user=curator, project=project, model=Target, values=values)
    for row in content["propositions"]:
        values = {"name": row["text"], "usual_target": targets.get(row["target"])}
        create_entry(user=curator, project=project, model=Proposition, values=values)


def _curated(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for values in entries:
        if not values.get("provisional"):
            yield values


def _annotate(user: User, document: Document, layer: dict[str, Any], clock: Clock) -> None:
    for claim in layer["claims"]:
        body = claim_body(claim, document.text) | {"document": str(document.pk)}
        at = clock.tick(BETWEEN_CLAIMS)
        put_claim(user=user, claim_id=uuid.uuid4(), body=body, precondition=Precondition(), now=at)
    if layer["submitted"]:
        submit_layer(user=user, document=document, now=clock.tick(BETWEEN_CLAIMS))


def _adjudicate(project: Project, curator: User, clock: Clock) -> None:
    """Decide on every second open unit of the first article that two people read; finish the last one."""
    first, *_, last = Adjudication.objects.filter(project=project, n_readings=2).order_by("document__number")
    _decide(project, curator, first, clock, step=2)
    _decide(project, curator, last, clock, step=1)
    at = clock.tick(BETWEEN_CLAIMS)
    finish_adjudication(user=curator, project=project, document_id=last.document_id, now=at)


def _decide(project: Project, curator: User, row: Adjudication, clock: Clock, *, step: int) -> None:
    """Decide on open units of a document, with the first reading on ties; its desk is read once for all of them."""
    desk = lock_desk(user=curator, project_id=project.pk, document_id=row.document_id)
    for unit in [unit for unit in desk.units if unit.is_open][::step]:
        ties = {field.name: unit.marks[0].key for field in unit.open_fields}
        claims = {mark.key: mark.fingerprint for mark in unit.marks}
        verdict = Verdict(claims=claims, picks=ties, reason=REASON if ties else "")
        batch = Batch(action="decision.make", actor=curator, project_id=project.pk, corpus_id=project.corpus_id)
        decide_on(desk, verdict, user=curator, batch=batch, now=clock.tick(BETWEEN_CLAIMS))
        batch.write()
    recount([desk.adjudication], now=clock.at)


def claim_body(claim: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a claim of the demo's file as a client would send it."""
    return {
        **claim,
        "spans": [find_span(text, quote) for quote in claim["spans"]],
        "cue": [find_span(text, quote) for quote in claim["cue"]],
        "speakers": [
            {
                "name": speaker["name"],
                "represents": _named(speaker["represents"]),
                "mention": [find_span(text, quote) for quote in speaker["mention"]],
            }
            for speaker in claim["speakers"]
        ],
        "reported_by": [{"name": name} for name in claim["reported_by"]],
        "stances": [
            {"holder": _named(stance["holder"]), "target": _named(stance["target"]), "value": stance["value"]}
            for stance in claim["stances"]
        ],
    }


def _named(name: str | None) -> dict[str, str] | None:
    return {"name": name} if name else None


def find_span(text: str, wanted: Any) -> dict[str, Any]:
    """Return the span of a quote: a string that occurs once, its nth occurrence, or from some words to others.

    Raises BrokenDemo where the text does not bear it out.
    """
    if isinstance(wanted, str):
        starts = list(_occurrences(text, wanted))
        if len(starts) != 1:
            raise BrokenDemo(f"{wanted!r} occurs {len(starts)} times; it must be once, or say which.")
        return _span(text, starts[0], starts[0] + len(wanted))
    if "nth" in wanted:
        starts = list(_occurrences(text, wanted["quote"]))
        if len(starts) < wanted["nth"]:
            raise BrokenDemo(f"{wanted['quote']!r} occurs {len(starts)} times, not {wanted['nth']}.")
        start = starts[wanted["nth"] - 1]
        return _span(text, start, start + len(wanted["quote"]))
    start = text.find(wanted["from"])
    end = text.find(wanted["to"], start + len(wanted["from"])) if start >= 0 else -1
    if end < 0:
        raise BrokenDemo(f"No words from {wanted['from']!r} to {wanted['to']!r}.")
    return _span(text, start, end + len(wanted["to"]))


def _occurrences(text: str, quote: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def _span(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "quote": text[start:end]}
