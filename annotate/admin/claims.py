"""Claims, to read: quoted text, speakers, stances."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from annotate.admin import show
from annotate.admin.base import Panel
from annotate.admin.filters import (
    ClaimDocumentFilter,
    ClaimProjectFilter,
    ClaimSpeakerFilter,
    ClaimTargetFilter,
    LayerFilter,
    ModeFilter,
    PropositionFilter,
    StanceFilter,
)
from annotate.admin.scope import is_superuser, seen
from annotate.admin.site import register
from annotate.models import Claim, Project, Span, SpanRole
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.people import People
from annotate.records import claim_dicts

MAX_FOUND = 2000


@register(Claim)
class ClaimPanel(Panel):
    object_type = "claim"
    list_display = ("quote", "speakers", "stances", "mode_shown", "document", "annotator")
    list_filter = (
        ClaimProjectFilter,
        StanceFilter,
        ModeFilter,
        LayerFilter,
        ClaimDocumentFilter,
        ClaimSpeakerFilter,
        ClaimTargetFilter,
        PropositionFilter,
    )
    sortable_by = ("mode_shown",)
    search_fields = ("spans__quote",)
    search_help_text = f"Words of the quoted text, as they stand there. The first {MAX_FOUND} hits are shown."
    ordering = ("layer_id", "pk")
    fieldsets = (
        (None, {"fields": ("quote", "speakers", "named_by", "cue", "reported_by", "mode_shown")}),
        ("Position", {"fields": ("stances", "proposition_shown", "answers")}),
        ("About this claim", {"fields": ("is_unsure", "note", "document", "annotator", "layer_shown", "version")}),
        ("Times", {"fields": ("created_at", "updated_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for _, options in self.fieldsets for name in options["fields"]]

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("layer__document", "layer__project")
        return rows.defer("layer__document__text", "layer__document__metadata")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Search the quotes of the claims' own parts, up to a number of hits."""
        words = self.words(search_term)
        if not words:
            return queryset, False
        spans = Span.objects.filter(role=SpanRole.CONTENT)
        if not is_superuser(request.user):
            spans = spans.filter(
                claim__layer__project__in=list(seen(Project, request.user).values_list("pk", flat=True))
            )
        for word in words:
            spans = spans.filter(quote__icontains=word)
        hits = list(spans.order_by().values_list("claim", flat=True)[:MAX_FOUND])
        return queryset.filter(pk__in=hits), False

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        """Read the whole claims of the page; a fixed number of queries."""
        People().name_layers(row.layer for row in rows)
        found = {record["id"]: record for record in claim_dicts(Claim.objects.filter(pk__in=[row.pk for row in rows]))}
        for row in rows:
            row.record = found[str(row.pk)]
            row.codebook = load_codebook(row.layer.codebook_version_id)

    def heading(self, obj: Any) -> str:
        text = show.quote(obj.record["spans"])
        return text if len(text) <= 120 else f"{text[:119]}…"

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return show.layer_links(obj.layer)

    @admin.display(description="claim")
    def quote(self, obj: Any) -> str:
        return show.quoted(obj.record["spans"])

    @admin.display(description="speaker")
    def speakers(self, obj: Any) -> str:
        return show.people(obj.record)

    @admin.display(description="named by")
    def named_by(self, obj: Any) -> str:
        rows = [(speaker["name"], show.quoted(speaker["mention"])) for speaker in obj.record["speakers"]]
        return format_html_join(mark_safe("<br>"), "{}: {}", [row for row in rows if row[1] != "–"]) or "–"

    @admin.display(description="cue")
    def cue(self, obj: Any) -> str:
        return show.quoted(obj.record["cue"])

    @admin.display(description="reported by")
    def reported_by(self, obj: Any) -> str:
        return ", then ".join(found["name"] for found in obj.record["reported_by"]) or "–"

    @admin.display(description="mode", ordering="mode")
    def mode_shown(self, obj: Any) -> str:
        return obj.get_mode_display() if obj.mode else "–"

    @admin.display(description="stance")
    def stances(self, obj: Any) -> str:
        return show.stances(obj.record, obj.codebook)

    @admin.display(description="proposition")
    def proposition_shown(self, obj: Any) -> str:
        found = obj.record["proposition"]
        return f"{obj.get_relation_display()}: {found['text']}" if found else "–"

    @admin.display(description="answers")
    def answers(self, obj: Any) -> str:
        names = {spec.key: spec.name for spec in obj.codebook.of_scope("claim")}
        return ", ".join(f"{names.get(k, k)}: {v}" for k, v in obj.record["attributes"].items()) or "–"

    @admin.display(description="document", ordering="layer__document__title")
    def document(self, obj: Any) -> str:
        return show.link("corpus_document_change", str(obj.layer.document), obj.layer.document_id)

    @admin.display(description="annotator")
    def annotator(self, obj: Any) -> str:
        return str(obj.layer.annotator_name)

    @admin.display(description="layer")
    def layer_shown(self, obj: Any) -> str:
        return show.link("annotate_layer_change", f"{obj.layer.get_status_display()}", obj.layer_id)
