"""Rounds over chosen documents, in a drawn order, with a double-coded share; and what of it is fixed."""

from __future__ import annotations

from uuid import UUID

import pytest

from annotate.actions import layers
from annotate.actions import rounds as actions
from annotate.actions.listing import rank
from annotate.models import Layer, Round, RoundDocument
from corpus.models import Change, Document
from tests import make

pytestmark = pytest.mark.django_db
ROUNDS = "projects/bridge/rounds/"


@pytest.fixture
def many(project):
    """Thirty articles; every third is from the Gazette, every second has an external id."""
    for n in range(1, 31):
        source = "Gazette" if n % 3 == 0 else "Bay Courier"
        ids = {"external_id": f"a-{n}"} if n % 2 == 0 else {}
        make.document(project, text=f"Article {n} on the {'ferry' if n < 11 else 'bridge'}.", source=source, **ids)
    return list(Document.objects.order_by("number"))


def open_round(manager, **values):
    answer = manager.post(ROUNDS, {"name": "Chosen", **values})
    assert answer.status_code == 201, answer.content
    return answer.json()


def numbers(round):
    rows = RoundDocument.objects.filter(round=round["id"]).order_by("position")
    return list(rows.values_list("document__number", flat=True))


def handed_out(client, round):
    """Return the numbers of the documents that a person is given, all submitted."""
    found = []
    while (answer := client.post(f"projects/bridge/next/?round={round['id']}")).status_code == 200:
        document = Document.objects.get(pk=answer.json()["document"]["id"])
        read = {"user": client.user, "document": document, "now": make.NOW, "round_id": UUID(round["id"])}
        layers.describe_layer(**read, body={"nothing_to_code": True})
        layers.submit_layer(**read)
        found.append(document.number)
    return found


def test_a_filter_chooses_the_documents(manager, ann, many):
    found = open_round(manager, selection={"filter": {"source": "Gazette", "q": "ferry"}})
    assert found["selection"] == {"filter": {"q": "ferry", "source": "Gazette"}}
    assert found["n_documents"] == 3 and numbers(found) == handed_out(ann, found) == [3, 6, 9]


def test_a_list_chooses_by_id_external_id_and_number(manager, many):
    found = open_round(manager, selection={"documents": [str(many[4].pk), "a-2", "7", "#8", 9, "a-2"]})
    assert numbers(found) == [2, 5, 7, 8, 9] and found["selection"] == {"n_listed": 5}


def test_what_a_list_names_and_the_corpus_has_not_is_named(manager, many, project):
    stranger = make.document(make.project("other", manager=make.user("stranger")), text="Elsewhere.")
    answer = manager.post(ROUNDS, {"name": "X", "selection": {"documents": ["a-2", "a-3", str(stranger.pk), "77"]}})
    (error,) = answer.json()["errors"]
    assert answer.status_code == 400 and error["pointer"] == "#/selection/documents"
    assert all(f"“{name}”" in error["detail"] for name in ("a-3", str(stranger.pk), "77"))
    assert "“a-2”" not in error["detail"] and "Elsewhere" not in error["detail"]


def test_a_name_that_means_two_documents_is_refused(manager, many, project):
    make.document(project, text="Confusing.", external_id="12")
    answer = manager.post(ROUNDS, {"name": "X", "selection": {"documents": ["12"]}})
    assert answer.status_code == 400 and "#12" in answer.json()["detail"]
    assert numbers(open_round(manager, selection={"documents": ["#12"]})) == [12]


def test_at_most_so_many_are_drawn_by_the_seed(manager, many):
    found = [open_round(manager, name=f"R{n}", seed=seed, selection={"at_most": 8}) for n, seed in enumerate((5, 5, 6))]
    first, again, other = map(numbers, found)
    assert first == again == sorted(sorted(range(1, 31), key=lambda n: rank(5, "draw", n))[:8])
    assert len(other) == 8 and other != first


