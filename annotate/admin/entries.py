"""What the three registries share: entries edited, accepted, merged into another and un-merged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from annotate.actions import registries
from annotate.admin.base import Panel
from annotate.admin.merging import MAX_MERGED, MergeMixin
from annotate.admin.scope import reach, seen
from annotate.admin.show import counted, link
from annotate.models import Claim, Project
from annotate.payloads.problems import Problem, WrongState
from annotate.permissions import Action
from annotate.reports.warnings import lists_of, warnings_of

MAX_PROJECTS = 5
EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


class EntryPanel(MergeMixin, Panel):
    """A registry."""

    adds = changes = Action.EDIT_REGISTRIES
    actions = ("accept_entries", "merge_entries", "unmerge_entries")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("corpus",)
    list_select_related: ClassVar[tuple[str, ...]] = ("corpus", "merged_into")
    search_fields = ("name",)
    change_list_template = "admin/registry_list.html"
    # The path from a claim to the entries that it names.
    uses: ClassVar[str]
    facts = ("corpus", "state", "uses_shown", "created_at")
    own_fields: ClassVar[tuple[str, ...]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ("name", "disambiguation", *self.own_fields, "note")
        if obj is None:
            return [(None, {"fields": ("corpus", *fields)})]
        facts = self.get_readonly_fields(request, obj)
        return [(None, {"fields": fields}), ("About this entry", {"fields": facts})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return (*self.facts, "warned") if obj.warnings else self.facts

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Leave out the corpus where the user has only one."""
        where = reach(request, Action.EDIT_REGISTRIES)
        is_one = not where.is_everywhere and len(where.ids) == 2
        return [name for name in super().get_list_display(request) if name != "corpus" or not is_one]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not getattr(obj, "is_not_stated", False)

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        """Count the claims that the user may see, and look for loaded words in the names."""
        counts = counted(seen(Claim, request.user), self.uses, rows)
        loaded = lists_of(row.corpus_id for row in rows)
        for row in rows:
            row.n_claims = counts.get(row.pk, 0)
            row.warnings = loaded[row.corpus_id].warnings(row.name)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Search names, and offer only current entries as choices for a field."""
        if request.path == reverse("admin:autocomplete"):
            queryset = queryset.filter(merged_into__isnull=True)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="name", ordering="name")
    def name_shown(self, obj: Any) -> str:
        if not obj.warnings:
            return str(obj)
        return format_html('{} <span class="quiet">{}</span>', str(obj), " ".join(obj.warnings))

    @admin.display(description="loaded words")
    def warned(self, obj: Any) -> str:
        return " ".join(obj.warnings)

    @admin.display(description="claims")
    def uses_shown(self, obj: Any) -> str:
        if not obj.n_claims:
            return "–"
        return link("annotate_claim_changelist", f"{obj.n_claims}", **{str(self.opts.model_name): obj.pk})

    @admin.display(description="state")
    def state(self, obj: Any) -> str:
        """Say whether the entry counts, waits, or stands for another."""
        if obj.merged_into_id is None:
            return (
                "waits to be accepted"
                if obj.is_provisional
                else format_html('<span class="quiet">{}</span>', "accepted")
            )
        kind = "merged, as its opposite, into " if getattr(obj, "is_merged_inverted", False) else "merged into "
        return f"{kind}{obj.merged_into}"

    def fitting(self, request: HttpRequest, obj: Any) -> set[str]:
        if not self.has_change_permission(request, obj):
            return set()
        if obj.merged_into_id is not None:
            return {"unmerge_entries"}
        return {"accept_entries"} if obj.is_provisional else set()

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        found = [("Claims, split", self._page(request, obj, "registry-entry", obj.pk))]
        if obj.merged_into_id is None and self.has_change_permission(request, obj):
            found.append(("Merge…", self.merge_address([obj])))
        return [(label, address) for label, address in found if address]

    def _page(self, request: HttpRequest, obj: Any, name: str, *args: Any) -> str:
        """Return the address of a page of the registries in one of the user's projects, empty where there is none."""
        if getattr(obj, "is_not_stated", False):
            return ""
        project = seen(Project, request.user).filter(corpus=obj.corpus_id).order_by("pk").first()
        return reverse(name, args=[project.slug, f"{self.opts.model_name}s", *args]) if project else ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Offer the likely doubles of each project's corpus above the list."""
        projects = seen(Project, request.user).order_by("name", "pk")[:MAX_PROJECTS]
        doubles = [
            (row.name, reverse("registry-doubles", args=[row.slug, f"{self.opts.model_name}s"])) for row in projects
        ]
        return super().changelist_view(request, {"doubles": doubles} | (extra_context or {}))

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        if "usual_target" in values:
            target = values["usual_target"]
            values["usual_target"] = {"id": str(target.pk)} if target else None
        user: Any = request.user
        if "name" in values:
            for text in warnings_of((values.get("corpus") or obj.corpus).pk, [values["name"]]):
                self.message_user(request, text, messages.WARNING)
        if change:
            return registries.update_entry(user=user, entry=obj, values=values)
        corpus = values.pop("corpus")
        project = seen(Project, user).filter(corpus=corpus).order_by("pk").first()
        if project is None:
            raise WrongState(f"No project works on “{corpus}”; make one first.")
        # With a disambiguation, even an empty one, an entry of that name is never taken for the new one.
        return registries.create_entry(
            user=user, project=project, model=self.model, values={"disambiguation": ""} | values
        )

    # Actions

    @admin.action(permissions=["change"], description="Accept", location=EVERYWHERE)
    def accept_entries(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        def accept(entries: list[Any]) -> int:
            by_corpus = groupby(sorted(entries, key=lambda e: str(e.corpus_id)), key=lambda e: e.corpus_id)
            user: Any = request.user
            return sum(registries.accept_entries(user=user, entries=list(group)) for _, group in by_corpus)

        self._attempt(request, rows, accept, "accepted")

    @admin.action(permissions=["change"], description="Un-merge", location=EVERYWHERE)
    def unmerge_entries(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        def unmerge(entries: list[Any]) -> int:
            user: Any = request.user
            return len([registries.unmerge_entry(user=user, entry=entry) for entry in entries])

        self._attempt(request, rows, unmerge, "un-merged")

    @admin.action(permissions=["change"], description="Merge into one…")
    def merge_entries(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        entries = self.chosen(request, rows)
        if len(entries) > MAX_MERGED:
            self.message_user(request, f"Merge at most {MAX_MERGED} entries at once.", messages.ERROR)
            return None
        return HttpResponseRedirect(self.merge_address(entries)) if entries else None

    def _attempt(self, request: HttpRequest, rows: QuerySet[Any], do: Callable[[list[Any]], int], done: str) -> None:
        """Do it to the selected entries that the user may change; all or, with a message, none."""
        where = reach(request, Action.EDIT_REGISTRIES)
        entries = [entry for entry in self.chosen(request, rows) if entry.corpus_id in where]
        if not entries:
            return
        try:
            with self.one_transaction():
                n = do(entries)
        except Problem as problem:
            self.message_user(request, problem.detail, messages.ERROR)
            return
        what = self.opts.verbose_name if n == 1 else self.opts.verbose_name_plural
        self.message_user(request, f"{n} {what} {done}.", messages.SUCCESS)
