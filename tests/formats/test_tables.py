"""The dataset as tables: what the columns hold, what is said of them, and who else can read them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from annotate.formats import FORMATS, Selection, delivered
from annotate.formats.csv import safe, unsafe
from annotate.formats.tables.columns import TABLES, TYPES
from annotate.models import Claim, Decision, Project
from annotate.records import claim_dict, claim_dicts
from tests import make
from tests.formats.folders import imported, members, twin
from tests.formats.test_round_trips import dataset
from tests.restoring import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return world.project()


def table(files, name):
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.once
def test_every_column_is_described_once_and_in_the_papers(project):
    files = members(project, "csv", "all")
    about = json.loads(files["csv-metadata.json"])
    described = {one["url"]: [column["name"] for column in one["tableSchema"]["columns"]] for one in about["tables"]}
    dictionary = files["dictionary.md"].decode()
    assert len({one.name for one in TABLES}) == len(TABLES)
    for one in TABLES:
        names = [column.name for column in one.columns]
        header = next(csv.reader(io.StringIO(files[f"{one.name}.csv"].decode("utf-8-sig"))))
        assert header == names == described[f"{one.name}.csv"] and len(set(names)) == len(names)
        assert set(one.key) <= set(names) and f"## {one.name}" in dictionary
        for column in one.columns:
            assert column.type in TYPES and column.text.endswith(".") and f"| `{column.name}` |" in dictionary
            assert not column.refers or any(column.refers == other.name for other in TABLES)


def test_rows_have_their_keys_their_types_and_what_they_refer_to(project):
    files = members(project, "csv", "all")
    keys = {one.name: {row[one.key[0]] for row in table(files, one.name)} for one in TABLES}
    for one in TABLES:
        rows = table(files, one.name)
        assert rows, one.name
        assert len({tuple(row[name] for name in one.key) for row in rows}) == len(rows), one.name
        for row in rows:
            for column in one.columns:
                value = row[column.name]
                assert value or not column.is_required, (one.name, column.name)
                if value and column.refers:
                    assert value in keys[column.refers], (one.name, column.name)
                if value and column.type in ("integer", "number"):
                    float(value)
                assert column.type != "boolean" or value in ("true", "false", "")


def test_a_stance_names_its_holder_also_where_nobody_was_named(project):
    files = members(project, "csv", "annotators")
    rows = [row for row in table(files, "stances") if row["target"] == "Cheap ferries"]
    assert {(row["holder"], row["holder_is_default"], row["value"], row["score"]) for row in rows} == {
        ("Fishers’ league", "true", "support", "1.0"),
        ("Ms. Oyelaran", "false", "support", "1.0"),
    }
    assert table(members(project, "csv", "annotators"), "decisions") == []
    assert len(table(members(project, "csv", "gold"), "decisions")) == Decision.objects.count()


@pytest.mark.once
def test_cells_are_no_formulas_and_come_back(project):
    files = members(project, "csv")
    notes = {row["note"] for row in table(files, "claims")}
    assert "'=1+1" in notes and "'+1 for this 🙂\nsays ann" in notes
    assert "'=SUM(1)" in {row["title"] for row in table(files, "documents")}
    for value in ("=1", "'", "''x", "+", "\ttab", "@a", "plain", "", "\nline", "-5"):
        assert unsafe(safe(value)) == value


def contents(project):
    """Return what the claims of a project say, by annotator, without the ids and times that every import makes anew."""
    found = []
    for claim in claim_dicts(Claim.objects.filter(layer__project=project)):
        who = Claim.objects.get(pk=claim["id"]).layer.annotator.username
        kept = ("spans", "cue", "mode", "no_stance", "attributes", "unsure", "note", "detected")
        found.append([who, {name: claim.get(name) for name in kept}, named(claim["speakers"]), named(claim["stances"])])
        found[-1] += [named(claim["reported_by"]), named(claim["proposition"])]
    return sorted(found, key=str)


def named(value):
    """Return a part of a claim with its entries by their names."""
    if isinstance(value, dict):
        return {key: named(inner) for key, inner in value.items() if key != "id"}
    return [named(inner) for inner in value] if isinstance(value, list) else value


def test_the_tables_come_in_as_layers_of_their_annotators():
    project = dataset()
    out = members(project, "csv")
    other = twin(project)

    assert imported(other, "csv", out) == (5, 0, [])
    assert contents(other) == contents(project)
    assert imported(other, "csv", out)[:2] == (0, 5)

    out["spans.csv"] = out["spans.csv"].replace(b"The closure is needed", b"The closure was needed")
    created, known, refused = imported(twin(project, "third"), "csv", out)
    assert created + known == 4 and "The closure was needed" in str(refused[0])
    lacking = {"claims.csv": out["claims.csv"].replace(b"no_stance", b"stance_no"), "spans.csv": out["spans.csv"]}
    assert "lacks the column 'no_stance'" in str(imported(other, "csv", lacking)[2][0])
    assert "no folder with claims.csv" in str(imported(other, "csv", {"spans.csv": b""})[2][0])


def test_what_is_wrong_in_a_table_is_said_with_that_table_and_its_row():
    out = members(dataset(), "csv")
    rows = table(out, "stances")
    cut = {row["claim_id"] for row in table(out, "spans") if row["quote"] == "The closure is needed"}
    number, value = next(
        (n, row["value"]) for n, row in enumerate(rows, start=2) if row["value"] and row["claim_id"] not in cut
    )
    lines = out["stances.csv"].split(b"\r\n")
    lines[number - 1] = lines[number - 1].replace(value.encode(), b"hates")
    out["stances.csv"] = b"\r\n".join(lines)
    out["spans.csv"] = out["spans.csv"].replace(b"The closure is needed", b"The closure was needed")
    refused = imported(twin(Project.objects.get()), "csv", out)[2]
    places = {refusal.file: refusal for refusal in refused}
    assert set(places) == {"stances.csv", "spans.csv"}, refused
    assert places["stances.csv"].at == f"row {number}" and "hates" in places["stances.csv"].rule
    assert "The closure was needed" in places["spans.csv"].value and places["spans.csv"].at.startswith("row ")


def test_a_table_of_ones_own_comes_in():
    project = make.project()
    make.member(project, "ann")
    text = make.document(project, external_id="a-1").text
    start = text.index("The closure is needed")
    head = "external_id;start;end;quote;speaker;target;stance;label\n"
    row = f"a-1;{start};{start + 21};The closure is needed;Tor Lind;Closure;pro;Claim\n"
    bad = f"a-1;{start};x;The;;;;\na-1;{start};{start + 3};;;;;\n;1;2;a;;;;\na-1;0;3;Not;;;;\n"
    bad += f"a-1;{start};{start + 3};The;;;;Other\n"
    files = {"mine.csv": (head + row + bad).encode()}
    created, _, refused = imported(project, "csv", files, username="ann", mapping=["stance=pro=stance=support"])
    (claim,) = [claim_dict(one.pk) for one in Claim.objects.all()]
    assert created == 1 and claim["speakers"][0]["name"] == "Tor Lind"
    assert (claim["stances"][0]["target"]["name"], claim["stances"][0]["value"]) == ("Closure", "support")
    said = {refusal.at: refusal.rule for refusal in refused}
    assert sorted(said) == ["row 3", "row 4", "row 5", "row 6", "row 7"]
    assert "whole number" in said["row 3"] and "no quote" in said["row 4"] and "no document" in said["row 5"]
    assert "the text reads" in said["row 6"] and "no meaning" in said["row 7"]
    lacking = {"mine.csv": b"external_id,start,end\n"}
    assert "external_id (or document), start, end, quote" in imported(project, "csv", lacking)[2][0].rule


@pytest.mark.once
def test_pandas_and_duckdb_read_the_tables(project, tmp_path):
    pandas = pytest.importorskip("pandas", reason="pandas comes with the group “foreign”")
    duckdb = pytest.importorskip("duckdb", reason="duckdb comes with the group “foreign”")
    for name, data in members(project, "csv", "all").items():
        (tmp_path / name).write_bytes(data)
    claims = pandas.read_csv(tmp_path / "claims.csv", keep_default_na=False, na_values=[""])
    stances = pandas.read_csv(tmp_path / "stances.csv")
    assert claims.columns[0] == "claim_id" and len(claims) == Claim.objects.count()
    assert claims["unsure"].dtype == bool and stances["score"].min() >= -1
    counts = claims.merge(stances, on="claim_id").groupby("value").size()
    assert counts["support"] > 1
    (rows,) = duckdb.sql(f"select count(*), min(claim_id) from '{tmp_path}/claims.csv'").fetchall()
    assert rows[0] == len(claims)
    assert duckdb.sql(f"select text from '{tmp_path}/documents.csv' order by number").fetchall()[0][0] == world.FERRY


@pytest.mark.once
def test_libreoffice_opens_a_table_without_computing_anything(project, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    files = {name: data for name, data in members(project, "csv", "all").items() if name.endswith(".csv")}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    # Commas, quotation marks, UTF-8, from row 1 on: what its window for CSV files offers when there is a mark.
    command += ["--infilter=CSV:44,34,76,1"]
    command += ["--convert-to", "fods", "--outdir", str(tmp_path), *(str(tmp_path / name) for name in sorted(files))]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    for name, data in files.items():
        sheet = (tmp_path / name).with_suffix(".fods").read_text(encoding="utf-8")
        assert "table:formula" not in sheet
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert firsts(sheet) == [row[0] for row in rows]
    assert "&apos;+1 for this 🙂</text:p><text:p>says ann" in (tmp_path / "claims.fods").read_text(encoding="utf-8")


def firsts(sheet):
    """Return the first cell of each row that LibreOffice has."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    rows = ElementTree.fromstring(sheet).iter(f"{table}table-row")
    return [found for row in rows if (found := "".join(row.find(f"{table}table-cell").itertext()).strip())]


def test_the_number_of_queries_does_not_grow_with_the_claims(project, django_assert_max_num_queries):
    selection = Selection(project=project, user=make.user("manager"), layers="all")
    with django_assert_max_num_queries(60):
        assert b"".join(delivered(FORMATS["csv"], selection))
    assert list(claim_dicts(Claim.objects.all()))
