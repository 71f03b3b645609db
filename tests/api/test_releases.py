"""Releases through the API: asked for, polled with an ETag, downloaded file by file and whole."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from annotate.actions import layers, releases
from annotate.actions.releases import folder_of
from annotate.api.release_files import Altered
from annotate.models import Release
from annotate.releases.settings import ReleaseSettings
from tests import make

pytestmark = pytest.mark.django_db
RELEASES = "projects/bridge/releases/"
CLOSURE = "The closure is needed"


@pytest.fixture
def gold(document, ann):
    make.claim(ann.user, document, CLOSURE)
    layers.submit_layer(user=ann.user, document=document, now=make.NOW)
    return make.gold_claim(document, CLOSURE)


def streamed(answer):
    return b"".join(answer.streaming_content)


def test_a_release_is_asked_for_polled_and_listed(manager, curator, gold):
    made = manager.post(RELEASES, {"title": "Harbour stances", "creators": [{"name": "Lind", "given": "Tora"}]})
    assert made.status_code == 201 and made["Location"] == f"/api/v1/releases/{made.json()['id']}/"

    first = curator.get(made["Location"])
    found = first.json()
    assert (found["status"], found["number"], found["title"]) == ("ready", 1, "Harbour stances")
    assert found["asked"]["creators"][0]["name"] == "Lind" and found["progress"] is None
    assert found["figures"]["counts"]["documents"] == 1 and found["made_by"] == "manager"
    again = curator.get(made["Location"], headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == first["ETag"]
    other = curator.get(made["Location"], headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    (listed,) = curator.get(RELEASES).json()["results"]
    assert listed["sha256"] == found["sha256"] and "files" not in listed


def test_each_file_and_the_whole_carry_their_hash(curator, project, gold):
    made = make.release(project)
    zipped = curator.get(f"releases/{made.pk}/download/")
    archive = zipfile.ZipFile(io.BytesIO(streamed(zipped)))

    assert zipped["Content-Disposition"] == 'attachment; filename="bridge-release-1.zip"'
    assert sorted(archive.namelist()) == sorted(f"bridge-release-1/{file['path']}" for file in made.files)
    for file in made.files:
        answer = curator.get(f"releases/{made.pk}/files/{file['path']}")
        data = streamed(answer)
        assert hashlib.sha256(data).hexdigest() == file["sha256"] and answer["ETag"] == f'"{file["sha256"]}"'
        assert archive.read(f"bridge-release-1/{file['path']}") == data
        assert answer["X-Content-Type-Options"] == "nosniff" and "attachment" in answer["Content-Disposition"]
        known = curator.get(f"releases/{made.pk}/files/{file['path']}", headers={"If-None-Match": answer["ETag"]})
        assert known.status_code == 304 and known.content == b""
    whole = curator.get(f"releases/{made.pk}/download/", headers={"If-None-Match": zipped["ETag"]})
    assert whole.status_code == 304


def test_a_file_that_was_changed_on_the_disk_is_not_passed_off_as_the_release(curator, project, gold):
    made = make.release(project)
    place, where = folder_of(made.pk) / "claims.csv", f"releases/{made.pk}"
    data = place.read_bytes()
    place.write_bytes(data.replace(b"claim_id", b"claim_no"))
    for path in ("files/claims.csv", "download/"):
        with pytest.raises(Altered, match="restore it from a backup"):
            streamed(curator.get(f"{where}/{path}"))
    place.write_bytes(data + b"more")
    for path in ("files/claims.csv", "download/"):
        answer = curator.get(f"{where}/{path}")
        assert answer.status_code == 404 and "not as they were frozen" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["claims", "CLAIMS.CSV", "../../standpoint.sqlite3", "..%2f..%2fsecret_key", "data/", "%00", "x" * 3000]
)
def test_a_path_that_is_no_file_of_the_release_is_not_there(curator, project, gold, path):
    assert curator.get(f"releases/{make.release(project).pk}/files/{path}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"licence": "none"}, "#/licence"),
        ({"splits": {"train": 1}}, "#/splits/train"),
        ({"creators": [{"name": ""}]}, "#/creators/0/name"),
        ({"selection": {"rounds": ["0b6c1f0e-5d0c-4f6e-9c61-0b6c1f0e5d0c"]}}, "#/selection/rounds/0"),
        ({"selection": {"sources": ["Nobody"]}}, "#/selection/sources/0"),
        ({"selection": {"to": "1999-12-31"}}, "#/selection/to"),
        ({"number": 7}, "#/number"),
    ],
)
def test_bad_input_is_refused_at_its_field(manager, body, pointer):
    answer = manager.post(RELEASES, body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer
    assert not Release.objects.exists()


def test_one_is_made_at_a_time_and_its_progress_is_told(manager, curator, project):
    asked = {"user": manager.user, "project": project, "settings": ReleaseSettings(), "now": make.NOW}
    waiting = releases.create_release(**asked)
    assert manager.post(RELEASES, {}).status_code == 409
    found = curator.get(f"releases/{waiting.pk}/").json()
    assert found["status"] == "waiting" and found["progress"] == {"done": 0, "of": 0, "now": ""}
    assert curator.get(f"releases/{waiting.pk}/download/").status_code == 409
    assert curator.get(f"releases/{waiting.pk}/files/claims.csv").status_code == 409


def test_who_still_reads_a_document_blind_gets_no_file_until_it_is_submitted(curator, project, document, gold):
    made = make.release(project)
    make.claim(curator.user, document, CLOSURE)
    kept = f"releases/{made.pk}/"

    found, (listed,) = curator.get(kept).json(), curator.get(RELEASES).json()["results"]
    assert found["figures"] is None and found["files"] == []
    assert [(one["n_bytes"], one["sha256"]) for one in (found, listed)] == [(0, "")] * 2
    for path in ("download/", "files/annotators.jsonl"):
        answer = curator.get(kept + path)
        assert answer.status_code == 409 and "blind round" in answer.json()["detail"]
    layers.submit_layer(user=curator.user, document=document, now=make.NOW)
    found = curator.get(kept).json()
    assert found["figures"] and found["files"] and found["sha256"] == made.sha256
    assert streamed(curator.get(f"{kept}files/annotators.jsonl"))


def test_files_that_are_gone_are_a_plain_404(curator, project, gold):
    made = make.release(project)
    (folder_of(made.pk) / "claims.csv").unlink()
    assert curator.get(f"releases/{made.pk}/files/claims.csv").status_code == 404
    answer = curator.get(f"releases/{made.pk}/download/")
    assert answer.status_code == 404 and "backup" in answer.json()["detail"]


def test_the_list_goes_page_by_page_with_a_fixed_number_of_queries(
    curator, project, gold, django_assert_max_num_queries
):
    for minutes in range(3):
        make.release(project, now=make.NOW + timedelta(minutes=minutes))
    with django_assert_max_num_queries(8):
        first = curator.get(f"{RELEASES}?page_size=2").json()
    second = curator.client.get(first["next"], headers=curator.headers).json()
    assert [one["number"] for one in first["results"] + second["results"]] == [1, 2, 3]
    assert json.loads(curator.get(f"{RELEASES}?page_size=0").content)["status"] == 400