def test_documents_of_another_round_are_left_out(manager, many):
    pilot = open_round(manager, name="Pilot", selection={"at_most": 10})
    rest = open_round(manager, name="Rest", selection={"not_in": pilot["id"]})
    assert sorted(numbers(pilot) + numbers(rest)) == list(range(1, 31))


def test_documents_imported_later_belong_to_a_round_over_the_corpus_only(manager, ann, many, project):
    whole = open_round(manager, name="Whole", overlap=1, order="random", seed=3)
    chosen = open_round(manager, name="Chosen", selection={"filter": {"q": "ferry"}})
    before = numbers(whole)
    for n in range(3):
        make.document(project, text=f"A late article on the ferry, {n}.")
    peeked = ann.get(f"projects/bridge/next/?round={whole['id']}").json()["document"]["number"]
    assert peeked == before[0]
    assert handed_out(ann, whole) == numbers(whole)
    assert numbers(whole)[:30] == before and sorted(numbers(whole)[30:]) == [31, 32, 33]
    assert len(numbers(chosen)) == 10
    assert manager.get(f"rounds/{whole['id']}/").json()["n_documents"] == 33


def test_a_random_order_is_the_same_for_everybody_and_for_the_same_seed(manager, ann, ben, many):
    one = open_round(manager, name="One", order="random", seed=7)
    two = open_round(manager, name="Two", order="random", seed=7, overlap=2)
    expected = sorted(range(1, 31), key=lambda n: rank(7, "order", n))
    assert handed_out(ann, one) == handed_out(ben, one) == numbers(two) == expected
    # Fixed for all machines and versions: what a seed gives must never change.
    assert sorted(range(1, 11), key=lambda n: rank(7, "order", n)) == [3, 4, 2, 9, 1, 8, 10, 7, 6, 5]


def test_a_peek_tells_what_is_taken_although_it_lists_nothing(manager, ann, many, project):
    found = open_round(manager, order="random", seed=7, overlap=1)
    handed_out(ann, found)
    for n in range(5):
        make.document(project, text=f"Late {n}.")
    path = f"projects/bridge/next/?round={found['id']}"
    peeked = ann.get(path).json()["document"]["id"]
    assert RoundDocument.objects.filter(round=found["id"]).count() == 30
    assert ann.post(path).json()["document"]["id"] == peeked


def test_a_seed_that_is_not_given_is_drawn_and_shown(manager, many):
    seeds = {open_round(manager, name=f"R{n}", order="random")["seed"] for n in range(4)}
    assert len(seeds) > 1


def test_the_double_coded_share_is_exact_and_the_rest_gets_one(manager, ann, ben, curator, many):
    found = open_round(manager, overlap=3, share=20, seed=1)
    places = list(RoundDocument.objects.filter(round=found["id"]).values_list("n_places", flat=True))
    assert sorted(places) == [1] * 24 + [3] * 6
    read = [handed_out(client, found) for client in (ann, ben, curator)]
    counts = [sum(n in one for one in read) for n in range(1, 31)]
    assert sorted(counts) == [1] * 24 + [3] * 6


def test_the_share_stays_right_as_the_corpus_grows(manager, project):
    found = open_round(manager, overlap=2, share=25, seed=4)
    round = Round.objects.select_related("project").get(pk=found["id"])
    for n in range(1, 24):
        make.document(project, text=f"Article {n}.")
        if n % 3 == 0:
            actions.queue_new_documents(round)
            double = round.round_documents.filter(n_places=2)
            before = set(double.values_list("pk", flat=True))
            assert double.count() == (n * 25 + 50) // 100
    assert before <= set(round.round_documents.filter(n_places=2).values_list("pk", flat=True))


def test_a_preview_counts_and_opens_nothing(manager, many):
    asked = {"name": "X", "overlap": 3, "share": 20, "selection": {"filter": {"q": "ferry"}}}
    answer = manager.post(f"{ROUNDS}preview/", asked)
    assert answer.json() == {"n_documents": 10, "n_double": 2, "n_places": 14}
    assert manager.post(f"{ROUNDS}preview/", {"name": "X"}).json() == {
        "n_documents": 30, "n_double": None, "n_places": None,
    }  # fmt: skip
    assert Round.objects.count() == 1


