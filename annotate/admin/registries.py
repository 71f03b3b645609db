"""The three registries: speakers with their aliases, targets, propositions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from annotate.actions import registries
from annotate.actions.affiliations import MAX_AFFILIATIONS
from annotate.admin.entries import EntryPanel
from annotate.admin.filters import (
    CorpusFilter,
    MergedFilter,
    ProvisionalFilter,
    SpeakerKindFilter,
    TargetKindFilter,
)
from annotate.admin.forms import FORM_FIELDS, ExactField
from annotate.admin.related import RelatedMixin
from annotate.admin.scope import reach
from annotate.admin.site import register
from annotate.permissions import Action
from corpus.models import Affiliation, Proposition, Speaker, SpeakerAlias, Target

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class AliasInline(TabularInline):
    """Other names of a speaker; saved together with the entry."""

    model = SpeakerAlias
    extra = 1
    max_num = registries.MAX_ALIASES
    verbose_name, verbose_name_plural = "name", "Also known as"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "name":
            kwargs["form_class"] = ExactField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        where = reach(request, Action.EDIT_REGISTRIES)
        return bool(where) if obj is None else obj.corpus_id in where and not obj.is_not_stated

    has_add_permission = has_change_permission = has_delete_permission = _may

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class AffiliationInline(RelatedMixin, TabularInline):
    """The bodies that a speaker belonged to; saved together with the entry."""

    model = Affiliation
    fk_name = "speaker"
    extra = 1
    max_num = MAX_AFFILIATIONS
    autocomplete_fields = ("body",)
    fields = ("body", "role", "from_on", "to_on")
    verbose_name, verbose_name_plural = "affiliation", "Affiliations"
    formfield_overrides = FORM_FIELDS

    has_add_permission = has_change_permission = has_delete_permission = AliasInline._may
    has_view_permission = AliasInline.has_view_permission


@register(Speaker)
class SpeakerPanel(EntryPanel):
    object_type = "speaker"
    list_display = ("name_shown", "kind", "uses_shown", "state", "corpus")
    list_filter = (CorpusFilter, ProvisionalFilter, MergedFilter, SpeakerKindFilter)
    own_fields = ("kind", "external_id")
    inlines = (AliasInline, AffiliationInline)
    uses = "claim_speakers__speaker"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Search names and aliases."""
        found, _ = super().get_search_results(request, queryset, search_term)
        words = self.words(search_term)
        if not words:
            return found, False
        alias = SpeakerAlias.objects.filter(speaker=OuterRef("pk"), name__icontains=" ".join(words))
        both, _ = super().get_search_results(request, queryset, "")
        return both.filter(Q(pk__in=found.order_by().values("pk")) | Exists(alias)), False

    def inline_values(self, formsets: Any) -> dict[str, Any]:
        """Return all aliases when one of them was changed, and all affiliations likewise."""
        found: dict[str, Any] = {}
        for formset in formsets:
            if formset.has_changed():
                rows = [row for row in formset.cleaned_data if row and not row.get("DELETE")]
                is_alias = formset.model is SpeakerAlias
                found["aliases" if is_alias else "affiliations"] = [
                    row["name"] if is_alias else _affiliation(row) for row in rows
                ]
        return found


def _affiliation(row: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed as the action reads it."""
    found = {"body": {"id": str(row["body"].pk)}, "role": row["role"]}
    return found | {key: row[name].isoformat() for key, name in (("from", "from_on"), ("to", "to_on")) if row[name]}


@register(Target)
class TargetPanel(EntryPanel):
    object_type = "target"
    list_display = ("name_shown", "kind", "uses_shown", "state", "corpus")
    list_filter = (CorpusFilter, ProvisionalFilter, MergedFilter, TargetKindFilter)
    own_fields = ("kind",)
    uses = "stances__target"


@register(Proposition)
class PropositionPanel(EntryPanel):
    object_type = "proposition"
    list_display = ("name_shown", "usual_target", "uses_shown", "state", "corpus")
    list_filter = (CorpusFilter, ProvisionalFilter, MergedFilter)
    list_select_related = ("corpus", "merged_into", "usual_target")
    own_fields = ("usual_target",)
    autocomplete_fields = ("corpus", "usual_target")
    uses = "proposition"
