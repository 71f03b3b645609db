"""A whole project comes back from its archive: what agreement and the desk rest on too, byte for byte."""

from __future__ import annotations

import io
import warnings
import zipfile

import orjson
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command

from annotate.formats.project import FILES
from annotate.formats.project_tables import TABLES, file_name
from annotate.models import Claim, Decision, Member, Project, Remark, Round, Submission
from corpus.models import Change, Document, LoadedWord, Speaker, SpeakerAlias
from tests import make
from tests.restoring import lives, world
from tests.restoring.archives import BAD, changed, lines_without
from tests.restoring.test_restoring import GOLDEN, empty_everything, restore

pytestmark = pytest.mark.django_db
FIRST = GOLDEN / "harbour.version-1.project.zip"


def export(path, slug="harbour"):
    call_command("export_dataset", slug, format="project", output=path, stdout=io.StringIO())
    return path.read_bytes() if path.is_file() else b""


def test_a_whole_project_comes_back_byte_for_byte_with_its_figures_and_desks(
    tmp_path, client, django_assert_max_num_queries
):
    project = lives.project()
    with django_assert_max_num_queries(len(TABLES) + 40):
        before = export(tmp_path / "one.zip")
    facts = lives.facts(project)
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        empty = [name for name in FILES if not archive.read(name)]
    assert not empty
    empty_everything()

    code, said = restore(tmp_path / "one.zip", "project", dry_run=True)
    assert code == 0 and "would be restored: 4 documents" in said, said
    assert not Project.objects.exists() and not User.objects.exists() and not Change.objects.exists()

    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0, said
    assert export(tmp_path / "two.zip") == before
    assert lives.facts(Project.objects.get()) == facts

    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0 and "restored: 0 documents, 0 layers, 0 claims" in said and " 0 differences" in said, said
    assert export(tmp_path / "two.zip") == before
    _check_what_comes_with_it(client)


def _check_what_comes_with_it(client):
    """Accounts that nobody can sign in to, those who left by their pseudonym, Change rows of one batch, and pages."""
    assert not any(user.is_active or user.has_usable_password() or user.is_superuser for user in User.objects.all())
    left = Member.objects.get(left_at__isnull=False)
    assert left.pseudonym == "A4" and left.user.username == f"A4-{str(left.project_id)[:8]}"
    rows = Change.objects.filter(action="project.restore")
    assert rows.count() == Change.objects.count() and rows.values("batch").distinct().count() == 1
    assert rows.filter(object_type="decision").count() == Decision.objects.count()
    User.objects.filter(username="curator").update(is_active=True)
    client.force_login(User.objects.get(username="curator"))
    document = Document.objects.get(number=1)
    pages = "changes progress agreement members rounds documents decisions adjudicate registries/speakers talk codebook"
    for page in (*pages.split(), f"d/{document.pk}/adjudicate", "export"):
        assert client.get(f"/p/harbour/{page}/").status_code == 200, page


# What is no data of the project: history, times at work, sign-in, uploads, sketches of texts; releases stay files.
LEFT_OUT = {
    "ActiveTime", "Attempt", "Band", "Change", "DocumentImport", "Invitation", "Release", "Sketch", "Token",
}  # fmt: skip
# Held by documents.jsonl and project.json.
IN_LINES = {
    "Answer", "Claim", "ClaimSpeaker", "Codebook", "Corpus", "Document", "Layer", "NoClaimMark", "Project", "Reporter",
    "Span", "Stance",
}  # fmt: skip


def test_every_table_and_column_is_carried_or_left_out_on_purpose():
    carried = {table.model._meta.object_name for table in TABLES}
    models = [model for app in ("annotate", "corpus") for model in apps.get_app_config(app).get_models()]
    assert {model._meta.object_name for model in models} <= carried | LEFT_OUT | IN_LINES
    for table in TABLES:
        home = table.path.partition("__")[0]
        own = {field.name for field in table.model._meta.concrete_fields} - {home}
        numbered = set() if "id" in table.columns else {"id"}
        if not table.is_more:
            assert own - numbered == set(table.columns) - {home}, table.name


