"""A project comes back from its native files, byte for byte, into an empty installation."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import orjson
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.actions.adjudication.stale import recount_all
from annotate.actions.restoring import restore_project, run
from annotate.models import Adjudication, Claim, Layer, Member, Project, Round, Submission
from annotate.payloads.codebook_files import codebook_dict
from annotate.payloads.codebooks import forget_codebooks, load_codebook
from corpus.models import Change, Document, Speaker
from tests import make
from tests.restoring import world
from tests.restoring.archives import with_strange_addressee

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent.parent.parent / "fixtures/datasets/restore"
FORMATS = {"documents-jsonl": "harbour.documents.jsonl", "jsonl": "harbour.jsonl"}


def export(path, format="documents-jsonl", slug="harbour"):
    call_command("export_dataset", slug, format=format, layers="all", output=path, stdout=io.StringIO())
    return path.read_bytes()


def restore(path, format="documents-jsonl", slug="harbour", **options):
    """Run the command; return its exit code and what it printed."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_annotations", slug, str(path), format=format, stdout=out, stderr=err, **options)
    except SystemExit as end:
        code = end.code
    except CommandError as error:
        code, _ = error.returncode, err.write(str(error))
    return code, out.getvalue() + err.getvalue()


def write_codebook(path):
    version = Project.objects.get().codebook.versions.get(number=2)
    path.write_text(json.dumps(codebook_dict(load_codebook(version.pk))), encoding="utf-8")
    return path


