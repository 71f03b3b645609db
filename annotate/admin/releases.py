"""Releases as a list: they are made, looked at and downloaded on the pages of their project."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from annotate.admin.base import Panel
from annotate.admin.filters import ProjectFilter
from annotate.admin.site import register
from annotate.models import Release
from annotate.payloads.people import People


@register(Release)
class ReleasePanel(Panel):
    """Nothing of a release can be changed."""

    list_display = ("title", "number", "project", "status", "made_by_shown", "created_at", "frozen_at")
    list_filter = (ProjectFilter,)
    search_fields = ("title",)
    fields = readonly_fields = (
        *("title", "number", "project", "status", "message_shown", "made_by_shown", "size_shown", "sha256_shown"),
        *("created_at", "frozen_at"),
    )

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("project").defer("files", "figures", "asked")

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        people, ids = People(), [row.pk for row in rows]
        closed = set(Release.objects.filter(pk__in=ids).closed_to(request.user).values_list("pk", flat=True))
        for row in rows:
            row.by = people.name(row.project_id, row.made_by_id)
            row.is_closed = row.pk in closed

    @admin.display(description="message")
    def message_shown(self, obj: Any) -> str:
        return str(obj.told(is_closed=obj.is_closed)) or "–"

    @admin.display(description="by")
    def made_by_shown(self, obj: Any) -> str:
        return str(obj.by)

    @admin.display(description="bytes")
    def size_shown(self, obj: Any) -> str:
        return "" if obj.is_closed else str(obj.n_bytes)

    @admin.display(description="SHA-256")
    def sha256_shown(self, obj: Any) -> str:
        return "" if obj.is_closed else str(obj.sha256)

    def heading(self, obj: Any) -> str:
        return str(obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("Open the page of the release", reverse("release", args=[obj.project.slug, obj.pk]))]
