"""Builders for tests. Spans are built by quoting the text, never by counting."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from annotate.actions import claims, documents, layers, projects, talk
from annotate.models import Layer, Project, Remark
from annotate.payloads.preconditions import Precondition
from annotate.permissions import Role
from corpus.models import Document
from corpus.readers.base import Row

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
TEXT = (
    "Harbour bridge to close for repairs\n\n"
    "The port authority will close the harbour bridge on Monday, its spokesman Tor Lind told the Bay Courier. "
    "“The closure is needed,” he said, “and it will be short.”\n\n"
    "The fishers’ league opposes the closure and says the port authority promised a ferry. "
    "Ms. Oyelaran, who leads the league, denied that the fishers had been asked."
)


def user(name: str = "ann", **extra: Any) -> User:
    """Return the user of that name, made when needed."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(name, password=PASSWORD, **extra)


def project(slug: str = "bridge", *, manager: User | None = None) -> Project:
    return projects.create_project(user=manager or user("manager"), slug=slug, name=slug.title(), now=NOW)


def member(found: Project, name: str, *roles: str) -> User:
    """Return a user who is a member with these roles."""
    person = user(name)
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    wanted = {Role(role) for role in roles or ("annotator",)}
    projects.add_member(user=manager.user, project=found, username=name, roles=wanted, now=NOW)
    return person


def document(found: Project, text: str = TEXT, **values: Any) -> Document:
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    rows = [Row(number=1, file="test", values={"text": text, **values})]
    outcome = next(documents.add_documents(user=manager.user, project=found, rows=rows, now=NOW))
    assert outcome.id is not None, outcome.errors
    return Document.objects.get(pk=outcome.id)


def span(text: str, quote: str, nth: int = 1) -> dict[str, Any]:
    """Return the span of the nth occurrence of `quote`."""
    start = -1
    for _ in range(nth):
        start = text.index(quote, start + 1)
    return {"start": start, "end": start + len(quote), "quote": quote}


def body(text: str, *quotes: str, **values: Any) -> dict[str, Any]:
    """Return a complete claim as a client sends it."""
    claim = {
        "spans": [span(text, quote) for quote in quotes],
        "speakers": [{"name": "Tor Lind"}],
        "stances": [{"target": {"name": "Closure of the bridge"}, "value": "support"}],
    }
    return claim | values


def claim(person: User, found: Document, *quotes: str, **values: Any) -> dict[str, Any]:
    """Save a claim and return it as it is read."""
    id = uuid.uuid4()
    sent = body(found.text, *quotes, **values) | {"document": str(found.pk)}
    saved = claims.put_claim(user=person, claim_id=id, body=sent, precondition=Precondition(), now=NOW)
    return saved.claim


def layer(person: User, found: Document, *quotes: str, is_submitted: bool = True, **values: Any) -> Layer:
    """Return the person's layer on the document with these claims, submitted unless said otherwise."""
    for quote in quotes or ("The closure is needed",):
        claim(person, found, quote, **values)
    if is_submitted:
        layers.submit_layer(user=person, document=found, now=NOW)
    return Layer.objects.select_related("round", "project").get(document=found, annotator=person)


def remark(person: User, found: Layer | Document, text: str = "Look at this again.", **values: Any) -> Remark:
    """Write a remark on a layer, or on a document to everybody; `claim_key` names a claim of the layer."""
    values = {"user": person, "text": text, "now": NOW} | values
    if isinstance(found, Layer):
        return talk.add_remark(project=found.project, document=found.document, layer=found, **values)
    return talk.add_remark(project=Project.objects.get(corpus=found.corpus_id), document=found, **values)
