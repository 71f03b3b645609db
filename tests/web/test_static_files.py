"""The scripts as they are collected: one file a page, names that do not clash, and the reader's budget."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from rjsmin import jsmin

from annotate.static_files import bundle

STATIC = Path(__file__).parents[2] / "annotate" / "static"
READER = "annotate/js/reader/reader.js"
BUDGET_JS, BUDGET_CSS = 30_000, 10_000


def read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def test_a_bundle_holds_each_module_once_after_those_that_it_needs():
    files = {
        "a/one.js": 'import { two } from "./two.js";\nimport { three } from "./three.js";\nexport const one = two;\n',
        "a/two.js": 'import { three } from "./three.js";\nexport const two = three;\n',
        "a/three.js": "export const three = 3;\n",
    }
    assert bundle("a/one.js", files.__getitem__).split("\n\n") == [
        "const three = 3;",
        "const two = three;",
        "export const one = two;\n",
    ]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("const same = 2;\n", "“same” is declared by"),
        ('import * as all from "./x.js";\n', "import and export by name"),
        ("export default 1;\n", "import and export by name"),
    ],
)
def test_what_cannot_share_a_scope_is_refused(second, message):
    files = {"one.js": 'import { two } from "./two.js";\nconst same = two;\n', "two.js": second}
    with pytest.raises(ImproperlyConfigured, match=message):
        bundle("one.js", files.__getitem__)


def test_every_own_script_can_be_bundled():
    for path in (STATIC / "annotate/js").rglob("*.js"):
        bundle(path.relative_to(STATIC).as_posix(), read)


def test_the_reader_keeps_to_its_budget():
    template = (STATIC.parents[1] / "templates/annotate/reader.html").read_text(encoding="utf-8")
    assert "{% block htmx %}{% endblock %}" in template
    script = jsmin(bundle(READER, read)).encode()
    assert len(gzip.compress(script, 9)) <= BUDGET_JS
    sheets = {"annotate/css/base.css", *re.findall(r"annotate/css/(?!fonts)\w+\.css", template)}
    assert sum(len(gzip.compress(read(name).encode(), 9)) for name in sheets) <= BUDGET_CSS
