"""The bodies of claims and layers, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.entry_serializers import EntryRefSerializer
from annotate.api.round_serializers import RoundSerializer
from annotate.api.serializers import (
    MODES,
    RELATIONS,
    DocumentSerializer,
    PlainText,
    SpanSerializer,
)
from annotate.models import LayerKind, LayerStatus
from annotate.payloads.claims import DETECTABLE


class EntryChoiceSerializer(s.Serializer[Any]):
    """Give `id`, or `name` for an exact match or a new entry."""

    id = s.UUIDField(required=False)
    name = s.CharField(required=False)


class SpeakerChoiceSerializer(EntryChoiceSerializer):
    represents = EntryChoiceSerializer(required=False, allow_null=True)
    mention = SpanSerializer(many=True, required=False)


class PropositionChoiceSerializer(s.Serializer[Any]):
    id = s.UUIDField(required=False)
    text = s.CharField(required=False)
    relation = s.ChoiceField(RELATIONS, required=False)


class StanceInSerializer(s.Serializer[Any]):
    holder = EntryChoiceSerializer(required=False, allow_null=True, help_text="Null: whom the speaker represents.")
    target = EntryChoiceSerializer(required=False, allow_null=True)
    value = s.CharField(required=False, allow_null=True, help_text="A key of the codebook's stance scale.")
    attributes = s.DictField(required=False)


class DetectedSerializer(s.Serializer[Any]):
    """Fields whose value a rule of the reader found in the text and the annotator accepted unchanged."""

    rule = s.RegexField(r"^[A-Za-z0-9._-]{1,40}$", help_text="The set of rules and its version, as frames-1.")
    fields = s.ListField(child=s.ChoiceField(DETECTABLE))  # type: ignore[assignment]


class ClaimInSerializer(s.Serializer[Any]):
    id = s.UUIDField(required=False, help_text="Made by the client, or left out.")
    document = s.UUIDField(required=False, help_text="Needed by PUT for a new claim.")
    round = s.UUIDField(required=False, allow_null=True)
    spans = SpanSerializer(many=True)
    cue = SpanSerializer(many=True, required=False)
    speakers = SpeakerChoiceSerializer(many=True, required=False)
    reported_by = EntryChoiceSerializer(many=True, required=False)
    mode = s.ChoiceField(MODES, required=False, allow_null=True)
    proposition = PropositionChoiceSerializer(required=False, allow_null=True)
    stances = StanceInSerializer(many=True, required=False)
    no_stance = s.BooleanField(required=False)
    attributes = s.DictField(required=False)
    unsure = s.BooleanField(required=False)
    note = PlainText(required=False)
    detected = DetectedSerializer(required=False, allow_null=True)


class ClaimChangeSerializer(ClaimInSerializer):
    spans = SpanSerializer(many=True, required=False)


class ClaimSpeakerSerializer(EntryRefSerializer):
    represents = EntryRefSerializer(allow_null=True)
    mention = SpanSerializer(many=True)


class PropositionRefSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    text = s.CharField()
    relation = s.ChoiceField(RELATIONS)


class TargetRefSerializer(EntryRefSerializer):
    kind = PlainText()


class StanceSerializer(s.Serializer[Any]):
    holder = EntryRefSerializer(allow_null=True)
    target = TargetRefSerializer(allow_null=True)
    value = s.CharField(allow_null=True)
    attributes = s.DictField(required=False)


class ClaimSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    document = s.UUIDField()
    round = s.UUIDField(allow_null=True)
    layer = s.UUIDField()
    spans = SpanSerializer(many=True)
    cue = SpanSerializer(many=True)
    speakers = ClaimSpeakerSerializer(many=True)
    reported_by = EntryRefSerializer(many=True)
    mode = s.ChoiceField(MODES, allow_null=True)
    proposition = PropositionRefSerializer(allow_null=True)
    stances = StanceSerializer(many=True)
    no_stance = s.BooleanField()
    attributes = s.DictField()
    unsure = s.BooleanField()
    note = PlainText()
    detected = DetectedSerializer(required=False)
    follows = s.UUIDField(required=False, help_text="In a follow-up round: the claim of the round before.")
    version = s.IntegerField()
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()


class LayerInSerializer(s.Serializer[Any]):
    nothing_to_code = s.BooleanField(required=False)
    no_claim = SpanSerializer(many=True, required=False, help_text="Spans declared free of claims.")
    attributes = s.DictField(required=False, help_text="Answers to the attributes of documents.")


class LayerSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    kind = s.ChoiceField(LayerKind.values)
    round = s.UUIDField(allow_null=True)
    status = s.ChoiceField(LayerStatus.values)
    nothing_to_code = s.BooleanField()
    attributes = s.DictField()
    no_claim = SpanSerializer(many=True)
    claims = ClaimSerializer(many=True)
    active_seconds = s.IntegerField(help_text="Time worked at it in the reader, as the README defines it.")
    version = s.IntegerField()
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    submitted_at = s.DateTimeField(allow_null=True)
    lease_expires_at = s.DateTimeField(allow_null=True, help_text="Until when the document is kept for you.")


class WholeDocumentSerializer(DocumentSerializer):
    text = s.CharField()


class ReadingSerializer(WholeDocumentSerializer):
    layer = LayerSerializer(allow_null=True, help_text="Your own.")


class AssignmentSerializer(s.Serializer[Any]):
    document = WholeDocumentSerializer()
    round = RoundSerializer()
    layer = LayerSerializer(allow_null=True, help_text="Null when only peeked at.")
