"""A project with a long life: every table of it has rows, and figures and desks have something to tell."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from annotate.actions import codebook, layers, registries, skips, stories, talk
from annotate.actions.adjudication import Verdict
from annotate.actions.adjudication.auditing import check_sample
from annotate.actions.adjudication.pairing import keep_apart
from annotate.actions.different import declare_different
from annotate.actions.loaded_words import set_loaded_word
from annotate.actions.queue import take_next
from annotate.actions.reassigning import reassign_claims
from annotate.models import Adjudication, Claim, Decision, Layer, Member, Project, Round
from annotate.payloads.claims import EntryIn
from annotate.records import claim_dict
from annotate.reports.agreement import Asked, agreement_report, as_dict
from annotate.reports.desk import load_desk
from corpus.models import Affiliation, Document, KeptApart, Speaker, SpeakerAlias, Target
from tests import make
from tests.restoring import world

AFTERWARDS = make.LATER + timedelta(hours=1)


def project() -> Project:
    """Return the rich project after more of everything: read again, taken apart, merged, talked about."""
    found = world.project()
    people = {name: User.objects.get(username=name) for name in ("manager", "curator", "ann", "ben")}
    ferry = Document.objects.get(external_id="one")
    _read_again(people["ben"], ferry)
    _take_apart(found, people["curator"], ferry)
    _curate(found, people["manager"])
    _tell(found, people, ferry)
    _hand_out(found, people)
    _group(found, people["curator"])
    codebook.start_draft(user=people["manager"], project=found, now=AFTERWARDS)
    Decision.objects.filter(kind="edited").update(decided_by=User.objects.create_superuser("root"))
    return found


def _read_again(ben: User, ferry: Document) -> None:
    """Submit a second reading that differs from the first: agreement counts the first."""
    round = Round.objects.get(name="First reading")
    layers.reopen_layer(user=ben, document=ferry, now=AFTERWARDS, round_id=round.pk)
    claim = Claim.objects.get(layer__annotator=ben, layer__round=round, proposition__isnull=False)
    stored = claim_dict(claim.pk)
    make.saved_again(ben, stored, stances=[{"target": {"name": "The ferry"}, "value": "oppose"}])
    layers.submit_layer(user=ben, document=ferry, now=AFTERWARDS, round_id=round.pk)
    make.recheck(claim_dict(claim.pk), settled_at=AFTERWARDS)


def _take_apart(found: Project, curator: User, ferry: Document) -> None:
    adjudication = Adjudication.objects.get(project=found, document=ferry)
    unit = next(unit for unit in load_desk(adjudication).units if len(unit.marks) > 1)
    decided = {standing.id: Decision.objects.get(pk=standing.id).version for standing in unit.decisions}
    verdict = Verdict(claims={mark.key: mark.fingerprint for mark in unit.marks}, decisions=decided)
    apart = [unit.marks[0].key]
    keep_apart(user=curator, project=found, document_id=ferry.pk, verdict=verdict, apart=apart, now=AFTERWARDS)
    place = {"kind": "sentence", "start": 0, "end": 5, "is_right": False}
    check_sample(user=curator, project=found, document_id=ferry.pk, now=AFTERWARDS, **place)


def _curate(found: Project, manager: User) -> None:
    """Merge twice in a row, tell two entries of one name apart, and put another entry into a claim."""
    corpus = found.corpus_id
    one, other = (make.entry(found, Speaker, "Tor Lind", disambiguation=name) for name in ("", "the elder"))
    declare_different(user=manager, corpus=found.corpus, registry="speaker", first=one.pk, second=other.pk)
    set_loaded_word(user=manager, corpus=found.corpus, word="regime", advice="government")
    chair = Speaker.objects.get(corpus=corpus, name="Ms. Oyelaran")
    SpeakerAlias.objects.create(speaker=chair, name="Oyelaran 🙂")
    body = Speaker.objects.get(corpus=corpus, name="Fishers’ league")
    Affiliation.objects.create(speaker=chair, body=body, role="chair", from_on="2020-01-31")
    Speaker.objects.filter(pk=one.pk).update(kind="person", external_id="Q42", note="Two of a name.")
    into = make.entry(found, Target, "Ferries", kind="policy")
    registries.merge_entry(user=manager, entry=Target.objects.get(corpus=corpus, name="Cheap ferries"), into=into)
    courier = Speaker.objects.get(corpus=corpus, name="Bay Courier")
    narrated = Claim.objects.filter(claim_speakers__speaker=courier, layer__kind="annotator").values_list(
        "pk", flat=True
    )
    reassign_claims(user=manager, entry=courier, claims=list(narrated), to=EntryIn(id=other.pk), now=AFTERWARDS)
    proposition = make.entry(found, type(Claim.objects.exclude(proposition=None)[0].proposition), "Ferries help.")
    type(proposition).objects.filter(pk=proposition.pk).update(usual_target=into)


def _tell(found: Project, people: dict[str, User], ferry: Document) -> None:
    layer = Layer.objects.filter(annotator=people["ann"], document=ferry).order_by("created_at")[0]
    claim = layer.claims.order_by("pk")[0]
    remark = make.remark(people["curator"], layer, "Is this a demand? 🙂", claim_key=claim.pk)
    make.remark(people["ann"], layer, "It is.", claim_key=claim.pk, now=make.LATER)
    talk.settle_thread(user=people["curator"], remark=remark, now=AFTERWARDS)
    make.remark(people["manager"], ferry, "To everybody.")


def _hand_out(found: Project, people: dict[str, User]) -> None:
    """Open a round with places, of which one is taken and one document is skipped."""
    test = make.round(found, name="Test", overlap=1)
    round = make.round(found, name="Pairs", overlap=2, share=50, order="random", seed=7, quota=9)
    Round.objects.filter(pk=test.pk).update(status="closed", purpose="test", threshold=60)
    Round.objects.exclude(pk=round.pk).update(status="closed")
    layer = take_next(user=people["ben"], project=found, now=AFTERWARDS)
    assert layer is not None and layer.round == round
    Round.objects.filter(pk=round.pk).update(admission=test)
    other = Document.objects.exclude(layers__round=round).order_by("number")[0]
    skips.skip_document(user=people["ben"], document=other, round=round, reason="I know the author.", now=AFTERWARDS)


def _group(found: Project, curator: User) -> None:
    documents = list(Document.objects.filter(corpus=found.corpus_id).order_by("number"))
    stories.join_documents(user=curator, documents=documents[1:3])
    first, second = sorted(documents[2:4], key=lambda one: one.pk)
    KeptApart.objects.create(first=first, second=second)
    Document.objects.filter(pk=documents[3].pk).update(supersedes=documents[2])


def facts(found: Project) -> Any:
    """Return what rests on the data: agreement, desks with the state of each unit, and who may do what."""
    operator = User(username="operator", is_superuser=True)
    report = as_dict(agreement_report(operator, found, Asked.parse({})))
    desks = []
    for row in Adjudication.objects.filter(project=found).order_by("document__number"):
        desk = load_desk(row)
        units = [(unit.key, str(unit.state), [field.name for field in unit.open_fields]) for unit in desk.units]
        desks.append([row.document.number, row.is_stale, row.n_open, desk.counts, units])
    members = Member.objects.filter(project=found).order_by("id")
    roles = [(member.pseudonym, member.roles, member.left_at is not None) for member in members]
    return json.loads(json.dumps([report, desks, roles], default=str))