@pytest.mark.once(on="postgres")
def test_what_differs_is_listed_and_nothing_is_added_or_changed(tmp_path):
    lives.project()
    export(tmp_path / "one.zip")
    Decision.objects.filter(reason="As it reads.").update(reason="Another.")
    Submission.objects.filter(number=2).delete()
    SpeakerAlias.objects.all().delete()
    Remark.objects.filter(text="It is.").update(text="It is not.")
    Claim.objects.filter(note__endswith="says ben").update(note="other words")
    Document.objects.filter(number=4).update(created_at=make.LATER)
    Project.objects.update(name="Another name")
    here = export(tmp_path / "here.zip")

    code, said = restore(tmp_path / "one.zip", "project")

    assert code == 1 and "restored: 0 documents, 0 layers, 0 claims, 0 submissions, 0 decisions" in said
    for words in (
        '“reason” is "Another." here and "As it reads." in the file',
        "submissions.jsonl, line ",
        "aliases.jsonl, line 1: It is not here; it was left out",
        "aliases.jsonl, line 1: It is not here",
        '“text” is "It is not." here',
        '“note” is "other words" here',
        "more_of_documents.jsonl, line 4: “created_at”",
        "“name” is 'Another name' here and 'Harbour' in the file",
    ):
        assert words in said, said
    assert export(tmp_path / "again.zip") == here


def test_a_second_project_on_a_corpus_comes_back_beside_the_first(tmp_path):
    first = world.project()
    second = Project.objects.create(
        slug="second", name="Second", corpus=first.corpus, codebook=first.codebook, created_at=make.NOW
    )
    Member.objects.create(project=second, user=make.user("manager"), is_manager=True, pseudonym="A1")
    export(tmp_path / "one.zip")
    make.entry(first, Speaker, "Somebody new")
    late = make.document(first, "It came late.\n", source="Evening Post", external_id="late")
    own = make.round(second, name="Own", overlap=1)
    rest = make.document(first, "It came last.\n")
    after = export(tmp_path / "two.zip", "second")
    empty_everything()

    assert restore(tmp_path / "one.zip", "project")[0] == 0
    Document.objects.filter(number=1).update(title="Corrected here")
    code, said = restore(tmp_path / "two.zip", "project", slug="second")
    assert code == 1 and '“title” is "Corrected here" here' in said and "1 differences" in said, said
    assert (
        Round.objects.get(pk=own.pk).project.slug == "second" and Speaker.objects.filter(name="Somebody new").exists()
    )
    assert Document.objects.get(pk=late.pk).number == 5 and Document.objects.get(pk=rest.pk).number == 6
    Document.objects.filter(number=1).update(title="")
    assert export(tmp_path / "again.zip", "second") == after
    code, said = restore(tmp_path / "two.zip", "project", slug="third")
    assert code == 1 and "This project is here as “second”" in said
    assert restore(tmp_path / "one.zip", "project", slug="second")[1].count("is here as “harbour”") == 1


@pytest.mark.once
def test_a_bad_archive_is_refused_with_its_line_and_nothing_is_stored(tmp_path):
    lives.project()
    export(tmp_path / "one.zip")
    empty_everything()
    for name, change, words in BAD:
        code, said = restore(changed(tmp_path / "one.zip", name, change), "project")
        assert code == 1 and words in said, (name, said)
        assert not Project.objects.exists() and not Document.objects.exists() and not User.objects.exists()
    unsigned = changed(tmp_path / "one.zip", "remarks.jsonl", lambda data: data + b"\n", is_signed=False)
    assert "remarks.jsonl: It is not what manifest.json says of it" in restore(unsigned, "project")[1]
    assert "'../x' is no file of this format" in restore(changed_names(tmp_path, "../x"), "project")[1]
    assert "is there twice" in restore(changed_names(tmp_path, "remarks.jsonl"), "project")[1]
    (tmp_path / "none.zip").write_bytes(b"PK")
    assert "neither a folder nor a zip archive" in restore(tmp_path / "none.zip", "project")[1]
    data = (tmp_path / "one.zip").read_bytes()
    (tmp_path / "none.zip").write_bytes(data[:900] + b"????????" + data[908:])
    code, said = restore(tmp_path / "none.zip", "project")
    assert code == 1 and "Write the archive anew" in said, said
    assert not Project.objects.exists()


