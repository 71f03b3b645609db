"""The routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from annotate.api import claims, documents, export, layers, members, projects, queue, rounds, searching
from annotate.api.docs import docs
from annotate.api.registries import REGISTRIES
from annotate.api.registry_views import routes
from annotate.api.schema import schema

urlpatterns: list[URLPattern] = [
    path("projects/", projects.projects, name="api-projects"),
    path("projects/<slug:slug>/", projects.project, name="api-project"),
    path("projects/<slug:slug>/members/", members.members, name="api-members"),
    path("projects/<slug:slug>/members/<str:username>/", members.member, name="api-member"),
    path("projects/<slug:slug>/rounds/", rounds.rounds, name="api-rounds"),
    path("rounds/<uuid:id>/", rounds.round, name="api-round"),
    path("projects/<slug:slug>/documents/", documents.documents, name="api-documents"),
    path("documents/<uuid:id>/", documents.document, name="api-document"),
    path("documents/<uuid:id>/claims/", claims.document_claims, name="api-document-claims"),
    path("documents/<uuid:id>/layer/", layers.layer, name="api-layer"),
    path("documents/<uuid:id>/submit/", layers.submit, name="api-submit"),
    path("documents/<uuid:id>/reopen/", layers.reopen, name="api-reopen"),
    path("projects/<slug:slug>/claims/", searching.claims, name="api-claims"),
    path("claims/<uuid:id>/", claims.claim, name="api-claim"),
    path("projects/<slug:slug>/next/", queue.next_document, name="api-next"),
    *(route for kind in REGISTRIES for route in routes(kind)),
    path("projects/<slug:slug>/export/", export.export, name="api-export"),
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
