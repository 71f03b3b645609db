"""Annotations leave in a foreign format, come into an empty project with the same documents, and leave again."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.actions import claims as actions
from annotate.formats import FORMATS
from annotate.models import Claim
from annotate.payloads.preconditions import Precondition
from annotate.records import claim_dicts
from corpus.text.graphemes import is_boundary
from tests import make
from tests.formats import brat_rules
from tests.formats.folders import as_text, imported, members, plain, twin

pytestmark = pytest.mark.django_db
TEXT = "🙂 Ferry news\n\n“The ferry,” said Tor 👩‍👩‍👧 Lind,\n“will run\non Monday.” ‏הגשר ייסגר‏ cafe\u0301 closes."


def dataset():
    project = make.project()
    ann, ben = make.member(project, "ann"), make.member(project, "ben")
    first = make.document(project, source="Bay Courier", language="en", external_id="one")
    second = make.document(project, TEXT)
    make.claim(
        ann,
        first,
        "The closure is needed",
        "it will be short",
        cue=[make.span(first.text, "he said")],
        speakers=[
            {
                "name": "Tor Lind",
                "represents": {"name": "Port authority"},
                "mention": [make.span(first.text, "spokesman Tor Lind")],
            },
            {"name": "Port authority"},
        ],
        reported_by=[{"name": "Agency A"}],
        mode="direct",
        proposition={"text": "The closure is avoidable.", "relation": "denies"},
        attributes={"type": "evaluation"},
        note="+1 for\nthis \u2028 line",
        detected={"rule": "frames-1", "fields": ["mode", "cue"]},
    )
    mention = make.span(TEXT, "Tor 👩‍👩‍👧 Lind")
    speaker = {"name": "Tor Lind", "mention": [mention]}
    make.claim(ann, second, "The ferry", "will run\non Monday", speakers=[speaker], cue=[make.span(TEXT, "said")])
    make.claim(ann, second, "run\non Monday", stances=[], no_stance=True, unsure=True)
    make.claim(ben, second, "הגשר ייסגר", speakers=[{"name": "İpek Ağa"}], mode="narrated")
    two = [{"target": {"name": "Ferry"}, "value": "oppose"}, {"holder": {"name": "League"}, "target": {"name": "Café"}}]
    make.claim(ben, second, "cafe\u0301 closes", speakers=[], stances=two)
    return project


@pytest.mark.parametrize("key", ["w3c", "brat", "label-studio", "spacy", "cas-xmi"])
def test_what_comes_in_leaves_as_it_came(key):
    if FORMATS[key].library:
        pytest.importorskip(FORMATS[key].library, reason="comes with the group “foreign”")
    project = dataset()
    out = members(project, key)
    other = twin(project)

    created, known, refused = imported(other, key, out)

    assert (created, known, [str(one) for one in refused]) == (5, 0, [])
    assert plain(as_text(members(other, key))) == plain(as_text(out))
    assert imported(other, key, out)[:2] == (0, 5) and Claim.objects.count() == 10


def test_brat_files_keep_brats_rules():
    files = {name: data.decode() for name, data in members(dataset(), "brat").items()}
    counts = [
        brat_rules.check(text, files[name.replace(".ann", ".txt")], files["annotation.conf"])
        for name, text in files.items()
        if name.endswith(".ann")
    ]
    assert sorted(counts) == [2, 3, 4]


def test_doccano_keeps_words_cues_and_who_is_named():
    project = dataset()
    other = twin(project)
    created, _, refused = imported(other, "doccano", members(project, "doccano"))
    # The words that mention a speaker become the name, and a name holds no joined picture.
    assert created == 4 and ["speakers/0" in refusal.value for refusal in refused] == [True]
    losses = json.loads(members(other, "doccano")["losses.json"])["losses"]
    assert {one["what"]: one["count"] for one in losses}["values"] == 1  # who is named; the others came in as words

    def words(found):
        claims = claim_dicts(Claim.objects.filter(layer__project=found))
        return {str([claim["spans"], claim["cue"]]) for claim in claims}

    assert len(words(other)) == 4 and words(other) < words(project)


def asked(slug="bridge"):
    """Return a project whose question “text” was a choice and became a text, beside a choice called “label”."""
    project = make.project(slug)
    labels = {"red": (), "blue": ()}
    choices = [{"key": key, "kind": "choice", "labels": labels} for key in ("text", "label")]
    make.version(project, attributes=choices)
    make.version(project, attributes=[{"key": "text", "kind": "text"}, choices[1]])
    make.round(project, closes=True)
    make.member(project, "ann")
    return project, make.document(project, TEXT)


@pytest.mark.parametrize("key", ["brat", "label-studio"])
def test_texts_under_the_key_of_a_choice_stay_whole_and_names_are_told_apart(key):
    project, document = asked()
    answers = {"text": "one\nA9\tstance T1 oppose", "label": "red"}
    make.claim(make.user("ann"), document, "The ferry", attributes=answers)
    out = members(project, key)
    other, _ = asked("other")

    assert imported(other, key, out) == (1, 0, [])
    (claim,) = claim_dicts(Claim.objects.filter(layer__project=other))
    assert claim["attributes"] == answers
    if key == "label-studio":
        names = re.findall(r'<\w+ name="([^"]+)"', out["interface.xml"].decode())
        assert len(set(names)) == len(names) and {"attribute.label", "attribute.text"} < set(names)


PIECES = [
    "The ferry",
    "🙂",
    "👩‍👩‍👧",
    "cafe\u0301",
    "הגשר",
    "\n",
    "\n\n",
    " ",
    "\u2028",
    "\x85",
    "a",
    "\t",
    "“said”",
    "१",
    "한",
]


@st.composite
def layers(draw):
    """A text and some claims on it: nested, overlapping, discontinuous, over line breaks; no cut characters."""
    text = " ".join(["x", *draw(st.lists(st.sampled_from(PIECES), min_size=3, max_size=12)), "y"])
    edges = [at for at in range(len(text) + 1) if is_boundary(text, at)]

    def span(least):
        pairs = [
            (one, two)
            for one in edges
            for two in edges
            if least <= one < two and text[one:two] == text[one:two].strip()
        ]
        return draw(st.sampled_from(pairs)) if pairs else None

    claims = []
    for _ in range(draw(st.integers(1, 4))):
        spans = [span(0)]
        while len(spans) < 3 and draw(st.booleans()) and (more := span(spans[-1][1] + 1)):
            spans.append(more)
        claims.append(([{"start": one, "end": two, "quote": text[one:two]} for one, two in spans], draw(st.booleans())))
    return text, claims


@pytest.mark.once
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layers())
def test_any_claims_come_back_as_they_were(made):
    text, claims = made
    with transaction.atomic():
        project = make.project("one")
        ann, document = make.member(project, "ann"), make.document(project, text)
        for spans, is_said in claims:
            cue = {"cue": spans} if is_said else {}
            body = {"document": str(document.pk), "spans": spans, **cue}
            actions.put_claim(user=ann, claim_id=uuid.uuid4(), body=body, precondition=Precondition(), now=make.NOW)
        for key in ("w3c", "brat", "label-studio"):
            out = members(project, key)
            other = twin(project, f"twin-{key}")
            created, _, refused = imported(other, key, out)
            assert (created, [str(one) for one in refused]) == (len(claims), [])
            assert plain(members(other, key)) == plain(out)
        transaction.set_rollback(True)
