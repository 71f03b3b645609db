"""Codebooks and their versions, to read; drafts are edited on the project's pages. A published version is frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from annotate.admin.base import Panel
from annotate.admin.scope import seen
from annotate.admin.show import link
from annotate.admin.site import register
from annotate.models import Codebook, CodebookVersion, Project
from annotate.models.codebook import Slot
from annotate.payloads.codebooks import CodebookView, LabelView, load_codebook


@register(Codebook)
class CodebookPanel(Panel):
    object_type = "codebook"
    list_display = ("name", "versions_shown", "created_at")
    fields = readonly_fields = ("name", "versions_shown", "created_at")
    search_fields = ("name",)

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.prefetch_related("versions")

    @admin.display(description="versions")
    def versions_shown(self, obj: Any) -> str:
        versions = [(link("annotate_codebookversion_change", f"v{v.number}", v.pk),) for v in obj.versions.all()]
        return format_html_join(", ", "{}", versions) or "–"


@register(CodebookVersion)
class CodebookVersionPanel(Panel):
    """One version with everything it asks."""

    object_type = "codebook_version"
    list_display = ("name", "state", "created_at")
    list_select_related = ("codebook",)
    fieldsets = (
        (None, {"fields": ("codebook", "number", "state", "note", "created_at")}),
        ("Scope", {"fields": ("whose_claims", "codes_narration", "codes_headline", "nesting", "boundary_rule")}),
        (
            "What a claim needs",
            {"fields": ("requires_speaker", "requires_stance", "requires_mode", "requires_proposition")},
        ),
        ("Stance scale", {"fields": ("stances",)}),
        ("Attributes", {"fields": ("attributes_shown",)}),
        ("Guidelines", {"fields": ("guidelines_shown",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for _, options in self.fieldsets for name in options["fields"]]

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Lead to the editor, which is part of the project's pages: nothing is changed here."""
        project = seen(Project, request.user).filter(codebook=obj.codebook_id).order_by("created_at", "pk").first()
        if project is None:
            return []
        download = ("Download", reverse("codebook-file", args=[project.slug, obj.number]))
        if obj.published_at is None:
            return [("Edit the draft", reverse("codebook-draft", args=[project.slug])), download]
        return [("Versions", reverse("codebook", args=[project.slug])), download]

    @admin.display(description="version", ordering="number")
    def name(self, obj: Any) -> str:
        return str(obj)

    @admin.display(description="state", ordering="published_at")
    def state(self, obj: Any) -> str:
        return "published, frozen" if obj.published_at else "draft"

    @admin.display(description="values")
    def stances(self, obj: Any) -> str:
        return labels(list(load_codebook(obj.pk).stances.values()), has_score=True)

    @admin.display(description="questions")
    def attributes_shown(self, obj: Any) -> str:
        return questions(load_codebook(obj.pk))

    @admin.display(description="text")
    def guidelines_shown(self, obj: Any) -> str:
        return format_html('<div class="plain" dir="auto">{}</div>', obj.guidelines)


def questions(codebook: CodebookView) -> str:
    """Return each attribute with its rules and labels."""
    rows = []
    for (scope, key), spec in codebook.attributes.items():
        rules = [f"of {scope}s", spec.kind]
        rules += ["required"] if spec.is_required else []
        rules += ["several answers"] if spec.is_multiple else []
        rules += ["only after another answer"] if spec.condition else []
        about = f"{key} · {', '.join(rules)}"
        rows.append((spec.name, about, spec.definition, labels(list(codebook.labels.get(spec.id, ())))))
    row = '<div class="question"><h3>{}</h3><p class="quiet">{}</p><p>{}</p>{}</div>'
    return format_html_join("", row, rows) or "–"


def labels(found: list[LabelView], *, has_score: bool = False) -> str:
    """Return labels as a table with glyph, name, key, score and definition."""
    if not found:
        return ""
    rows = (
        (
            label.slot,
            Slot(label.slot).label[-1],
            label.name,
            label.key,
            ("–" if label.score is None else f"{label.score:+g}") if has_score else label.shortcut,
            label.definition,
        )
        for label in found
    )
    row = '<tr><td class="stance slot-{}"><b aria-hidden="true">{}</b> {}</td><td>{}</td><td>{}</td><td>{}</td></tr>'
    head = "<tr><th>Label</th><th>Key</th><th>{}</th><th>Definition</th></tr>"
    return format_html(
        '<div class="scroll"><table class="labels"><thead>{}</thead><tbody>{}</tbody></table></div>',
        format_html(head, "Score" if has_score else "Shortcut"),
        format_html_join("", row, rows),
    )
