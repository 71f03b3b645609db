"""Corpora, sources and documents. Metadata is edited; the text is shown and never changes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from annotate.actions import documents
from annotate.admin.base import Panel
from annotate.admin.filters import CorpusFilter, SourceFilter
from annotate.admin.scope import seen
from annotate.admin.show import counted, link, reader_links
from annotate.admin.site import register
from annotate.admin.typed_filters import LanguageFilter, PublishedFilter
from annotate.models import Layer, Project
from annotate.permissions import Action
from corpus.models import Corpus, Document, Source


@register(Corpus)
class CorpusPanel(Panel):
    """Corpora come with projects; nothing about them is changed here."""

    object_type = "corpus"
    list_display = ("name", "slug", "n_documents", "projects", "created_at")
    fields = readonly_fields = ("name", "slug", "projects", "created_at")
    search_fields = ("name", "slug")

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        own = seen(Document, request.user).filter(corpus__in=rows).order_by()
        counts = dict(own.values_list("corpus").annotate(n=Count("pk")))
        names: dict[Any, list[str]] = {}
        for corpus, name in seen(Project, request.user).filter(corpus__in=rows).values_list("corpus", "name"):
            names.setdefault(corpus, []).append(name)
        for row in rows:
            row.n_documents, row.project_names = counts.get(row.pk, 0), names.get(row.pk, [])

    @admin.display(description="documents")
    def n_documents(self, obj: Any) -> int:
        return int(obj.n_documents)

    @admin.display(description="projects")
    def projects(self, obj: Any) -> str:
        return ", ".join(obj.project_names) or "–"


@register(Source)
class SourcePanel(Panel):
    """Outlets; each has a speaker for claims in its own voice."""

    changes = Action.EDIT_DOCUMENTS
    object_type = "source"
    list_display = ("name", "corpus", "homepage", "n_documents", "speaker")
    list_filter = (CorpusFilter,)
    list_select_related = ("corpus", "speaker")
    fields = ("name", "homepage", "speaker", "corpus")
    readonly_fields = ("corpus",)
    autocomplete_fields = ("speaker",)
    search_fields = ("name",)

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        counts = counted(seen(Document, request.user), "source", rows)
        for row in rows:
            row.n_documents = counts.get(row.pk, 0)

    @admin.display(description="documents")
    def n_documents(self, obj: Any) -> str:
        return link("corpus_document_changelist", f"{obj.n_documents}", source=obj.pk)

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        return documents.update_source(user=request.user, source=obj, values=values)  # type: ignore[arg-type]  # nobody anonymous comes here


@register(Document)
class DocumentPanel(Panel):
    """Documents with their metadata, their text as it is stored, and a way into the reader."""

    changes = Action.EDIT_DOCUMENTS
    object_type = "document"
    list_display = ("title_shown", "source", "published_on", "language", "n_layers", "number")
    list_filter = (CorpusFilter, SourceFilter, LanguageFilter, PublishedFilter)
    ordering = ("corpus_id", "number")
    search_fields = ("title", "=external_id")
    search_help_text = "Words of the title, or a whole external id."
    autocomplete_fields = ("source",)
    fieldsets = (
        (None, {"fields": ("title", "source", "url", "published_on", "language", "external_id", "metadata")}),
        ("Text", {"fields": ("text_shown",)}),
        (
            "About this document",
            {"fields": ("corpus", "number", "n_characters", "sha256", "same_text", "other_versions", "created_at")},
        ),
    )
    readonly_fields = (
        *("text_shown", "corpus", "number", "n_characters", "sha256", "same_text", "other_versions", "created_at"),
    )

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("source").defer("text", "metadata")

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        counts = counted(seen(Layer, request.user), "document", rows)
        for row in rows:
            row.n_layers = counts.get(row.pk, 0)

    @admin.display(description="title", ordering="title")
    def title_shown(self, obj: Any) -> str:
        return str(obj)

    @admin.display(description="layers")
    def n_layers(self, obj: Any) -> str:
        return link("annotate_layer_changelist", f"{obj.n_layers}", document=obj.pk) if obj.n_layers else "–"

    @admin.display(description="text")
    def text_shown(self, obj: Any) -> str:
        """Show the text with its white space, isolated from the page's own direction."""
        return format_html('<div class="article" dir="auto">{}</div>', obj.text)

    @admin.display(description="same text as")
    def same_text(self, obj: Any) -> str:
        first = obj.same_text_as
        return link("corpus_document_change", str(first), first.pk) if first else "–"

    @admin.display(description="other versions")
    def other_versions(self, obj: Any) -> str:
        """Name the text that this one corrects, and the one that corrects it."""
        newer = Document.objects.light().filter(supersedes=obj.pk).first()
        older = obj.supersedes
        shown = [format_html("replaces {}", link("corpus_document_change", str(older), older.pk))] if older else []
        if newer is not None:
            shown.append(format_html("replaced by {}", link("corpus_document_change", str(newer), newer.pk)))
        return format_html("{}", shown[0]) if len(shown) == 1 else format_html("{}, {}", *shown) if shown else "–"

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return reader_links(request, obj)

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        return documents.update_document(user=request.user, document=obj, values=values)  # type: ignore[arg-type]  # nobody anonymous comes here