def empty_everything():
    """Delete all rows, as in a new installation; the test's transaction ends the same on both databases."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ("annotate", "corpus", "auth") and model._meta.object_name != "Permission":
            model._base_manager.all()._raw_delete("default")
    forget_codebooks()


@pytest.fixture
def files(tmp_path):
    """A rich project as files, written on this database, which is then emptied."""
    world.project()
    for format, name in FORMATS.items():
        export(tmp_path / name, format)
    write_codebook(tmp_path / "codebook.json")
    empty_everything()
    return tmp_path


@pytest.mark.parametrize("kind", ["written here", "golden"])
def test_a_project_comes_back_byte_for_byte(files, kind):
    """The golden pair was written on SQLite, so that on PostgreSQL this goes from one database to the other."""
    if os.environ.get("WRITE_GOLDEN") and kind == "written here":
        for name in (*FORMATS.values(), "codebook.json"):
            (GOLDEN / name).write_bytes((files / name).read_bytes())
    folder = files if kind == "written here" else GOLDEN
    path = folder / FORMATS["documents-jsonl"]

    code, said = restore(path, codebook=[folder / "codebook.json"])
    assert code == 0 and "restored: 4 documents, 7 layers, 14 claims" in said, said
    for format, name in FORMATS.items():
        assert export(files / "again", format) == (folder / name).read_bytes()
    assert restore(folder / FORMATS["jsonl"], "jsonl") == (0, _nothing_new(documents=0, layers=0))
    assert restore(path) == (0, _nothing_new(documents=4, layers=7))
    _check_what_comes_with_it()
    assert recount_all(project=Project.objects.get(), now=make.LATER) == 2  # the desks can be opened
    assert export(files / "again") == path.read_bytes()


def _nothing_new(*, documents, layers):
    made = "restored: 0 documents, 0 layers, 0 claims"
    return f"{made}; there already: {documents} documents, {layers} layers, 14 claims; 0 differences.\n"


def _check_what_comes_with_it():
    """Accounts that nobody can sign in to, members, rounds, submissions, and Change rows of one batch."""
    project = Project.objects.get()
    assert project.slug == project.corpus.slug == "harbour" and project.name == "Harbour"
    accounts = {user.username: user for user in User.objects.all()}
    assert {"ann", "ben"} < accounts.keys() and "cem" not in accounts
    assert not any(user.is_active or user.has_usable_password() for user in accounts.values())
    assert all(member.is_annotator and not member.is_manager for member in Member.objects.filter(project=project))
    assert Round.objects.filter(project=project).count() == 2
    assert Submission.objects.count() == Layer.objects.filter(kind="annotator", status="submitted").count() == 3
    assert Adjudication.objects.filter(project=project).count() == 2
    rows = Change.objects.filter(action="project.restore")
    assert rows.filter(object_type="claim").count() == Claim.objects.count() == 14
    assert rows.values("batch").distinct().count() == 1
    assert Speaker.objects.filter(name="Not stated").count() == 1


def test_without_the_file_of_its_codebook_what_is_missing_is_named_and_nothing_is_stored(files):
    code, said = restore(files / FORMATS["documents-jsonl"])
    assert code == 1 and "line 1" in said and "the question “deadline” of claims" in said
    assert "--codebook FILE" in said and "is the default codebook, which lacks" in said
    assert not Project.objects.exists() and not Document.objects.exists() and not Change.objects.exists()


def test_data_that_fit_the_default_codebook_need_no_file_and_a_dry_run_stores_nothing(tmp_path):
    project = make.project("harbour")
    make.claim(make.member(project, "ann"), make.document(project), "The closure is needed")
    before = export(tmp_path / "one")
    empty_everything()

    code, said = restore(tmp_path / "one", dry_run=True)
    assert code == 0 and "would be restored: 1 documents, 1 layers, 1 claims" in said
    assert not Project.objects.exists() and not User.objects.exists()

    boss = User.objects.create_user("boss", password=make.PASSWORD)
    assert restore(tmp_path / "one", username="boss")[0] == 0
    assert export(tmp_path / "two") == before
    assert Member.objects.get(user=boss).is_manager
    assert Round.objects.get().is_open  # its one reading is not finished


def test_a_run_that_was_killed_is_finished_by_the_next(files, monkeypatch):
    path, n_read = files / FORMATS["documents-jsonl"], 0

    def kill_in_the_third_batch(n_bytes):
        nonlocal n_read
        n_read += 1
        if n_read == 7:  # four lines to check, then two stored
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "DOCUMENTS_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        restore_project(
            user=User(is_superuser=True),
            slug="harbour",
            path=path,
            format="documents-jsonl",
            now=make.NOW,
            codebooks=[files / "codebook.json"],
            tell=kill_in_the_third_batch,
        )
    assert Document.objects.count() == 2
    code, said = restore(path)
    assert code == 0 and "there already: 2 documents" in said
    assert export(files / "again") == path.read_bytes()


def test_a_difference_is_listed_and_nothing_is_overwritten_and_a_claim_that_is_missing_is_added(files):
    from annotate.actions import claim_rows
    from annotate.records import claim_dict

    path = files / FORMATS["documents-jsonl"]
    restore(path, codebook=[files / "codebook.json"])
    changed, lost = Claim.objects.get(note__endswith="says ben"), Claim.objects.get(note="=1+1")
    Claim.objects.filter(pk=changed.pk).update(note="other words")
    claim_rows.delete_claim(lost.pk, claim_dict(lost.pk))
    Document.objects.filter(number=2).update(title="Another title")
    Layer.objects.filter(pk=lost.layer_id).update(n_claims=0)

    code, said = restore(files / FORMATS["jsonl"], "jsonl")
    assert code == 1 and "1 claims; there already: 0 documents, 0 layers, 13 claims; 1 differences" in said
    assert f'Claim {changed.pk}: “note” is "other words" here and "+1 for this' in said
    code, said = restore(path)
    assert code == 1 and '“title” is "Another title" here and "=SUM(1)" in the file' in said
    Claim.objects.filter(pk=changed.pk).update(note=changed.note)
    Document.objects.filter(number=2).update(title="=SUM(1)")
    assert export(files / "again") == path.read_bytes()


def own(line):
    """Return a layer of an annotator."""
    return next(layer for layer in line["layers"] if layer["kind"] == "annotator")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda line: line.pop("text"), "/text: The line has no text; put the texts back first"),
        (lambda line: line.update(text=line["text"] + "!"), "/sha256: "),
        (lambda line: line["layers"][0]["claims"][0]["spans"][0].update(quote="else"), "quotes 'else', but the text"),
        (lambda line: line["layers"][0].update(status="done"), "/layers/0/status: 'done' is not allowed here"),
        (lambda line: line["layers"][0].update(created_at="now"), "/layers/0/created_at: 'now' is no time in UTC"),
        (lambda line: line["layers"][0]["claims"][0].update(document=line["layers"][0]["id"]), "is not the document"),
        (lambda line: own(line).update(annotator=None), "names its annotator and its round"),
        (lambda line: line.update(url="ftp://x"), "/url: "),
        (lambda line: line.update(extra=1), "“extra” is not a field here"),
    ],
)
def test_a_bad_line_is_named_with_its_pointer_and_nothing_is_stored(tmp_path, change, words):
    line = orjson.loads((GOLDEN / FORMATS["documents-jsonl"]).read_bytes().splitlines()[0])
    change(line)
    (tmp_path / "bad").write_bytes(b"\n" + orjson.dumps(line) + b"\n{\n[]\n")
    code, said = restore(tmp_path / "bad", codebook=[GOLDEN / "codebook.json"])
    assert code == 1 and "bad, line 2" in said and words in said
    assert "bad, line 3: '{' is not JSON" in said and "bad, line 4" in said
    assert not Project.objects.exists()


def test_a_line_that_repeats_a_reading_of_another_is_refused_with_its_batch(tmp_path):
    first, second = map(orjson.loads, (GOLDEN / FORMATS["documents-jsonl"]).read_bytes().splitlines()[:2])
    second["layers"] = [own(first) | {"claims": [], "no_claim": []}]
    (tmp_path / "twice").write_bytes(orjson.dumps(first) + b"\n" + orjson.dumps(second))
    code, said = restore(tmp_path / "twice", codebook=[GOLDEN / "codebook.json"])
    assert code == 1 and "twice, line 1" in said and "stands there twice" in said
    assert not Document.objects.exists()


def test_the_number_of_queries_depends_on_the_batches_and_the_pages_of_the_project_open(
    client, django_assert_max_num_queries
):
    make.user("boss")
    path, codebook = GOLDEN / FORMATS["documents-jsonl"], [GOLDEN / "codebook.json"]
    with django_assert_max_num_queries(200):
        restore(path, codebook=codebook, username="boss")
    with django_assert_max_num_queries(40):
        restore(path, codebook=codebook)

    client.force_login(User.objects.get(username="boss"))
    pages = [
        "",
        "changes/",
        "progress/",
        "agreement/",
        "members/",
        "rounds/",
        "documents/",
        "decisions/",
        "adjudicate/",
    ]
    pages.append(f"d/{Document.objects.get(number=1).pk}/adjudicate/")
    for page in pages:
        assert client.get(f"/p/harbour/{page}").status_code == 200, page


def test_what_belongs_to_another_corpus_or_is_wrong_use_is_refused(files):
    path = files / FORMATS["documents-jsonl"]
    assert restore(files / FORMATS["jsonl"], "jsonl")[0] == 1
    restore(path, codebook=[files / "codebook.json"])
    code, said = restore(path, slug="other", codebook=[files / "codebook.json"])
    assert code == 1 and "belongs to another" in said and not Project.objects.filter(slug="other").exists()
    assert restore(path, username="nobody")[0] == 2
    make.user("eve")
    code, said = restore(path, username="eve")
    assert code == 2 and "manage the project" in said
    code, said = restore(path, codebook=[path])
    assert code == 1 and "no codebook file" in said


@pytest.mark.once
def test_a_language_that_an_earlier_version_kept_is_restored_as_it_was(files):
    path = files / FORMATS["documents-jsonl"]
    path.write_bytes(path.read_bytes().replace(b'"language":"en"', b'"language":"english"'))
    assert restore(path, codebook=[files / "codebook.json"])[0] == 0
    assert Document.objects.get(number=1).language == "english" and export(files / "again") == path.read_bytes()


@pytest.mark.once
def test_an_answer_that_names_a_speaker_who_is_nowhere_is_refused(files):
    path = files / FORMATS["documents-jsonl"]
    path.write_bytes(with_strange_addressee(path.read_bytes()))
    code, said = restore(path, codebook=[files / "codebook.json"])
    assert code == 1 and "line 1: An answer names the speaker" in said and not Claim.objects.exists(), said


@pytest.mark.once
def test_a_codebook_whose_name_hides_characters_is_refused(files):
    path = files / FORMATS["documents-jsonl"]
    path.write_bytes(
        path.read_bytes().replace(b'"codebook":{"name":"Harbour"', '"codebook":{"name":"\u202eHarbour"'.encode())
    )
    code, said = restore(path, codebook=[files / "codebook.json"])
    assert code == 1 and "/codebook/name: The text" in said and "bidirectional override" in said, said
