"""The routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from annotate.api import (
    agreement,
    claims,
    codebooks,
    documents,
    export,
    invitations,
    layer_lists,
    layers,
    members,
    moves,
    progress,
    projects,
    queue,
    round_work,
    rounds,
    searching,
    skips,
    talk,
)
from annotate.api.docs import docs
from annotate.api.registries import REGISTRIES
from annotate.api.registry_views import routes
from annotate.api.schema import schema

urlpatterns: list[URLPattern] = [
    path("projects/", projects.projects, name="api-projects"),
    path("projects/<slug:slug>/", projects.project, name="api-project"),
    path("projects/<slug:slug>/members/", members.members, name="api-members"),
    path("projects/<slug:slug>/members/<str:username>/", members.member, name="api-member"),
    path("projects/<slug:slug>/invitations/", invitations.invitations, name="api-invitations"),
    path("invitations/<uuid:id>/", invitations.invitation, name="api-invitation"),
    path("projects/<slug:slug>/rounds/", rounds.rounds, name="api-rounds"),
    path("projects/<slug:slug>/rounds/preview/", rounds.preview, name="api-round-preview"),
    path("rounds/<uuid:id>/", rounds.round, name="api-round"),
    path("rounds/<uuid:id>/documents/", round_work.round_documents, name="api-round-documents"),
    path("rounds/<uuid:id>/layers/", round_work.round_layers, name="api-round-layers"),
    path("rounds/<uuid:id>/assign/", round_work.assign, name="api-round-assign"),
    path("layers/<uuid:id>/reassign/", round_work.reassign, name="api-layer-reassign"),
    path("layers/<uuid:id>/release/", round_work.release, name="api-layer-release"),
    path("projects/<slug:slug>/skips/", skips.skips, name="api-skips"),
    path("skips/<int:id>/", skips.undo_skip, name="api-skip"),
    path("documents/<uuid:id>/skip/", skips.skip, name="api-document-skip"),
    path("documents/<uuid:id>/give-back/", skips.give_back, name="api-give-back"),
    path("rounds/<uuid:id>/move/", moves.round_move, name="api-round-move"),
    path("projects/<slug:slug>/rechecks/", moves.rechecks, name="api-rechecks"),
    path("projects/<slug:slug>/codebook/", codebooks.versions, name="api-codebook"),
    path("codebooks/<uuid:id>/", codebooks.version, name="api-codebook-version"),
    path("codebooks/<uuid:id>/publish/", codebooks.publish, name="api-codebook-publish"),
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
    path("projects/<slug:slug>/layers/", layer_lists.layers, name="api-layers"),
    path("layers/<uuid:id>/", layer_lists.layer, name="api-layer-by-id"),
    path("layers/<uuid:id>/return/", layer_lists.layer_return, name="api-layer-return"),
    path("layers/<uuid:id>/unreturn/", layer_lists.layer_unreturn, name="api-layer-unreturn"),
    path("projects/<slug:slug>/remarks/", talk.remarks, name="api-remarks"),
    path("remarks/<uuid:id>/", talk.remark, name="api-remark"),
    path("projects/<slug:slug>/progress/", progress.progress, name="api-progress"),
    path("projects/<slug:slug>/agreement/", agreement.agreement, name="api-agreement"),
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