def test_documents_are_added_to_a_chosen_round_and_come_last(manager, ann, many):
    found = open_round(manager, order="random", seed=2, overlap=2, share=50, selection={"documents": ["1", "2", "3"]})
    before = numbers(found)
    answer = manager.post(f"rounds/{found['id']}/documents/", {"selection": {"documents": ["3", "4", "5", "6"]}})
    assert answer.json() == {"n_added": 3}
    assert numbers(found)[:3] == before and sorted(numbers(found)[3:]) == [4, 5, 6]
    assert RoundDocument.objects.filter(round=found["id"], n_places=2).count() == 3
    shown = manager.get(f"rounds/{found['id']}/").json()
    assert shown["n_documents"] == 6 and shown["selection"]["added"] == [{"n_listed": 4, "n": 3}]
    again = manager.post(f"rounds/{found['id']}/documents/", {"selection": {"documents": ["4"]}})
    assert again.status_code == 400 and Change.objects.filter(action="round.add").count() == 1


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"share": 20}, "#/share"),
        ({"share": 20, "overlap": 1}, "#/share"),
        ({"share": 0, "overlap": 2}, "#/share"),
        ({"order": "best"}, "#/order"),
        ({"seed": -1}, "#/seed"),
        ({"seed": 2**31}, "#/seed"),
        ({"codebook_version": 9}, "#/codebook_version"),
        ({"codebook_version": "1"}, "#/codebook_version"),
        ({"selection": []}, "#/selection"),
        ({"selection": {"words": "x"}}, "#/selection/words"),
        ({"selection": {"filter": {"from": "May"}}}, "#/selection/filter/from"),
        ({"selection": {"filter": {"speaker": "x"}}}, "#/selection/filter/speaker"),
        ({"selection": {"filter": {"q": "nowhere to be found"}}}, "#/selection"),
        ({"selection": {"filter": {"q": "ferry"}, "documents": ["1"]}}, "#/selection/documents"),
        ({"selection": {"documents": "1"}}, "#/selection/documents"),
        ({"selection": {"documents": ["1", ""]}}, "#/selection/documents/1"),
        ({"selection": {"documents": [True]}}, "#/selection/documents/0"),
        ({"selection": {"documents": ["a\0b"]}}, "#/selection/documents/0"),
        ({"selection": {"documents": ["9" * 40]}}, "#/selection/documents"),
        ({"selection": {"documents": ["1"] * 10_001}}, "#/selection/documents"),
        ({"selection": {"at_most": 0}}, "#/selection/at_most"),
        ({"selection": {"not_in": "x"}}, "#/selection/not_in"),
        ({"selection": {"not_in": "2f3c1a9e-0000-4000-8000-000000000000"}}, "#/selection/not_in"),
    ],
)
def test_a_round_that_breaks_a_rule_is_refused_at_its_field(manager, many, asked, pointer):
    for path in (ROUNDS, f"{ROUNDS}preview/"):
        if pointer == "#/codebook_version" and "9" in str(asked) and path != ROUNDS:
            continue
        answer = manager.post(path, {"name": "Bad", **asked})
        assert answer.status_code == 400, answer.content
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Round.objects.count() == 1


def test_a_published_version_can_be_chosen(manager, many):
    found = open_round(manager, codebook_version=1)
    assert found["codebook"]["version"] == 1


@pytest.mark.parametrize("change", [{"overlap": 2}, {"order": "random"}, {"seed": 9}, {"overlap": 3, "share": 10}])
def test_what_places_were_promised_by_is_fixed_once_a_layer_is_open(manager, ann, many, change):
    found = open_round(manager, overlap=1, seed=1)
    changed = manager.patch(f"rounds/{found['id']}/", change)
    assert changed.status_code == 200 and change.items() <= changed.json().items()
    manager.patch(f"rounds/{found['id']}/", {"overlap": 1, "share": None, "order": "number", "seed": 1})
    ann.post(f"projects/bridge/next/?round={found['id']}")
    assert manager.patch(f"rounds/{found['id']}/", change).status_code == 409
    assert manager.patch(f"rounds/{found['id']}/", {"quota": 5}).status_code == 200


