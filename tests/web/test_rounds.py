"""Rounds in the browser: opened over chosen documents, looked at, and their places given and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.actions import queue
from annotate.actions.selections import Selection
from annotate.models import Layer, Project, Round, RoundDocument, Skip
from tests import make
from tests.web.conftest import HTMX, SignIn

ROUNDS = "/p/bridge/rounds/"
NEW = {"name": "Chosen", "lease_minutes": "60", "blind": "on"}


@pytest.fixture
def three(project: Project) -> list[Any]:
    texts = ("On the ferry.", "On the bridge.", "On the ferry again.")
    return [make.document(project, text, title=text, external_id=f"a-{n}") for n, text in enumerate(texts, 1)]


@pytest.fixture
def pairs(project: Project, three: list[Any]) -> Round:
    return make.round(project, name="Pairs", overlap=2, closes=True)


def take(name: str, round: Round) -> Layer:
    taken = queue.take_next(user=make.user(name), project=round.project, now=timezone.now(), round_id=round.pk)
    assert taken is not None and taken.layer is not None
    return taken.layer


def page_of(round: Round) -> str:
    return f"{ROUNDS}{round.pk}/"


def places(round: Round, **values: Any) -> tuple[str, dict[str, Any]]:
    return f"{page_of(round)}places/", values


def test_a_name_is_enough_for_a_round(project: Project, browser: SignIn) -> None:
    assert browser("manager").post(ROUNDS, NEW).status_code == 302

    made = project.rounds.get(name="Chosen")
    assert (made.overlap, made.covers_corpus, made.order, made.share) == (None, True, "number", None)


def test_a_round_is_opened_over_what_a_filter_finds(project: Project, browser: SignIn, three: list[Any]) -> None:
    sent = NEW | {"q": "ferry", "overlap": "2", "share": "50", "order": "random", "seed": "7", "codebook_version": "1"}

    assert browser("manager").post(ROUNDS, sent).status_code == 302

    made = project.rounds.get(name="Chosen")
    assert (made.selection, made.order, made.seed, made.share) == ({"filter": {"q": "ferry"}}, "random", 7, 50)
    assert sorted(made.round_documents.values_list("document__number", "n_places")) in (
        [(1, 1), (3, 2)],
        [(1, 2), (3, 1)],
    )


def test_documents_are_counted_before_the_round_is_opened(project: Project, browser: SignIn, three: list[Any]) -> None:
    sent = NEW | {"listed": "a-1, a-2\na-3", "overlap": "3", "share": "34", "do": "preview"}

    for answer in (browser("manager").post(ROUNDS, sent), browser("manager").post(ROUNDS, sent, headers=HTMX)):
        page = answer.content.decode()
        assert answer.status_code == 200 and "It would hold <b>3</b> documents: 1 with 3 annotators" in page
        assert "the others with one, 5 readings in all" in page and "a-1, a-2" in page
    assert project.rounds.count() == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"listed": "a-1, a-9"}, "no document “a-9”"),
        ({"listed": "a-1", "q": "ferry"}, "give one of them"),
        ({"first": "May"}, "is no day"),
        ({"q": "nothing like this"}, "No document fits"),
        ({"at_most": "0"}, "greater than or equal to 1"),
        ({"share": "20"}, "2 or more annotators"),
        ({"overlap": "2", "share": "100"}, "less than or equal to 99"),
        ({"order": "best"}, "Select a valid choice"),
        ({"codebook_version": "7"}, "Select a valid choice"),
    ],
)
def test_a_bad_choice_is_told_at_its_field(
    project: Project, browser: SignIn, three: list[Any], bad: dict[str, str], said: str
) -> None:
    for headers in ({}, HTMX):
        answer = browser("manager").post(ROUNDS, NEW | bad, headers=headers)
        assert answer.status_code == 400 and said in answer.content.decode()
    assert project.rounds.count() == 1


def test_an_annotator_sees_of_a_round_what_it_asks_and_the_own_part(
    project: Project, browser: SignIn, pairs: Round
) -> None:
    take("ann", pairs)
    page = browser("ann").get(page_of(pairs)).content.decode()
    assert "2 annotators for each document" in page and "1 open" in page and "kept for 3 h 59 min more" in page
    assert "places taken" not in page and "With somebody now" not in page and "Give a document" not in page

    take("ben", pairs)

    assert strip(browser("ann").get(page_of(pairs)).content.decode()) == strip(page)


def strip(page: str) -> str:
    """Take out what is masked anew in every answer."""
    return "".join(line for line in page.splitlines() if "csrf" not in line.lower())


def test_curators_see_places_leases_and_skips_but_change_only_skips(browser: SignIn, pairs: Round) -> None:
    layer = take("ann", pairs)
    client = browser("ben")
    client.post(f"/p/bridge/d/{layer.document_id}/skip/?round={pairs.pk}", {"words": "Too long <b>"})

    page = browser("curator").get(page_of(pairs)).content.decode()

    assert "1 of 2" in page and "0 of 2" in page and "With somebody now" in page and "Too long &lt;b&gt;" in page
    assert "Pass on" not in page and "Give a document" not in page
    for sent in ({"do": "release", "layer": layer.pk}, {"do": "assign", "number": 1, "username": "ben"}):
        assert browser("curator").post(f"{page_of(pairs)}places/", sent).status_code == 403
    undone = browser("curator").post(f"{page_of(pairs)}places/", {"do": "unskip", "skip": Skip.objects.get().pk})
    assert undone["Location"] == page_of(pairs) and not Skip.objects.exists()


def test_a_curator_at_work_on_a_document_is_not_told_who_else_has_it(browser: SignIn, pairs: Round) -> None:
    take("curator", pairs)
    before = strip(browser("curator").get(page_of(pairs)).content.decode())
    assert "hidden from you" in before

    take("ann", pairs)

    assert strip(browser("curator").get(page_of(pairs)).content.decode()) == before


def test_a_manager_gives_passes_on_and_takes_back(browser: SignIn, pairs: Round, three: list[Any]) -> None:
    client = browser("manager")
    path, sent = places(pairs, do="assign", number=2, username="ann")
    assert client.post(path, sent)["Location"] == page_of(pairs)
    layer = Layer.objects.get()
    assert (layer.document, layer.annotator.username) == (three[1], "ann")

    fragment = client.post(path, {"do": "reassign", "layer": layer.pk, "username": "ben"}, headers=HTMX)
    assert fragment.content.strip().startswith(b'<div id="round-work">') and b"ben has" in fragment.content
    other = Layer.objects.get(annotator__username="ben")
    client.post(path, {"do": "release", "layer": other.pk})
    assert RoundDocument.objects.get(round=pairs, document=three[1]).n_taken == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"do": "assign", "number": 1, "username": "outsider"}, 400),
        ({"do": "assign", "number": 99, "username": "ann"}, 404),
        ({"do": "assign", "number": "x", "username": "ann"}, 404),
        ({"do": "assign", "number": "9" * 30, "username": "ann"}, 404),
        ({"do": "release", "layer": "x"}, 404),
        ({"do": "unskip", "skip": "1"}, 404),
        ({"do": "dance"}, 404),
        ({}, 404),
    ],
)
def test_what_cannot_be_done_is_refused(browser: SignIn, pairs: Round, sent: dict[str, Any], status: int) -> None:
    assert browser("manager").post(f"{page_of(pairs)}places/", sent).status_code == status


def test_a_refusal_is_said_on_the_page(browser: SignIn, pairs: Round) -> None:
    take("ann", pairs)
    for headers in ({}, HTMX):
        sent = {"do": "assign", "number": 1, "username": "ann"}
        answer = browser("manager").post(f"{page_of(pairs)}places/", sent, headers=headers)
        assert answer.status_code == 409 and b"ann has this document already" in answer.content


def test_documents_are_added_to_a_chosen_round(project: Project, browser: SignIn, three: list[Any]) -> None:
    found = make.round(project, selection=Selection.read({"documents": ["a-1"]}))
    path = f"{page_of(found)}documents/"
    assert browser("manager").post(path, {"listed": "a-2"})["Location"] == page_of(found)
    assert found.round_documents.count() == 2
    refused = browser("manager").post(path, {"listed": "a-7"}, headers=HTMX)
    assert refused.status_code == 400 and "“a-7”" in refused.content.decode()
    assert "Add documents" not in browser("manager").get(page_of(project.rounds.get(number=1))).content.decode()


def test_a_round_of_another_project_is_not_there(project: Project, browser: SignIn) -> None:
    other = make.project("other", manager=make.user("stranger")).rounds.get()
    for path in (page_of(other), f"{page_of(other)}places/", f"{page_of(other)}documents/"):
        client = browser("manager")
        assert (client.get(path) if path == page_of(other) else client.post(path)).status_code == 404
    assert browser("manager").post(page_of(project.rounds.get())).status_code == 405
    assert browser("outsider").get(page_of(project.rounds.get())).status_code == 404


def test_far_pages_of_a_round_are_reached_and_cost_a_bounded_number_of_queries(
    project: Project, browser: SignIn
) -> None:
    for n in range(60):
        make.document(project, f"Article {n}.", title=f"Title {n}")
    found = make.round(project, overlap=2, closes=True)
    for name in ("ann", "ben"):
        take(name, found)
    client = browser("manager")

    with CaptureQueriesContext(connection) as asked:
        first = client.get(page_of(found)).content.decode()
    later = client.get(f"{page_of(found)}?after=50").content.decode()

    assert "Title 49" in first and "Title 50" not in first and "?after=50" in first
    assert "Title 59" in later and "Title 49" not in later and "?before=51" in later
    assert "Title 0" in client.get(f"{page_of(found)}?before=51").content.decode()
    assert client.get(f"{page_of(found)}?after=x&before=-1").status_code == 200
    assert len(asked) <= 24


def test_skipping_asks_for_a_reason_and_goes_on(browser: SignIn, pairs: Round, three: list[Any]) -> None:
    take("ann", pairs)
    client, path = browser("ann"), f"/p/bridge/d/{three[0].pk}/skip/?round={pairs.pk}"
    assert path in client.get(f"/p/bridge/d/{three[0].pk}/?round={pairs.pk}").content.decode()
    assert "Why?" in client.get(path).content.decode()
    assert client.post(path, {}).status_code == client.post(path, {"reason": "invented"}).status_code == 400

    answer = client.post(path, {"reason": "It is not an article", "words": "a table"})

    assert answer["Location"] == f"/p/bridge/d/{three[1].pk}/?round={pairs.pk}"
    assert Skip.objects.get().reason == "It is not an article: a table"
    assert "skipped by me" in client.get("/p/bridge/").content.decode()


def test_a_submitted_document_is_not_skipped(browser: SignIn, project: Project, three: list[Any]) -> None:
    client, path = browser("ann"), f"/p/bridge/d/{three[0].pk}/"
    client.post(f"{path}submit/")
    assert client.post(f"{path}skip/", {"words": "Late"}).status_code == 409


def test_a_document_is_given_back_from_the_project_page(browser: SignIn, pairs: Round, three: list[Any]) -> None:
    take("ann", pairs)
    client, path = browser("ann"), f"/p/bridge/d/{three[0].pk}/give-back/?round={pairs.pk}"
    page = client.get("/p/bridge/").content.decode()
    assert path in page and "kept for 3 h 59 min more" in page

    assert client.post(path)["Location"] == "/p/bridge/"

    page = client.get("/p/bridge/").content.decode()
    assert path not in page and "given back" in page
    assert client.post(path).status_code == 409


def test_the_end_of_a_lease_looks_the_same_whether_or_not_somebody_came(
    browser: SignIn, pairs: Round, three: list[Any]
) -> None:
    take("ann", pairs)
    Layer.objects.update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    shown = "its time ran out"
    assert shown in browser("ann").get("/p/bridge/").content.decode()
    take("ben", pairs)
    assert not Layer.objects.get(annotator__username="ann").has_place
    assert shown in browser("ann").get("/p/bridge/").content.decode()


def test_who_skipped_the_rest_is_done(browser: SignIn, project: Project, three: list[Any]) -> None:
    client = browser("ann")
    for document in three[:2]:
        client.post(f"/p/bridge/d/{document.pk}/submit/")
    client.post(f"/p/bridge/d/{three[2].pk}/skip/", {"words": "Too long"})

    page = client.get("/p/bridge/").content.decode()

    assert "submitted by me, of 2" in page and "all of them but what you skipped" in page


def test_done_leads_on_where_documents_are_handed_out(browser: SignIn, pairs: Round, three: list[Any]) -> None:
    client = browser("ann")
    first = client.post("/p/bridge/next/")["Location"]
    assert first == f"/p/bridge/d/{three[0].pk}/?round={pairs.pk}"

    answer = client.post(f"/p/bridge/d/{three[0].pk}/submit/?round={pairs.pk}")

    assert answer["Location"].startswith(f"/p/bridge/d/{three[1].pk}/?round={pairs.pk}")
    assert Layer.objects.filter(annotator__username="ann", has_place=True).count() == 2


def test_the_next_step_has_the_focus(browser: SignIn, project: Project, three: list[Any]) -> None:
    for path in ("/p/bridge/", "/p/bridge/next/"):
        assert 'class="button primary big" autofocus' in browser("ann").get(path).content.decode()
