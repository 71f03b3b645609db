"""Files that contradict what is stored, or themselves: nothing of a reading is mixed with another, or made up."""

from __future__ import annotations

import io
from copy import deepcopy
from uuid import uuid4

import orjson
import pytest
from django.core.management import call_command

from annotate.actions import claim_rows
from annotate.actions.restoring import run
from annotate.models import Claim, Layer, Project, Submission
from annotate.records import claim_dict
from corpus.models import Change, Document
from tests import make
from tests.restoring.test_restoring import FORMATS, GOLDEN, restore

pytestmark = pytest.mark.django_db

BOOK = [GOLDEN / "codebook.json"]


def lines(format="documents-jsonl"):
    return [orjson.loads(line) for line in (GOLDEN / FORMATS[format]).read_bytes().splitlines()]


def write(path, found):
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in found))
    return path


def restore_lines(path, found, format="documents-jsonl"):
    make.user("boss")
    options = {"codebook": BOOK} if format == "documents-jsonl" else {}
    return restore(write(path, found), format, username="boss", **options)


def own(line):
    """Return a reading that was submitted."""
    return next(one for one in line["layers"] if one["kind"] == "annotator" and one["status"] == "submitted")


def own_claims(line):
    return next((layer["claims"] for layer in line["layers"] if layer["claims"]), [])


def renamed(layer):
    """Return a layer with claims of other ids."""
    layer = deepcopy(layer)
    for claim in layer["claims"]:
        claim["id"] = str(uuid4())
    return layer


def lose(claim):
    """Delete a claim as if it had never been there; versions and times stay."""
    layer = claim.layer_id
    claim_rows.delete_claim(claim.pk, claim_dict(claim.pk))
    Layer.objects.filter(pk=layer).update(n_claims=Claim.objects.filter(layer=layer).count())


@pytest.mark.parametrize("what", ["document", "round", "annotator"])
def test_a_layer_that_is_elsewhere_here_is_listed_and_gets_no_claims(tmp_path, what):
    found = lines()
    restore_lines(tmp_path / "one", found)
    layer = own(found[0])
    here = Layer.objects.get(pk=layer["id"])
    other = {
        "document": Document.objects.exclude(layers__isnull=False).first,
        "round": lambda: make.round(Project.objects.get(), name="Other"),
        "annotator": lambda: make.member(Project.objects.get(), "dot"),
    }[what]()
    Layer.objects.filter(pk=here.pk).update(**{what: other})
    layer["claims"] = renamed(layer)["claims"]

    code, said = restore_lines(tmp_path / "two", found)
    assert code == 1 and f"The layer {here.pk} is of another document, round or annotator here" in said
    assert Claim.objects.filter(layer=here.pk).count() == here.n_claims


@pytest.mark.parametrize("at_once", [1, 200])
def test_of_a_document_that_stands_in_a_file_twice_only_the_first_line_is_stored(tmp_path, monkeypatch, at_once):
    """Also where the second line is in another batch, when the first is stored already."""
    monkeypatch.setattr(run, "DOCUMENTS_AT_ONCE", at_once)
    line = lines()[0]
    again = deepcopy(line)
    again["layers"] = [renamed(layer) | {"id": str(uuid4()), "round": str(uuid4())} for layer in [own(line)]]
    for claim in again["layers"][0]["claims"]:
        claim |= {"layer": again["layers"][0]["id"], "round": again["layers"][0]["round"]}
    code, said = restore_lines(tmp_path / "twice", [line, again])
    assert code == 1 and "stands in the file twice; the first was kept" in said
    assert Layer.objects.count() == len(line["layers"])


def test_a_submission_is_made_of_what_was_stored_not_of_what_the_file_said(tmp_path):
    line = lines()[0]
    for claim in own(line)["claims"]:
        claim.pop("speakers")
        claim["annotator"] = "ann"
    assert restore_lines(tmp_path / "short", [line])[0] == 0
    reading = Submission.objects.get(layer=own(line)["id"]).reading
    assert len(reading["claims"]) == 3 and all(claim["speakers"] == [] for claim in reading["claims"])
    assert not any("annotator" in claim for claim in reading["claims"])
    rows = Change.objects.filter(object_type="claim", action="project.restore")
    assert all("speakers" in row.after and "annotator" not in row.after for row in rows)
    call_command("agreement", "harbour", stdout=io.StringIO())


@pytest.mark.parametrize("what", ["layer", "claim", "annotator"])
def test_what_stands_in_a_line_twice_is_refused_before_anything_is_stored(tmp_path, what):
    line = lines()[0]
    layer = own(line)
    if what == "claim":
        layer["claims"].append(layer["claims"][0])
    else:
        again = renamed(layer) | {"id": layer["id"] if what == "layer" else str(uuid4())}
        again["claims"] = [claim | {"layer": again["id"]} for claim in again["claims"]]
        line["layers"].append(again)
    code, said = restore_lines(tmp_path / "twice", [line])
    assert code == 1 and "line 1, /layers/" in said and "stands in this line twice; keep one of them." in said
    assert not Project.objects.exists() and not Document.objects.exists()


