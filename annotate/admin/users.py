"""Accounts, groups and tokens, for superusers. Accounts are deactivated, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from annotate.actions import accounts
from annotate.admin.base import Panel
from annotate.admin.filters import flag_filter
from annotate.admin.forms import PanelForm, RefusalsMixin
from annotate.admin.scope import is_superuser
from annotate.admin.site import register
from annotate.models import Token
from annotate.payloads.problems import Problem

if TYPE_CHECKING:
    CreationForm = BaseUserCreationForm[User]
else:
    CreationForm = BaseUserCreationForm

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


class NewUserForm(RefusalsMixin, CreationForm):
    """A user name and a first password."""

    pointers = {"password": "password1"}


@register(User)
class UserPanel(Panel):
    is_for_superusers = True
    object_type = "user"
    list_display = ("username", "full_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = (
        flag_filter("active", "Active", "Deactivated", "is_active"),
        flag_filter("superuser", "Superusers", "Others", "is_superuser"),
    )
    ordering = ("username",)
    search_fields = ("username", "first_name", "last_name", "email")
    actions = ("deactivate", "activate", "make_reset_link")
    facts = ("last_login", "date_joined")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("username", "password1", "password2")})]
        return [(None, {"fields": accounts.USER_FIELDS}), ("About this account", {"fields": self.facts})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.facts

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = {"form": PanelForm if change else NewUserForm}
        return super().get_form(request, obj, change=change, **form | kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request.user)

    @admin.display(description="name")
    def full_name(self, obj: Any) -> str:
        return obj.get_full_name() or "–"

    def fitting(self, request: HttpRequest, obj: Any) -> set[str]:
        return {"deactivate", "make_reset_link"} if obj.is_active else {"activate"}

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        user: Any = request.user
        if change:
            return accounts.update_user(user=user, account=obj, values=values)
        return accounts.create_user(username=values["username"], password=values["password1"], actor=user)

    def _set_active(self, request: HttpRequest, rows: QuerySet[Any], is_active: bool) -> None:
        user: Any = request.user
        for account in self.chosen(request, rows):
            try:
                accounts.update_user(user=user, account=account, values={"is_active": is_active})
            except Problem as problem:
                self.message_user(request, problem.detail, messages.ERROR)
            else:
                state = "active" if is_active else "deactivated; sessions and tokens have ended"
                self.message_user(request, f"{account} is {state}.", messages.SUCCESS)

    @admin.action(permissions=["change"], description="Deactivate", location=EVERYWHERE)
    def deactivate(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._set_active(request, rows, False)

    @admin.action(permissions=["change"], description="Activate", location=EVERYWHERE)
    def activate(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._set_active(request, rows, True)

    @admin.action(permissions=["change"], description="Make a password reset link", location=ActionLocation.CHANGE_FORM)
    def make_reset_link(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Show a link with which the person sets a new password once. Nothing is mailed."""
        user: Any = request.user
        account = rows.get()
        try:
            token = accounts.make_reset_token(user=user, account=account)
        except Problem as problem:
            self.message_user(request, problem.detail, messages.ERROR)
            return None
        address = reverse("password_reset_confirm", args=[urlsafe_base64_encode(force_bytes(account.pk)), token])
        context = {
            **self.admin_site.each_context(request),
            "title": "Password reset link",
            "opts": self.opts,
            "original": account,
            "subtitle": str(account),
            "address": request.build_absolute_uri(address),
        }
        return TemplateResponse(request, "admin/reset_link.html", context)


@register(Group)
class GroupPanel(Panel):
    """Groups give no rights here: roles in projects do."""

    is_for_superusers = True
    list_display = fields = readonly_fields = ("name",)
    search_fields = ("name",)


@register(Token)
class TokenPanel(Panel):
    """Tokens by their first characters; neither secret nor digest is shown."""

    is_for_superusers = True
    list_display = fields = readonly_fields = ("prefix", "name", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("=prefix", "name", "=user__username")
