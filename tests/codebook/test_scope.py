"""Claims outside the scope of the codebook are gaps: in the headline, or nested where that is not coded."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make

pytestmark = pytest.mark.django_db
HEADLINE = "Harbour bridge to close for repairs"
OUTER = "The fishers’ league opposes the closure and says the port authority promised a ferry"
INNER = "the port authority promised a ferry"


@pytest.fixture
def project() -> Any:
    return make.project()


@pytest.fixture
def document(project: Any) -> Any:
    return make.document(project, title=HEADLINE)


def under(project: Any, **values: Any) -> Any:
    """Publish a codebook with these values and open a round under it; returns its annotator."""
    from annotate.actions import codebook, projects

    manager = make.user("manager")
    draft = codebook.start_draft(user=manager, project=project, file=make.codebook_document(**values), now=make.NOW)
    codebook.publish_draft(user=manager, version=draft, now=make.NOW)
    first = project.rounds.get(number=1)
    closed = projects.read_round({"status": "closed"}, current=projects.settings_of(first))
    projects.update_round(user=manager, round=first, settings=closed)
    settings = projects.read_round({"name": "Second"})
    projects.create_round(user=manager, project=project, settings=settings, now=make.NOW)
    return make.member(project, "ann")


def gaps(person: Any, document: Any) -> list[tuple[str, str]]:
    from annotate.actions import layers
    from annotate.payloads.problems import Invalid

    try:
        layers.submit_layer(user=person, document=document, now=make.NOW)
    except Invalid as problem:
        return [(error.pointer, error.detail) for error in problem.errors]
    return []


def test_a_claim_in_the_headline_is_a_gap_where_it_is_not_coded(project: Any, document: Any) -> None:
    ann = under(project, attributes=[])
    make.claim(ann, document, "Harbour bridge to close")
    make.claim(ann, document, "The closure is needed")

    ((pointer, detail),) = gaps(ann, document)
    assert pointer == "/claims/0/spans" or pointer == "/claims/1/spans"
    assert detail.startswith("Claim “Harbour bridge to close” lies in the headline")


def test_a_claim_in_the_headline_is_none_where_it_is_coded(project: Any, document: Any) -> None:
    ann = under(project, attributes=[], codes_headline=True)
    make.claim(ann, document, "Harbour bridge to close")

    assert gaps(ann, document) == []


def test_a_title_that_the_text_does_not_hold_is_no_headline(project: Any) -> None:
    document = make.document(project, title="Something else", text=f"{make.TEXT} And more.")
    ann = under(project, attributes=[])
    make.claim(ann, document, "The closure is needed")

    assert gaps(ann, document) == []


@pytest.mark.parametrize(
    ("nesting", "inner_speaker", "words"),
    [
        ("none", "Tor Lind", "no claims inside claims"),
        ("none", "League", "no claims inside claims"),
        ("others", "League", "of the same speaker"),
        ("others", "Tor Lind", ""),
        ("all", "League", ""),
    ],
)
def test_nested_claims_are_gaps_as_the_codebook_says(
    project: Any, document: Any, nesting: str, inner_speaker: str, words: str
) -> None:
    ann = under(project, attributes=[], nesting=nesting)
    make.claim(ann, document, OUTER, speakers=[{"name": "League"}])
    make.claim(ann, document, INNER, speakers=[{"name": inner_speaker}])

    found = gaps(ann, document)
    assert len(found) == bool(words)
    assert not words or (words in found[0][1] and found[0][1].startswith(f"Claim “{INNER}”"))


def test_the_same_words_twice_and_words_in_a_break_are_not_nested(project: Any, document: Any) -> None:
    ann = under(project, attributes=[], nesting="none")
    make.claim(ann, document, "The closure is needed", "it will be short")
    make.claim(ann, document, "The closure is needed", "it will be short", speakers=[{"name": "League"}])
    make.claim(ann, document, "he said")
    make.claim(ann, document, INNER)
    make.claim(ann, document, INNER, speakers=[{"name": "League"}])

    assert gaps(ann, document) == []


def test_a_part_of_a_claim_in_two_parts_is_nested(project: Any, document: Any) -> None:
    ann = under(project, attributes=[], nesting="none")
    make.claim(ann, document, "The closure is needed", "it will be short")
    make.claim(ann, document, "closure is needed")

    assert [found[1].split(" lies")[0] for found in gaps(ann, document)] == ["Claim “closure is needed”"]
