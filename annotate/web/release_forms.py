"""The form that asks for a release; what it sends is what the API takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from annotate.models import Project
from annotate.payloads.problems import Problem
from annotate.releases.settings import (
    DOCUMENTS,
    GOLD,
    LICENCES,
    MAX_SOURCES,
    SPLIT_NAMES,
    SPLITS,
    TEXTS,
    ReleaseSettings,
)
from annotate.web.round_forms import Grouped
from corpus.models import Document, Source

PLAIN = (
    *("title", "note", "description", "licence", "licence_texts", "texts", "quote_characters", "publisher", "doi"),
)  # fmt: skip
# What the fields of a nested object are called in the form.
SELECTION = {"documents": "documents", "sources": "sources", "from": "first", "to": "last"}
SELECTION |= {"gold": "gold", "rounds": "rounds"}
NARROWING = ("sources", "first", "last", "rounds")
SPLIT = {"by": "splits_by", **{name: name for name in SPLIT_NAMES}, "seed": "seed"}


def _capital(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, words[0].upper() + words[1:]) for key, words in choices.items()]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day(label: str, **more: Any) -> forms.CharField:
    """Return a field for a day; what is no day is refused as in the API."""
    return forms.CharField(
        required=False, max_length=40, label=label, widget=forms.DateInput(attrs={"type": "date"}), **more
    )


class ReleaseForm(Grouped):
    GROUPS = (
        ("What goes in", tuple(SELECTION.values())),
        ("Splits", ("splits_by", "train", "validation", "test", "seed")),
        ("Citation", ("creators", "publisher", "doi", "description")),
    )

    title = forms.CharField(required=False, max_length=300, help_text="Left empty: the name of the project.")
    note = forms.CharField(required=False, max_length=10_000, widget=_area(2), label="What is new in this version")
    licence = forms.ChoiceField(
        label="Licence of the annotations", choices=[(key, f"{name} ({key})") for key, (name, _) in LICENCES.items()]
    )
    texts = forms.ChoiceField(
        label="The texts of the articles",
        choices=_capital(TEXTS),
        help_text="Include them only if you may pass them on.",
    )
    quote_characters = forms.IntegerField(
        min_value=0,
        max_value=1000,
        label="Characters of each quote",
        help_text="Quotes are cut to so many; 0 leaves them empty.",
    )
    licence_texts = forms.CharField(
        required=False,
        max_length=2000,
        widget=_area(2),
        label="What holds for the texts",
    )
    documents = forms.ChoiceField(choices=_capital(DOCUMENTS))
    sources = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Outlets",
        help_text="None marked: all of them.",
    )
    first = _day("Published from")
    last = _day("Published until", help_text="With a day, articles without a date are left out.")
    gold = forms.ChoiceField(choices=_capital(GOLD))
    rounds = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, help_text="None marked: all of them."
    )
    splits_by = forms.ChoiceField(
        label="Divide the documents", choices=_capital(SPLITS), help_text="Near-copies of one story stay together."
    )
    train = forms.IntegerField(min_value=0, max_value=100, label="Train, %")
    validation = forms.IntegerField(min_value=0, max_value=100, label="Validation, %")
    test = forms.IntegerField(min_value=0, max_value=100, label="Test, %")
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, help_text="By ratio, the same seed draws the same.")
    creators = forms.CharField(
        required=False,
        max_length=20_000,
        widget=_area(3),
        help_text="One a line: Family, Given; ORCID; affiliation. Left empty: the project.",
    )
    publisher = forms.CharField(required=False, max_length=300, help_text="For example the archive it goes to.")
    doi = forms.CharField(required=False, max_length=200, label="DOI", help_text="If one is reserved already.")
    description = forms.CharField(required=False, max_length=10_000, widget=_area(3))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = project.rounds.filter(purpose="work").order_by("number").values_list("pk", "name")
        outlets = Source.objects.filter(
            Exists(Document.objects.filter(source=OuterRef("pk"))), corpus=project.corpus_id
        )
        names = outlets.order_by("name").values_list("name", flat=True)
        self._choose("rounds", [(str(id), name) for id, name in rounds])
        self._choose("sources", [(name, name) for name in names[: MAX_SOURCES + 1]])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer choices; where there are none, or too many to mark, the field is left away."""
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        if not 0 < len(choices) <= MAX_SOURCES:
            del self.fields[name]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField], bool]]:
        """Yield the groups; what the last release left out must be seen before the next one does so too."""
        for title, fields, is_open in super().groups():
            is_part = any(field.name in NARROWING and field.value() for field in fields)
            yield title, fields, is_open or is_part

    def body(self) -> dict[str, Any]:
        """Return what was asked, as the API takes it."""
        given = self.cleaned_data
        return {name: given[name] for name in PLAIN} | {
            "creators": [_creator(line) for line in given["creators"].splitlines() if line.strip()],
            "splits": {key: given[name] for key, name in SPLIT.items()},
            "selection": {key: given[name] for key, name in SELECTION.items() if given.get(name)},
        }

    def add_problem(self, problem: Problem) -> None:
        """Show what was refused at the field that it concerns."""
        for error in problem.errors:
            parts = error.pointer.strip("/").split("/")
            names = {"splits": SPLIT, "selection": SELECTION}.get(parts[0], {})
            name = names.get(parts[1] if len(parts) > 1 else "", parts[0])
            self.add_error(name if name in self.fields else None, error.detail)
        if not problem.errors:
            self.add_error(None, problem.detail)


def _creator(line: str) -> dict[str, str]:
    """Read a line as “Family, Given; ORCID; affiliation”; a part that looks like no ORCID is the affiliation."""
    whole, *rest = [part.strip() for part in line.split(";")]
    name, _, given = whole.partition(",")
    orcid = rest.pop(0) if rest and (len(rest) > 1 or rest[0][:4].isdecimal() or not rest[0]) else ""
    return {"name": name.strip(), "given": given.strip(), "orcid": orcid, "affiliation": "; ".join(rest)}


def initial_of(settings: ReleaseSettings) -> dict[str, Any]:
    """Return what the form begins with: the settings of the release before, but for what was new in it."""
    asked = settings.as_dict()
    creators = (
        "; ".join([one.whole, *([one.orcid] if one.orcid or one.affiliation else []), one.affiliation]).rstrip("; ")
        for one in settings.creators
    )
    return (
        {name: asked[name] for name in PLAIN if name not in ("note", "doi")}
        | {name: asked["splits"][key] for key, name in SPLIT.items()}
        | {name: asked["selection"][key] for key, name in SELECTION.items()}
        | {"creators": "\n".join(creators)}
    )
