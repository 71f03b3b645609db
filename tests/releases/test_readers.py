"""What others make of a release: Croissant's own checker, `datasets`, pandas as in the README, a reader of YAML."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from annotate.actions.releases import folder_of
from annotate.actions.tokens import create_token
from tests import make
from tests.releases import papers
from tests.releases.world import CLOSURE, MANAGER, World, read

pytestmark = pytest.mark.once
README = Path(__file__).parents[2] / "README.md"
WHY = "a foreign reader; `uv sync --group foreign` brings it"


@pytest.fixture
def folder(db, tmp_path):
    made = World().release(texts="full", creators=[{"name": "Lind", "given": "Tora"}, {"name": "Bay University"}])
    return shutil.copytree(folder_of(made.pk), tmp_path / "release")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_is_valid_and_reads_the_table(folder):
    croissant = pytest.importorskip("mlcroissant", reason=WHY)
    dataset = croissant.Dataset(jsonld=folder / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    (row,) = dataset.records("claims")
    assert row["claims/quote"].decode() == CLOSURE and row["claims/score"] == 1.0


def test_the_folder_is_a_dataset_of_hugging_face(folder, tmp_path):
    datasets = pytest.importorskip("datasets", reason=WHY)
    datasets.disable_progress_bars()
    found = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    rows = [row for part in found.values() for row in part]
    assert [(row["quote"], row["stance"], row["score"], row["represents"]) for row in rows] == [
        (CLOSURE, "support", 1.0, None)
    ]


def test_without_gold_the_readings_are_the_dataset(db, tmp_path):
    datasets = pytest.importorskip("datasets", reason=WHY)
    project = make.project()
    make.layer(make.member(project, "ann"), make.document(project))
    made = make.release(project)
    found = datasets.load_dataset(str(folder_of(made.pk)), cache_dir=str(tmp_path / "cache"))
    (row,) = found["readings"]
    assert (row["quote"], row["stance"], row["round"]) == (CLOSURE, "support", 1)
    assert 'pd.read_csv("readings.csv")' in read(made)["README.md"].decode()


def test_the_citation_file_has_what_it_must_have(folder):
    yaml = pytest.importorskip("yaml", reason=WHY)
    found = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "type", "version", "date-released", "license"} <= set(found)
    assert found["cff-version"] == "1.2.0" and found["type"] == "dataset"
    assert found["authors"] == [{"family-names": "Lind", "given-names": "Tora"}, {"name": "Bay University"}]
    head = (folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert yaml.safe_load(head)["configs"][0]["config_name"] == "claims"


ASKED = [
    {"creators": [{"name": "Bay University"}], "licence": "ODbL-1.0"},
    {
        "title": "Harbour: “claims” & more",
        "doi": "10.5281/zenodo.1234567",
        "licence": "CC0-1.0",
        "publisher": "Bay University",
        "licence_texts": "",
        "creators": [{"name": "Lind", "given": "Tora", "orcid": "0000-0002-1825-0097", "affiliation": "Bay"}] * 2,
    },
    {"doi": "10.1002/(SICI)1097<1:AID>3.0", "creators": []},
]


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_papers_keep_the_rules_of_who_reads_them():
    jsonschema = pytest.importorskip("jsonschema", reason=WHY)
    yaml = pytest.importorskip("yaml", reason=WHY)
    datacite = pytest.importorskip("datacite.schema45", reason=WHY)
    world = World()
    for asked in ASKED:
        files = read(world.release(**asked))
        cited = yaml.load(files["CITATION.cff"], yaml.BaseLoader)  # every value as it is written
        jsonschema.validate(cited, papers.CFF)
        jsonschema.validate(json.loads(files[".zenodo.json"]), papers.ZENODO)
        found = json.loads(files["datacite.json"])
        assert asked.get("doi", "") in files["CITATION.cff"].decode() and found.get("doi") == asked.get("doi")
        # Since 4.6 a date may say which time the data cover; the library knows 4.5.
        found["dates"] = [one for one in found["dates"] if one["dateType"] != "Coverage"]
        datacite.validator.validate(found)


@pytest.fixture
def site(live_server):
    make.project("demo", manager=make.user(MANAGER))
    yield live_server
    make.let_go_of_releases()


def test_the_readme_leads_from_a_release_to_a_table(site, tmp_path, monkeypatch, capsys):
    pytest.importorskip("pandas", reason=WHY)
    section = README.read_text(encoding="utf-8").partition("### From a release to a chart")[2].partition("\n### ")[0]
    fetching, reading = re.findall(r"```python\n(.*?)```", section, re.S)
    project = make.Project.objects.get(slug="demo")
    document = make.document(project)
    made = make.gold_claim(document, CLOSURE)
    make.Layer.objects.filter(pk=made.layer_id).update(n_claims=1)
    make.release(project)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", create_token(user=make.user(MANAGER))[1])
    table, chart = reading.split("chart = table.")  # which needs matplotlib
    assert chart.startswith("plot.")

    names: dict[str, object] = {}
    exec(fetching.replace("http://127.0.0.1:8000", site.url), names)
    exec(table, names)

    assert names["table"].loc["Closure of the bridge", "support"] == 1
    assert "Closure of the bridge" in capsys.readouterr().out
