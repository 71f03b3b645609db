"""The record of changes, and the uploads of documents: both to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from annotate.admin.base import Panel
from annotate.admin.filters import ProjectFilter
from annotate.admin.show import data, name_actors
from annotate.admin.site import register
from annotate.models import DocumentImport
from annotate.payloads.people import People
from corpus.models import Change


@register(Change)
class ChangePanel(Panel):
    """Who changed what, and when. Append-only."""

    list_display = ("at", "who", "action", "object_type", "object_id")
    list_display_links = ("at", "action")
    list_filter = (ProjectFilter,)
    list_select_related = ("actor",)
    sortable_by = ()
    ordering = ("-id",)
    search_fields = ("=object_id", "=action", "=object_type")
    search_help_text = "A whole object id, action (for example entry.merge) or object type."
    fields = ("at", "who", "action", "object_type", "object_id", "batch", "before_shown", "after_shown")
    readonly_fields = fields

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        name_actors(request, rows)

    @admin.display(description="by")
    def who(self, obj: Any) -> str:
        return str(obj.by)

    @admin.display(description="before")
    def before_shown(self, obj: Any) -> str:
        return data(obj.before)

    @admin.display(description="after")
    def after_shown(self, obj: Any) -> str:
        return data(obj.after)

    def heading(self, obj: Any) -> str:
        return f"{obj.action} · {obj.object_type}"


@register(DocumentImport)
class DocumentImportPanel(Panel):
    """Uploads with what was stored and what was refused."""

    list_display = ("created_at", "names", "project", "who", "status", "n_created", "n_duplicates", "n_errors")
    list_filter = (ProjectFilter,)
    fields = readonly_fields = (
        *("names", "project", "who", "status", "message", "n_created", "n_duplicates", "n_errors", "report_shown"),
        *("created_at", "finished_at"),
    )

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("project").defer("report")

    @admin.display(description="files")
    def names(self, obj: Any) -> str:
        """Name the files as they were uploaded, not where they lie."""
        return ", ".join(str(file.get("name", "–")) for file in obj.files) or "–"

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        people = People()
        for row in rows:
            row.by = people.name(row.project_id, row.user_id)

    @admin.display(description="by")
    def who(self, obj: Any) -> str:
        return str(obj.by)

    @admin.display(description="refused")
    def report_shown(self, obj: Any) -> str:
        return data(obj.report) if obj.report else "–"

    def heading(self, obj: Any) -> str:
        return self.names(obj)
