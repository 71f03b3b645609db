"""`import_annotations`: folders, archives, mappings, dry runs, and exit codes that scripts can trust."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.models import Claim, Layer
from tests import make

pytestmark = pytest.mark.django_db


def imported(*arguments):
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_annotations", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def exported(tmp_path):
    """A folder and a zip archive with a reading of ann, whose claims are deleted then."""
    project = make.project()
    ann = make.member(project, "ann")
    make.claim(ann, make.document(project), "The closure is needed", "it will be short")
    for target in (tmp_path / "out", tmp_path / "out.zip"):
        options = {"format": "brat", "layers": "annotators", "output": target}
        call_command("export_dataset", "bridge", **options, stdout=io.StringIO(), stderr=io.StringIO())
    Claim.objects.all().delete()
    Layer.objects.all().delete()
    return tmp_path


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_folder_or_an_archive_comes_in_once(exported, name):
    how = ("bridge", exported / name, "--format", "brat")
    code, out, err = imported(*how, "--dry-run")
    assert (code, err) == (0, "") and "1 claim would be created" in out and not Claim.objects.exists()
    assert imported(*how)[:2] == (0, "1 claim created, 0 there already, 0 things refused.\n")
    assert imported(*how)[:2] == (0, "0 claims created, 1 there already, 0 things refused.\n")


def test_what_is_refused_is_listed_with_its_place_and_the_exit_code_says_so(exported):
    (path,) = (exported / "out").rglob("*.ann")
    path.write_text("T1\tPoint 0 7\tHarbour\nT2\tPoint 8 12\tport\n")
    mapping = exported / "map.csv"
    mapping.write_text("Point,claim\nPiont,claim\n")
    code, out, err = imported("bridge", exported / "out", "--format", "brat", "--map-file", mapping)
    assert "The mapping of 'Piont' fits nothing that was read" in err and "'Point' fits" not in err
    assert code == 1 and "1 claim created, 0 there already, 1 thing refused." in out
    assert f"{path.name}, line 2" in err and "'port'" in err and "reads 'brid'" in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nowhere", "out"), "no project 'nowhere'"),
        (("bridge", "missing"), "no file or folder"),
        (("bridge", "out", "--map", "a=nothing"), "OLD=NEW"),
        (("bridge", "out", "--as", "zoe"), "'zoe' is no member"),
        (("bridge", "out", "--round", "Ninth"), "no open round 'Ninth'"),
    ],
)
def test_wrong_use_is_said_and_ends_with_two(exported, arguments, why):
    project, path, *more = arguments
    with pytest.raises(CommandError, match=why) as stopped:
        imported(project, exported / path, "--format", "brat", *more)
    assert stopped.value.returncode == 2
