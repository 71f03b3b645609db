"""Routes of the pages."""

from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import path, reverse_lazy

from annotate.web import (
    account,
    documents,
    exports,
    guidelines,
    home,
    members,
    projects,
    reader_urls,
    rounds,
    searching,
    uploads,
)

reset = PasswordResetConfirmView.as_view(success_url=reverse_lazy("password_reset_complete"))

urlpatterns = [
    path("", home.home, name="home"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("robots.txt", home.robots, name="robots"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password_change, name="password_change"),
    path("account/tokens/", account.token_create, name="token-create"),
    path("account/tokens/<int:token_id>/delete/", account.token_delete, name="token-delete"),
    path("reset/done/", account.password_reset_complete, name="password_reset_complete"),
    path("reset/<uidb64>/<token>/", reset, name="password_reset_confirm"),
    path("projects/new/", projects.project_new, name="project-new"),
    path("p/<slug:slug>/", projects.project, name="project"),
    path("p/<slug:slug>/next/", projects.project_next, name="project-next"),
    path("p/<slug:slug>/documents/", documents.documents, name="documents"),
    path("p/<slug:slug>/search/", searching.search, name="search"),
    path("p/<slug:slug>/upload/", uploads.upload, name="upload"),
    path("p/<slug:slug>/paste/", uploads.paste, name="paste"),
    path("p/<slug:slug>/imports/<uuid:import_id>/", uploads.show_import, name="import"),
    path("p/<slug:slug>/export/", exports.export, name="export"),
    path("p/<slug:slug>/guidelines/", guidelines.guidelines, name="guidelines"),
    path("p/<slug:slug>/members/", members.members, name="members"),
    path("p/<slug:slug>/members/change/", members.member_change, name="member-change"),
    path("p/<slug:slug>/rounds/", rounds.rounds, name="rounds"),
    path("p/<slug:slug>/rounds/<uuid:round_id>/", rounds.round_change, name="round-change"),
    *reader_urls.urlpatterns,
]
