"""The forms of rounds: simple to fill for a simple round, with the rest folded in groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from annotate.actions.selections import split_list
from annotate.models import CodebookVersion, Member, Project, Round
from annotate.models.projects import RoundOrder, RoundPurpose
from annotate.payloads.problems import Problem

# The fields that show what an action refused, by the end of its pointer.
FIELD_OF = {"from": "first", "to": "last", "documents": "listed"}


def add_round_problem(form: forms.Form, problem: Problem) -> None:
    """Show what an action refused, at its fields where the form has them."""
    for error in problem.errors:
        parts = [part for part in error.pointer.split("/") if part not in ("", "selection", "filter")]
        name = FIELD_OF.get(parts[0], parts[0]) if parts else ""
        form.add_error(name if name in form.fields else None, error.detail)
    if not problem.errors:
        form.add_error(None, problem.detail)


def admitting_rounds(project: Project) -> list[tuple[str, str]]:
    """Return the training and test rounds of a project, as a form offers them."""
    rounds = project.rounds.exclude(purpose=RoundPurpose.WORK).order_by("number")
    return [(str(id), name) for id, name in rounds.values_list("pk", "name")]


class Grouped(forms.Form):
    """A form whose first fields are shown, and whose others are folded in groups of a title and names."""

    GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def shown(self) -> list[forms.BoundField]:
        folded = {name for _, names in self.GROUPS for name in names}
        return [self[name] for name in self.fields if name not in folded]

    def groups(self) -> Iterable[tuple[str, list[forms.BoundField], bool]]:
        """Yield title, fields, and whether the group is open because one of its fields was sent or is refused."""
        for title, names in self.GROUPS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                sent = self.is_bound and any(field.name in self.changed_data for field in fields)
                yield title, fields, sent or any(field.errors for field in fields)


class SelectionForm(forms.Form):
    """Which documents; left empty, all of them."""

    q = forms.CharField(required=False, max_length=200, label="With the words")
    source = forms.CharField(required=False, max_length=200, label="From the source", help_text="The outlet’s name.")
    language = forms.CharField(required=False, max_length=35, help_text="A tag such as en or pt-BR.")
    first = forms.CharField(
        required=False, max_length=40, label="Published from", widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.CharField(
        required=False, max_length=40, label="Published until", widget=forms.DateInput(attrs={"type": "date"})
    )
    listed = forms.CharField(
        required=False,
        max_length=1_000_000,
        label="Or a list of documents",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="External ids, numbers or ids: one a line, or separated by commas.",
    )
    at_most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Of these at most",
        help_text="So many are drawn by the seed.",
    )
    not_in = forms.ChoiceField(required=False, label="Leave out those of")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = project.rounds.filter(covers_corpus=False).order_by("number").values_list("pk", "name")
        field = self.fields["not_in"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *((str(id), name) for id, name in chosen)]
        if not chosen:
            del self.fields["not_in"]

    def selection(self) -> dict[str, Any]:
        """Return the selection as the API takes it."""
        given = self.cleaned_data
        names = {"q": "q", "source": "source", "language": "language", "from": "first", "to": "last"}
        filled = {key: given[name] for key, name in names.items() if given.get(name)}
        listed = split_list(given.get("listed") or "")
        found = {"filter": filled, "documents": listed, "at_most": given.get("at_most"), "not_in": given.get("not_in")}
        return {key: value for key, value in found.items() if value}


class RoundForm(Grouped):
    """The settings of a round; fields are named as in the API."""

    GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Order and double coding", ("share", "order", "seed")),
        ("Limits", ("quota", "lease_minutes")),
        ("Training and tests", ("purpose", "threshold", "admission")),
        ("Who sees what, and new entries", ("blind", "speakers_closed", "targets_closed", "propositions_closed")),
    )

    name = forms.CharField(max_length=300)
    overlap = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        label="Annotators for each document",
        help_text="Empty: every annotator annotates every document. It is fixed once somebody has begun.",
    )
    share = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=99,
        label="Percent of the documents that get so many annotators",
        help_text="The others get one. Empty: all get them.",
    )
    order = forms.ChoiceField(
        required=False,
        choices=RoundOrder.choices,
        initial=RoundOrder.NUMBER,
        label="Order in which documents come",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The same seed draws the same order and the same documents. Empty: one is drawn.",
    )
    quota = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Most documents for one person",
        help_text="Empty: no limit.",
    )
    lease_minutes = forms.IntegerField(
        min_value=1,
        max_value=525_600,
        initial=240,
        label="Minutes a document is kept",
        help_text="How long an untouched document stays with the person who took it, where documents are shared out.",
    )
    blind = forms.BooleanField(
        required=False, initial=True, label="Blind: nobody sees colleagues’ work before submitting their own"
    )
    speakers_closed = forms.BooleanField(required=False, label="No new speakers")
    targets_closed = forms.BooleanField(required=False, label="No new targets")
    propositions_closed = forms.BooleanField(required=False, label="No new propositions")
    purpose = forms.ChoiceField(
        required=False,
        choices=[(value, str(name).capitalize()) for value, name in RoundPurpose.choices],
        initial=RoundPurpose.WORK,
        label="The round is for",
        help_text="Training and test rounds hold documents with a finished gold reading only, and count in no figure.",
    )
    threshold = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        label="What passes, in percent",
        help_text="Of training and tests: joint F1 of first submissions against gold. Empty: who finishes has passed.",
    )
    status = forms.ChoiceField(
        required=False,
        choices=[("open", "Open"), ("closed", "Closed: nobody can write in it")],
        initial="open",
    )

    def __init__(self, *args: Any, admitting: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(admitting)

    def offer(self, admitting: Iterable[tuple[str, str]]) -> None:
        """Offer these rounds as those that admit."""
        field = forms.ChoiceField(choices=[("", "–"), *admitting], required=False, label="Only for who has passed")
        self.fields["admission"] = field

    def body(self) -> dict[str, Any]:
        """Return the settings as the API takes them; an empty order or seed stays as it is."""
        names = {"name", "overlap", "share", "quota", "lease_minutes", "blind", "status", "order", "seed"}
        names |= {"speakers_closed", "targets_closed", "propositions_closed", "purpose", "threshold", "admission"}
        given = {name: value for name, value in self.cleaned_data.items() if name in names}
        for name in ("order", "seed", "status", "purpose"):
            if given.get(name) in ("", None):
                given.pop(name, None)
        if "admission" in given:
            given["admission"] = given["admission"] or None
        return given


class NewRoundForm(SelectionForm, RoundForm):
    """A new round: its name and how many annotators; everything else has a default."""

    GROUPS = (
        ("Documents", ("q", "source", "language", "first", "last", "listed", "at_most", "not_in")),
        *RoundForm.GROUPS,
        ("Codebook", ("codebook_version",)),
    )

    codebook_version = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Version")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        self.offer(admitting_rounds(project))
        del self.fields["status"]
        versions = CodebookVersion.objects.filter(codebook=project.codebook_id, published_at__isnull=False)
        field = self.fields["codebook_version"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "The newest published")] + [
            (str(number), f"Version {number}")
            for number in versions.order_by("-number").values_list("number", flat=True)
        ]

    def body(self) -> dict[str, Any]:
        given = super().body()
        if self.selection():
            given["selection"] = self.selection()
        if self.cleaned_data.get("codebook_version"):
            given["codebook_version"] = self.cleaned_data["codebook_version"]
        return given


class AddDocumentsForm(SelectionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_add_%s"} | kwargs)


class AssignForm(forms.Form):
    """A document by its number, and who shall read it."""

    number = forms.IntegerField(min_value=1, max_value=2**31 - 1, label="Document number")
    username = forms.ChoiceField(label="Goes to")

    def __init__(self, *args: Any, people: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_assign_%s"} | kwargs)
        field = self.fields["username"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in people]


class SkipForm(forms.Form):
    """Why a document is passed over: one of the ready reasons, or words of one's own."""

    reason = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Reason")
    words = forms.CharField(
        required=False, max_length=500, label="In your own words", help_text="Curators and managers read this."
    )

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(reason, reason) for reason in reasons]

    def given(self) -> str:
        """Return the reason; words of one's own stand for themselves, or after the ready reason."""
        reason, words = self.cleaned_data.get("reason") or "", (self.cleaned_data.get("words") or "").strip()
        return f"{reason}: {words}" if reason and words else reason or words


def people_of(user: Any, round: Round) -> list[str]:
    """Return the names of the active members, as far as `user` may see them."""
    members = Member.objects.visible_to(user).active().filter(project=round.project_id)
    return sorted(members.values_list("user__username", flat=True))
