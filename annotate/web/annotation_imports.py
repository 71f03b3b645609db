"""Annotations of other programs in: a file is checked first, and imported when the report of that has been seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from annotate.actions.annotation_requests import (
    MAX_BYTES,
    READ,
    forget_upload,
    import_file,
    keep_upload,
    kept_upload,
    read_options,
    report_of,
)
from annotate.formats.offsets import UNITS
from annotate.models import Member, Project
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, page, place_of
from annotate.web.forms import add_problem
from annotate.web.refusals import mistakes_of

LISTED = 500
ACCEPT = ",".join(sorted({".zip", *(ending for found in READ.values() for ending in found.endings)}))


class AnnotationForm(forms.Form):
    """What is sent, and how it is understood; the fields are named as the parameters of the API."""

    file = forms.FileField(
        label="File or zip archive",
        required=False,
        help_text=f"At most {MAX_BYTES // 1_000_000} MB; larger ones with the command import_annotations.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        required=False, choices=[("", "By the names of the files"), *((key, found.name) for key, found in READ.items())]
    )
    map = forms.CharField(
        label="What labels become",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="A line each, such as Pro=claim; stance=support. Files that left Standpoint need none.",
    )
    offsets = forms.ChoiceField(
        label="Offsets count",
        required=False,
        choices=[("", "What fits the quotes"), *UNITS.items()],
        help_text="Only for files without quotes, where the report asks for it.",
    )
    second_claims = forms.BooleanField(
        required=False, label="Where a claim on the same words says something else, add a second claim"
    )

    def __init__(self, project: Project, *args: Any) -> None:
        super().__init__(*args)
        names = Member.objects.active().filter(project=project).order_by("user__username")
        people = [(name, name) for name in names.values_list("user__username", flat=True)]
        self.fields["as"] = forms.ChoiceField(
            label="Annotator", required=False, choices=[("", "Whom the file names"), *people]
        )
        rounds = project.rounds.filter(status="open").order_by("number").values_list("pk", "name")
        choices = [("", "The only open one"), *((str(id), name) for id, name in rounds)]
        self.fields["round"] = forms.ChoiceField(required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("upload") and "file" not in self.errors:
            self.add_error("file", "No file was chosen; choose one.")
        elif not cleaned.get("format") and "format" not in self.errors:
            cleaned["format"] = _format_of(cleaned.get("file"))
            if not cleaned["format"]:
                self.add_error("format", "Files of several formats are named like this; choose the one that it is.")
        return cleaned


def _format_of(file: Any) -> str:
    """Return the only format whose files end like the file, or like one in the archive; empty where several do."""
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
    except (BadZipFile, AttributeError, NotImplementedError, OSError, ValueError):
        names = [getattr(file, "name", "")]
    owners: dict[str, set[str]] = {}
    for key, found in READ.items():
        for ending in found.endings:
            owners.setdefault(ending, set()).add(key)
    ends = {ending for ending in owners for name in names if name.lower().endswith(ending)}
    certain = {key for ending in ends if len(owners[ending]) == 1 for key in owners[ending]}
    return certain.pop() if len(certain) == 1 else ""


@page("GET", "POST")
def annotation_import(request: Request, slug: str) -> HttpResponse:
    """Check a file, or import the one that was checked. To import twice stores nothing twice."""
    place = place_of(request, slug, Action.IMPORT_ANNOTATIONS)
    if request.method == "GET":
        return _page(request, place, AnnotationForm(place.project))
    form = AnnotationForm(place.project, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, place, form, status=400)
    is_dry = request.POST.get("do") != "import"
    try:
        asked = _asked(request, place, form.cleaned_data)
        report = _report(request, place, asked, is_dry=is_dry)
    except Problem as problem:
        add_problem(form, problem)
        return _page(request, place, form, status=problem.status)
    if not is_dry:
        forget_upload(user=request.user, project=place.project)
    return _page(request, place, form, report=report, asked=asked, is_dry=is_dry)


def _asked(request: Request, place: Place, values: dict[str, Any]) -> dict[str, str]:
    """Return the fields that ask for the same again, with the file kept. Raises Problem."""
    names = ("format", "as", "map", "offsets", "round", "name")
    asked = {name: str(values[name]) for name in names} | {"upload": str(values["upload"] or "")}
    asked |= {"second_claims": "on" if values["second_claims"] else ""}
    if values["file"]:
        kept = keep_upload(user=request.user, project=place.project, pieces=values["file"].chunks())
        asked |= {"upload": str(kept), "name": values["file"].name}
    return asked


def _report(request: Request, place: Place, asked: dict[str, str], *, is_dry: bool) -> dict[str, Any]:
    options = read_options(
        username=asked["as"],
        mapping=asked["map"].splitlines(),
        unit=asked["offsets"],
        round=asked["round"],
        second_claims=bool(asked["second_claims"]),
        dry_run=is_dry,
    )
    user, project = request.user, place.project
    outcomes = import_file(
        user=user,
        project=project,
        format=asked["format"],
        path=kept_upload(user=user, project=project, id=UUID(asked["upload"])),
        name=asked["name"],
        options=options,
        now=timezone.now(),
    )
    found = report_of(outcomes, limit=LISTED)
    return found | {"mistakes": mistakes_of(found["refused"]), "not_met": options.mapping.not_met()}


def _page(request: Request, place: Place, form: AnnotationForm, *, status: int = 200, **found: Any) -> HttpResponse:
    context = {"place": place, "form": form, "formats": READ.values(), **found}
    return render(request, "annotate/annotation_import.html", context, status=status)
