"""The recipes of the README, run as they stand there, against a live server."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest

from tests import make

README = Path(__file__).parent.parent.parent / "README.md"
QUOTES = ("The closure is needed", "it will be short")
pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


def recipe(needle: str) -> str:
    found = [code for code in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL) if needle in code]
    assert len(found) == 1, f"The README has {len(found)} recipes with {needle}."
    return found[0]


@pytest.fixture
def names(live_server, project, manager, ann, document, tmp_path, monkeypatch):
    """Names that the recipes use; the file of the export lies in the working directory."""
    for quote in QUOTES:
        make.claim(make.user("ann"), document, quote, stances=[{"target": {"name": "Closure"}, "value": "support"}])
    token = manager.headers["Authorization"].removeprefix("Bearer ")
    url = f"{live_server.url}/api/v1/projects/bridge/export/?format=jsonl&layers=annotators"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    (tmp_path / "claims.jsonl").write_bytes(urllib.request.urlopen(request).read())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return {"url": url, "token": token}


@pytest.mark.filterwarnings("ignore")
def test_pandas_gets_a_table_of_stances(names, document):
    pytest.importorskip("pandas", reason="pandas is not installed (uv sync --group foreign)")

    exec(recipe("pd.read_json(url"), names)

    assert names["counts"].loc["Closure", "support"] == 2 and set(names["table"]["source"]) == {document.source.name}


def test_duckdb_counts_stances(names):
    pytest.importorskip("duckdb", reason="duckdb is not installed (uv sync --group foreign)")

    exec(recipe("import duckdb"), names)

    assert names["rows"] == [("Closure", "support", 2)]


@pytest.mark.filterwarnings("ignore")
def test_datasets_loads_the_claims(names, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed (uv sync --group foreign)")
    datasets.config.HF_DATASETS_CACHE = tmp_path / "cache"
    datasets.disable_progress_bars()

    exec(recipe("from datasets"), names)

    assert set(names["quotes"]) == set(QUOTES)
