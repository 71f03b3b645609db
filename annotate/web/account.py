"""One's own account: signing in and out, the password, and API tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from annotate.actions import accounts, tokens
from annotate.models import Member, Token
from annotate.payloads.problems import Invalid, NotThere
from annotate.web import throttle
from annotate.web.access import Request, answer, go, page
from annotate.web.forms import ProfileForm, TokenForm, add_problem


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in; too many failures are refused for a while."""
    target = _next_of(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = AuthenticationForm(request, data=request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "next": target}
    if request.method != "POST":
        return render(request, "registration/login.html", context)
    name = request.POST.get("username", "")
    if not throttle.may_try(request, name):
        context |= {"form": AuthenticationForm(request), "minutes": throttle.SECONDS // 60}
        response = render(request, "registration/login.html", context, status=429)
        response.headers["Retry-After"] = str(throttle.SECONDS)
        return response
    if not form.is_valid():
        return render(request, "registration/login.html", context, status=400)
    throttle.forget(request, name)
    auth.login(request, form.get_user())
    response = redirect(target)
    throttle.remember(response, name)
    return response


def _next_of(request: HttpRequest) -> str:
    """Return where to go after signing in: an address of this site, else the first page."""
    target = request.POST.get("next", request.GET.get("next", ""))
    is_own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_own else resolve_url("home")


@require_http_methods(["POST"])
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("login")


@sensitive_post_parameters()
@page("GET", "POST")
def password_change(request: Request) -> HttpResponse:
    """Change the password; every other session of the account ends with it."""
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not throttle.may_change_password(request.user.pk):
        minutes = throttle.SECONDS // 60
        context = {"form": PasswordChangeForm(request.user), "minutes": minutes}
        return answer(request, "registration/password_change_form.html", "password-form", context, status=429)
    if request.method == "POST" and form.is_valid():
        throttle.has_changed_password(request.user.pk)
        auth.update_session_auth_hash(request, form.save())
        messages.success(request, "Your password is changed. You were signed out everywhere else.")
        return go(request, "account")
    status = 400 if request.method == "POST" else 200
    return answer(request, "registration/password_change_form.html", "password-form", {"form": form}, status=status)


@require_safe
def password_reset_complete(request: HttpRequest) -> HttpResponse:
    return render(request, "registration/password_reset_complete.html")


@page("GET")
def account(request: Request) -> HttpResponse:
    return _page(request)


@page("POST")
def profile(request: Request) -> HttpResponse:
    """Change one's own names and e-mail address."""
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            accounts.update_profile(user=request.user, values=form.cleaned_data)
        except Invalid as problem:
            add_problem(form, problem)
        else:
            messages.success(request, "Your profile is changed.")
            return go(request, "account")
    return _page(request, partial="profile", profile=form, status=400)


@never_cache
@page("POST")
def token_create(request: Request) -> HttpResponse:
    """Make a token. It is shown in this answer and stored nowhere, hence no redirect: that would have to carry it."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=400)
    made, secret = tokens.create_token(user=request.user, name=form.cleaned_data["name"])
    return _page(request, secret=secret, made=made)


@page("POST")
def token_delete(request: Request, token_id: int) -> HttpResponse:
    try:
        tokens.delete_token(user=request.user, token_id=token_id)
    except NotThere as problem:
        return _page(request, gone=problem.detail, status=404)
    if request.htmx:
        return _page(request, said="The token is deleted; nothing can use it any more.")
    messages.success(request, "The token is deleted; nothing can use it any more.")
    return go(request, "account")


def _page(
    request: Request, *, status: int = 200, form: TokenForm | None = None, partial: str = "tokens", **extra: Any
) -> HttpResponse:
    own = Member.objects.filter(user=request.user.pk, left_at__isnull=True).select_related("project")
    context = {
        "tokens": Token.objects.filter(user=request.user.pk),
        "form": form or TokenForm(),
        "profile": ProfileForm(initial={name: getattr(request.user, name) for name in accounts.PROFILE_FIELDS}),
        "memberships": own.order_by("project__name", "project"),
        **extra,
    }
    return answer(request, "annotate/account.html", partial, context, status=status)
