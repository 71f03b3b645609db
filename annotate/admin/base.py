"""What all pages of the panel share: rows from `seen`, rights from the policy table, writes through actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from annotate.admin.forms import FORM_FIELDS, PanelForm
from annotate.admin.paging import BoundedPaginator, PageList
from annotate.admin.related import RelatedMixin
from annotate.admin.scope import is_superuser, reach, seen
from annotate.admin.show import history_links, name_actors
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from corpus.models import Change

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

MAX_SEARCH = 200
MAX_WORDS = 8
MAX_SELECTED = 500
MAX_HISTORY = 200


class Panel(RelatedMixin, ModelAdmin):
    """Base of every page. Nothing is deleted here: only `purge` does that."""

    # Who may add and change; None is nobody. `place` is the attribute that holds the project or corpus.
    adds: ClassVar[Action | None] = None
    changes: ClassVar[Action | None] = None
    place: ClassVar[str] = "corpus_id"
    is_for_superusers: ClassVar[bool] = False
    object_type: ClassVar[str] = ""

    form = PanelForm
    formfield_overrides = FORM_FIELDS
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    view_on_site = False
    list_per_page = 100

    # Rows and rights

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.columns(seen(self.model, request.user))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Say what is read with the rows, and what is left in the database."""
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows  # type: ignore[misc]  # a bool for Django only

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request.user) or not self.is_for_superusers

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.adds is not None and bool(reach(request, self.adds))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.changes is None:
            return False
        where = reach(request, self.changes)
        return bool(where) if obj is None else getattr(obj, self.place) in where

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the parameters of the list's own filters and nothing else."""
        return lookup in {name for found in self.list_filter for name in found.names()}  # type: ignore[union-attr]  # all are ours

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return to_field == self.opts.pk.attname

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return the object as a row of the list is filled, or None."""
        obj = super().get_object(request, object_id)
        if obj is not None:
            self.fill_page(request, [obj])
        return obj

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    # Lists

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PageList

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        """Set what is shown of rows beside their columns, in a list or on the page of one. A few queries for all."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Search with a bounded number of words."""
        return super().get_search_results(request, queryset, " ".join(self.words(search_term)))

    def words(self, search_term: str) -> list[str]:
        return search_term.replace("\0", " ")[:MAX_SEARCH].split()[:MAX_WORDS]

    def chosen(self, request: HttpRequest, rows: QuerySet[Any]) -> list[Any]:
        """Return the selected rows for an action, in a fixed order; none, with a message, when there are too many."""
        found = list(rows.order_by("pk")[: MAX_SELECTED + 1])
        if len(found) <= MAX_SELECTED:
            return found
        self.message_user(request, f"Select at most {MAX_SELECTED} rows at once.", messages.ERROR)
        return []

    # Forms

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.problem = request.__dict__.get("panel_problem")  # type: ignore[attr-defined]  # a PanelForm
        return form

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Save, or show the form again with what the action refused; then nothing was written."""
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except Problem as problem:
            request.__dict__["panel_problem"] = problem
            return super().changeform_view(request, object_id, *args, **kwargs)

    def _changeform_view(self, request: HttpRequest, object_id: str | None, *args: Any) -> Any:
        """Lock what is about to be saved, so that the comparison with what the user saw holds until it is."""
        if request.method == "POST" and object_id is not None:
            obj = self.get_object(request, unquote(object_id))
            if obj is not None:
                self.model._base_manager.select_for_update().filter(pk=obj.pk).values_list("pk").first()
        return super()._changeform_view(request, object_id, *args)  # type: ignore[misc]  # not in the stubs

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Wait for `save_related`, which has the inlines too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data} | self.inline_values(formsets)
        if values or not change:
            form.instance.__dict__.update(self.store(request, form.instance, values, change).__dict__)

    def inline_values(self, formsets: Any) -> dict[str, Any]:
        """Return what was changed in the inlines."""
        return {}

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Model:
        """Save the changed values through an action; returns what is stored now. Raises Problem."""
        raise PermissionDenied

    def construct_change_message(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []

    def log_addition(self, *args: Any) -> Any:
        """The action has written a Change row."""

    def log_change(self, *args: Any) -> Any:
        """The action has written a Change row."""

    # Pages

    def heading(self, obj: Any) -> str:
        return str(obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return (label, address) of what else can be opened from the page."""
        return []

    def fitting(self, request: HttpRequest, obj: Any) -> set[str]:
        """Return the names of the actions that make sense for `obj` as it is."""
        return set()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        if obj is not None:
            fitting = self.fitting(request, obj)
            actions = self.get_action_choices(request, [], action_location=ActionLocation.CHANGE_FORM)
            context |= {
                "subtitle": self.heading(obj),
                "links": self.links(request, obj),
                "has_history": bool(self.object_type),
                "tools": [found for found in actions if found[0] in fitting],
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Show the object's Change rows."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.object_type:
            raise Http404
        rows = seen(Change, request.user).filter(object_type=self.object_type, object_id=str(obj.pk))
        changes = list(rows.select_related("actor").order_by("-id")[:MAX_HISTORY])
        name_actors(request, changes)
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": self.heading(obj),
            "opts": self.opts,
            "original": obj,
            "changes": changes,
            "in_words": history_links(request, obj, self.object_type),
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
        }
        return TemplateResponse(request, "admin/object_history.html", context)
