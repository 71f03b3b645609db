"""What layers in lists, remarks and figures look like, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.claim_serializers import LayerSerializer
from annotate.models import LayerStatus, RemarkKind


class NamedSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()


class TitledDocumentSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.IntegerField()
    external_id = s.CharField(allow_blank=True)
    title = s.CharField(allow_blank=True)


class LayerRowSerializer(s.Serializer[Any]):
    """A layer in a list; whoever left the project goes by the pseudonym."""

    id = s.UUIDField()
    document = TitledDocumentSerializer()
    round = NamedSerializer()
    annotator = s.CharField()
    status = s.ChoiceField(LayerStatus.values)
    n_claims = s.IntegerField()
    n_gaps = s.IntegerField(allow_null=True, help_text="Missing answers; null once it is submitted.")
    active_seconds = s.IntegerField()
    version = s.IntegerField()
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    submitted_at = s.DateTimeField(allow_null=True)


class WholeLayerSerializer(LayerSerializer):
    document = TitledDocumentSerializer()
    annotator = s.CharField()


class ReturnSerializer(s.Serializer[Any]):
    remark = s.CharField(required=False, allow_blank=True, help_text="What is to be looked at again.")


class RemarkInSerializer(s.Serializer[Any]):
    document = s.UUIDField()
    layer = s.UUIDField(required=False, allow_null=True, help_text="Null: to everybody in the project, for curators.")
    claim = s.UUIDField(required=False, allow_null=True, help_text="A claim of that layer.")
    text = s.CharField()


class RemarkChangeSerializer(s.Serializer[Any]):
    settled = s.BooleanField(help_text="Of the whole thread.")


class RemarkSerializer(s.Serializer[Any]):
    """A remark. All remarks on the same claim, layer or document are one thread, settled together."""

    id = s.UUIDField()
    document = s.UUIDField()
    layer = s.UUIDField(allow_null=True)
    claim = s.UUIDField(allow_null=True)
    quote = s.CharField(allow_blank=True, help_text="The claim's first words when the remark was made.")
    kind = s.ChoiceField(RemarkKind.values)
    author = s.CharField()
    text = s.CharField()
    settled = s.BooleanField()
    created_at = s.DateTimeField()


class ClaimFiguresSerializer(s.Serializer[Any]):
    total = s.IntegerField()
    mean = s.FloatField(allow_null=True)
    min = s.IntegerField(allow_null=True)
    max = s.IntegerField(allow_null=True)


class FiguresSerializer(s.Serializer[Any]):
    """Figures of one round, person or document, whichever was asked for; the other two are null."""

    round = NamedSerializer(allow_null=True)
    person = s.CharField(allow_null=True)
    document = TitledDocumentSerializer(allow_null=True)
    submitted = s.IntegerField()
    open = s.IntegerField()
    returned = s.IntegerField()
    skipped = s.IntegerField()
    free = s.IntegerField(allow_null=True, help_text="Readings still asked for; null where it is not to be seen.")
    claims = ClaimFiguresSerializer(help_text="Of submitted layers.")
    active_seconds = s.IntegerField()
    documents_per_hour = s.FloatField(allow_null=True, help_text="Submitted layers with measured time only.")
    claims_per_hour = s.FloatField(allow_null=True)
    documents_per_week = s.FloatField(allow_null=True, help_text="From the first submission to the last.")
    gaps = s.IntegerField(help_text="Missing answers in open and returned layers.")
    unsure = s.IntegerField()
    notes = s.IntegerField()
