"""The whole project over the API: for who may see all of it, and never in parts."""

from __future__ import annotations

import io
import zipfile

import pytest

from annotate.formats.project import FILES

WHERE = "projects/bridge/export/?format=project"
CLOSURE = "The closure is needed"
pytestmark = pytest.mark.django_db


def test_a_curator_gets_all_of_it_whatever_layers_are_asked_for(ann, curator, document, project):
    claim = ann.put_claim(document, CLOSURE).json()
    answers = [curator.get(f"{WHERE}{more}") for more in ("", "&layers=annotators&round=&status=")]
    one, other = (b"".join(answer.streaming_content) for answer in answers)
    assert one == other and answers[0]["Content-Type"] == "application/zip"
    assert answers[0]["Content-Disposition"] == 'attachment; filename="bridge.project.zip"'
    assert "X-Standpoint-Note" not in answers[0].headers  # there is no gold, but all readings are in it
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert tuple(archive.namelist()) == FILES
        assert claim["id"].encode() in archive.read("documents.jsonl")


def test_annotators_and_outsiders_get_nothing(ann, outsider, document, project):
    assert ann.get(WHERE).status_code == 403
    assert outsider.get(WHERE).status_code == 404


def test_who_reads_a_document_blind_gets_it_only_after_submitting(ann, curator, document, project):
    alone = curator.put_claim(document, "it will be short")
    assert alone.status_code == 201
    before = curator.get(WHERE)
    ann.put_claim(document, CLOSURE)
    after = curator.get(WHERE)
    # The answer tells of one's own reading only, and is the same whether a colleague has one.
    assert before.status_code == after.status_code == 403 and before.json() == after.json()
    assert "You have not finished 1 of your readings" in after.json()["detail"]
    curator.post(f"documents/{document.pk}/submit/")
    whole = curator.get(WHERE)
    assert whole.status_code == 200 and b"".join(whole.streaming_content).startswith(b"PK")


@pytest.mark.parametrize("more", ["source=Courier", "status=submitted", "text=no", "compress=gzip", "after=x"])
def test_a_part_of_it_is_refused_with_the_reason(manager, document, project, more):
    answer = manager.get(f"{WHERE}&{more}")
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
