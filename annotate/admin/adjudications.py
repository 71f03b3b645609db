"""Documents by open units: from here the desk is one click away."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from annotate.admin.base import Panel
from annotate.admin.filters import DocumentFilter, ProjectFilter
from annotate.admin.site import register
from annotate.models import Adjudication
from annotate.reports.desk import load_desks


@register(Adjudication)
class AdjudicationPanel(Panel):
    """How far the readings of one document are decided; the work itself is done at the desk."""

    object_type = "adjudication"
    place = "project_id"
    list_display = ("document_shown", "n_open_shown", "n_settled", "n_decided", "n_readings", "project", "finished_at")
    list_filter = (ProjectFilter, DocumentFilter)
    search_fields = ("document__title",)
    search_help_text = "Words of the document’s title."
    ordering = ("-n_open", "pk")
    fields = readonly_fields = (
        *("document", "project", "n_readings", "n_units", "n_open", "n_settled", "n_decided"),
        *("finished_at", "finished_by", "updated_at"),
    )

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("document", "project", "finished_by")
        return rows.defer("document__text", "document__metadata")

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        """Show the counts of now where the stored ones are old."""
        old = [row for row in rows if row.is_stale]
        for project in {row.project_id for row in old}:
            for desk in load_desks([row for row in old if row.project_id == project]):
                for name, value in desk.counts.items():
                    setattr(desk.adjudication, name, value)

    def heading(self, obj: Any) -> str:
        return str(obj.document)

    @admin.display(description="document", ordering="document__title")
    def document_shown(self, obj: Any) -> str:
        return str(obj.document)

    @admin.display(description="open units", ordering="n_open")
    def n_open_shown(self, obj: Any) -> str:
        words = f"{obj.n_open} open" if obj.n_open else "look"
        return format_html('<a href="{}">{}</a>', reverse("desk", args=[obj.project.slug, obj.document_id]), words)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("Open the desk", reverse("desk", args=[obj.project.slug, obj.document_id]))]
