"""The bodies of registry entries, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.serializers import PlainText
from corpus.models.speakers import SpeakerKind
from corpus.models.targets import TargetKind

WARNINGS = s.ListField(
    child=s.CharField(), required=False, help_text="After a change: loaded words in the name, with the list's advice."
)


class EntryInSerializer(s.Serializer[Any]):
    name = s.CharField(required=False, help_text="Needed for a new entry; all other fields are for curators.")
    disambiguation = PlainText(required=False)
    note = PlainText(required=False)
    provisional = s.BooleanField(required=False)


class EntryNamedSerializer(s.Serializer[Any]):
    id = s.UUIDField(required=False)
    name = s.CharField(required=False, help_text="Instead of the id: the exact name of one entry.")


class AffiliationSerializer(s.Serializer[Any]):
    """To which body a speaker belonged; open ends are unknown, or not reached yet."""

    body = EntryNamedSerializer()
    role = PlainText(required=False)
    to = s.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        # “from” is a word of the language.
        return super().get_fields() | {"from": s.DateField(required=False, allow_null=True)}


class SpeakerInSerializer(EntryInSerializer):
    kind = s.ChoiceField(SpeakerKind.values, required=False)
    external_id = PlainText(required=False)
    aliases = s.ListField(child=s.CharField(), required=False)
    affiliations = AffiliationSerializer(many=True, required=False)


class TargetInSerializer(EntryInSerializer):
    kind = s.ChoiceField(TargetKind.values, required=False)


class IdSerializer(s.Serializer[Any]):
    id = s.UUIDField()


class PropositionInSerializer(s.Serializer[Any]):
    text = s.CharField(required=False, help_text="One neutral sentence in the positive.")
    disambiguation = PlainText(required=False)
    note = PlainText(required=False)
    provisional = s.BooleanField(required=False)
    usual_target = IdSerializer(required=False, allow_null=True)


class EntrySerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()
    disambiguation = PlainText()
    note = PlainText()
    provisional = s.BooleanField()
    merged_into = s.UUIDField(allow_null=True)
    version = s.IntegerField()
    warnings = WARNINGS


class SpeakerSerializer(EntrySerializer):
    kind = s.ChoiceField(SpeakerKind.values)
    external_id = PlainText()
    aliases = s.ListField(child=s.CharField())
    affiliations = AffiliationSerializer(many=True)


class TargetSerializer(EntrySerializer):
    kind = s.ChoiceField(TargetKind.values)
    inverted = s.BooleanField(help_text="Merged as the opposite.")


class EntryRefSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()


class PropositionSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    text = s.CharField()
    disambiguation = PlainText()
    note = PlainText()
    provisional = s.BooleanField()
    merged_into = s.UUIDField(allow_null=True)
    version = s.IntegerField()
    warnings = WARNINGS
    usual_target = EntryRefSerializer(allow_null=True)


class MergeSerializer(s.Serializer[Any]):
    into = s.UUIDField()
    inverted = s.BooleanField(required=False, help_text="Targets only: the other one is the opposite.")