@pytest.mark.once
def test_the_first_version_of_the_archive_comes_back_with_all_that_it_says(tmp_path):
    """The file was written by the first version, and is never written anew; what was added since has its default."""
    code, said = restore(FIRST, "project")
    assert code == 0 and "restored: 4 documents" in said and "0 differences" in said, said

    export(tmp_path / "folder")
    with zipfile.ZipFile(FIRST) as archive:
        for table in TABLES:
            rows = [orjson.loads(line) for line in archive.read(file_name(table)).splitlines()]
            now = [orjson.loads(line) for line in (tmp_path / "folder" / file_name(table)).read_bytes().splitlines()]
            assert rows and len(now) == len(rows), table.name
            assert all(row.items() <= new.items() for row, new in zip(rows, now, strict=True)), table.name


@pytest.mark.once(on="postgres")
def test_what_an_earlier_version_did_not_know_has_its_default_and_what_a_later_one_wrote_is_refused(
    tmp_path, monkeypatch
):
    lives.project()
    export(tmp_path / "one.zip")
    empty_everything()
    for name, columns in (("remarks.jsonl", ("kind", "settled_at")), ("labels.jsonl", ("slot", "replaces"))):
        changed(tmp_path / "one.zip", name, lines_without(*columns)).rename(tmp_path / "one.zip")
    changed(tmp_path / "one.zip", "loaded_words.jsonl", None).rename(tmp_path / "one.zip")
    assert "It lacks loaded_words.jsonl" in restore(tmp_path / "one.zip", "project")[1]

    monkeypatch.setattr("annotate.actions.restoring.archive.VERSION", 2)
    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0 and " 0 differences" in said, said
    assert restore(tmp_path / "one.zip", "project")[1].endswith(" 0 differences.\n")
    assert set(Remark.objects.values_list("kind", "settled_at")) == {("remark", None)}
    assert not LoadedWord.objects.exists()

    later = changed(
        tmp_path / "one.zip", "project.json", lambda data: data.replace(b'"version": 1', b'"version": 3', 1)
    )
    assert "This is no standpoint-project of version 2 or before" in restore(later, "project")[1]
    nameless = changed(tmp_path / "one.zip", "remarks.jsonl", lines_without("text"))
    empty_everything()
    assert "remarks.jsonl, line 1, /text: “text” is missing" in restore(nameless, "project")[1]


def changed_names(folder, name):
    path = changed(folder / "one.zip", "remarks.jsonl", bytes)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(name, b"")
    return path


@pytest.mark.once
def test_a_folder_is_restored_too_and_only_what_belongs_there(tmp_path):
    world.project()
    before = export(tmp_path / "one.zip")
    export(tmp_path / "folder")
    empty_everything()
    (tmp_path / "folder/more.txt").write_text("x")
    assert "'more.txt' is no file of this format" in restore(tmp_path / "folder", "project")[1]
    (tmp_path / "folder/more.txt").unlink()
    boss = make.user("boss")
    make.user("ann")
    code, said = restore(tmp_path / "folder", "project", username="boss")
    assert code == 0 and "became members: ann." in said and "boss becomes a manager of the project." in said, said
    assert Member.objects.get(user=boss).is_manager
    Member.objects.get(user=boss).delete()
    assert export(tmp_path / "two.zip") == before
    make.user("eve")
    code, said = restore(tmp_path / "folder", "project", username="eve")
    assert code == 2 and "manage the project" in said