@pytest.mark.parametrize("at_once", [1, 200])
def test_it_is_said_how_far_a_file_was_stored_whose_lines_contradict_each_other(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(run, "DOCUMENTS_AT_ONCE", at_once)
    first, second = [line for line in lines() if own_claims(line)][:2]
    right = own_claims(second)[0]["id"]
    own_claims(second)[0]["id"] = own_claims(first)[0]["id"]
    call = {"format": "documents-jsonl", "username": "boss", "codebook": BOOK}
    make.user("boss")
    path = write(tmp_path / "twice", [first, second])
    code, said = restore(path, dry_run=True, **call)
    assert code == 1 and "twice was not restored." in said and not Project.objects.exists()
    code, said = restore(path, **call)
    stored = "the lines up to 1" if at_once == 1 else "only the project, its rounds and accounts"
    assert code == 1 and f"Of twice, {stored} were stored; correct it and restore it again to go on." in said
    assert Document.objects.count() == (1 if at_once == 1 else 0) and Project.objects.exists()
    own_claims(second)[0]["id"] = right
    code, said = restore(write(tmp_path / "twice", [first, second]), **call)
    assert code == 0 and Document.objects.count() == 2


def test_no_project_is_made_of_a_file_without_lines(tmp_path):
    code, said = restore_lines(tmp_path / "nothing", [])
    assert code == 1 and "The file holds no document" in said and not Project.objects.exists()


def test_claims_that_are_no_list_are_refused(tmp_path):
    line = lines()[0]
    line["layers"][0]["claims"] = "x"
    code, said = restore_lines(tmp_path / "text", [line])
    assert code == 1 and "/layers/0/claims: 'x' stands where a list is needed." in said


def test_a_claim_is_added_where_the_reading_is_as_it_was_restored_and_its_submission_knows(tmp_path):
    restore_lines(tmp_path / "one", lines())
    claim = Claim.objects.filter(layer__kind="annotator", layer__status="submitted").first()
    lose(claim)
    code, said = restore_lines(tmp_path / "two", lines("jsonl"), "jsonl")
    assert code == 0 and "0 layers, 1 claims" in said, said
    submission = Submission.objects.get(layer=claim.layer_id)
    assert str(claim.pk) in {one["id"] for one in submission.reading["claims"]}
    assert submission.n_claims == len(submission.reading["claims"])


@pytest.mark.parametrize("format", FORMATS)
def test_a_reading_that_was_submitted_here_gets_no_claims(tmp_path, format):
    restore_lines(tmp_path / "one", lines())
    claim = Claim.objects.filter(layer__kind="annotator", layer__status="submitted").first()
    layer = claim.layer
    lose(claim)
    # It was returned to its annotator, and submitted again.
    Layer.objects.filter(pk=layer.pk).update(version=layer.version + 2, updated_at=make.LATER)
    frozen = list(Submission.objects.order_by("pk").values())

    code, said = restore_lines(tmp_path / "two", lines(format), format)
    assert code == 1 and f"The claim {claim.pk} is not in the layer {layer.pk}, which is finished here" in said
    assert not Claim.objects.filter(pk=claim.pk).exists()
    assert list(Submission.objects.order_by("pk").values()) == frozen


def test_a_layer_that_follows_another_version_here_gets_no_claims(tmp_path):
    restore_lines(tmp_path / "one", lines())
    claim = Claim.objects.filter(layer__kind="annotator", layer__status="returned").first()
    lose(claim)
    first = Project.objects.get().codebook.versions.create(number=7, published_at=make.NOW, created_at=make.NOW)
    Layer.objects.filter(pk=claim.layer_id).update(codebook_version=first)
    code, said = restore_lines(tmp_path / "two", lines())
    assert code == 1 and f"Layer {claim.layer_id}: “codebook” is" in said
    assert not Claim.objects.filter(pk=claim.pk).exists()


def test_claims_are_checked_against_the_version_of_their_layer(tmp_path):
    restore_lines(tmp_path / "one", lines())
    found = lines("jsonl")[:1]
    found[0]["codebook"]["version"] = 7
    code, said = restore_lines(tmp_path / "seven", found, "jsonl")
    assert code == 0, said
    found[0]["codebook"]["version"] = "two"
    code, said = restore_lines(tmp_path / "words", found, "jsonl")
    assert code == 1 and "words, line 1, /codebook/version: 'two' is no number" in said


def test_accounts_that_were_there_and_become_members_are_named(tmp_path):
    make.user("ann")
    code, said = restore_lines(tmp_path / "one", lines())
    assert code == 0 and "Accounts that were there and became members: ann." in said
