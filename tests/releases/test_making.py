"""Freezing a release: whole, exact, without names, the same bytes each time; one that fails leaves nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import uuid
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers, releases
from annotate.actions.purge import purge_document, purge_project
from annotate.actions.releases import folder_of, progress_of
from annotate.actions.releases.places import releases_directory
from annotate.models import Claim, Layer, Project, Release, Span
from annotate.payloads.problems import Invalid, WrongState
from annotate.releases.contents import CONTENTS, missing
from annotate.releases.settings import ReleaseSettings
from annotate.tasks import resume_releases
from corpus.models import Change
from tests import make
from tests.releases.world import CLOSURE, MANAGER, PEOPLE, SHORT, World, read

pytestmark = pytest.mark.django_db
PAPERS = {found.path for found in CONTENTS if found.is_paper}


@pytest.fixture
def world():
    return World()


def rows(data: bytes):
    return [json.loads(line) for line in data.splitlines()]


def table(data: bytes):
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_it_holds_everything_and_every_hash_is_right(world):
    world.again()
    made = world.release(texts="full")
    files = read(made)

    assert (made.number, made.status, made.previous) == (1, "ready", None)
    assert missing(files) == []
    listed = {file["path"]: file for file in made.files}
    assert set(listed) == set(files)
    for path, data in files.items():
        digest = hashlib.sha256(data).hexdigest()
        assert (listed[path]["sha256"], listed[path]["size"]) == (digest, len(data))
        assert path == "SHA256SUMS" or f"{digest}  {path}\n" in files["SHA256SUMS"].decode()
    assert made.sha256 == listed["SHA256SUMS"]["sha256"] and made.n_bytes == sum(map(len, files.values()))

    documents = {found["id"]: found for found in rows(files["documents.jsonl"])}
    assert set(documents) == {str(world.one.pk), str(world.two.pk)}
    assert documents[str(world.one.pk)]["text"] == world.one.text
    assert documents[str(world.one.pk)]["gold"]["finished"] and documents[str(world.two.pk)]["gold"] is None
    (gold,) = rows(files["claims.jsonl"])
    assert (gold["id"], gold["annotator"], gold["layer_kind"]) == (str(world.gold.pk), None, "gold")
    readings = rows(files["annotators.jsonl"])
    which = sorted(
        (one["annotator"], one["document"] == str(world.one.pk), one["submission"], tuple(one["which"]))
        for one in readings
    )
    ann, ben = (world.member(person).pseudonym for person in (world.ann, world.ben))
    both = ("first", "last")
    assert which == sorted(
        [(ann, False, 1, both), (ann, True, 1, ("first",)), (ann, True, 2, ("last",)), (ben, True, 1, both)]
    )
    (decision,) = rows(files["decisions.jsonl"])
    assert {one["annotator"] for one in decision["readings"]} == {ann, ben}
    assert decision["decided_by"] == world.member(world.curator).pseudonym
    assert decision["fields"][0]["options"] == ["support", "oppose"]
    assert set(decision["fields"][0]["against"]) == {claim["id"] for claim in world.claims}
    targets = rows(files["registries/targets.jsonl"])
    merged = [found for found in targets if found["merged_into"]]
    assert [found["name"] for found in merged] == ["Closing of the bridge"]
    book = json.loads(files["codebook/version-1.json"])
    assert (
        book["standpoint_codebook"] == 1
        and files["codebook/version-1.md"].decode().strip() == book["guidelines"].strip()
    )
    assert json.loads(files["release.json"])["machine_suggestions"] == []
    assert {ann, ben} == set(json.loads(files["agreement.json"])["annotators"])


def test_the_flat_tables_have_a_row_for_each_claim_and_stance(world):
    files = read(world.release())

    (row,) = table(files["claims.csv"])
    said = ("speaker", "holder", "target", "stance", "score", "source", "published_on", "attribute_type", "external_id")
    assert [row[name] for name in said] == [
        *("Tor Lind", "Tor Lind", "Closure of the bridge", "support", "1.0", "Bay Courier", "2026-05-01", "evaluation"),
        "a-1",
    ]
    readings = table(files["readings.csv"])
    assert len(readings) == 3 and sorted(one["stance"] for one in readings) == ["", "support", "support"]
    splits = {one["document_id"]: one["split"] for one in table(files["splits.csv"])}
    assert set(splits) == {str(world.one.pk), str(world.two.pk)} and row["split"] == splits[str(world.one.pk)]
    parts = [table(data) for path, data in files.items() if path.startswith("data/")]
    assert [one for part in parts for one in part] == table(files["claims.csv"])


def test_no_name_of_a_member_is_in_any_file(world):
    world.again()
    files = read(world.release(texts="full"))
    for path, data in files.items():
        for name in (*PEOPLE, MANAGER, "Zzfirst", "Zzlast"):
            assert name.encode() not in data.lower() and name.encode() not in data, (name, path)


def test_the_same_data_give_the_same_bytes_but_for_number_and_time(world):
    one = world.release()
    two = world.release(now=make.NOW)
    first, second = read(one), read(two)

    assert two.number == 2 and two.previous == one
    assert set(first) == set(second)
    assert [path for path in first if path not in PAPERS and first[path] != second[path]] == []
    assert two.figures["difference"]["claims"] == {"added": 0, "removed": 0, "changed": 0}
    # All but the hash of the list and the ids themselves: number and day are the only words that differ.
    plain = [
        re.sub(rb"[Rr]elease[- ]\d|\(?release \d\)?|[0-9a-f-]{36}|2026-05-1\d", b"", found["CITATION.cff"])
        for found in (first, second)
    ]
    assert re.sub(rb'version: "\d"', b"", plain[0]) == re.sub(rb'version: "\d"', b"", plain[1])


def test_without_the_texts_no_text_is_in_any_file(world):
    make.claim(
        world.ann,
        world.unread,
        "The port authority will close the harbour bridge on Monday, its spokesman Tor Lind told",
    )
    layers.submit_layer(user=world.ann, document=world.unread, now=make.NOW)
    files = read(world.release(quote_characters=12))

    # Nothing of the articles but what a quote may show, and what registries and readings say in their own words.
    for path, data in files.items():
        assert b"will close the harbour" not in data and b"The closure is" not in data, path
    assert all("text" not in found and "metadata" not in found for found in rows(files["documents.jsonl"]))
    (gold,) = rows(files["claims.jsonl"])
    (span,) = gold["spans"]
    assert world.one.text[span["start"] : span["end"]] == CLOSURE and span["quote"] == CLOSURE[:12]
    assert "not included" in files["README.md"].decode()


def test_a_release_tells_what_changed_since_the_one_before(world):
    world.release()
    added = world.gold_claim(world.two, "opposes the closure")
    Claim.objects.filter(pk=world.gold.pk).update(note="Looked at again.", version=2)
    made = world.release()

    found = json.loads(read(made)["difference.json"])
    assert found["previous"]["number"] == 1
    assert found["claims"] == {"added": [str(added.pk)], "removed": [], "changed": [str(world.gold.pk)]}
    assert found["documents"] == {"added": [], "removed": [], "changed": []} and found["moved"] == []
    assert found["figures"]["claims"] == [1, 2]
    assert "1 added, 0 removed, 1 changed" in read(made)["README.md"].decode()


def test_the_selection_chooses_documents_and_gold(world):
    make.gold(world.one, is_finished=False)
    finished, every = world.release(), world.release(selection={"gold": "all", "documents": "all"})

    assert finished.figures["counts"]["claims"] == 0 and every.figures["counts"]["claims"] == 1
    assert (finished.figures["counts"]["documents"], every.figures["counts"]["documents"]) == (2, 4)
    placed = {row["document_id"]: row for row in table(read(every)["splits.csv"])}
    one, copy = placed[str(world.one.pk)], placed[str(world.copy.pk)]
    assert copy["story"] == one["story"] == str(world.one.pk) and copy["split"] == one["split"]
    empty = read(finished)
    assert table(empty["claims.csv"]) == [] and not any(path.startswith("data/") for path in empty)


def test_only_chosen_rounds_of_work_go_in(world):
    second = make.round(world.project, name="Second")
    training = make.training_round(world.project, world.one)
    made = world.release(selection={"rounds": [str(second.pk)]})

    assert made.figures["counts"]["readings"] == 0 and made.figures["counts"]["documents"] == 0
    with pytest.raises(Invalid, match="training and test rounds"):
        world.release(selection={"rounds": [str(training.pk)]})


def refuses_to_replace(made):
    """REPLACE deletes what is in its way, under the same id or number, and asks no trigger of DELETE."""
    columns = [field.column for field in Release._meta.concrete_fields]
    failed = Release.objects.create(
        project=made.project, status="failed", number=None, title="Other", made_by=made.made_by
    )
    for other in ({"title": "'Other'"}, {"id": f"'{uuid.uuid4().hex}'"}):
        values = ", ".join(other.get(name, name) for name in columns)
        insert = f"INSERT OR REPLACE INTO annotate_release ({', '.join(columns)}) SELECT {values} FROM annotate_release"
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{insert} WHERE number = 1")
    update = "UPDATE OR REPLACE annotate_release SET number = 1, status = 'waiting' WHERE id = %s"
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(update, [failed.pk.hex])


def test_what_is_ready_is_neither_changed_nor_deleted_not_even_by_sql(world):
    made = world.release()
    for change in (
        {"title": "Other"},
        {"status": "waiting"},
        {"files": []},
        {"number": 7},
        {"status": "failed", "number": None},
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Release.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Release.objects.filter(pk=made.pk)._raw_delete("default")
    if connection.vendor == "sqlite":
        refuses_to_replace(made)
    made.refresh_from_db()
    assert (made.title, made.number, made.status) == ("Bridge", 1, "ready")
    assert releases.make_release(release_id=made.pk, now=make.NOW) is None
    releases.withdraw_releases([made])
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Release.objects.filter(pk=made.pk).update(status="ready")


def test_only_managers_ask_and_one_is_made_at_a_time(world):
    asked = {"project": world.project, "settings": ReleaseSettings(), "now": make.NOW}
    with pytest.raises(PermissionDenied):
        releases.create_release(user=world.curator, **asked)
    waiting = releases.create_release(user=make.user(MANAGER), **asked)
    with pytest.raises(WrongState, match="being made"):
        releases.create_release(user=make.user(MANAGER), **asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(project=world.project, number=2, title="x", made_by=world.ann)
    assert waiting.number == 1 and progress_of(waiting).percent == 0
    with pytest.raises(WrongState, match="being made"):
        purge_document(document=world.two)


def test_one_that_fails_leaves_nothing_and_gives_its_number_back(world):
    good = world.release()
    Span.objects.filter(claim=world.gold).update(quote="something else")
    with pytest.raises(Exception, match="something else"):
        world.release()

    failed = Release.objects.get(status="failed")
    assert failed.number is None and "something else" in failed.message and failed.files == []
    assert failed.message.endswith(". Nothing was kept of it.") and ".." not in failed.message
    assert not folder_of(failed.pk).exists()
    assert [
        path.name for path in releases_directory().iterdir() if str(failed.pk) in path.name and path.suffix != ".lock"
    ] == []
    assert Change.objects.filter(object_type="release", action="release.fail").count() == 1
    Span.objects.filter(claim=world.gold).update(quote=CLOSURE)
    after = world.release()
    assert after.number == 2 and after.previous == good


def test_a_killed_run_is_done_again_from_the_start(world):
    asked = {"user": make.user(MANAGER), "project": world.project, "settings": ReleaseSettings(), "now": make.NOW}
    found = releases.create_release(**asked)
    # As a worker leaves it that was killed: once in the middle, once between the new name and the row.
    Release.objects.filter(pk=found.pk).update(status="running")
    for folder in (releases_directory() / f".{found.pk}.part", folder_of(found.pk)):
        folder.mkdir(parents=True)
        (folder / "claims.csv").write_text("half")

    resume_releases()

    found.refresh_from_db()
    assert (found.status, found.number) == ("ready", 1)
    assert b"half" not in read(found)["claims.csv"] and set(read(found)) == {file["path"] for file in found.files}
    resume_releases()
    assert not [path for path in releases_directory().iterdir() if path.name.startswith(f".{found.pk}")]


def test_purging_a_document_withdraws_the_releases_that_hold_it(world, django_capture_on_commit_callbacks):
    made = world.release(texts="full")
    with django_capture_on_commit_callbacks(execute=True):
        purge_document(document=world.unread)
    assert folder_of(made.pk).is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        purge_document(document=world.one)

    made.refresh_from_db()
    assert (made.status, made.number) == ("withdrawn", 1) and made.sha256 and "purged" in made.message
    assert not folder_of(made.pk).exists()
    after = world.release()
    assert after.number == 2 and after.previous is None


def test_purging_a_project_takes_its_releases_along(world, django_capture_on_commit_callbacks):
    made = world.release()
    world.release()
    with django_capture_on_commit_callbacks(execute=True):
        purge_project(project=world.project)
    assert not Release.objects.exists() and not Project.objects.exists() and not folder_of(made.pk).exists()


@pytest.fixture
def stored(transactional_db):
    yield World()
    make.let_go_of_releases()


def test_a_backup_holds_the_files_and_brings_them_back(stored, tmp_path):
    made = stored.release()
    before = read(made)
    half = releases_directory() / f".{made.pk}.part"
    half.mkdir()
    (half / "half").write_text("half")
    unknown = releases_directory() / str(uuid.uuid4())
    unknown.mkdir()
    (unknown / "claims.csv").write_text("nobody knows it")
    call_command("backup", tmp_path / "backup.zip", stdout=io.StringIO())
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("releases/")]
    assert sorted(names) == sorted(f"releases/{made.pk}/{path}" for path in before)

    make.let_go_of_releases()
    assert not folder_of(made.pk).exists()
    call_command("restore", tmp_path / "backup.zip", force=True, stdout=io.StringIO())

    made.refresh_from_db()
    assert made.status == "ready" and read(made) == before
    shutil.rmtree(half)


def test_folders_of_no_release_are_removed_when_a_worker_starts(world):
    ready = world.release()
    withdrawn = world.release()
    releases.withdraw_releases([withdrawn])
    half = releases_directory() / f".{ready.pk}.part"
    unknown = releases_directory() / str(uuid.uuid4())
    for folder in (half, unknown):
        folder.mkdir()
    assert folder_of(withdrawn.pk).is_dir()  # as after a crash between the row and the files

    resume_releases()

    assert folder_of(ready.pk).is_dir()
    assert not any(folder.exists() for folder in (half, unknown, folder_of(withdrawn.pk)))


def test_asking_for_a_release_waits_for_a_purge_in_its_corpus(world):
    asked = {"user": make.user(MANAGER), "project": world.project, "settings": ReleaseSettings(), "now": make.NOW}
    with CaptureQueriesContext(connection) as found:
        releases.create_release(**asked)
    locks = [query["sql"] for query in found if 'FROM "corpus_corpus"' in query["sql"]]
    assert locks and (connection.vendor == "sqlite" or locks[-1].endswith("FOR NO KEY UPDATE"))


def test_purging_a_project_holds_its_corpus_until_it_is_done(world):
    with CaptureQueriesContext(connection) as found:
        purge_project(project=world.project)
    asked = [query["sql"] for query in found]
    lock, looked = (
        next(sql for sql in asked if f'FROM "{table}"' in sql) for table in ("corpus_corpus", "annotate_release")
    )
    assert asked.index(lock) < asked.index(looked)  # so that a release that is asked for meanwhile is seen
    assert connection.vendor == "sqlite" or lock.endswith("FOR UPDATE")


def test_a_reading_that_was_withdrawn_or_never_submitted_stays_out(world):
    make.claim(world.ann, world.unread, CLOSURE)
    Layer.objects.filter(document=world.two).update(status="withdrawn")
    files = read(world.release())
    assert {one["document"] for one in rows(files["annotators.jsonl"])} == {str(world.one.pk)}
    assert json.loads(files["figures.json"])["counts"]["readings"] == 2
    assert SHORT.encode() not in files["annotators.jsonl"]
