"""Whatever is decided, re-read or merged: each claim is accounted for, and what is taken back is as it was."""

from __future__ import annotations

import random
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate import records
from annotate.actions import adjudication, layers, registries
from annotate.actions import claims as claim_actions
from annotate.adjudication.units import State
from annotate.models import Claim, Decision, DecisionReading
from annotate.payloads.preconditions import Precondition
from corpus.models import Speaker, Target
from tests import make
from tests.adjudication.steps import (
    CHEAPER,
    KEEPS,
    MENDED,
    NEEDED,
    NOBODY,
    TEXT,
    decide,
    finish,
    stance,
    verdict,
)

QUOTES = (KEEPS, NEEDED, MENDED, NOBODY, CHEAPER, f"{NEEDED} and that {MENDED}", "keeps the ferry", "The port wrote")
SPEAKERS, TARGETS = ("Mira Sand", "Tor Lind", "M. Sand"), ("The ferry", "Ferries", "The bridge")
VALUES = ("support", "oppose", "neutral")


def random_layers(team: Any, document: Any, random_: random.Random) -> None:
    for person in team.people.values():
        for quote in random_.sample(QUOTES, random_.randint(1, 5)):
            make.claim(
                person,
                document,
                quote,
                speakers=[{"name": random_.choice(SPEAKERS)}],
                stances=stance(random_.choice(VALUES), random_.choice(TARGETS)),
                mode=random_.choice([None, "direct", "indirect"]),
                unsure=random_.random() < 0.1,
            )
        layers.submit_layer(user=person, document=document, now=make.NOW)


def random_step(team: Any, document: Any, random_: random.Random) -> None:
    desk = team.desk(document)
    unit = random_.choice([unit for unit in desk.units if unit.is_open])
    picks = {field.name: random_.choice(unit.marks).key for field in unit.open_fields}
    how = random_.random()
    if how < 0.15 and len(unit.marks) > 1:
        adjudication.keep_apart(
            user=team.curator,
            project=team.project,
            document_id=document.pk,
            verdict=verdict(desk, unit),
            apart=[unit.marks[0].key],
            now=make.NOW,
        )
    else:
        decide(team, document, unit, picks=picks, is_claim=how < 0.8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_whatever_is_decided_each_claim_is_accounted_for_by_exactly_one_decision(team, seed):
    random_ = random.Random(seed)
    document = make.document(team.project, f"{TEXT} Read as {uuid.uuid4()}.")
    random_layers(team, document, random_)
    for unit in team.desk(document).units:
        in_dispute = any(field.is_open for field in unit.fields) or unit.is_unclear
        assert not (in_dispute and unit.state in (State.SETTLED, State.NEAR))
    while team.desk(document).counts["n_open"]:
        random_step(team, document, random_)
    finish(team, document)
    assert accounted(document) == claims_of(team, document)

    untouched = reopen_one(team, document, random_)
    assert {unit.decisions[0].id for unit in team.desk(document).units if unit.state == State.DECIDED} >= untouched
    while team.desk(document).counts["n_open"]:
        random_step(team, document, random_)
    finish(team, document)
    assert accounted(document) == claims_of(team, document)
    assert {
        str(pk) for pk in Decision.objects.filter(layer__document=document).values_list("pk", flat=True)
    } >= untouched


def accounted(document: Any) -> list[str]:
    """Return the claims that decisions account for, of those that were not deleted since."""
    rows = DecisionReading.objects.filter(gold__document=document, claim_key__in=Claim.objects.values("pk"))
    return sorted(str(key) for key in rows.values_list("claim_key", flat=True))


def claims_of(team: Any, document: Any) -> list[str]:
    return sorted(mark.key for mark in team.desk(document).marks)


def reopen_one(team: Any, document: Any, random_: random.Random) -> set[str]:
    """Let an annotator change one claim; return the decisions that do not rest on it."""
    person = random_.choice(list(team.people.values()))
    layers.reopen_layer(user=person, document=document, now=make.NOW)
    claim = records.claim_dict(
        Claim.objects.filter(layer__document=document, layer__annotator=person).order_by("pk")[0].pk
    )
    if random_.random() < 0.5:
        make.saved_again(person, claim, note="Changed my mind.")
    else:
        precondition = Precondition(if_match=frozenset([str(claim["version"])]))
        claim_actions.delete_claim(
            user=person, claim_id=uuid.UUID(claim["id"]), precondition=precondition, now=make.NOW
        )
    layers.submit_layer(user=person, document=document, now=make.NOW)
    touched = DecisionReading.objects.filter(claim_key=claim["id"]).values("decision")
    rest = Decision.objects.filter(layer__document=document).exclude(pk__in=touched)
    return {str(pk) for pk in rest.values_list("pk", flat=True)}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_merging_and_un_merging_restores_every_reading(team, seed):
    random_ = random.Random(seed)
    document = make.document(team.project, f"{TEXT} Read as {uuid.uuid4()}.")
    random_layers(team, document, random_)
    before = [(m.key, m.claim, m.fingerprint) for m in team.desk(document).marks]
    frozen = [item.reading for item in records.submitted(records.counted_submissions())]
    merged = []
    for model, names in ((Speaker, SPEAKERS), (Target, TARGETS)):
        entries = list(model.objects.filter(name__in=random_.sample(names, 2), merged_into=None))
        if len(entries) == 2:
            is_inverted = model is Target and random_.random() < 0.5
            registries.merge_entry(user=team.curator, entry=entries[0], into=entries[1], is_inverted=is_inverted)
            merged.append(entries[0])
    assert [m.fingerprint for m in team.desk(document).marks] == [row[2] for row in before]
    for entry in merged:
        entry.refresh_from_db()
        registries.unmerge_entry(user=team.curator, entry=entry)
    assert [(m.key, m.claim, m.fingerprint) for m in team.desk(document).marks] == before
    assert [item.reading for item in records.submitted(records.counted_submissions())] == frozen
