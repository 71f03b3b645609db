"""Layers, to read and to give back to their annotator. Blind rounds stay blind here too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from annotate.actions import returns
from annotate.admin.base import Panel
from annotate.admin.filters import (
    AnnotatorFilter,
    DocumentFilter,
    LayerKindFilter,
    ProjectFilter,
    RoundFilter,
    StatusFilter,
)
from annotate.admin.scope import reach
from annotate.admin.show import data, layer_links, link
from annotate.admin.site import register
from annotate.models import Layer, LayerStatus
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.people import People
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.records import Registries, layer_answers, layer_marks


@register(Layer)
class LayerPanel(Panel):
    """One annotator's reading of one document, or the gold reading."""

    object_type = "layer"
    place = "project_id"
    list_display = ("document_shown", "who", "status", "n_claims_shown", "round", "project", "submitted_at")
    list_filter = (ProjectFilter, RoundFilter, AnnotatorFilter, StatusFilter, LayerKindFilter, DocumentFilter)
    search_fields = ("document__title",)
    search_help_text = "Words of the document’s title."
    ordering = ("-updated_at", "pk")
    actions = ("return_layers",)
    fields = readonly_fields = (
        *("document", "who", "project", "round", "status", "n_claims_shown", "has_nothing_to_code", "answers"),
        *("marks", "codebook_version", "lease_expires_at", "created_at", "updated_at", "submitted_at"),
    )

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        People().name_layers(rows)

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("document", "round", "project")
        return rows.defer("document__text", "document__metadata")

    def has_return_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        where = reach(request, Action.RETURN_LAYERS)
        return bool(where) if obj is None else obj.project_id in where

    def heading(self, obj: Any) -> str:
        return f"{self.who(obj)}: {obj.document}"

    @admin.display(description="document", ordering="document__title")
    def document_shown(self, obj: Any) -> str:
        return str(obj.document)

    @admin.display(description="annotator", ordering="annotator_id")
    def who(self, obj: Any) -> str:
        if not hasattr(obj, "annotator_name"):
            People().name_layers([obj])
        return str(obj.annotator_name)

    @admin.display(description="claims", ordering="n_claims")
    def n_claims_shown(self, obj: Any) -> str:
        return link("annotate_claim_changelist", f"{obj.n_claims}", layer=obj.pk) if obj.n_claims else "–"

    @admin.display(description="answers on the document")
    def answers(self, obj: Any) -> str:
        found = layer_answers([obj], Registries())[obj.pk]
        names = {spec.key: spec.name for spec in load_codebook(obj.codebook_version_id).of_scope("document")}
        return ", ".join(f"{names.get(key, key)}: {value}" for key, value in found.items()) or "–"

    @admin.display(description="marked free of claims")
    def marks(self, obj: Any) -> str:
        found = layer_marks([obj]).get(obj.pk)
        return data(found) if found else "–"

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return layer_links(obj)

    def fitting(self, request: HttpRequest, obj: Any) -> set[str]:
        can = obj.status == LayerStatus.SUBMITTED and self.has_return_permission(request, obj)
        return {"return_layers"} if can else set()

    @admin.action(
        permissions=["return"],
        description="Return to annotator",
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
    )
    def return_layers(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Give submitted layers back; each that cannot be is named with the reason."""
        user: Any = request.user
        n_returned = 0
        for layer in self.chosen(request, rows):
            if not self.has_return_permission(request, layer):
                continue
            try:
                returns.return_layer(user=user, layer=layer, now=timezone.now())
            except Problem as problem:
                self.message_user(request, f"{self.heading(layer)}: {problem.detail}", messages.ERROR)
            else:
                n_returned += 1
        if n_returned:
            what = "layer" if n_returned == 1 else "layers"
            self.message_user(request, f"{n_returned} {what} returned.", messages.SUCCESS)
