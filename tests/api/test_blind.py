"""Blind rounds: what an annotator is answered is the same with and without a colleague's work, by every route."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.api.client import lines

pytestmark = pytest.mark.django_db
CLOSURE = "The closure is needed"


def everything(client, document, project):
    """Return every answer that a member can get by reading, and its headers that could tell something."""
    round_id = project.rounds.first().pk
    paths = [
        "projects/", "projects/bridge/", "projects/bridge/rounds/", f"rounds/{round_id}/", "projects/bridge/documents/",
        f"documents/{document.pk}/", f"documents/{document.pk}/layer/", "projects/bridge/next/",
        "projects/bridge/members/", "projects/bridge/export/?layers=all", "projects/bridge/export/?layers=annotators",
        "projects/bridge/layers/", "projects/bridge/layers/?annotator=ann", "projects/bridge/remarks/",
        "projects/bridge/progress/", "projects/bridge/progress/?by=person", "projects/bridge/progress/?by=document",
    ]  # fmt: skip
    for registry in ("speakers", "targets", "propositions"):
        paths += [f"projects/bridge/{registry}/{query}" for query in ("", "?provisional=true", "?q=l", "?merged=true")]
    found = {}
    for path in paths:
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = (answer.status_code, answer.headers.get("ETag"), body)
    return found


@pytest.fixture
def work(ann, document):
    """Return a function that lets ann work on the document, and answers her claim."""

    def act():
        claim = ann.put_claim(
            document,
            CLOSURE,
            proposition={"text": "It has to close.", "relation": "affirms"},
            reported_by=[{"name": "L"}],
        ).json()
        ann.put(f"documents/{document.pk}/layer/", {"no_claim": [{"start": 0, "end": 7, "quote": "Harbour"}]})
        return claim

    return act


def test_an_annotator_reads_the_same_before_and_after_a_colleagues_work(ann, ben, document, project, work):
    before = everything(ben, document, project)
    claim = work()
    assert everything(ben, document, project) == before
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 200
    assert everything(ben, document, project) == before
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert ben.send(method, f"claims/{claim['id']}/", claim).status_code in (404, 400)


def test_an_annotator_at_work_reads_the_same_too(ben, document, project, work):
    ben.put_claim(document, "it will be short", speakers=[], stances=[])
    before = everything(ben, document, project)
    work()
    assert everything(ben, document, project) == before


def test_entries_in_a_colleagues_claims_are_not_there(ann, ben, work):
    claim = work()
    for path, entry in (
        ("speakers", claim["speakers"][0]), ("targets", claim["stances"][0]["target"]),
        ("propositions", claim["proposition"]), ("speakers", claim["reported_by"][0]),
    ):  # fmt: skip
        assert ann.get(f"{path}/{entry['id']}/").status_code == 200
        assert ben.get(f"{path}/{entry['id']}/").status_code == 404


def test_a_claim_of_ones_own_looks_the_same_whether_its_names_were_there_or_not(ann, ben, curator, document, project):
    first = ben.put_claim(document, "it will be short").json()
    ann.put_claim(document, CLOSURE, speakers=[{"name": "Ida Berg"}])
    second = ben.put_claim(document, "promised a ferry", speakers=[{"name": "Ida Berg"}]).json()
    assert first.keys() == second.keys() and first["speakers"][0].keys() == second["speakers"][0].keys()
    assert first["version"] == second["version"] == 1


def test_a_curator_with_an_own_open_layer_is_blind_on_that_document(curator, document, project, work):
    claim = work()
    assert curator.get(f"claims/{claim['id']}/").status_code == 200
    assert len(lines(curator.get("projects/bridge/export/?layers=all"))) == 1

    own = curator.put_claim(document, "it will be short").json()

    assert curator.get(f"claims/{claim['id']}/").status_code == 404
    for layers in ("all", "annotators"):
        assert [row["id"] for row in lines(curator.get(f"projects/bridge/export/?layers={layers}"))] == [own["id"]]
    (line,) = lines(curator.get("projects/bridge/export/?layers=all&format=documents-jsonl"))
    assert [layer["annotator"] for layer in line["layers"]] == ["curator"]
    data = b"".join(curator.get("projects/bridge/export/?layers=all&format=csv").streaming_content)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tables = b"".join(map(archive.read, archive.namelist()))
    assert claim["id"].encode() not in tables and claim["layer"].encode() not in tables
    assert own["id"].encode() in tables


def test_the_curator_sees_again_after_submitting(curator, document, project, work):
    claim = work()
    curator.put_claim(document, "it will be short")
    curator.post(f"documents/{document.pk}/submit/")
    assert curator.get(f"claims/{claim['id']}/").status_code == 200
    assert len(lines(curator.get("projects/bridge/export/?layers=all"))) == 2


def test_in_an_open_round_members_read_each_others_claims_but_do_not_write(ann, ben, manager, document, project, work):
    manager.patch(f"rounds/{project.rounds.get().pk}/", {"blind": False})
    claim = work()
    assert ben.get(f"claims/{claim['id']}/").json() == claim
    assert ben.delete(f"claims/{claim['id']}/", match='"1"').status_code == 404
    assert ben.get(f"documents/{document.pk}/").json()["layer"] is None


def test_a_member_who_left_sees_nothing_any_more(ann, manager, document, project, work):
    claim = work()
    assert manager.delete("projects/bridge/members/ann/").status_code == 204
    for path in (f"claims/{claim['id']}/", f"documents/{document.pk}/", "projects/bridge/"):
        assert ann.get(path).status_code == 404
    assert ann.get("projects/").json()["results"] == []
    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 404


def test_an_outsider_gets_404_everywhere(outsider, document, project, work):
    claim = work()
    found = everything(outsider, document, project)
    assert found.pop("projects/")[2] == b'{"next":null,"previous":null,"results":[]}'
    assert {status for status, _, _ in found.values()} == {404}
    assert outsider.get(f"claims/{claim['id']}/").status_code == 404
    assert outsider.put(f"claims/{claim['id']}/", claim, match='"1"').status_code == 404
    assert outsider.post(f"documents/{document.pk}/claims/", claim).status_code == 404
    assert outsider.post("projects/bridge/next/").status_code == 404
    assert outsider.post("projects/bridge/documents/", {"text": "x"}).status_code == 404
    assert outsider.post("projects/bridge/speakers/", {"name": "x"}).status_code == 404


def test_an_entry_of_another_corpus_cannot_be_named_in_a_claim(ann, document, project):
    from corpus.models import Speaker
    from tests import make

    other = make.project("other", manager=make.user("stranger"))
    hidden = Speaker.objects.create(corpus=other.corpus, name="Elsewhere")
    answer = ann.put_claim(document, CLOSURE, speakers=[{"id": str(hidden.pk)}])
    assert answer.status_code == 400 and "Elsewhere" not in answer.content.decode()
