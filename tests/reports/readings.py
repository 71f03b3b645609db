"""Readings of articles of numbered sentences, as agreement is computed on them."""

from __future__ import annotations

from typing import Any

from annotate.actions import registries
from annotate.models import Layer, Project
from annotate.reports.agreement import Asked, agreement_report
from corpus.models import Document, Speaker, Target
from tests import make
from tests.make import NOW

TEXT = " ".join(f"Sentence {number:02} of the article is here." for number in range(20))
MODES = dict(zip("12345", ("direct", "indirect", "mixed", "reported", "narrated"), strict=True))


def staffed() -> Project:
    found = make.project()
    make.member(found, "curator", "curator")
    for name in ("ann", "ben", "cleo", "dora"):
        make.member(found, name)
    return found


def entry(project: Project, model: Any, name: str) -> Any:
    found = model.objects.filter(corpus=project.corpus_id, name=name).first()
    if found is None:
        values = {"name": name}
        found = registries.create_entry(user=make.user("manager"), project=project, model=model, values=values)
    return found


def speaker(project: Project, name: str = "Lind") -> Any:
    return entry(project, Speaker, name)


def target(project: Project, name: str = "The closure") -> Any:
    return entry(project, Target, name)


def article(project: Project, number: int = 0, **values: Any) -> Document:
    return make.document(project, f"{TEXT} Article {number}.", **values)


def claim(number: int, **values: Any) -> dict[str, Any]:
    """Return a claim on the numbered sentence, of any article."""
    return make.frozen(TEXT, f"Sentence {number:02} of the article is here", **values)


def report(project: Project, who: str = "curator", **query: str) -> Any:
    asked = Asked.parse({name.rstrip("_"): [value] for name, value in query.items()})
    return agreement_report(make.user(who), project, asked)


def value(found: Any, key: str) -> float | None:
    figure: float | None = found.figures[key].value
    return figure


def gold(project: Project, document: Document, quote: str, *, is_finished: bool = True) -> Layer:
    version = project.rounds.order_by("number").first().codebook_version  # type: ignore[union-attr]
    values = {"status": "submitted", "submitted_at": NOW} if is_finished else {"status": "open"}
    layer = Layer.objects.create(project=project, document=document, kind="gold", codebook_version=version, **values)
    found = layer.claims.create(mode="direct")
    place = make.span(document.text, quote)
    found.spans.create(role="content", position=0, **place)
    return layer
