"""Training and test rounds: compared with gold, told at the right time, admitting to other rounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import claims, layers, queue, registries, rounds
from annotate.actions.selections import Selection
from annotate.models import Layer, Project, Round, Submission
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import Invalid, WrongState
from annotate.records import counted_submissions
from annotate.reports.progress import Scope, progress
from annotate.reports.training import standing
from corpus.models import Document, Speaker
from tests import make
from tests.api.client import Api
from tests.make import LATER, NOW

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any

CLOSURE, SHORT, LEAGUE = "The closure is needed", "it will be short", "opposes the closure"


@pytest.fixture
def documents(project: Project) -> list[Document]:
    """Two documents with finished gold: two claims on the first, one on the second; and one without gold."""
    found = [make.document(project, f"{make.TEXT} {n}", title=f"Document {n}") for n in (1, 2, 3)]
    for document, quote in ((found[0], CLOSURE), (found[0], LEAGUE), (found[1], CLOSURE)):
        make.gold_claim(document, quote)
    return found


@pytest.fixture
def training(project: Project, documents: list[Document]) -> Round:
    return make.training_round(project, *documents[:2], threshold=60, closes=True)


@pytest.fixture
def test(project: Project, documents: list[Document]) -> Round:
    return make.training_round(project, *documents[:2], purpose="test", threshold=60, closes=True)


def read(name: str, round: Round, document: Document, *quotes: str, **values: Any) -> Layer:
    """Have a person read and submit a document in a round."""
    person = make.user(name)
    for quote in quotes:
        sent = make.body(document.text, quote, **values) | {"document": str(document.pk)}
        seen = Precondition()
        claims.put_claim(user=person, claim_id=uuid4(), body=sent, precondition=seen, now=NOW, round_id=round.pk)
    if not quotes:
        layers.describe_layer(
            user=person, document=document, body={"nothing_to_code": True}, now=NOW, round_id=round.pk
        )
    return layers.submit_layer(user=person, document=document, now=NOW, round_id=round.pk)


def feedback(document: Document, round: Round) -> str:
    return f"/p/bridge/d/{document.pk}/feedback/?round={round.pk}"


def results(round: Round) -> str:
    return f"/p/bridge/rounds/{round.pk}/results/"


def test_feedback_comes_after_each_document_of_a_training(
    training: Round, documents: list[Document], browser: SignIn
) -> None:
    client, first = browser("ann"), documents[0]
    make.claim(make.user("ann"), first, CLOSURE)
    make.claim(make.user("ann"), first, SHORT)
    make.claim(make.user("ann"), first, "league opposes the closure", speakers=[{"name": "League"}])
    assert client.get(feedback(first, training)).status_code == 404

    answer = client.post(f"/p/bridge/d/{first.pk}/submit/?round={training.pk}")

    assert answer.status_code == 302 and answer["Location"] == feedback(first, training)
    page = client.get(answer["Location"]).content.decode()
    shown = page.split('<ol class="decided">')[1]
    assert shown.index("matched") < shown.index("too many") < shown.index("differs")
    assert "League" in shown and "Tor Lind" in shown
    assert "Score so far: <b>40&nbsp;%</b>" in page and "1 of 2 submitted" in page and ">Next document<" in page
    reader = client.get(f"/p/bridge/d/{first.pk}/?round={training.pk}").content.decode()
    assert ">feedback</a>" in reader
    make.claim(make.user("ann"), documents[1], CLOSURE)
    answer = client.post(
        f"/p/bridge/d/{documents[1].pk}/submit/?round={training.pk}",
        json.dumps({}),
        content_type="application/json",
        headers={"X-Person": "ann", "Accept": "application/json"},
    )
    assert answer.json()["url"] == feedback(documents[1], training)
    assert "My result" in client.get(answer.json()["url"]).content.decode()
    assert "Not passed with <b>57.1&nbsp;%" in client.get(results(training)).content.decode()  # 2 · 2 / (4 + 3)


def test_a_test_tells_nothing_before_its_end(test: Round, documents: list[Document], browser: SignIn) -> None:
    client, api = browser("ann"), Api(make.user("ann"))
    read("ann", test, documents[0], CLOSURE, LEAGUE)

    assert client.get(feedback(documents[0], test)).status_code == 404
    shown = client.get(results(test)).content.decode()
    assert "%" not in shown.split("<h2>Mine</h2>")[1] and "the result comes after the last" in shown
    own = api.get(f"rounds/{test.pk}/results/").json()["results"]
    assert [(row["username"], row["score"], row["n_gold"], row["passed"]) for row in own] == [("ann", None, None, None)]
    make.claim(make.user("ann"), documents[1], LEAGUE)
    answer = client.post(f"/p/bridge/d/{documents[1].pk}/submit/?round={test.pk}")

    assert answer["Location"] == results(test)
    shown = client.get(results(test)).content.decode()
    assert "Passed" in shown and "66.6&nbsp;%" in shown and feedback(documents[0], test).replace("&", "&amp;") in shown
    assert client.get(feedback(documents[0], test)).status_code == 200
    assert api.get(f"rounds/{test.pk}/results/").json()["results"][0]["passed"] is True


def test_curators_see_the_table_and_annotators_only_themselves(
    test: Round, documents: list[Document], browser: SignIn
) -> None:
    read("ann", test, documents[0], CLOSURE, LEAGUE)
    read("ann", test, documents[1], CLOSURE)
    read("ben", test, documents[0], SHORT)
    client = browser("curator")
    with CaptureQueriesContext(connection) as queries:
        table = client.get(results(test)).content.decode().split("<h2>Everybody</h2>")[1]

    assert len(queries) <= 45
    ann, ben = table.split('scope="row">ann')[1].split("</tr>")[0], table.split('scope="row">ben')[1].split("</tr>")[0]
    assert "100.0&nbsp;%" in ann and "passed" in ann and "2 of 2" in ann
    assert "0.0&nbsp;%" in ben and "not finished" in ben
    page = browser("ben").get(results(test)).content.decode()
    assert "Everybody" not in page and "100" not in page.split("<h2>Mine</h2>")[1]
    found = Api(make.user("curator")).get(f"rounds/{test.pk}/results/").json()["results"]
    assert [(row["username"], row["score"], row["n_submitted"]) for row in found if row["n_submitted"]] == [
        ("ann", 1.0, 2),
        ("ben", 0.0, 1),
    ]
    make.claim(make.user("curator"), documents[0], CLOSURE)  # at work in the round: blind
    assert 'scope="row">ann' not in client.get(results(test)).content.decode()
    told = Api(make.user("curator")).get(f"rounds/{test.pk}/results/").json()["results"]
    assert [row["username"] for row in told] == ["curator"]


def test_the_first_submission_counts_with_entries_as_they_are_merged(
    project: Project, training: Round, documents: list[Document]
) -> None:
    ann = make.user("ann")
    layer = read("ann", training, documents[1], CLOSURE, speakers=[{"name": "T. Lind"}])
    assert standing(training, ann).score == 0
    layers.reopen_layer(user=ann, document=documents[1], now=LATER, round_id=training.pk)
    make.claim(ann, documents[1], LEAGUE)
    layers.submit_layer(user=ann, document=documents[1], now=LATER, round_id=training.pk)
    one, other = Speaker.objects.get(name="T. Lind"), Speaker.objects.get(name="Tor Lind")
    registries.merge_entry(user=make.user("curator"), entry=one, into=other)

    found = standing(training, ann)

    assert (found.score, found.n_submitted, found.is_finished, found.has_passed) == (1.0, 1, False, False)
    assert layer.submissions.count() == 2


def test_a_round_admits_only_those_who_passed_another(
    project: Project, test: Round, documents: list[Document], browser: SignIn
) -> None:
    work = make.round(project, name="Work", admission_id=test.pk)
    ann = make.user("ann")
    words = "is for those who have passed “Test 2” with 60 % or more; 0 of 2 documents are submitted"

    with pytest.raises(WrongState, match=words):
        queue.take_next(user=ann, project=project, now=NOW, round_id=work.pk)
    with pytest.raises(WrongState, match=words):
        layers.layer_for_writing(user=ann, document=documents[2], now=NOW, round_id=work.pk)
    page = browser("ann").get(f"/p/bridge/d/{documents[2].pk}/?round={work.pk}").content.decode()
    assert words in page and 'id="submit-form"' not in page
    refused = Api(ann).post(f"projects/bridge/next/?round={work.pk}")
    assert refused.status_code == 409 and words in refused.json()["detail"]
    assert Api(ann).get(f"projects/bridge/next/?round={work.pk}").status_code == 409
    taken = queue.take_next(user=ann, project=project, now=NOW)
    assert taken is not None and taken.round == test
    layers.open_layer(user=make.user("ben"), document=documents[0], round=test, now=NOW)
    read("ann", test, documents[0], SHORT)
    read("ann", test, documents[1], SHORT)
    assert "Another round comes first" in browser("ann").get("/p/bridge/next/").content.decode()
    with pytest.raises(WrongState, match=r"2 of 2 documents are submitted, with 0\.0 %"):
        queue.take_next(user=ann, project=project, now=NOW)
    rounds.update_round(
        user=make.user("manager"),
        round=test,
        settings=rounds.read_round({"threshold": None}, current=rounds.settings_of(test)),
    )

    taken = queue.take_next(user=ann, project=project, now=NOW)

    assert taken is not None and taken.round == work and taken.layer is not None


def test_only_documents_with_finished_gold_are_taken(project: Project, documents: list[Document]) -> None:
    make.gold(documents[1], is_finished=False)
    whole = make.round(project, name="Whole", purpose="training")
    assert [row.document for row in whole.round_documents.all()] == [documents[0]] and not whole.covers_corpus
    filtered = Selection.read({"filter": {"q": "bridge"}})
    assert make.round(project, name="Filter", purpose="test", selection=filtered).round_documents.count() == 1
    with pytest.raises(Invalid, match="“Document 2”, “Document 3” have no finished gold reading"):
        make.training_round(project, *documents)
    with pytest.raises(Invalid, match="no finished gold reading"):
        rounds.add_round_documents(
            user=make.user("manager"), round=whole, selection=Selection.read({"documents": [str(documents[2].pk)]})
        )
    make.gold(documents[0], is_finished=False)
    with pytest.raises(Invalid, match="None of these documents has a finished gold reading"):
        make.round(project, name="None", purpose="test")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"threshold": 50}, "/threshold"),
        ({"purpose": "training", "threshold": 0}, "/threshold"),
        ({"purpose": "training", "blind": False}, "/blind"),
        ({"purpose": "training", "overlap": 2}, "/overlap"),
        ({"purpose": "exam"}, "/purpose"),
        ({"admission": "x"}, "/admission"),
        ({"admission": "2f3c1a9e-0000-4000-8000-000000000000"}, "/admission"),
        ({"admission": "{first}"}, "/admission"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    project: Project, documents: list[Document], body: dict[str, Any], pointer: str
) -> None:
    first = str(project.rounds.get().pk)
    sent = {key: first if value == "{first}" else value for key, value in body.items()}

    answer = Api(make.user("manager")).post("projects/bridge/rounds/", {"name": "New"} | sent)

    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == f"#{pointer}"


def test_a_round_is_made_and_changed_by_api_and_form(
    project: Project, documents: list[Document], browser: SignIn
) -> None:
    api = Api(make.user("manager"))
    body = {"name": "Training", "purpose": "training", "threshold": 70}
    made = api.post("projects/bridge/rounds/", body).json()
    assert (made["purpose"], made["threshold"], made["admission"], made["n_documents"]) == ("training", 70, None, 2)
    form = {"name": "Work", "lease_minutes": "60", "blind": "on", "admission": made["id"], "purpose": "work"}
    assert browser("manager").post("/p/bridge/rounds/", form).status_code == 302
    work = project.rounds.get(name="Work")
    assert str(work.admission_id) == made["id"]
    page = browser("ann").get("/p/bridge/rounds/").content.decode()
    assert "for who has passed Training" in page and "Training, 70 % passes" in page
    assert api.patch(f"rounds/{made['id']}/", {"admission": made["id"]}).status_code == 400
    assert api.patch(f"rounds/{made['id']}/", {"purpose": "work", "threshold": None}).status_code == 409
    changed = {"name": "Work", "lease_minutes": "60", "blind": "on", "admission": "", "status": "open"}
    assert browser("manager").post(f"/p/bridge/rounds/{work.pk}/change/", changed).status_code == 302
    work.refresh_from_db()
    assert work.admission_id is None
    assert api.patch(f"rounds/{made['id']}/", {"purpose": "test"}).json()["purpose"] == "test"
    assert api.get(f"rounds/{work.pk}/results/").status_code == 409
    assert browser("manager").get(results(work)).status_code == 404


def test_training_counts_in_no_figure_of_the_work(
    project: Project, training: Round, documents: list[Document], browser: SignIn
) -> None:
    read("ann", training, documents[0], CLOSURE, LEAGUE)
    ann, scope = make.user("ann"), Scope.of(make.user("curator"), project)

    assert not counted_submissions().exists() and Submission.objects.exists()
    assert progress(scope, "person", [ann.pk])[ann.pk].n_submitted == 0
    assert progress(scope, "document", [documents[0].pk])[documents[0].pk].n_claims == 0
    assert progress(scope, "round", [training.pk])[training.pk].n_submitted == 1
    assert "<dd>0</dd>" in browser("ann").get("/p/bridge/").content.decode()


def test_gold_of_a_test_shows_by_no_route_before_it_is_done(
    project: Project, documents: list[Document], browser: SignIn
) -> None:
    ann, document = make.user("ann"), documents[0]
    own = make.claim(ann, document, "Harbour bridge to close")
    layers.submit_layer(user=ann, document=document, now=NOW)
    secret = make.gold_claim(document, "denied that the fishers had been asked", speakers=[{"name": "Ms. Oyelaran"}])
    make.decision(document, own, reason="No claim: a headline.")
    decisions = f"/p/bridge/d/{document.pk}/decisions/"
    assert str(secret.pk) not in (told := browser("ann").get(decisions).content.decode()) and "a headline" in told
    both = make.training_round(project, *documents[:2], closes=True)
    test = make.training_round(project, *documents[:2], purpose="test")
    read_paths = [decisions, "/p/bridge/decisions/", feedback(document, both), feedback(document, test)]
    read_paths += [f"/p/bridge/d/{document.pk}/?layer={secret.layer_id}", "/p/bridge/search/?q=asked&show=claims"]
    read_paths += [
        f"/p/bridge/changes/claim/{secret.pk}/",
        results(test),
        f"/p/bridge/d/{document.pk}/?round={test.pk}",
    ]
    api_paths = [
        "projects/bridge/decisions/",
        f"claims/{secret.pk}/",
        "projects/bridge/claims/",
        "projects/bridge/layers/",
    ]
    layers.describe_layer(user=ann, document=document, body={"nothing_to_code": True}, now=NOW, round_id=both.pk)
    layers.submit_layer(user=ann, document=document, now=NOW, round_id=both.pk)

    def seen() -> str:
        pages = "".join(browser("ann").get(path).content.decode() for path in read_paths)
        return pages + "".join(Api(ann).get(path).content.decode() for path in api_paths)

    before = seen()
    for told in (str(secret.pk), "a headline", "<q>denied that the fishers", str(secret.layer_id)):
        assert told not in before.replace(f"?layer={secret.layer_id}", "").replace(f"/claim/{secret.pk}/", "")
    for one in documents[:2]:
        layers.describe_layer(user=ann, document=one, body={"nothing_to_code": True}, now=NOW, round_id=test.pk)
        layers.submit_layer(user=ann, document=one, now=NOW, round_id=test.pk)

    assert "a headline" in (after := seen()) and "<q>denied that the fishers" in after


def test_strangers_and_other_methods_are_refused(training: Round, documents: list[Document], browser: SignIn) -> None:
    read("ann", training, documents[0], CLOSURE)

    for path in (feedback(documents[0], training), results(training)):
        assert browser("outsider").get(path).status_code == 404
        assert browser("ann").post(path).status_code == 405
    assert browser("ben").get(feedback(documents[0], training)).status_code == 404
    assert browser("ann").get(f"/p/bridge/d/{documents[0].pk}/feedback/?round=x").status_code == 404
    assert browser("ann").get(f"/p/bridge/d/{documents[0].pk}/feedback/").status_code == 200
    with pytest.raises(PermissionDenied):
        queue.take_next(user=make.user("outsider"), project=training.project, now=NOW)
