"""Results of training and test rounds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.fetch import answer, caller, fetch
from annotate.api.openapi import operation
from annotate.models import Round, RoundPurpose
from annotate.payloads.people import shown_names
from annotate.payloads.problems import WrongState
from annotate.permissions import Action, can
from annotate.reports.training import Standing, is_told, own_results, results_seen


class ResultSerializer(s.Serializer[Any]):
    username = s.CharField()
    n_needed = s.IntegerField(help_text="Documents of the round, or the quota.")
    n_submitted = s.IntegerField()
    score = s.FloatField(allow_null=True, help_text="Joint F1; null without claims, and in a test before its end.")
    n_claims = s.IntegerField(allow_null=True)
    n_gold = s.IntegerField(allow_null=True)
    n_matched = s.IntegerField(allow_null=True)
    passed = s.BooleanField(allow_null=True, help_text="Null before the end.")


class ResultsSerializer(s.Serializer[Any]):
    round = s.UUIDField()
    purpose = s.ChoiceField(RoundPurpose.values)
    threshold = s.IntegerField(allow_null=True)
    results = ResultSerializer(many=True)


@operation(
    id="round_results",
    tag="rounds",
    summary="Who has reached what in a training or test round",
    detail="Everybody for curators, else yourself. The score is the joint F1 (span Jaccard of .5 or more, one to one, "
    "with equal speakers, targets and stances) of first submissions against gold, micro-averaged over the documents.",
    answers={200: ResultsSerializer},
    errors=[409],
)
@api_view(["GET"])
def round_results(request: Request, id: UUID) -> Response:
    """Answer the results of a round."""
    user = caller(request)
    round = fetch(Round.objects.visible_to(user).select_related("project"), pk=id)
    if round.purpose == RoundPurpose.WORK:
        raise WrongState(f"“{round.name}” is a work round; only training and test rounds are compared with gold.")
    sees_all = can(user, Action.SEE_PROGRESS, round.project_id)
    own = own_results(user, round)
    found = {one.user: one for one in results_seen(user, round)}
    if own is not None and user.pk not in found:
        found[user.pk] = own
    names = shown_names(round.project_id, found)
    rows = [_shape(names[key], one, is_whole=sees_all and key != user.pk) for key, one in found.items()]
    rows.sort(key=lambda row: row["username"])
    return answer({"round": round.pk, "purpose": round.purpose, "threshold": round.threshold, "results": rows})


def _shape(name: str, one: Standing, *, is_whole: bool) -> dict[str, Any]:
    tells = is_whole or is_told(one)
    counts = one.counts
    return {
        "username": name,
        "n_needed": one.n_needed,
        "n_submitted": one.n_submitted,
        "score": one.score if tells else None,
        "n_claims": int(counts.n_first) if tells else None,
        "n_gold": int(counts.n_second) if tells else None,
        "n_matched": int(counts.n_matched) if tells else None,
        "passed": one.has_passed if one.is_finished else None,
    }
