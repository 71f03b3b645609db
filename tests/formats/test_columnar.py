"""Parquet and the Hugging Face folder, opened by who they are for."""

from __future__ import annotations

import io
from datetime import date

import pytest

from annotate.formats import FORMATS, Selection, delivered
from annotate.formats.huggingface import dataset_members
from annotate.models import Claim
from tests import make
from tests.formats.folders import members
from tests.restoring import world

# Golden files are compared on both databases; here are the readers of the same bytes.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow comes with the group “foreign”")


@pytest.fixture
def selection():
    return Selection(project=world.project(), user=make.user("manager"), layers="all")


def test_parquet_is_typed_and_holds_every_claim(selection):
    table = parquet.read_table(io.BytesIO(b"".join(delivered(FORMATS["parquet"], selection))))
    rows = [row for row in table.to_pylist() if row["note"] == "+1 for this 🙂\nsays ann"]
    assert table.num_rows == Claim.objects.count()
    [row] = [row for row in rows if row["created_at"] == make.NOW]
    assert row["document"]["published_on"] == date(2026, 5, 13) and row["layer_kind"] == "annotator"
    assert row["quote"] == "It must\u00a0stay cheap […] and it must stay safe"
    holders = [(one["holder"]["name"], one["holder_is_default"], one["score"]) for one in row["stances"]]
    assert holders == [("Fishers’ league", True, 1.0), ("Ms. Oyelaran", False, 1.0)]
    answers = {one["key"]: one["values"] for one in row["attributes"]}
    assert answers["grounds"] == ["ground_2", "ground_7"] and answers["new"] == ["true"]


def test_duckdb_and_pandas_read_parquet(selection, tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb comes with the group “foreign”")
    path = tmp_path / "claims.parquet"
    path.write_bytes(b"".join(delivered(FORMATS["parquet"], selection)))
    query = f"select s.value, count(*) from (select unnest(stances) s from '{path}') group by all"
    assert dict(duckdb.sql(query).fetchall())["support"] > 1
    pandas = pytest.importorskip("pandas", reason="pandas comes with the group “foreign”")
    assert len(pandas.read_parquet(path)) == Claim.objects.count()


def test_datasets_loads_the_folder_with_its_features_and_splits(selection, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets comes with the group “foreign”")
    whole, split = tmp_path / "whole", tmp_path / "split"
    _write(whole, members(selection.project, "huggingface", "all"))
    by_outlet = dataset_members(selection, split_of=lambda about: "train" if about["source"] else "test")
    _write(split, {member.path: b"".join(member.pieces) for member in by_outlet})

    claims = datasets.load_dataset(str(whole), "claims", cache_dir=str(tmp_path / "a"))
    assert list(claims) == ["train"] and claims["train"].num_rows == Claim.objects.count()
    written = parquet.read_schema(whole / "claims" / "train-00000-of-00001.parquet")
    assert claims["train"].features == datasets.Features.from_arrow_schema(written)
    documents = datasets.load_dataset(str(whole), "documents", cache_dir=str(tmp_path / "b"))["train"]
    texts = dict(zip(documents["id"], documents["text"], strict=True))
    for claim in claims["train"]:
        for span in claim["spans"]:
            assert texts[claim["document"]["id"]][span["start"] : span["end"]] == span["quote"]
    parts = datasets.load_dataset(str(split), "documents", cache_dir=str(tmp_path / "c"))
    assert {name: part.num_rows for name, part in parts.items()} == {"test": 2, "train": 2}
    for folder, names in ((whole, {"train"}), (split, {"test", "train"})):
        infos = datasets.info.DatasetInfosDict.from_directory(str(folder))
        said = infos["documents"].splits  # what the card says; nothing where the library passes over it
        assert set(said) == names and all(one.num_bytes > 0 and one.num_examples > 0 for one in said.values())


def _write(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
