"""Every dataset format against its golden file; and what all of them promise."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from pathlib import Path

import orjson
import pytest

from annotate.actions import claims, layers
from annotate.formats import FORMATS, BrokenSpan, Selection, delivered
from annotate.models import Span
from annotate.payloads.preconditions import Precondition
from tests import make
from tests.formats.folders import as_text, plain, with_plain_ids

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent.parent.parent / "fixtures/datasets"


@pytest.fixture
def dataset():
    """Two annotators, two documents: discontinuous, joint, reported, denied, without stance, formula-like."""
    project = make.project()
    ann, ben = make.member(project, "ann"), make.member(project, "ben")
    first = make.document(project, source="Bay Courier", published_on="2026-05-13", language="en", external_id="one")
    second = make.document(project, "The ferry will run 🙂, she said.\n", title="=SUM(1)", metadata={"b": 1, "a": [2]})
    text = first.text
    make.claim(
        ann,
        first,
        "The closure is needed",
        "it will be short",
        cue=[make.span(text, "he said")],
        speakers=[
            {
                "name": "Tor Lind",
                "represents": {"name": "Port authority"},
                "mention": [make.span(text, "spokesman Tor Lind")],
            },
            {"name": "Port authority"},
        ],
        reported_by=[{"name": "Agency A"}],
        mode="direct",
        proposition={"text": "The closure is avoidable.", "relation": "denies"},
        attributes={"type": "evaluation"},
        note="+1 for this",
        detected={"rule": "frames-1", "fields": ["mode", "cue"]},
    )
    layers.submit_layer(user=ann, document=first, now=make.NOW)
    make.claim(ben, second, "The ferry will run 🙂", speakers=[], stances=[], no_stance=True, unsure=True)
    return Selection(project=project, user=make.user("manager"), layers="all")


def written(selection, key):
    return b"".join(delivered(FORMATS[key], selection)).decode()


def files_of(selection, key):
    """Return the files of an export by path, with plain ids; binary ones as what their own reader shows."""
    format = FORMATS[key]
    if format.library:
        pytest.importorskip(format.library, reason=f"{format.library} comes with the group “foreign”")
    data = b"".join(delivered(format, selection))
    if not format.is_folder:
        name = f"golden.{format.extension}"
        return {name: with_plain_ids(as_text({name: data})[name].decode())}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    return plain(as_text(found))


@pytest.mark.parametrize("key", FORMATS)
def test_a_format_writes_what_its_golden_files_hold(dataset, key):
    found, folder = files_of(dataset, key), GOLDEN / key
    if os.environ.get("WRITE_GOLDEN"):
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in found.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    stored = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert found == {name: path.read_bytes().decode("utf-8") for name, path in stored.items()}


@pytest.mark.parametrize("key", FORMATS)
def test_the_same_data_gives_the_same_bytes(dataset, key):
    files_of(dataset, key)  # skips where a library is missing
    assert b"".join(delivered(FORMATS[key], dataset)) == b"".join(delivered(FORMATS[key], dataset))


@pytest.mark.parametrize("key", FORMATS)
def test_a_span_that_differs_from_the_text_ends_the_export(dataset, key):
    Span.objects.filter(quote="it will be short").update(quote="it will be long")
    with pytest.raises(BrokenSpan, match="it will be long"):
        files_of(dataset, key)


def test_jsonl_says_document_annotator_and_codebook(dataset):
    lines = [orjson.loads(line) for line in written(dataset, "jsonl").splitlines()]
    assert [line["annotator"] for line in lines] == ["ann", "ben"]
    assert lines[0]["document"]["external_id"] == "one" and lines[0]["document"]["source"] == "Bay Courier"
    assert lines[0]["codebook"] == {"name": "Bridge", "version": 1}
    assert lines[0]["layer_kind"] == "annotator" and lines[0]["project"] == "bridge"
    assert lines[1]["document"]["published_on"] is None


def test_gold_and_annotators_are_kept_apart(dataset):
    gold = Selection(project=dataset.project, user=dataset.user, layers="gold")
    assert written(gold, "jsonl") == ""
    documents = [orjson.loads(line) for line in written(gold, "documents-jsonl").splitlines()]
    assert len(documents) == 2 and all(document["layers"] == [] for document in documents)


def test_a_merge_is_resolved_and_unmerged_again(dataset):
    from annotate.actions.registries import merge_entry, unmerge_entry
    from corpus.models import Speaker, Target

    before = written(dataset, "jsonl")
    speaker, into = Speaker.objects.get(name="Tor Lind"), Speaker.objects.get(name="Agency A")
    target = Target.objects.get(name="Closure of the bridge")
    other = Target.objects.create(corpus=dataset.project.corpus, name="Open bridge")
    merge_entry(user=dataset.user, entry=speaker, into=into)
    merge_entry(user=dataset.user, entry=target, into=other, is_inverted=True)

    line = orjson.loads(written(dataset, "jsonl").splitlines()[0])
    assert line["speakers"][0]["name"] == "Agency A"
    assert (line["stances"][0]["target"]["name"], line["stances"][0]["value"]) == ("Open bridge", "oppose")

    unmerge_entry(user=dataset.user, entry=speaker)
    unmerge_entry(user=dataset.user, entry=target)
    assert written(dataset, "jsonl") == before


def test_a_claim_put_back_after_a_merge_keeps_what_was_chosen(dataset):
    from annotate.actions.registries import merge_entry
    from annotate.models import Claim, Stance
    from annotate.records import claim_dict
    from corpus.models import Target

    target = Target.objects.get(name="Closure of the bridge")
    other = Target.objects.create(corpus=dataset.project.corpus, name="Open bridge")
    merge_entry(user=dataset.user, entry=target, into=other, is_inverted=True)
    stored = Claim.objects.get(note="+1 for this")
    shown = claim_dict(stored.pk)
    ann = make.user("ann")
    layers.reopen_layer(user=ann, document=stored.layer.document, now=make.NOW)

    def put(body, match):
        precondition = Precondition.of({"If-Match": match})
        return claims.put_claim(user=ann, claim_id=stored.pk, body=body, precondition=precondition, now=make.NOW)

    assert not put(shown, '"1"').is_changed
    changed = put(shown | {"note": "changed"}, '"1"').claim
    assert (changed["stances"][0]["target"]["name"], changed["stances"][0]["value"]) == ("Open bridge", "oppose")
    stance = Stance.objects.get(claim=stored)
    assert (stance.target, stance.value.key) == (target, "support")
