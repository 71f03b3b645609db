"""What an agreement report looks like, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class CategorySerializer(s.Serializer[Any]):
    value = s.CharField()
    name = s.CharField()
    count = s.IntegerField(help_text="How often it was given among what is compared.")
    share = s.FloatField(help_text="Prevalence.")
    alpha = s.FloatField(allow_null=True, help_text="Of this value against all others together.")


class MeasureSerializer(s.Serializer[Any]):
    """One measure; null is “not defined”."""

    key = s.CharField(help_text="As `speaker`, `stance`, `attributes/type`, `overlap/all`, `unitizing/top`.")
    name = s.CharField()
    statistic = s.ChoiceField(["alpha", "F1", "unitizing alpha", "percent"])
    value = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    n = s.IntegerField(help_text="Units; for an F1 the claims (or characters) of both readings.")
    n_pairs = s.IntegerField()
    n_documents = s.IntegerField()
    n_equal = s.IntegerField(help_text="Equal pairs; for an F1 what both readings have.")
    percent = s.FloatField(allow_null=True)
    cohen_kappa = s.FloatField(allow_null=True, help_text="Where exactly two annotators are compared.")
    fleiss_kappa = s.FloatField(allow_null=True, help_text="Of the units that every annotator answered.")
    n_fleiss = s.IntegerField()
    precision = s.FloatField(allow_null=True, help_text="Against gold only.")
    recall = s.FloatField(allow_null=True, help_text="Against gold only.")
    after_return = s.FloatField(allow_null=True)
    n_categories = s.IntegerField()
    categories = CategorySerializer(many=True)


class AgreementRowSerializer(s.Serializer[Any]):
    name = s.CharField()
    n_documents = s.IntegerField()
    n_pairs = s.IntegerField()
    measures = MeasureSerializer(many=True)


class AgreementBySerializer(s.Serializer[Any]):
    """The main measures in parts; what there is nothing of is missing."""

    pair = AgreementRowSerializer(many=True, required=False)
    person = AgreementRowSerializer(many=True, required=False)
    round = AgreementRowSerializer(many=True, required=False)
    source = AgreementRowSerializer(many=True, required=False)  # type: ignore[assignment]
    period = AgreementRowSerializer(many=True, required=False)
    version = AgreementRowSerializer(many=True, required=False)


class AskedSerializer(s.Serializer[Any]):
    """The filters as they were understood. `from` and `to` are days of publication."""

    round = s.ListField(child=s.UUIDField())
    version = s.IntegerField(allow_null=True)
    pair = s.CharField(allow_null=True)
    person = s.CharField(allow_null=True)
    label = s.CharField(allow_null=True)  # type: ignore[assignment]
    source = s.CharField(allow_null=True)  # type: ignore[assignment]
    to = s.DateField(allow_null=True)


AskedSerializer._declared_fields["from"] = s.DateField(allow_null=True)


class CodebookUsedSerializer(s.Serializer[Any]):
    name = s.CharField()
    version = s.IntegerField()


class LeftOutSerializer(s.Serializer[Any]):
    n = s.IntegerField(help_text="Readings.")
    why = s.CharField()


class PicksSerializer(s.Serializer[Any]):
    """How often a decision took an annotator's whole reading, and fields of it."""

    annotator = s.CharField()
    decisions = s.IntegerField()
    whole = s.IntegerField()
    share_whole = s.FloatField(allow_null=True)
    rejected = s.IntegerField()
    disputed_fields = s.IntegerField()
    fields_taken = s.IntegerField()
    share_of_fields = s.FloatField(allow_null=True)


class ConfusedSerializer(s.Serializer[Any]):
    first = s.CharField()
    second = s.CharField()
    values = s.ListField(child=s.CharField())
    count = s.IntegerField()


class ConfusionSerializer(s.Serializer[Any]):
    measure = s.CharField()
    cells = ConfusedSerializer(many=True)


class CorrelationSerializer(s.Serializer[Any]):
    pair = s.ListField(child=s.CharField())
    n_cells = s.IntegerField()
    counts = s.FloatField(allow_null=True, help_text="Of how often each actor takes a stance toward each target.")
    n_scored = s.IntegerField()
    scores = s.FloatField(allow_null=True, help_text="Of the mean scores, where both have one.")


class ActorRowSerializer(s.Serializer[Any]):
    actor = s.CharField()
    target = s.CharField()
    n = s.ListField(child=s.IntegerField(), help_text="In the order of `annotators`.")
    score = s.ListField(child=s.FloatField(allow_null=True))


class ActorsSerializer(s.Serializer[Any]):
    correlations = CorrelationSerializer(many=True)
    rows = ActorRowSerializer(many=True)


class AgreementSerializer(s.Serializer[Any]):
    project = s.SlugField()
    filters = AskedSerializer()
    codebook = CodebookUsedSerializer(allow_null=True)
    n_documents = s.IntegerField()
    n_readings = s.IntegerField()
    n_claims = s.IntegerField()
    n_pairs = s.IntegerField(help_text="Pairs of readings.")
    annotators = s.ListField(child=s.CharField())
    left_out = LeftOutSerializer(many=True)
    measures = MeasureSerializer(many=True)
    by = AgreementBySerializer()
    gold = AgreementRowSerializer(many=True, help_text="Each annotator against finished gold layers.")
    retest = AgreementRowSerializer(many=True, help_text="Each annotator against the own earlier reading.")
    picks = PicksSerializer(many=True)
    confusions = ConfusionSerializer(many=True)
    actors = ActorsSerializer()
