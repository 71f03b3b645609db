"""The README says everything that there is: commands, settings, formats, kinds, roles, dependencies."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from annotate.attributes import KINDS
from annotate.formats import FORMATS
from annotate.permissions import Role
from corpus.readers import READERS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = set(re.findall(r"^\| `?([^`|]+?)`? \|", README, re.M))


def own_commands():
    return [name for name, app in get_commands().items() if app in ("annotate", "corpus")]


@pytest.mark.parametrize("name", own_commands())
def test_every_command_is_in_the_readme_with_its_options(name):
    assert f"`uv run manage.py {name}" in README
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert parser.description


@pytest.mark.parametrize("kind", [*READERS, *FORMATS])
def test_every_format_has_a_row(kind):
    assert kind in ROWS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_attribute_is_named(kind):
    assert f"`{kind}`" in README


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_row(role):
    assert role.value in ROWS


def test_every_setting_has_a_row_and_every_row_is_read():
    source = "".join(path.read_text() for app in ("annotate", "corpus") for path in (ROOT / app).rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"((?:STANDPOINT_|DATABASE_)\w+)\"", source)) | {"DATABASE_URL"}
    documented = {row for row in ROWS if re.fullmatch(r"(STANDPOINT|DATABASE)_[A-Z_]+", row)}
    assert documented <= read | set(re.findall(r"(STANDPOINT_\w+)", source))
    assert read - {"STANDPOINT_BENCH"} <= documented


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for dependency in project["project"]["dependencies"]:
        name = re.match(r"[\w-]+", dependency).group()
        assert re.search(rf"^\| [^|]*\b{name}\b[^|]* \|", README, re.M), name
    for group in project["dependency-groups"].values():
        for dependency in group:
            assert re.match(r"[\w-]+", dependency).group() in README, dependency


def test_the_picture_is_there():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_no_path_of_a_machine_and_no_registry_host_is_named():
    words = [f"{a}{b}" for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("pypi", ".org"), ("python", "hosted"))]
    files = [path for path in ROOT.rglob("*") if path.suffix in (".py", ".md", ".html", ".js", ".css", ".toml")]
    for path in files:
        if {".venv", ".data", "node_modules"} & set(path.parts) or os.sep + "." in str(path.relative_to(ROOT)):
            continue
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path


def test_every_key_of_the_reader_is_in_the_readme():
    folder = ROOT / "annotate/static/annotate/js/reader"
    sources = [(folder / name).read_text(encoding="utf-8") for name in ("keys.js", "help.js")]
    rows = re.findall(r'\["([\w-]+)", "([^"]+)", "\w+"\]', sources[0])
    titles = dict(re.findall(r'^  "?([\w-]+)"?: "([^"]+)",$', sources[1], re.M))
    assert len(rows) > 40 and titles.keys() == {id for id, _ in rows}
    for id, key in rows:
        title = titles[id]
        printed = re.sub(r"[a-z]+$", lambda found: found[0].capitalize(), key)
        assert f"| `{printed}` | {title[0].lower()}{title[1:]} |" in README