def test_changed_settings_are_those_that_documents_are_handed_out_by(manager, ann, many, project):
    first = manager.get(ROUNDS).json()["results"][0]
    manager.patch(f"rounds/{first['id']}/", {"overlap": 2, "share": 10, "order": "random", "seed": 7})
    rows = RoundDocument.objects.filter(round=first["id"])
    assert rows.filter(n_places=2).count() == 3 and rows.count() == 30
    assert handed_out(ann, first) == sorted(range(1, 31), key=lambda n: rank(7, "order", n))
    chosen = open_round(manager, selection={"documents": ["5", "9"]})
    manager.patch(f"rounds/{chosen['id']}/", {"order": "random", "seed": 7})
    assert numbers(chosen) == [9, 5]


def test_the_documents_of_a_round_are_not_changed_by_patch(manager, many):
    found = open_round(manager, selection={"documents": ["1"]})
    assert manager.patch(f"rounds/{found['id']}/", found | {"name": "Renamed"}).status_code == 200
    answer = manager.patch(f"rounds/{found['id']}/", {"selection": {"documents": ["2"]}})
    assert answer.status_code == 400 and numbers(found) == [1]


def test_in_a_closed_round_nobody_can_write(manager, ann, document):
    found = manager.get(ROUNDS).json()["results"][0]
    claim = ann.put_claim(document, "The closure is needed").json()
    manager.patch(f"rounds/{found['id']}/", {"status": "closed"})
    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 409
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 409
    assert ann.post("projects/bridge/next/").status_code == 204
    manager.patch(f"rounds/{found['id']}/", {"status": "open"})
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 200


def test_curators_see_who_has_what(manager, curator, ann, ben, many):
    found = open_round(manager, overlap=2, selection={"documents": ["1", "2"]})
    ann.post(f"projects/bridge/next/?round={found['id']}")
    handed_out(ben, found)
    first, second = curator.get(f"rounds/{found['id']}/documents/").json()["results"]
    assert (first["n_places"], first["n_taken"], second["n_taken"]) == (2, 2, 1)
    assert [(one["annotator"], one["status"]) for one in first["layers"]] == [("ann", "open"), ("ben", "submitted")]
    layers = curator.get(f"rounds/{found['id']}/layers/?status=open").json()["results"]
    assert [one["annotator"] for one in layers] == ["ann"] and layers[0]["lease_expires_at"]
    assert len(curator.get(f"rounds/{found['id']}/layers/?annotator=ben").json()["results"]) == 2
    assert ann.get(f"rounds/{found['id']}/documents/").status_code == 403
    assert curator.get(f"rounds/{found['id']}/layers/?status=lost").status_code == 400


def test_a_curator_at_work_on_a_document_sees_it_like_an_annotator(manager, curator, ann, many):
    found = open_round(manager, overlap=2, selection={"documents": ["1"]})
    curator.post(f"projects/bridge/next/?round={found['id']}")
    before = curator.get(f"rounds/{found['id']}/documents/").content
    ann.post(f"projects/bridge/next/?round={found['id']}")
    assert curator.get(f"rounds/{found['id']}/documents/").content == before
    assert Layer.objects.count() == 2


def test_listing_rounds_and_their_documents_asks_a_bounded_number_of_queries(
    manager, many, django_assert_max_num_queries
):
    for n in range(8):
        found = open_round(manager, name=f"R{n}", selection={"at_most": 20})
    with django_assert_max_num_queries(8):
        manager.get(ROUNDS)
    with django_assert_max_num_queries(10):
        manager.get(f"rounds/{found['id']}/documents/")
