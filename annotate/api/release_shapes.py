"""Releases as JSON, and what their bodies look like in the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.actions.releases import progress_of
from annotate.api.serializers import PlainText
from annotate.models import Release, ReleaseStatus
from annotate.payloads.people import People
from annotate.permissions import AnyUser
from annotate.records import stamp
from annotate.releases.contents import kind_of
from annotate.releases.settings import DOCUMENTS, GOLD, LICENCES, SPLITS, TEXTS

EXAMPLE = {
    "title": "Harbour stances",
    "note": "After the second round.",
    "licence": "CC-BY-4.0",
    "texts": "quotes",
    "creators": [{"name": "Lind", "given": "Tora", "orcid": "0000-0002-1825-0097", "affiliation": "Bay University"}],
    "splits": {"by": "date", "train": 80, "validation": 10, "test": 10},
    "selection": {"documents": "read", "gold": "finished", "sources": ["Bay Courier"], "from": "2026-05-01"},
}


class CreatorSerializer(s.Serializer[Any]):
    """Who is cited; without a given name it is a body."""

    name = s.CharField()
    given = PlainText(required=False)
    orcid = PlainText(required=False)
    affiliation = PlainText(required=False)


class SplitsSerializer(s.Serializer[Any]):
    """Percent of the documents; near-copies of one story are never divided."""

    by = s.ChoiceField(list(SPLITS), required=False)
    train = s.IntegerField(required=False)
    validation = s.IntegerField(required=False)
    test = s.IntegerField(required=False)
    seed = s.IntegerField(required=False)


class ReleaseSelectionSerializer(s.Serializer[Any]):
    rounds = s.ListField(child=s.UUIDField(), required=False, help_text="Ids; empty: all rounds of work.")
    documents = s.ChoiceField(list(DOCUMENTS), required=False)
    gold = s.ChoiceField(list(GOLD), required=False)
    sources = s.ListField(child=s.CharField(), required=False, help_text="Names of outlets; empty: all of them.")

    def get_fields(self) -> dict[str, s.Field[Any, Any, Any, Any]]:
        """Add the names that Python keeps for itself."""
        first = s.DateField(required=False, allow_null=True, help_text="First day of publication.")
        last = s.DateField(required=False, allow_null=True, help_text="Last day of publication.")
        return super().get_fields() | {"from": first, "to": last}


class ReleaseInSerializer(s.Serializer[Any]):
    title = PlainText(required=False, help_text="The project's name unless given.")
    note = PlainText(required=False)
    description = PlainText(required=False)
    licence = s.ChoiceField(list(LICENCES), required=False, help_text="Of the annotations.")
    licence_texts = PlainText(required=False, help_text="What holds for the texts.")
    texts = s.ChoiceField(list(TEXTS), required=False)
    quote_characters = s.IntegerField(required=False, help_text="Of each quote, where the texts are left out.")
    publisher = PlainText(required=False)
    doi = PlainText(required=False)
    creators = CreatorSerializer(many=True, required=False)
    splits = SplitsSerializer(required=False)
    selection = ReleaseSelectionSerializer(required=False)


class ReleaseFileSerializer(s.Serializer[Any]):
    path = s.CharField()
    what = s.CharField()
    size = s.IntegerField()
    sha256 = s.CharField(help_text="Also the ETag of the file.")


class ProgressSerializer(s.Serializer[Any]):
    done = s.IntegerField()
    of = s.IntegerField()
    now = PlainText(help_text="What is being written.")


class ReleaseItemSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    project = s.CharField()
    number = s.IntegerField(allow_null=True, help_text="From 1 without gaps; null for one that failed.")
    title = s.CharField()
    status = s.ChoiceField(ReleaseStatus.values)
    message = PlainText()
    made_by = s.CharField()
    n_bytes = s.IntegerField(help_text="0 while you read one of its documents blind.")
    sha256 = PlainText(
        help_text="Of the file SHA256SUMS, and so of everything; empty while you read one of its documents blind."
    )
    created_at = s.DateTimeField()
    frozen_at = s.DateTimeField(allow_null=True)


class ReleaseSerializer(ReleaseItemSerializer):
    asked = s.JSONField(help_text="What was asked for, every field.")
    progress = ProgressSerializer(allow_null=True, help_text="While it is being made.")
    figures = s.JSONField(allow_null=True, help_text="Null while you read one of its documents blind.")
    files = ReleaseFileSerializer(many=True, help_text="None while you read one of its documents blind.")


def release_item(found: Release, people: People, *, is_closed: bool) -> dict[str, Any]:
    """Return one release of a list; of a closed one nothing that follows from others' work."""
    return {
        "id": found.pk,
        "project": found.project.slug,
        "number": found.number,
        "title": found.title,
        "status": found.status,
        "message": found.told(is_closed=is_closed),
        "made_by": people.name(found.project_id, found.made_by_id),
        "n_bytes": 0 if is_closed else found.n_bytes,
        "sha256": "" if is_closed else found.sha256,
        "created_at": stamp(found.created_at),
        "frozen_at": stamp(found.frozen_at),
    }


def release_dict(found: Release, user: AnyUser) -> dict[str, Any]:
    """Return one release; files and figures only for those who read none of it blind just now."""
    is_closed = found.is_closed_to(user)
    progress = progress_of(found) if found.is_unfinished else None
    return release_item(found, People(), is_closed=is_closed) | {
        "asked": found.asked,
        "progress": {"done": progress.done, "of": progress.of, "now": progress.now} if progress else None,
        "figures": None if is_closed else found.figures,
        "files": [] if is_closed else [file | {"what": kind_of(file["path"]).what} for file in found.files],
    }
