"""What the bodies of rounds, their documents, places and skips look like, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotate.api.serializers import PlainText
from annotate.models import LayerStatus
from annotate.models.projects import RoundOrder, RoundPurpose, RoundStatus


class FilterInSerializer(s.Serializer[Any]):
    q = s.CharField(required=False, help_text="Words that the documents have.")
    source = s.CharField(required=False, help_text="The name of the outlet.")  # type: ignore[assignment]
    language = s.CharField(required=False)

    def get_fields(self) -> dict[str, s.Field[Any, Any, Any, Any]]:
        first = s.DateField(required=False, help_text="First day of publication.")
        last = s.DateField(required=False, help_text="Last day of publication.")
        return super().get_fields() | {"from": first, "to": last}


class SelectionSerializer(s.Serializer[Any]):
    """Which documents: a filter or a list, of these at most so many, none that another round holds."""

    filter = FilterInSerializer(required=False)
    documents = s.ListField(
        child=s.CharField(), required=False, help_text="Ids, external ids, or numbers (12 or “#12”); 10,000 at most."
    )
    at_most = s.IntegerField(required=False, help_text="So many of them are drawn by the seed.")
    not_in = s.UUIDField(required=False, help_text="A round whose documents are left out.")


class SelectionInSerializer(s.Serializer[Any]):
    selection = SelectionSerializer()


class RoundChangeSerializer(s.Serializer[Any]):
    name = s.CharField(required=False, help_text="Needed for a new round.")
    overlap = s.IntegerField(required=False, allow_null=True, help_text="Null: everyone annotates every document.")
    share = s.IntegerField(
        required=False, allow_null=True, help_text="Percent of the documents that get the overlap, the others one."
    )
    blind = s.BooleanField(required=False)
    quota = s.IntegerField(required=False, allow_null=True, help_text="Most documents for one person.")
    lease_minutes = s.IntegerField(required=False)
    speakers_closed = s.BooleanField(required=False, help_text="No new speakers from annotators.")
    targets_closed = s.BooleanField(required=False)
    propositions_closed = s.BooleanField(required=False)
    order = s.ChoiceField(RoundOrder.values, required=False, help_text="As imported, or random from the seed.")
    seed = s.IntegerField(required=False, allow_null=True, help_text="Of the order, the share and what is drawn.")
    status = s.ChoiceField(RoundStatus.values, required=False, help_text="In a closed round nobody can write.")
    purpose = s.ChoiceField(
        RoundPurpose.values, required=False, help_text="Training and test rounds are compared with finished gold."
    )
    threshold = s.IntegerField(
        required=False, allow_null=True, help_text="What passes, in percent of the joint F1; training and test only."
    )
    admission = s.UUIDField(
        required=False, allow_null=True, help_text="A training or test round that has to be passed first."
    )


class RoundInSerializer(RoundChangeSerializer):
    selection = SelectionSerializer(
        required=False, allow_null=True, help_text="Left out: the whole corpus, later imports too."
    )
    codebook_version = s.IntegerField(
        required=False, allow_null=True, help_text="Left out: the newest published version."
    )


class RoundNewSerializer(RoundInSerializer):
    follows = s.UUIDField(required=False, help_text="A follow-up round of this round.")
    fields = s.JSONField(required=False, help_text="A list: what a follow-up asks again; others ignore it.")  # type: ignore[assignment]
    version = s.IntegerField(required=False, help_text="Of the codebook; the newest unless given. Follow-ups only.")


class PreviewSerializer(s.Serializer[Any]):
    n_documents = s.IntegerField()
    n_double = s.IntegerField(allow_null=True, help_text="Documents that get the whole overlap.")
    n_places = s.IntegerField(allow_null=True, help_text="Readings in all; null where everybody reads everything.")


class CodebookVersionSerializer(s.Serializer[Any]):
    name = s.CharField()
    version = s.IntegerField()


class RoundSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    project = s.CharField()
    number = s.IntegerField()
    name = s.CharField()
    status = s.ChoiceField(RoundStatus.values)
    overlap = s.IntegerField(allow_null=True)
    share = s.IntegerField(allow_null=True)
    blind = s.BooleanField()
    quota = s.IntegerField(allow_null=True)
    lease_minutes = s.IntegerField()
    speakers_closed = s.BooleanField()
    targets_closed = s.BooleanField()
    propositions_closed = s.BooleanField()
    order = s.ChoiceField(RoundOrder.values)
    seed = s.IntegerField()
    selection = s.DictField(help_text="What was asked for; empty: the whole corpus.")
    codebook = CodebookVersionSerializer()
    purpose = s.ChoiceField(RoundPurpose.values)
    threshold = s.IntegerField(allow_null=True)
    admission = s.UUIDField(allow_null=True)
    follows = s.UUIDField(allow_null=True, help_text="The round that this one follows up.")
    fields = s.ListField(child=s.CharField(), help_text="What it asks again then.")  # type: ignore[assignment]
    created_at = s.DateTimeField()


class SizedRoundSerializer(RoundSerializer):
    n_documents = s.IntegerField()


class AddedSerializer(s.Serializer[Any]):
    n_added = s.IntegerField()


class LayerRefSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    document = s.UUIDField()
    annotator = s.CharField()
    status = s.ChoiceField(LayerStatus.values)
    has_place = s.BooleanField(help_text="Whether one of the document's places is its.")
    lease_expires_at = s.DateTimeField(allow_null=True)
    n_claims = s.IntegerField()
    updated_at = s.DateTimeField()
    submitted_at = s.DateTimeField(allow_null=True)


class DocumentRefSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.IntegerField()
    external_id = PlainText()
    title = PlainText()


class RoundDocumentSerializer(s.Serializer[Any]):
    document = DocumentRefSerializer()
    position = s.IntegerField(help_text="In the order in which the round hands them out.")
    n_places = s.IntegerField(allow_null=True, help_text="Null: everybody has one.")
    n_taken = s.IntegerField(
        allow_null=True, help_text="Null too while your own reading of it is unfinished in a blind round."
    )
    layers = LayerRefSerializer(many=True)


class PersonSerializer(s.Serializer[Any]):
    username = s.CharField()


class AssignSerializer(PersonSerializer):
    document = s.UUIDField()


class SkipInSerializer(s.Serializer[Any]):
    reason = s.CharField(help_text="1 to 500 characters.")
    round = s.UUIDField(required=False, help_text="Chooses among several rounds.")


class SkipSerializer(s.Serializer[Any]):
    id = s.IntegerField()
    round = s.UUIDField()
    document = s.UUIDField()
    username = s.CharField()
    reason = s.CharField()
    created_at = s.DateTimeField()
