"""The page of follow-up rounds: claim after claim, only what is asked again; and the form that opens such a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from annotate.actions import claims as claim_actions
from annotate.actions import follow_ups, layers, moving, queue
from annotate.actions.follow_up_fields import layer_gaps_of, possible_fields
from annotate.models import CodebookVersion, Round
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, go, page, place_of
from annotate.web.article import Article
from annotate.web.follow_up_questions import Question, changed, questions, with_names
from annotate.web.forms import add_problem
from annotate.web.reading import Reading, reading_of
from corpus.models import Speaker

AROUND = 2  # paragraphs shown before and after those of the claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One claim of a follow-up: which it is, what is asked of it, and where its neighbours are."""

    reading: Reading
    claims: list[dict[str, Any]]
    index: int
    gaps: set[str]

    @property
    def claim(self) -> dict[str, Any]:
        return self.claims[self.index]

    @property
    def round(self) -> Round:
        assert self.reading.round is not None
        return self.reading.round

    @property
    def is_last(self) -> bool:
        return self.index == len(self.claims) - 1

    def questions(self) -> list[Question]:
        return questions(self.claim, self.reading.codebook, self.round.reopened_fields)

    def url(self, offset: int) -> str:
        """Return the address of the claim so many places on, empty where there is none."""
        place = self.index + offset
        if not 0 <= place < len(self.claims):
            return ""
        return follow_up_url(self.reading, self.claims[place]["id"])


def follow_up_url(reading: Reading, claim: str = "") -> str:
    assert reading.round is not None
    path = reverse("follow-up", args=[reading.project.slug, reading.document.pk])
    query = {"round": str(reading.round.pk)} | ({"claim": claim} if claim else {})
    return f"{path}?{urlencode(query)}"


def is_followed_up(reading: Reading) -> bool:
    """Return whether the reading is worked at claim after claim instead of in the reader."""
    return reading.round is not None and reading.round.follows_id is not None and reading.is_writable


