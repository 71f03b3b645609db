"""Vendored files are whole and unchanged, and each is listed with version, licence and checksum."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "annotate/static/annotate/vendor"


def test_every_vendored_file_is_listed_with_its_checksum():
    listed = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.M))
    files = {str(path.relative_to(VENDOR)): path for path in VENDOR.rglob("*.*") if path.suffix in (".js", ".woff2")}
    assert listed.keys() == files.keys()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name], name
