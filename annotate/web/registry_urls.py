"""Routes of the pages of registries."""

from django.urls import path

from annotate.web import (
    loaded_words,
    registries,
    registry_changes,
    registry_doubles,
    registry_entry,
    registry_mentions,
)

ALL = "p/<slug:slug>/registries"
ONE = f"{ALL}/<str:registry>"
ENTRY = f"{ONE}/<uuid:entry_id>"

urlpatterns = [
    path(f"{ALL}/words/", loaded_words.registry_words, name="registry-words"),
    path(
        f"{ALL}/propositions/<uuid:entry_id>/mentions/",
        registry_mentions.proposition_mentions_page,
        name="proposition-mentions",
    ),
    path(f"{ONE}/", registries.registry, name="registry"),
    path(f"{ONE}/options/", registries.registry_options, name="registry-options"),
    path(f"{ONE}/doubles/", registry_doubles.registry_doubles, name="registry-doubles"),
    path(f"{ENTRY}/", registry_entry.registry_entry, name="registry-entry"),
    path(f"{ENTRY}/change/", registry_changes.registry_change, name="registry-change"),
    path(f"{ENTRY}/claims/", registry_changes.registry_claims, name="registry-claims"),
    path(f"{ENTRY}/undo/<uuid:batch>/", registry_changes.registry_undo, name="registry-undo"),
]
