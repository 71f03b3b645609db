"""Filters over documents and claims: what each means, what merges change, and what is refused."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers, registries
from annotate.actions.gaps import claim_gaps
from annotate.models import Claim
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import Invalid
from annotate.records import claim_dicts
from annotate.search import ClaimFilter, DocumentFilter, Within, few
from annotate.search.contexts import contexts, find_hits
from corpus.models import Document, Speaker, Target
from corpus.text.query import parse_query
from tests import make

pytestmark = pytest.mark.django_db
CLOSURE, SHORT, LEAGUE = "The closure is needed", "it will be short", "The fishers’ league opposes the closure"


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def document(project):
    return make.document(project, source="Bay Courier", published_on="2026-05-14", language="en", external_id="one")


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


@pytest.fixture(params=[few.FEW, 0], ids=["few", "many"])
def _both_ways(request, monkeypatch):
    monkeypatch.setattr(few, "FEW", request.param)


@pytest.fixture
def three(ann, document, _both_ways):
    """Three claims that differ in everything, by what tells them apart."""
    against = {"target": {"name": "Closure of the bridge"}, "value": "oppose"}
    return {
        "first": make.claim(ann, document, CLOSURE, mode="direct", attributes={"type": "evaluation"}),
        "second": make.claim(
            ann, document, SHORT, speakers=[{"name": "Tor Lind", "represents": {"name": "Port authority"}}],
            stances=[], no_stance=True, note="Is it?", unsure=True,
            proposition={"text": "The closure is short.", "relation": "denies"},
        ),
        "third": make.claim(ann, document, LEAGUE, speakers=[], stances=[against]),
    }  # fmt: skip


def claims(user, project, **asked):
    found = ClaimFilter.parse(asked)
    rows = list(found.rows(Within(user=user, project=project)))
    return {str(id) for id in found.sieve(rows)}


def documents(user, project, **asked):
    rows = Document.objects.visible_to(user).filter(corpus=project.corpus_id)
    found = DocumentFilter.parse(asked).apply(rows, Within(user=user, project=project))
    return set(found.values_list("external_id", flat=True))


CASES = [
    ({}, "first second third"),
    ({"q": "closure"}, "first third second"),
    ({"q": "league oppose*"}, "third"),
    ({"q": "closure -league"}, "first second"),
    ({"q": "bridge"}, ""),
    ({"q": "zebra"}, ""),
    ({"speaker": "Tor Lind"}, "first second"),
    ({"speaker": "Tor Lind", "represents": "Port authority"}, "second"),
    ({"speaker": "Nobody"}, ""),
    ({"target": "Closure of the bridge"}, "first third"),
    ({"target": "Closure of the bridge", "stance": "oppose"}, "third"),
    ({"stance": "support"}, "first"),
    ({"proposition": "The closure is short.", "relation": "denies"}, "second"),
    ({"relation": "affirms"}, ""),
    ({"mode": "direct"}, "first"),
    ({"attribute": "type:evaluation"}, "first"),
    ({"attribute": "type:demand"}, ""),
    ({"unsure": "true"}, "second"),
    ({"unsure": "false"}, "first third"),
    ({"has_note": "true"}, "second"),
    ({"incomplete": "true"}, "third"),
    ({"incomplete": "false"}, "first second"),
    ({"source": "Bay Courier", "from": "2026-05-14", "to": "2026-05-14"}, "first second third"),
    ({"source": "Other"}, ""),
    ({"from": "2026-05-15"}, ""),
    ({"annotator": "ann"}, "first second third"),
    ({"annotator": "ben"}, ""),
    ({"status": "open"}, "first second third"),
    ({"status": "submitted"}, ""),
    ({"layers": "gold"}, ""),
    ({"round": "1", "layers": "annotators"}, "first second third"),
    ({"round": "No such round"}, ""),
]


@pytest.mark.parametrize(("asked", "expected"), CASES, ids=str)
def test_each_filter_over_claims(ann, project, three, asked, expected):
    assert claims(ann, project, **asked) == {three[name]["id"] for name in expected.split()}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"one", "two"}),
        ({"q": "short"}, {"one"}),
        ({"has_claims": "true"}, {"one"}),
        ({"has_claims": "false"}, {"two"}),
        ({"status": "new"}, {"two"}),
        ({"status": "open"}, {"one"}),
        ({"status": "submitted"}, set()),
        ({"annotator": "*", "status": "open"}, {"one"}),
        ({"speaker": "Tor Lind"}, {"one"}),
        ({"speaker": "Tor Lind", "stance": "oppose"}, set()),
        ({"stance": "oppose", "has_note": "false"}, {"one"}),
        ({"unsure": "true", "q": "ferry"}, {"one"}),
        ({"source": "Bay Courier"}, {"one"}),
    ],
    ids=str,
)
def test_each_filter_over_documents(ann, project, three, asked, expected):
    make.document(project, "A second article.", external_id="two")
    assert documents(ann, project, **asked) == expected


@pytest.mark.usefixtures("_both_ways")
def test_a_claim_on_a_merged_entry_is_found_under_the_entry_that_counts(ann, project, document):
    manager = make.user("manager")
    first = make.claim(ann, document, CLOSURE)
    other = make.claim(ann, document, SHORT, speakers=[{"name": "T. Lind"}])
    one, two = Speaker.objects.get(name="Tor Lind"), Speaker.objects.get(name="T. Lind")
    registries.merge_entry(user=manager, entry=two, into=one)
    for name in ("Tor Lind", str(one.pk), str(two.pk)):
        assert claims(manager, project, speaker=name) == {first["id"], other["id"]}


@pytest.mark.usefixtures("_both_ways")
def test_a_stance_on_a_target_merged_as_the_opposite_is_found_as_it_is_read(ann, project, document):
    manager = make.user("manager")
    for_closure = make.claim(ann, document, CLOSURE)
    stance = {"target": {"name": "Keeping the bridge open"}, "value": "oppose"}
    against_open = make.claim(ann, document, SHORT, stances=[stance])
    closure, opened = (Target.objects.get(name=name) for name in ("Closure of the bridge", "Keeping the bridge open"))
    registries.merge_entry(user=manager, entry=opened, into=closure, is_inverted=True)
    both = {for_closure["id"], against_open["id"]}
    assert claims(manager, project, target="Closure of the bridge", stance="support") == both
    assert claims(manager, project, stance="support") == both
    assert claims(manager, project, target="Closure of the bridge", stance="oppose") == set()


def test_incomplete_is_what_the_reader_calls_a_gap(ann, project, document):
    value = {"target": {"name": "Ferry"}}
    make.claim(ann, document, CLOSURE, stances=[])
    make.claim(ann, document, SHORT, stances=[value])
    make.claim(ann, document, LEAGUE, mode="narrated")
    make.claim(ann, document, "denied", speakers=[])
    make.claim(ann, document, "promised a ferry", no_stance=True, stances=[])
    codebook = load_codebook(project.codebook.versions.get().pk)
    gaps = {claim["id"] for claim in claim_dicts(Claim.objects.all()) if claim_gaps(claim, codebook)}
    assert claims(ann, project, incomplete="true") == gaps and len(gaps) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "?"}, {"q": "x" * 10_000_000}, {"q": "a\0"}, {"q": "a " * 100}, {"q": 3}, {"from": "May"},
        {"unsure": "yes"}, {"status": "done"}, {"attribute": "type"}, {"attribute": ":x"},
        {"mode": "loud"}, {"speaker": "x" * 2000},
        {"speaker": "a\ud800"}, {"layers": "all"}, {"round": "a\0b"}, {"source": ["x"]},
    ],
    ids=lambda asked: next(iter(asked)),
)  # fmt: skip
def test_a_bad_value_is_refused_with_its_name(asked):
    for kind in (DocumentFilter, ClaimFilter):
        with pytest.raises(Invalid) as refused:
            kind.parse(asked)
        assert refused.value.errors[0].pointer == f"/{next(iter(asked))}"


def test_a_filter_comes_back_from_what_it_was_written_as():
    asked = {"q": "a b", "source": "S", "from": "2026-05-01", "unsure": "true", "speaker": "T", "has_claims": "false"}
    found = DocumentFilter.parse(asked)
    assert found.as_dict() == asked and DocumentFilter.parse(found.as_dict()) == found
    assert found.of_texts.as_dict() == {"q": "a b", "source": "S", "from": "2026-05-01"}
    assert DocumentFilter.parse({}).is_empty and not found.is_empty
    claims_asked = ClaimFilter.parse({"q": "a", "stance": "support", "incomplete": "true"})
    assert ClaimFilter.parse(claims_asked.as_dict()) == claims_asked


def test_annotations_cannot_be_filtered_without_saying_whose_view_it_is():
    with pytest.raises(Invalid, match="cannot be filtered here"):
        DocumentFilter.parse({"unsure": "true"}).apply(Document.objects.all())


def test_another_project_on_the_corpus_is_never_searched(ann, project, document, three):
    other = make.project("other")
    manager = make.user("manager")
    assert claims(manager, other) == set() == claims(manager, other, q="closure", speaker="Tor Lind")
    assert documents(manager, other, annotator="*", status="open") == set()


def test_the_number_of_queries_is_bounded(ann, project, three):
    with CaptureQueriesContext(connection) as found:
        claims(
            ann, project, q="closure", speaker="Tor Lind", target="Closure of the bridge", stance="support", source="x"
        )
    assert len(found) <= 24


def test_the_context_of_a_claim_is_the_sentences_of_its_parts(ann, document):
    claim = make.claim(ann, document, "The closure is needed", "it will be short")
    context = next(iter(contexts([claim["id"]]).values()))
    assert context.text == "“The closure is needed,” he said, “and it will be short.”"
    for sentence in context.sentences:
        assert document.text[sentence.start : sentence.end] == sentence.text


def test_a_hit_has_its_sentence():
    found = find_hits(make.TEXT, parse_query("ferry league"), most=9)
    assert [make.TEXT[hit.start : hit.end] for hit in found] == ["league", "ferry", "league"]
    assert found[1].sentence.text.startswith("The fishers’ league opposes") and found[1].sentence.text.endswith(
        "ferry."
    )


@pytest.mark.usefixtures("_both_ways")
def test_in_a_blind_round_no_filter_tells_of_a_colleagues_work(ann, project, document):
    ben = make.member(project, "ben")
    asked = [case for case, _ in CASES] + [
        {"annotator": "*"},
        {"annotator": "ben"},
        {"annotator": "*", "status": "submitted"},
    ]
    asked += [{"has_claims": "true"}, {"status": "new"}]

    def seen():
        return [
            (
                documents(ann, project, **one),
                None if "has_claims" in one or one.get("status") == "new" else claims(ann, project, **one),
            )
            for one in asked
        ]

    before = seen()
    stance = {"target": {"name": "Closure of the bridge"}, "value": "support"}
    make.claim(
        ben,
        document,
        CLOSURE,
        mode="direct",
        note="x",
        unsure=True,
        attributes={"type": "evaluation"},
        stances=[stance],
    )
    layers.submit_layer(user=ben, document=document, now=make.NOW)
    assert seen() == before
    assert claims(make.user("manager"), project) != set()
