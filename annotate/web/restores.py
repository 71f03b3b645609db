"""A whole project put back from the files that it was exported to, by superusers: checked first, then stored."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils import timezone

from annotate.actions import restoring
from annotate.formats import FORMATS
from annotate.payloads.problems import Problem
from annotate.web.access import Request, answer, page
from annotate.web.forms import FilesField, ManyFiles, add_problem

MAX_BYTES = 50_000_000
LISTED = 200
LONGEST_NAME = 60  # characters, of which each may be four bytes; no file system here takes more than 255
ONLY = "Whole projects are restored by superusers; ask whoever runs this site."


class RestoreForm(forms.Form):
    slug = forms.SlugField(
        label="Short name of the project", max_length=100, help_text="It is made where it is not there."
    )
    format = forms.ChoiceField(choices=[(key, FORMATS[key].name) for key in restoring.FORMATS])
    file = forms.FileField(
        help_text=f"At most {MAX_BYTES // 1_000_000} MB; larger ones with the command import_annotations."
    )
    codebook = FilesField(
        label="Codebook",
        required=False,
        widget=ManyFiles(attrs={"accept": ".json", "multiple": True}),
        help_text="A file for each version, from the Codebook page; unless the file holds it, or the default one fits.",
    )

    def clean_file(self) -> UploadedFile[Any]:
        found: UploadedFile[Any] = self.cleaned_data["file"]
        if (found.size or 0) > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1_000_000} MB; use the command.")
        return found


@page("GET", "POST")
def project_restore(request: Request) -> HttpResponse:
    """Check what a restore would do, or do it. To restore twice stores nothing twice."""
    if not request.user.is_superuser:
        raise PermissionDenied(ONLY)
    form = RestoreForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, status=200 if request.method == "GET" else 400)
    is_dry = request.POST.get("do") != "restore"
    try:
        outcome = _restore(request, form.cleaned_data, is_dry=is_dry)
    except restoring.Refused as refused:
        return _page(request, form, status=400, refused=refused, listed=refused.problems[:LISTED])
    except Problem as problem:
        add_problem(form, problem)
        return _page(request, form, status=problem.status)
    return _page(request, form, outcome=outcome, listed=outcome.differences[:LISTED], is_dry=is_dry)


def _restore(request: Request, values: dict[str, Any], *, is_dry: bool) -> restoring.Outcome:
    with TemporaryDirectory(prefix="standpoint-restore-") as folder:
        sent = [values["file"], *(one for one in values["codebook"] if one is not None)]
        path, *codebooks = [_kept(Path(folder) / str(number), one) for number, one in enumerate(sent)]
        return restoring.restore_project(
            user=request.user,
            slug=values["slug"],
            path=path,
            format=values["format"],
            now=timezone.now(),
            codebooks=codebooks,
            dry_run=is_dry,
        )


def _kept(folder: Path, file: UploadedFile[Any]) -> Path:
    """Write a file that was sent under its own name, which reports tell."""
    folder.mkdir()
    path = folder / (Path(file.name or "").name[-LONGEST_NAME:] or "file")
    with path.open("xb") as to:
        for piece in file.chunks():
            to.write(piece)
    return path


def _page(request: Request, form: RestoreForm, *, status: int = 200, **found: Any) -> HttpResponse:
    outcome = found.get("outcome")
    counts = [(kind, n, outcome.present[kind]) for kind, n in outcome.made.items() if n] if outcome else []
    kept = [(kind, 0, n) for kind, n in outcome.present.items() if n and not outcome.made[kind]] if outcome else []
    if refused := found.get("refused"):
        n_refused = len(refused.problems) + refused.n_more
        found |= {"n_refused": n_refused, "fate": refused.fate("the file")}
    context = {"form": form, "counts": sorted([*counts, *kept]), **found}
    return answer(request, "annotate/project_restore.html", "restore-report", context, status=status)
