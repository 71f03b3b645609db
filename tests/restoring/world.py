"""A rich project for exports and restores: everything that a record can hold, in neutral texts of our own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from annotate.actions import claims, codebook, layers, registries, returns
from annotate.actions.adjudication import Verdict, decide, finish_adjudication
from annotate.actions.leaving import remove_member
from annotate.models import Adjudication, Layer, Member, Project
from annotate.payloads.preconditions import Precondition
from annotate.reports.desk import load_desk
from corpus.models import Document, Speaker, Target
from tests import make

FERRY = (
    "Ferry to run again 🙂\n\nThe league’s chair Ms. Oyelaran said the ferry “will run again in May”, Agency A "
    "reports. “It must\u00a0stay cheap,” she added, “and it must stay safe.”\n\n"
    "The council, she said, denies the delay."
)
MARKET = "Market hall\n\nThe market hall stays open, the Bay Courier writes. =SUM(1) is written on its door.\n"
QUIET = "Weather\n\nIt rained on Monday.\n"


def project() -> Project:
    """Return a project with a codebook of every kind, two annotators and a curator, gold, merges and a follow-up."""
    found = make.project("harbour")
    manager = make.user("manager")
    draft = codebook.start_draft(user=manager, project=found, file=_codebook(), now=make.NOW)
    codebook.publish_draft(user=manager, version=draft, now=make.NOW)
    first = make.round(found, closes=True, name="First reading")
    ann, ben, cem = (make.member(found, name) for name in ("ann", "ben", "cem"))
    curator = make.member(found, "curator", "curator")
    ferry = make.document(
        found, FERRY, source="Bay Courier", published_on="2026-05-13", external_id="one", language="en"
    )
    market = make.document(found, MARKET, title="=SUM(1)", source="Bay Courier", metadata={"b": 1, "a": [2, "🙂"]})
    quiet = make.document(found, QUIET, url="https://example.org/a?b=1")
    make.document(found, "Nobody reads this.\n")
    for person in (ann, ben):
        _read_ferry(person, ferry)
    _read_market(ann, market)
    layers.describe_layer(user=ben, document=quiet, body=_nothing(QUIET), now=make.LATER)
    layers.submit_layer(user=ben, document=quiet, now=make.LATER)
    _leave(found, manager, cem, market)
    returned = Layer.objects.get(annotator=ann, document=market)
    returns.return_layer(user=curator, layer=returned, now=make.LATER)
    _adjudicate(found, curator, ferry)
    _merge(found, manager)
    _follow(found, first, ann, ferry)
    return found


def _codebook() -> dict[str, Any]:
    book = make.codebook_document()
    for question in book["attributes"]:
        question["required"] = False
    return book | {"codes_headline": True}


def _body(text: str, *quotes: str, **values: Any) -> dict[str, Any]:
    return {"spans": [make.span(text, quote) for quote in quotes]} | values


def _put(person: Any, document: Document, body: dict[str, Any]) -> dict[str, Any]:
    sent = body | {"document": str(document.pk)}
    saved = claims.put_claim(user=person, claim_id=uuid.uuid4(), body=sent, precondition=Precondition(), now=make.NOW)
    return saved.claim


def _read_ferry(person: Any, ferry: Document) -> None:
    """Mark an interrupted quotation, a joint and reported claim, one inside another, and one without stance."""
    text, name = ferry.text, person.username
    speaker = {"name": "Ms. Oyelaran", "represents": {"name": "Fishers’ league"}, "mention": [make.span(text, "she")]}
    addressee = Speaker.objects.filter(name="Harbour office").first() or make.entry(
        Project.objects.get(corpus=ferry.corpus_id), Speaker, "Harbour office"
    )
    stance = {"target": {"name": "Cheap ferries"}, "value": "support", "attributes": {"force": "strong"}}
    _put(
        person,
        ferry,
        _body(
            text, "It must\u00a0stay cheap", "and it must stay safe", cue=[make.span(text, "she added")], mode="direct",
            speakers=[speaker, {"name": "The chair"}],
            stances=[stance, {"holder": {"name": "The chair"}, "target": {"name": "Dear ferries"}, "value": "oppose"}],
            attributes={"form": "demand", "deadline": "in May", "addressee": {"id": str(addressee.pk)}, "strength": 2.5,
                        "new": True, "grounds": ["ground_7", "ground_2"]},
            note=f"+1 for this 🙂\nsays {name}", detected={"rule": "frames-1", "fields": ["mode", "cue"]},
        ),
    )  # fmt: skip
    stance = {"target": {"name": "The ferry"}, "value": "support" if name == "ann" else "neutral"}
    _put(
        person, ferry,
        _body(text, "will run again in May", speakers=[{"name": "Ms. Oyelaran"}], reported_by=[{"name": "Agency A"}],
              proposition={"text": "The ferry will run in May.", "relation": "affirms"}, stances=[stance], unsure=True),
    )  # fmt: skip
    _put(person, ferry, _body(text, "run again", speakers=[{"name": "Not stated"}], stances=[], no_stance=True))
    marks = [make.span(text, "Ferry to run again 🙂")]
    body = {"attributes": {"genre": "news"}, "no_claim": marks}
    layers.describe_layer(user=person, document=ferry, body=body, now=make.NOW)
    layers.submit_layer(user=person, document=ferry, now=make.LATER)


def _read_market(person: Any, market: Document) -> None:
    """Mark a claim in the outlet's own voice; the outlet is a speaker already."""
    stance = {"target": {"name": "@Market hall"}, "value": "support"}
    quote = "The market hall stays open"
    body = _body(market.text, quote, speakers=[{"name": "Bay Courier"}], mode="narrated", stances=[stance])
    _put(person, market, body | {"note": "=1+1"})
    layers.submit_layer(user=person, document=market, now=make.LATER)


