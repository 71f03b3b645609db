"""What the reader's rules found in the text: kept with the claim as its provenance, part of what it says."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError

from annotate.actions import claims
from annotate.models import Claim
from annotate.payloads.preconditions import Precondition
from annotate.records import claim_dict
from corpus.models import Change
from tests import make

pytestmark = pytest.mark.django_db
QUOTE = "The closure is needed"
DETECTED = {"rule": "frames-1", "fields": ["cue", "mode"]}


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


@pytest.fixture
def document(project):
    return make.document(project)


@pytest.fixture
def stored(ann, document):
    return make.claim(ann, document, QUOTE, mode="direct", detected=DETECTED)


def put(person, document, stored, **values):
    body = make.body(document.text, QUOTE, mode="direct", **values) | {"document": str(document.pk)}
    return claims.put_claim(
        user=person,
        claim_id=uuid.UUID(stored["id"]),
        body=body,
        precondition=Precondition.of({"If-Match": f'"{stored["version"]}"'}),
        now=make.NOW,
    )


def patch(person, stored, **values):
    precondition = Precondition.of({"If-Match": f'"{stored["version"]}"'})
    id = uuid.UUID(stored["id"])
    return claims.patch_claim(user=person, claim_id=id, values=values, precondition=precondition, now=make.NOW).claim


def test_it_is_kept_with_the_fields_sorted_and_once_each(ann, document):
    sent = {"rule": "frames-1", "fields": ["mode", "cue", "mode"]}
    claim = make.claim(ann, document, QUOTE, detected=sent)

    assert claim["detected"] == DETECTED and claim == claim_dict(uuid.UUID(claim["id"]))
    assert Change.objects.get(object_id=claim["id"]).after["detected"] == DETECTED


@pytest.mark.parametrize("sent", [None, {"rule": "frames-1", "fields": []}, {"rule": "frames-1"}])
def test_the_member_is_there_only_where_something_was_detected(ann, document, sent):
    claim = make.claim(ann, document, QUOTE, detected=sent)
    assert "detected" not in claim and "detected" not in claim_dict(uuid.UUID(claim["id"]))


def test_it_is_part_of_what_a_put_says(ann, document, stored):
    assert not put(ann, document, stored, detected=DETECTED).is_changed

    cleared = put(ann, document, stored)
    assert cleared.is_changed and "detected" not in cleared.claim and cleared.claim["version"] == 2
    assert not put(ann, document, cleared.claim).is_changed
    assert put(ann, document, cleared.claim, detected=DETECTED).claim["detected"] == DETECTED


def test_patching_a_detected_field_ends_its_detection(ann, stored):
    kept = patch(ann, stored, unsure=True)
    assert kept["detected"] == DETECTED
    changed = patch(ann, kept, mode="indirect")
    assert changed["detected"] == {"rule": "frames-1", "fields": ["cue"]}
    assert "detected" not in patch(ann, changed, cue=[])


def test_patching_the_speakers_ends_the_detection_of_their_mentions(ann, document):
    both = {"rule": "frames-1", "fields": ["cue", "mention", "speakers"]}
    claim = make.claim(ann, document, QUOTE, detected=both)
    assert patch(ann, claim, speakers=[{"name": "Other"}])["detected"]["fields"] == ["cue"]


@pytest.mark.parametrize("values", [{"detected_by": ""}, {"detected_fields": ""}])
def test_the_database_keeps_rule_and_fields_together(stored, values):
    with pytest.raises(IntegrityError):
        Claim.objects.update(**values)
