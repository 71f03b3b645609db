"""What bodies look like, for the OpenAPI schema only: reading and writing is done by payloads, records and shapes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.models import Mode, Relation
from annotate.payloads.codebook_templates import DEFAULT, TEMPLATES
from annotate.permissions import Role

MODES = [value for value in Mode.values if value]
RELATIONS = [value for value in Relation.values if value]
ROLES = [str(role) for role in Role]


class PlainText(s.CharField):
    """A text that may be empty."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(allow_blank=True, **extra)


class ErrorSerializer(s.Serializer[Any]):
    pointer = s.CharField(help_text="JSON pointer to the bad field, as a URI fragment.")
    detail = s.CharField(help_text="Value, rule and remedy.")


class ProblemSerializer(s.Serializer[Any]):
    """RFC 9457. Some problems carry more: `current` and `sent` (412, 428), `rounds` (409), `parameter` (400)."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]


class CodebookRefSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()


class ProjectInSerializer(s.Serializer[Any]):
    slug = s.CharField(help_text="Up to 100 lower-case letters, digits, hyphens, underscores.")
    name = s.CharField()
    description = PlainText(required=False)
    template = s.ChoiceField(list(TEMPLATES), required=False, help_text=f"`{DEFAULT}` unless given.")


class ProjectChangeSerializer(s.Serializer[Any]):
    name = s.CharField(required=False)
    description = PlainText(required=False)


class ProjectSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    slug = s.CharField()
    name = s.CharField()
    description = PlainText()
    corpus = s.CharField(help_text="Projects on one corpus share its documents and registries.")
    codebook = CodebookRefSerializer()
    roles = s.ListField(child=s.ChoiceField(ROLES), help_text="Your own.")
    version = s.IntegerField()
    created_at = s.DateTimeField()


class MemberInSerializer(s.Serializer[Any]):
    username = s.CharField()
    role = s.ChoiceField(ROLES, required=False, help_text="One role; or give a list as `roles`.")
    roles = s.ListField(child=s.ChoiceField(ROLES), required=False)


class RolesSerializer(s.Serializer[Any]):
    roles = s.ListField(child=s.ChoiceField(ROLES))


class MemberSerializer(RolesSerializer):
    username = s.CharField(allow_null=True, help_text="Null where the person has left and you are no manager.")
    name = s.CharField(help_text="First and last name, empty where they are not given.")
    pseudonym = s.CharField(help_text="What the person is called once they have left.")
    active = s.BooleanField(help_text="False for a deactivated account.")
    joined_at = s.DateTimeField()
    left_at = s.DateTimeField(allow_null=True)


class InvitationInSerializer(s.Serializer[Any]):
    roles = s.ListField(child=s.ChoiceField(ROLES), required=False, help_text="Annotator, unless given.")
    max_uses = s.IntegerField(required=False, help_text="How many people may join by it, 1 to 1000; 1 unless given.")
    hours = s.IntegerField(required=False, help_text="How long it works, 1 to 720; 168 unless given.")
    note = PlainText(required=False, help_text="For managers: whom the link is for.")


class InvitationSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    roles = s.ListField(child=s.ChoiceField(ROLES))
    note = PlainText()
    n_uses = s.IntegerField()
    max_uses = s.IntegerField()
    created_at = s.DateTimeField()
    created_by = s.CharField()
    expires_at = s.DateTimeField()
    revoked_at = s.DateTimeField(allow_null=True)
    open = s.BooleanField(help_text="Whether people can still join by it.")


class NewInvitationSerializer(InvitationSerializer):
    url = s.URLField(help_text="The link. It is shown in this answer only.")


class DocumentInSerializer(s.Serializer[Any]):
    text = s.CharField(help_text="At most 10,000,000 bytes in UTF-8. The headline belongs to it.")
    title = PlainText(required=False, allow_null=True)
    source = PlainText(required=False, allow_null=True, help_text="The outlet.")  # type: ignore[assignment]
    url = PlainText(required=False, allow_null=True)
    published_on = s.DateField(required=False, allow_null=True)
    language = PlainText(required=False, allow_null=True)
    external_id = PlainText(required=False, allow_null=True)
    metadata = s.DictField(required=False, allow_null=True)


class CreatedSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    external_id = PlainText()
    row = s.IntegerField(help_text="From 1; the line in NDJSON.")


class DuplicateSerializer(CreatedSerializer):
    reason = s.CharField()


class RowProblemSerializer(s.Serializer[Any]):
    row = s.IntegerField()
    field = PlainText()
    pointer = s.CharField()
    value = PlainText()
    rule = s.CharField()
    remedy = s.CharField()
    detail = s.CharField()


class ImportedSerializer(s.Serializer[Any]):
    created = CreatedSerializer(many=True)
    duplicates = DuplicateSerializer(many=True)
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]


class DocumentSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.IntegerField()
    external_id = PlainText()
    title = PlainText()
    source = PlainText()  # type: ignore[assignment]
    url = PlainText()
    published_on = s.DateField(allow_null=True)
    language = PlainText()
    metadata = s.DictField()
    sha256 = s.CharField()
    n_characters = s.IntegerField()
    same_text_as = s.UUIDField(allow_null=True)
    story = s.UUIDField(allow_null=True, help_text="Of the near-copies that it belongs to.")
    created_at = s.DateTimeField()


class FoundSentenceSerializer(s.Serializer[Any]):
    start = s.IntegerField()
    end = s.IntegerField()
    text = s.CharField()


class HitSerializer(s.Serializer[Any]):
    start = s.IntegerField(help_text="Unicode code points of the document's text, half-open.")
    end = s.IntegerField()
    sentence = FoundSentenceSerializer()


class FoundDocumentSerializer(DocumentSerializer):
    hits = HitSerializer(
        many=True, required=False, allow_null=True, help_text="With `hits=true`; null beyond 5 million characters."
    )


class SpanSerializer(s.Serializer[Any]):
    start = s.IntegerField(help_text="Unicode code points, from 0.")
    end = s.IntegerField(help_text="Half-open.")
    quote = s.CharField(help_text="Exactly the text between start and end.")