def _nothing(text: str) -> dict[str, Any]:
    return {"nothing_to_code": True, "no_claim": [make.span(text, "It rained on Monday.")]}


def _leave(found: Project, manager: Any, person: Any, document: Document) -> None:
    """Let somebody begin a reading and leave: it is withdrawn, and they are called by their pseudonym."""
    _put(person, document, _body(document.text, "stays open", speakers=[], stances=[]))
    member = Member.objects.get(project=found, user=person)
    remove_member(user=manager, member=member, now=make.LATER)


def _adjudicate(found: Project, curator: Any, document: Document) -> None:
    row = Adjudication.objects.get(project=found, document=document)
    for unit in [unit for unit in load_desk(row).units if unit.is_open]:
        picks = {field.name: unit.marks[0].key for field in unit.open_fields}
        verdict = Verdict(
            claims={mark.key: mark.fingerprint for mark in unit.marks}, picks=picks, reason="As it reads."
        )
        decide(user=curator, project=found, document_id=document.pk, verdict=verdict, now=make.LATER)
    finish_adjudication(user=curator, project=found, document_id=document.pk, now=make.LATER, answers={"genre": "news"})


def _merge(found: Project, manager: Any) -> None:
    """Merge entries so that a claim names one speaker twice, and one target twice of which one was the opposite."""

    def entry(model: Any, name: str) -> Any:
        return model.objects.get(corpus=found.corpus_id, name=name)

    registries.merge_entry(user=manager, entry=entry(Speaker, "The chair"), into=entry(Speaker, "Ms. Oyelaran"))
    into = entry(Target, "Cheap ferries")
    registries.merge_entry(user=manager, entry=entry(Target, "Dear ferries"), into=into, is_inverted=True)


def _follow(found: Project, first: Any, person: Any, document: Document) -> None:
    follow_up = make.follow_up(found, "stances", follows=first, name="Once more")
    layers.open_layer(user=person, document=document, round=follow_up, now=make.LATER + timedelta(minutes=1))
