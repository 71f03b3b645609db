"""What the OpenAPI schema allows and forbids, sent to a live server: it answers as the schema says, and never 5xx."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import make

# A schema cannot say that an id must exist or a name be new, so a body that it allows may be answered 400 by a rule.
NOT_CHECKED = "positive_data_acceptance"


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(live_server, project, manager, ann, document, tmp_path):
    pytest.importorskip("schemathesis", reason="schemathesis is not installed (uv sync --group foreign)")
    make.claim(make.user("ann"), document, "The closure is needed")
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{live_server.url}/api/v1/schema/",
        "--header", f"Authorization: {manager.headers['Authorization']}",
        "--phases", "examples,fuzzing", "--max-examples", "1", "--seed", "1", "--generation-deterministic",
        "--continue-on-failure", "--exclude-checks", NOT_CHECKED, "--warnings", "off", "--no-color",
    ]  # fmt: skip

    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False)
    make.let_go_of_releases()

    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
