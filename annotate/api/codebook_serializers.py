"""What codebooks look like in the API, for the OpenAPI schema only: they are read and written by payloads."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.serializers import PlainText
from annotate.attributes import KINDS
from annotate.models.codebook import BoundaryRule, Nesting, Scope, Slot
from annotate.payloads.codebook_files import REQUIRES
from annotate.payloads.codebook_templates import TEMPLATES


class CodebookItemSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()
    number = s.IntegerField()
    state = s.ChoiceField(["draft", "published"])
    revision = s.IntegerField(help_text="Counts the edits of a draft; the ETag.")
    note = PlainText(help_text="What changed.")
    published_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()


class LabelSerializer(s.Serializer[Any]):
    key = s.CharField(help_text="1 to 60 lower-case letters, digits, underscores.")
    name = s.CharField()
    slot = s.ChoiceField(Slot.values, required=False, help_text="Fixes colour, line and sign.")
    definition = PlainText(required=False)
    example = PlainText(required=False)
    counter_example = PlainText(required=False)
    shortcut = PlainText(required=False, help_text="One lower-case letter, or empty.")
    replaces = s.ListField(
        child=s.CharField(), required=False, help_text="Keys of the version before whose answers go here."
    )


class StanceLabelSerializer(LabelSerializer):
    score = s.FloatField(allow_null=True, required=False, help_text="−1 to +1, or null.")


class ConditionSerializer(s.Serializer[Any]):
    attribute = s.CharField()
    label = PlainText()  # type: ignore[assignment]


class AttributeSerializer(s.Serializer[Any]):
    scope = s.ChoiceField(Scope.values, required=False)
    key = s.CharField()
    name = s.CharField()
    definition = PlainText(required=False)
    kind = s.ChoiceField(list(KINDS))
    required = s.BooleanField(required=False)  # type: ignore[assignment]
    multiple = s.BooleanField(required=False, help_text="Several labels may be chosen.")
    minimum = s.FloatField(allow_null=True, required=False)
    maximum = s.FloatField(allow_null=True, required=False)
    condition = ConditionSerializer(allow_null=True, required=False)
    replaces = s.ListField(child=s.CharField(), required=False)
    labels = LabelSerializer(many=True, required=False)


class CodebookFileSerializer(s.Serializer[Any]):
    """A codebook version as it travels: the same in the file, here, and in the editor."""

    standpoint_codebook = s.ChoiceField([1])
    name = PlainText(required=False, help_text="Read only.")
    number = s.IntegerField(allow_null=True, required=False, help_text="Read only.")
    note = PlainText(required=False)
    guidelines = PlainText(required=False, help_text="Markdown.")
    whose_claims = PlainText(required=False)
    codes_narration = s.BooleanField(required=False)
    codes_headline = s.BooleanField(required=False)
    nesting = s.ChoiceField(Nesting.values, required=False)
    boundary_rule = s.ChoiceField(BoundaryRule.values, required=False)
    requires = s.ListField(child=s.ChoiceField(REQUIRES), required=False)
    stances = StanceLabelSerializer(many=True, required=False)
    attributes = AttributeSerializer(many=True, required=False)


class DraftInSerializer(CodebookFileSerializer):
    """A codebook file, or the name of a template, or nothing for a copy of the newest version."""

    standpoint_codebook = s.ChoiceField([1], required=False)
    template = s.ChoiceField(list(TEMPLATES), required=False, allow_null=True)


class PublishSerializer(s.Serializer[Any]):
    note = PlainText(required=False, help_text="What changed.")
