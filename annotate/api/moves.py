"""Moving a round to a newer version of its codebook, and what has to be looked at again then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import moving
from annotate.actions.rechecks import open_rechecks
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.models import Recheck, Round
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from annotate.records import stamp

DETAIL = (
    "For managers. Every layer of the round goes along; submissions stay as they are. An answer that several keys, or "
    "none, of the new version stand for is taken off its claim and kept (see `rechecks`). `dry_run` only says what "
    "would happen. An older version is 409; the version that the round has already changes nothing."
)


class MoveInSerializer(s.Serializer[Any]):
    version = s.IntegerField(help_text="A published version of the round's codebook.")
    dry_run = s.BooleanField(required=False)


class FateSerializer(s.Serializer[Any]):
    """What becomes of one answer, and how often it was given."""

    scope = s.ChoiceField(["claim", "stance", "document", "value"], help_text="`value`: of a stance.")
    attribute = s.CharField()
    old = s.CharField(help_text="A label; empty for attributes without labels.")
    new_attribute = s.CharField()
    new = s.ListField(child=s.CharField())
    carried = s.BooleanField(help_text="False: to be looked at again; `new` is what may stand for it.")
    n = s.IntegerField()


class MoveSerializer(s.Serializer[Any]):
    round = s.UUIDField()
    from_version = s.IntegerField()
    version = s.IntegerField()
    dry_run = s.BooleanField()
    layers = s.IntegerField()
    claims = s.IntegerField()
    changed = s.IntegerField(help_text="Claims whose answers change; their versions go up.")
    rechecks = s.IntegerField(help_text="Answers to look at again.")
    returned = s.IntegerField(help_text="Submitted layers that lack something required then.")
    answers = FateSerializer(many=True)


class RecheckSerializer(s.Serializer[Any]):
    id = s.IntegerField()
    document = s.UUIDField()
    layer = s.UUIDField()
    round = s.UUIDField(allow_null=True)
    claim = s.UUIDField(allow_null=True, help_text="Null: an answer about the document.")
    field = s.CharField(help_text="A path into the claim, as `attributes/type` or `stances/0/value`.")
    old = s.JSONField(help_text="The answer as it was.")
    options = s.ListField(child=s.CharField(), help_text="Keys that may stand for it.")
    version = s.IntegerField(help_text="Of the codebook that asks now.")
    created_at = s.DateTimeField()


@operation(
    id="move_round",
    tag="rounds",
    method="POST",
    summary="Move a round to a newer version of its codebook",
    detail=DETAIL,
    body=MoveInSerializer,
    answers={200: MoveSerializer},
    errors=[403, 409],
    examples=[sent("What would happen", {"version": 2, "dry_run": True})],
)
@api_view(["POST"])
def round_move(request: Request, id: UUID) -> Response:
    """Move a round, or say what that would do."""
    user = caller(request)
    found = fetch(Round.objects.visible_to(user).select_related("project", "codebook_version__codebook"), pk=id)
    permissions.require(user, Action.MANAGE_ROUNDS, found.project_id)
    number, is_dry = _asked(fields(request))
    version = moving.read_version(found, number)
    if is_dry:
        move = moving.preview_move(user=user, round=found, version=version)
    else:
        move = moving.move_round(user=user, round=found, version=version, now=timezone.now())
    return answer(_move_dict(move, is_dry=is_dry))


def _asked(body: dict[str, Any]) -> tuple[object, bool]:
    """Return the version and whether it is a dry run. Raises Invalid."""
    errors = [
        FieldError(pointer=f"/{name}", detail=f"“{name[:60]}” is not a field here; known are dry_run, version.")
        for name in body.keys() - {"version", "dry_run"}
    ]
    if not isinstance(body.get("dry_run", False), bool):
        detail = f"{str(body['dry_run'])[:60]!r} stands where true or false is needed."
        errors.append(FieldError(pointer="/dry_run", detail=detail))
    if errors:
        raise Invalid.of(errors)
    return body.get("version"), body.get("dry_run", False)


def _move_dict(move: moving.Move, *, is_dry: bool) -> dict[str, Any]:
    return {
        "round": move.round.pk,
        "from_version": move.old.number,
        "version": move.new.number,
        "dry_run": is_dry,
        "layers": move.n_layers,
        "claims": move.n_claims,
        "changed": move.n_changed,
        "rechecks": move.n_rechecks,
        "returned": move.n_returned,
        "answers": list(_fates(move)),
    }


def _fates(move: moving.Move) -> Iterator[dict[str, Any]]:
    for (scope, key, old, to, new, is_carried), n in sorted(move.tally.items()):
        fate = {"scope": scope, "attribute": key, "old": old, "new_attribute": to, "new": new}
        yield fate | {"carried": is_carried, "n": n}


@operation(
    id="list_rechecks",
    tag="rechecks",
    summary="Answers to look at again after a move",
    detail="An annotator's own; for curators all that they may see. An entry leaves the list once its claim changed.",
    answers={200: page_of("Recheck", RecheckSerializer)},
    errors=[400],
    parameters=PAGING,
)
@api_view(["GET"])
def rechecks(request: Request, slug: str) -> Response:
    """List the answers to look at again."""
    project = project_of(request, slug)
    rows = open_rechecks(caller(request), project.pk).select_related("layer", "version")
    return page(request, rows, ("id",), _recheck_dicts)


def _recheck_dicts(rows: Iterable[Recheck]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "id": row.pk,
            "document": row.layer.document_id,
            "layer": row.layer_id,
            "round": row.layer.round_id,
            "claim": row.claim_id,
            "field": row.field,
            "old": row.old,
            "options": row.options,
            "version": row.version.number,
            "created_at": stamp(row.created_at),
        }
