"""Near-copies: sketches of texts, and the stories that they make."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.actions import stories
from annotate.actions.purge import purge_document
from annotate.payloads.problems import WrongState
from corpus.copies import find_copies, minhash
from corpus.models import Band, Change, Document, KeptApart, Sketch, Story
from tests import make

WORDS = [f"w{number}é" for number in range(3000)]


def article(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=400))


def changed(text: str, share: float, seed: int = 1) -> str:
    dice, words = random.Random(seed), text.split()
    for place in dice.sample(range(len(words)), int(len(words) * share)):
        words[place] = f"new{dice.randrange(10**9)}"
    return " ".join(words)


def share_a_band(one: str, other: str) -> bool:
    keys = [set(minhash.band_keys(minhash.signature(text))) for text in (one, other)]
    return bool(keys[0] & keys[1])


def are_like(one: str, other: str) -> bool:
    signatures = [minhash.signature(text) for text in (one, other)]
    return minhash.likeness(*signatures) >= minhash.LIKE


@pytest.mark.once
def test_texts_with_a_twentieth_of_the_words_changed_are_found_and_others_are_not():
    texts = [article(seed) for seed in range(200)]
    copies = [changed(text, 0.05, seed) for seed, text in enumerate(texts)]

    found = [share_a_band(a, b) and are_like(a, b) for a, b in zip(texts, copies, strict=True)]
    others = [share_a_band(a, b) and are_like(a, b) for a, b in zip(texts, copies[1:], strict=False)]

    assert sum(found) >= 198 and not any(others)  # 1 − (1 − 0.74⁴)¹⁶ = 0.997


@pytest.mark.once
def test_case_dotless_i_and_punctuation_do_not_matter():
    assert minhash.likeness(minhash.signature("IŞIK, İstanbul: güzel!"), minhash.signature("ışık istanbul güzel")) == 1


@pytest.mark.once
@given(st.text(max_size=300))
def test_every_text_has_a_sketch_that_comes_back(text):
    found = minhash.signature(text)

    assert len(found) in (0, minhash.N_HASHES) and len(minhash.band_keys(found)) in (0, minhash.N_BANDS)
    assert minhash.unpacked(minhash.packed(found)).tolist() == found.tolist()


@pytest.mark.once
def test_a_sketch_is_the_same_on_every_machine():
    assert minhash.band_keys(minhash.signature("One two three four."))[:2] == [
        6310905552116765690,
        2623114961442605567,
    ]


@pytest.fixture
def project():
    return make.project()


def find(project) -> None:
    list(find_copies(project.corpus))


def members(project) -> list[set[int]]:
    rows = Story.objects.filter(corpus=project.corpus)
    return sorted((set(story.documents.values_list("number", flat=True)) for story in rows), key=min)


@pytest.mark.django_db
def test_near_copies_make_a_story_and_later_ones_join_it(project):
    first, other = article(1), article(2)
    for text in (first, other, changed(first, 0.03)):
        make.document(project, text=text)
    find(project)
    assert members(project) == [{1, 3}]

    make.document(project, text=changed(first, 0.03, seed=9))
    make.document(project, text=changed(other, 0.03))
    find(project)

    assert members(project) == [{1, 3, 4}, {2, 5}]
    assert Sketch.objects.count() == 5 and Band.objects.count() == 80
    assert Change.objects.filter(action="story.find").count() == 5


@pytest.mark.django_db
def test_what_a_curator_parted_is_not_joined_by_the_next_import(project):
    curator, text = make.user("manager"), article(1)
    one, two, three = (make.document(project, text=changed(text, 0.02, seed)) for seed in range(3))
    find(project)

    stories.part_document(user=curator, document=two)
    assert members(project) == [{1, 3}]
    make.document(project, text=changed(text, 0.02, seed=7))
    find(project)

    assert members(project) == [{1, 3, 4}]
    with pytest.raises(WrongState, match="nothing to part"):
        stories.part_document(user=curator, document=two)
    stories.join_documents(user=curator, documents=[two, one])
    assert members(project) == [{1, 2, 3, 4}] and not KeptApart.objects.filter(first=two, second=one).exists()
    assert three.pk and Change.objects.filter(action="story.part").count() == 1


@pytest.mark.django_db
def test_a_story_of_one_is_none(project):
    curator, text = make.user("manager"), article(1)
    one, two = (make.document(project, text=changed(text, 0.02, seed)) for seed in range(2))
    find(project)

    stories.part_document(user=curator, document=one)
    assert not Story.objects.exists() and not Document.objects.exclude(story=None).exists()

    stories.join_documents(user=curator, documents=[one, two])
    purge_document(document=Document.objects.get(pk=one.pk))
    assert not Story.objects.exists() and Document.objects.get().story is None


@pytest.mark.django_db
def test_stories_are_listed_joined_and_parted_on_a_page_and_by_the_api(project, client, django_assert_max_num_queries):
    text = article(1)
    one, two, three = (make.document(project, text=t) for t in (text, changed(text, 0.02), article(2)))
    find(project)
    make.member(project, "ann")
    client.force_login(make.user("ann"))
    with django_assert_max_num_queries(12):
        page = client.get("/p/bridge/stories/").content.decode()
    assert page.count('class="quiet num"') == 2 and "join-form" not in page
    assert "near-copies" in client.get("/p/bridge/documents/").content.decode()
    assert "near-copies" in client.get(f"/p/bridge/d/{one.pk}/").content.decode()

    client.force_login(make.user("manager"))
    assert client.post("/p/bridge/stories/", {"numbers": "2, 3"}).status_code == 302
    assert members(project) == [{1, 2, 3}]
    assert client.post("/p/bridge/stories/", {"part": str(three.pk)}).status_code == 302
    assert members(project) == [{1, 2}]
    for bad in ({"numbers": "2"}, {"numbers": "2 99"}, {"part": str(three.pk)}, {"numbers": "x" * 999}):
        assert client.post("/p/bridge/stories/", bad).status_code in (400, 409)
    assert client.post("/p/bridge/stories/", {"part": "none"}).status_code == 404

    listed = client.get("/api/v1/projects/bridge/stories/").json()["results"]
    assert [document["number"] for document in listed[0]["documents"]] == [1, 2]
    sent = {"documents": [str(two.pk), str(three.pk)]}
    joined = client.post("/api/v1/projects/bridge/stories/", sent, content_type="application/json")
    assert joined.status_code == 200 and len(joined.json()["documents"]) == 3
    parted = client.post(f"/api/v1/documents/{three.pk}/part/", {}, content_type="application/json")
    assert parted.status_code == 200 and parted.json()["story"] is None
    for wrong in ({}, {"documents": []}, {"documents": ["x", "y"]}, {"documents": [str(project.pk)] * 2}, {"who": 1}):
        answer = client.post("/api/v1/projects/bridge/stories/", wrong, content_type="application/json")
        assert answer.status_code == 400 and answer.json()["errors"]
