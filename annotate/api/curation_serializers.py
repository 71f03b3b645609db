"""The bodies of the curation of registries, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.claim_serializers import ClaimSerializer
from annotate.api.entry_serializers import EntryNamedSerializer, EntryRefSerializer
from annotate.api.serializers import PlainText


class UsageSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()
    disambiguation = PlainText()
    provisional = s.BooleanField()
    n_claims = s.IntegerField(help_text="In layers that you may see, of annotators and gold.")
    n_gold = s.IntegerField()


class DoubleSerializer(s.Serializer[Any]):
    """Two entries that may mean the same."""

    keep = UsageSerializer(help_text="Accepted before provisional, then used more, then older.")
    other = UsageSerializer()
    score = s.FloatField()
    reasons = s.ListField(child=s.CharField())
    opposite = s.BooleanField(help_text="One name denies what the other says.")


class ReassignInSerializer(s.Serializer[Any]):
    claims = s.ListField(child=s.UUIDField(), help_text="At most 500.")
    to = EntryNamedSerializer(help_text="By id, or by name; a name that is not there is made.")


class ReassignedSerializer(s.Serializer[Any]):
    batch = s.UUIDField(help_text="Of the changes.")
    to = EntryRefSerializer()
    n_claims = s.IntegerField()


class MentionedInSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.IntegerField()
    title = PlainText()
    source = PlainText()  # type: ignore[assignment]
    published_on = s.DateField(allow_null=True)


class SentenceSerializer(s.Serializer[Any]):
    start = s.IntegerField()
    end = s.IntegerField()
    text = s.CharField()


class MentionSerializer(s.Serializer[Any]):
    """A claim that mentions a proposition, in its sentences."""

    claim = ClaimSerializer()
    document = MentionedInSerializer()
    annotator = s.CharField(allow_null=True, help_text="Null for gold.")
    sentences = SentenceSerializer(many=True)