@page("GET", "POST")
def follow_up(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """GET: show one claim with what is asked again. POST: open the reading, save a claim and go on, or submit."""
    reading = reading_of(request, slug, document_id)
    if reading.round is None or reading.round.follows_id is None:
        raise Http404
    if not is_followed_up(reading):
        return go(request, f"{reverse('reader', args=[slug, document_id])}?round={reading.round.pk}")
    if reading.layer is None or not reading.layer.n_claims:
        return _begin(request, reading) if reading.layer is None else _without_claims(request, reading)
    step = _step(request, reading)
    return _save(request, step) if request.method == "POST" else _show(request, step)


def _begin(request: Request, reading: Reading) -> HttpResponse:
    assert reading.round is not None
    if request.method == "POST":
        follow_ups.open_follow_up_layer(
            user=request.user, round=reading.round, document=reading.document, now=timezone.now()
        )
        return go(request, follow_up_url(reading))
    return render(request, "annotate/follow_up_begin.html", {"reading": reading, "project": reading.project})


def _without_claims(request: Request, reading: Reading) -> HttpResponse:
    if request.method == "POST":
        return _submit(request, reading)
    context = {"reading": reading, "project": reading.project, "is_open": True}
    return render(request, "annotate/follow_up_begin.html", context)


def _step(request: Request, reading: Reading) -> Step:
    """Return the claim asked for, else the first that lacks something, else the first not yet answered here."""
    found = reading.claims()
    reopened = {"claims": found, "attributes": {}}
    gaps = {gap.claim for gap in layer_gaps_of(reading.round, reopened, reading.codebook)}
    ids = [claim["id"] for claim in found]
    asked = request.GET.get("claim", "")
    if asked and asked not in ids:
        raise Http404
    first = next((claim["id"] for claim in found if claim["id"] in gaps), None)
    first = first or next((claim["id"] for claim in found if claim["version"] == 1), ids[0])
    return Step(reading=reading, claims=found, index=ids.index(asked or first), gaps=gaps)


def _show(request: Request, step: Step, *, status: int = 200, problem: Problem | None = None) -> HttpResponse:
    reading, asked = step.reading, with_names(step.questions())
    document = reading.document
    context = {
        "step": step,
        "reading": reading,
        "project": reading.project,
        "document": document,
        "claim": step.claim,
        "number": step.index + 1,
        "n_claims": len(step.claims),
        "n_gaps": len(step.gaps),
        "questions": asked,
        "speakers": _speakers(request, reading) if any(found.kind == "entity" for found in asked) else [],
        "stances": [(stance, reading.codebook.stances.get(stance["value"])) for stance in step.claim["stances"]],
        "article": _paragraphs(step),
        "previous": step.url(-1),
        "next": step.url(1),
        "errors": [problem.detail] if problem is not None else [],
        "earlier": _earlier(request, reading),
    }
    return render(request, "annotate/follow_up.html", context, status=status)


def _paragraphs(step: Step) -> str:
    """Return the paragraphs that the claim reaches into, with some around them, and only this claim drawn."""
    document, claim = step.reading.document, step.claim
    article = Article.of(document.text, document.title, document.language)
    start, end = claim["spans"][0]["start"], claim["spans"][-1]["end"]
    touched = [block.index for block in article.blocks if block.start < end and start < block.end]
    return article.part_html([claim], step.reading.codebook, touched[0] - AROUND, touched[-1] + AROUND)


def _earlier(request: Request, reading: Reading) -> str:
    """Return the address of the earlier reading, whole and read-only. One query."""
    assert reading.round is not None and reading.layer is not None
    own = reading.project.layers.filter(round=reading.round.follows_id, document=reading.document)
    id = own.filter(annotator=request.user.pk).values_list("pk", flat=True).first()
    return f"{reverse('reader', args=[reading.project.slug, reading.document.pk])}?layer={id}" if id else ""


def _speakers(request: Request, reading: Reading) -> list[str]:
    rows = Speaker.objects.visible_to(request.user).filter(corpus=reading.document.corpus_id).current()
    return list(rows.order_by("name").values_list("name", flat=True)[:500])


def _save(request: Request, step: Step) -> HttpResponse:
    """Store what was answered, then go to the next claim; from the last one, submit."""
    try:
        body = changed(
            step.claim, step.questions(), request.POST, user=request.user, corpus=step.reading.document.corpus_id
        )
        seen = Precondition(if_match=frozenset([request.POST.get("version", "")]))
        id, now = UUID(step.claim["id"]), timezone.now()
        claim_actions.put_claim(user=request.user, claim_id=id, body=body, precondition=seen, now=now)
    except Problem as problem:
        return _show(request, step, status=problem.status, problem=problem)
    return _submit(request, step.reading) if step.is_last else go(request, step.url(1))


def _submit(request: Request, reading: Reading) -> HttpResponse:
    """Submit and go on with the next document; with gaps, go to the first claim that has one."""
    assert reading.round is not None
    round_id, now, user = reading.round.pk, timezone.now(), request.user
    try:
        layers.submit_layer(user=user, document=reading.document, now=now, round_id=round_id)
    except Problem as problem:
        messages.error(request, problem.detail)
        return go(request, follow_up_url(reading))
    messages.success(request, f"“{reading.document}” is submitted.")
    found = queue.take_next(user=user, project=reading.project, now=now, round_id=round_id)
    if found is None:
        return go(request, "project", reading.project.slug)
    path = reverse("follow-up", args=[reading.project.slug, found.document.pk])
    return go(request, f"{path}?round={round_id}")


class FollowUpForm(forms.Form):
    """What a follow-up round asks again, of whom, under which version."""

    name = forms.CharField(max_length=300)
    version = forms.TypedChoiceField(coerce=int, label="Version of the codebook")
    # None chosen is refused by the action, above the form: a group of boxes has no field of its own to lead to.
    fields_asked = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, versions: list[CodebookVersion], names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, choices in (
            ("version", [(str(version.number), f"version {version.number}") for version in versions]),
            ("fields_asked", list(names.items())),
        ):
            found = self.fields[field]
            assert isinstance(found, forms.ChoiceField)
            found.choices = choices


@page("GET", "POST")
def follow_up_new(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Open a round that asks for chosen fields again, on the claims of another round."""
    place = place_of(request, slug, Action.MANAGE_ROUNDS)
    rows = Round.objects.visible_to(request.user).filter(project=place.id)
    follows = get_object_or_404(rows.select_related("codebook_version__codebook"), pk=round_id)
    versions = [*moving.newer_versions(follows), follows.codebook_version]
    form = _form(request, follows, versions)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, place, follows, form, status=200 if request.method == "GET" else 400)
    values = form.cleaned_data
    version = next(found for found in versions if found.number == values["version"])
    try:
        made = follow_ups.create_follow_up_round(
            user=request.user, project=place.project, follows=follows, fields=values["fields_asked"],
            version=version, name=values["name"], now=timezone.now(),
        )  # fmt: skip
    except Problem as problem:
        add_problem(form, problem)
        return _form_page(request, place, follows, form, status=problem.status)
    messages.success(request, f"Round “{made.name}” is open.")
    return go(request, "rounds", slug)


def _form(request: Request, follows: Round, versions: list[CodebookVersion]) -> FollowUpForm:
    """Return the form; what can be asked is what the versions have, the newest first."""
    names: dict[str, str] = {}
    for version in versions:
        names = possible_fields(load_codebook(version.pk)) | names
    ordered = sorted(names.items(), key=lambda pair: pair[0] in ("mode", "stances"))
    initial = {"name": f"{follows.name}, follow-up", "version": versions[0].number}
    data = request.POST if request.method == "POST" else None
    return FollowUpForm(data, initial=initial, versions=versions, names=dict(ordered))


def _form_page(request: Request, place: Place, follows: Round, form: FollowUpForm, *, status: int) -> HttpResponse:
    context = {"place": place, "follows": follows, "form": form}
    return render(request, "annotate/follow_up_new.html", context, status=status)
