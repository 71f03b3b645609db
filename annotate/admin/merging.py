"""The page between selecting entries and merging them: choose which one to keep."""

from __future__ import annotations

from contextlib import AbstractContextManager
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from annotate.actions import registries
from annotate.admin.filters import is_uuid
from annotate.admin.scope import reach, seen
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from corpus.models import Target
from corpus.text.names import fold_name

MAX_MERGED = 50
MAX_OFFERED = 10
MAX_LOOKED_AT = 300


class MergeMixin:
    """Adds the merge page to the panel of a registry."""

    model: Any
    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name=f"corpus_{self.opts.model_name}_merge"), *super().get_urls()]  # type: ignore[misc]  # of the panel it is mixed into

    def merge_address(self, entries: list[Any]) -> str:
        query = urlencode([("id", entry.pk) for entry in entries])
        return f"{reverse(f'admin:corpus_{self.opts.model_name}_merge')}?{query}"

    def one_transaction(self) -> AbstractContextManager[None]:
        return transaction.atomic()

    def merge_view(self: Any, request: HttpRequest) -> HttpResponse:
        """Show the selected entries with others that may be meant; on POST, merge all into the one to keep."""
        if not self.has_change_permission(request):
            raise PermissionDenied("Entries are merged by curators and managers.")
        sent = request.POST if request.method == "POST" else request.GET
        entries = self._entries(request, sent.getlist("id"))
        if not entries:
            raise Http404
        if request.method == "POST":
            kept = self._merge(request, entries)
            if kept is not None:
                return HttpResponseRedirect(reverse(f"admin:corpus_{self.opts.model_name}_change", args=[kept.pk]))
        page: HttpResponse = self._merge_page(request, entries, sent)
        return page

    def _entries(self: Any, request: HttpRequest, ids: list[str]) -> list[Any]:
        known = [id for id in ids[:MAX_MERGED] if is_uuid(id)]
        rows = seen(self.model, request.user).filter(pk__in=known).select_related("corpus").order_by("name", "pk")
        where = reach(request, Action.EDIT_REGISTRIES)
        return [row for row in rows if row.corpus_id in where]

    def _merge(self: Any, request: HttpRequest, entries: list[Any]) -> Any:
        """Merge in one transaction; returns the entry kept, or None with a message."""
        chosen = self._entries(request, request.POST.getlist("keep")[:1])
        inverted = set(request.POST.getlist("inverted"))
        others = [entry for entry in entries if not chosen or entry.pk != chosen[0].pk]
        if not chosen or not others:
            text = "Choose the entry to keep; it must be another than the one you merge."
            self.message_user(request, text, messages.ERROR)
            return None
        try:
            with self.one_transaction():
                for entry in others:
                    is_inverted = str(entry.pk) in inverted
                    registries.merge_entry(user=request.user, entry=entry, into=chosen[0], is_inverted=is_inverted)  # type: ignore[arg-type]  # nobody anonymous comes here
        except Problem as problem:
            self.message_user(request, problem.detail, messages.ERROR)
            return None
        names = ", ".join(f"“{entry}”" for entry in others[:5]) + (" and others" if len(others) > 5 else "")
        self.message_user(request, f"Merged {names} into “{chosen[0]}”.", messages.SUCCESS)
        return chosen[0]

    def _merge_page(self: Any, request: HttpRequest, entries: list[Any], sent: Any) -> HttpResponse:
        query = request.GET.get("q", "").strip()
        offered = self._offered(request, entries, query)
        self.fill_page(request, entries + offered)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge {self.opts.verbose_name_plural if len(entries) > 1 else self.opts.verbose_name}",
            "opts": self.opts,
            "entries": entries,
            "offered": offered,
            "query": query,
            "keep": sent.get("keep", ""),
            "has_kinds": hasattr(entries[0], "kind"),
            "can_invert": self.model is Target,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/merge.html", context)

    def _offered(self: Any, request: HttpRequest, entries: list[Any], query: str) -> list[Any]:
        """Return what was searched for, else entries with a similar name, the most similar first."""
        rows = seen(self.model, request.user).filter(corpus=entries[0].corpus_id, merged_into__isnull=True)
        rows = rows.exclude(pk__in=[entry.pk for entry in entries])
        if query:
            found, _ = self.get_search_results(request, rows, query)
            return list(found.order_by("name", "pk")[:MAX_OFFERED])
        name = fold_name(entries[0].name)
        longest = max(entries[0].name.split(), key=len)
        near = rows.filter(name__icontains=longest[:40]).order_by("name", "pk")[:MAX_LOOKED_AT]
        ranked = sorted(near, key=lambda row: -SequenceMatcher(None, name, fold_name(row.name)).ratio())
        return ranked[:MAX_OFFERED]
