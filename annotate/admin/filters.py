"""Filters of the lists. Their choices are what the user may see; other parameters than theirs are refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin.filters import SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from annotate.admin.scope import seen
from annotate.models import Layer, Member, Mode, Project, Round, StanceLabel
from annotate.models.layers import LayerKind, LayerStatus
from corpus.models import Corpus, Document, Proposition, Source, Speaker, Target
from corpus.models.speakers import SpeakerKind
from corpus.models.targets import TargetKind

MAX_CHOICES = 100

type Choices = Iterable[tuple[str, str]]


class ChoiceFilter(SimpleListFilter):
    """A filter with links; only the values that it offers count."""

    lookup: ClassVar[str] = ""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return (str(cls.parameter_name),)

    def has_output(self) -> bool:
        """Also apply a value where nothing is offered: then nothing is found."""
        return self.value() is not None or super().has_output()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in {str(key) for key, _ in self.lookup_choices}:
            return queryset.none()
        return self.narrow(queryset, value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the rows with that value; over a relation by a subquery, so that no row comes twice."""
        if "__" not in self.lookup:
            return rows.filter(**{self.lookup: value})
        return rows.filter(pk__in=rows.model._default_manager.filter(**{self.lookup: value}).values("pk"))


class RowFilter(ChoiceFilter):
    """A filter over the rows of another model."""

    other: ClassVar[type[Model]]
    # Rows that are too many for a list: the filter shows when a link brought one along.
    is_by_link: ClassVar[bool] = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Offer the first rows, and the chosen one wherever it stands."""
        rows = seen(self.other, request.user)
        found = {} if self.is_by_link else {str(row.pk): str(row) for row in rows[:MAX_CHOICES]}
        value = self.value()
        if value is not None and value not in found and is_uuid(value):
            found |= {str(row.pk): str(row) for row in rows.filter(pk=value)}
        return found.items()


def is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def row_filter(model: type[Model], lookup: str = "", *, is_by_link: bool = False) -> type[RowFilter]:
    """Make a filter by rows of `model`, which the list's rows name in the field `lookup`."""
    name = str(model._meta.model_name)
    attributes = {"title": name, "parameter_name": name, "other": model, "lookup": lookup or f"{name}_id"}
    attributes["is_by_link"] = is_by_link
    return type(f"{model.__name__}Filter", (RowFilter,), attributes)


def value_filter(name: str, choices: Choices, lookup: str = "", *, title: str = "") -> type[ChoiceFilter]:
    """Make a filter by fixed values; an empty one stands as "none" in the address."""
    offered = [(key or "none", capfirst(label)) for key, label in choices]

    def lookups(self: Any, request: HttpRequest, model_admin: Any) -> Choices:
        return offered

    def narrow(self: Any, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(**{lookup or name: "" if value == "none" else value})

    attributes = {"title": title or name, "parameter_name": name, "lookups": lookups, "narrow": narrow}
    return type(f"{name.title()}Filter", (ChoiceFilter,), attributes)


def flag_filter(name: str, yes: str, no: str, lookup: str, *, title: str = "") -> type[ChoiceFilter]:
    """Make a filter by a field that is true or false."""

    def narrow(self: Any, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(**{lookup: value == "yes"})

    attributes = {"title": title or name, "parameter_name": name, "narrow": narrow}
    attributes["lookups"] = lambda self, request, model_admin: [("yes", yes), ("no", no)]
    return type(f"{name.title()}Filter", (ChoiceFilter,), attributes)


class AnnotatorFilter(ChoiceFilter):
    """The members of the user's projects; who has left them all, by a pseudonym."""

    title = parameter_name = "annotator"
    lookup = "annotator_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        members = seen(Member, request.user).order_by("left_at", "user__username")
        found: dict[int, str] = {}
        for user, name, pseudonym, left_at in members.values_list("user", "user__username", "pseudonym", "left_at"):
            if left_at is None:
                found[user] = name
            else:
                found.setdefault(user, pseudonym)
        people = sorted(found.items(), key=lambda row: (row[1], row[0]))
        chosen = self.value()
        return [(str(user), name) for at, (user, name) in enumerate(people) if at < MAX_CHOICES or str(user) == chosen]


class StanceFilter(ChoiceFilter):
    """The values of the stance scales in the user's projects."""

    title = parameter_name = "stance"
    lookup = "stances__value__key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        versions = seen(Project, request.user).values("codebook__versions")
        labels = StanceLabel.objects.filter(version__in=versions).order_by("position", "key")
        return dict(labels.values_list("key", "name")[:MAX_CHOICES]).items()


CorpusFilter = row_filter(Corpus)
SourceFilter = row_filter(Source)
ProjectFilter = row_filter(Project)
RoundFilter = row_filter(Round)
DocumentFilter = row_filter(Document, is_by_link=True)
LayerFilter = row_filter(Layer, is_by_link=True)
PropositionFilter = row_filter(Proposition, is_by_link=True)
ClaimDocumentFilter = row_filter(Document, "layer__document_id", is_by_link=True)
ClaimSpeakerFilter = row_filter(Speaker, "claim_speakers__speaker_id", is_by_link=True)
ClaimTargetFilter = row_filter(Target, "stances__target_id", is_by_link=True)
ClaimProjectFilter = row_filter(Project, "layer__project_id")
SpeakerKindFilter = value_filter("kind", SpeakerKind.choices)
TargetKindFilter = value_filter("kind", TargetKind.choices)
ModeFilter = value_filter("mode", Mode.choices)
StatusFilter = value_filter("status", LayerStatus.choices)
LayerKindFilter = value_filter("kind", LayerKind.choices)
ProvisionalFilter = flag_filter("provisional", "Waiting to be accepted", "Accepted", "is_provisional", title="state")
MergedFilter = flag_filter("merged", "Current", "Merged into another", "merged_into__isnull", title="merged")
