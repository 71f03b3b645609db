"""The admin panel: who is admitted, where they sign in, and the sections of its first page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from annotate import permissions
from annotate.admin.scope import seen
from annotate.models import (
    Claim,
    Codebook,
    CodebookVersion,
    DocumentImport,
    Layer,
    Member,
    Project,
    Release,
    Round,
    Token,
)
from corpus.models import Change, Corpus, Document, Entry, LoadedWord, Proposition, Source, Speaker, Target

# Section, what it is for, and its models with a line on each.
SECTIONS: tuple[tuple[str, str, dict[type, str]], ...] = (
    (
        "corpus",
        "Corpus",
        {
            Document: "Articles with their metadata; the text never changes",
            Source: "The outlets that documents come from",
            Corpus: "Collections of documents with their registries",
            DocumentImport: "Uploads, with what was refused and why",
        },
    ),
    (
        "registries",
        "Registries",
        {
            Speaker: "Persons and bodies that words are attributed to",
            Target: "What stances are toward",
            Proposition: "The canonical claims that mentions share",
            LoadedWord: "Words that names get a warning for",
        },
    ),
    (
        "projects",
        "Projects",
        {
            Project: "A corpus worked on under a codebook",
            Round: "Who annotates how much, and who sees what",
            Codebook: "What is asked of claims, stances and documents",
            CodebookVersion: "Guidelines, attributes, labels and stance scale",
            Layer: "One annotator’s reading of one document",
            Claim: "What is asserted, by whom, and where they stand",
            Release: "Frozen, numbered versions of the dataset",
            Change: "Who changed what, and when",
        },
    ),
    (
        "people",
        "People",
        {
            Member: "Roles in your projects",
            User: "Accounts and their passwords",
            Group: "Groups of accounts",
            Token: "Keys to the API",
        },
    ),
)
REFUSAL = "The admin panel is for curators and managers of a project. Ask a manager for that role."
# Passwords are changed on the site's own page; the generic redirect would answer for any model.
LEFT_OUT = frozenset(("password_change", "password_change_done", "view_on_site"))


class PanelSite(AdminSite):
    """The admin for curators and managers; `is_staff` plays no part."""

    site_title = site_header = "Standpoint"
    index_title = "Admin"
    site_url = "/"
    enable_nav_sidebar = True
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        known = request.__dict__
        if "panel_admits" not in known:
            known["panel_admits"] = permissions.may_use_admin(request.user)
        return bool(known["panel_admits"])

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page: sign in first; whoever is signed in and not admitted is refused, not sent round in a circle."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if not self.has_permission(request):
                raise PermissionDenied(REFUSAL)
            return guarded(request, *args, **kwargs)

        return inner

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the site's own sign-in page."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            wanted = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, settings.LOGIN_URL)
        if not self.has_permission(request):
            raise PermissionDenied(REFUSAL)
        return HttpResponseRedirect(wanted)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in LEFT_OUT]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the sections with the models that the user may see; with a label, those that hold a model of it."""
        apps = self._build_app_dict(request)
        rows = {row["model"]: row for app in apps.values() for row in app["models"]}
        sections = []
        for key, name, models in SECTIONS:
            found = [rows[model] | {"about": about} for model, about in models.items() if model in rows]
            if app_label is not None:
                found = [row for row in found if row["model"]._meta.app_label == app_label]
            if found:
                section = {"name": name, "app_label": key, "app_url": reverse("admin:index"), "has_module_perms": True}
                sections.append(section | {"models": found})
        return sections

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the sections, and how many entries wait to be accepted."""
        sections = self.get_app_list(request)
        for row in (row for section in sections for row in section["models"]):
            if issubclass(row["model"], Entry):
                own = seen(row["model"], request.user)
                row["waiting"] = own.filter(is_provisional=True, merged_into__isnull=True).count()
        return super().index(request, {"app_list": sections, **(extra_context or {})})

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Django's own log is not kept: Change rows are."""
        return super().get_log_entries(request).none()


site = PanelSite(name="admin")
site.disable_action("delete_selected")


def register(*models: Any) -> Callable[[Any], Any]:
    """Register a class for models on the panel."""

    def add(found: Any) -> Any:
        site.register(models, found)
        return found

    return add
