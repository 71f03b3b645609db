"""A decision as Change rows hold it: read from the rows, and made into rows again when something is taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from annotate import records
from annotate.actions import claim_rows
from annotate.actions.adjudication.gold import write_gold_claim
from annotate.actions.batch import Batch
from annotate.models import Decision, DecisionField, DecisionReading, Layer, Pairing

FIELDS = ("field", "basis", "n_for", "n_of", "sources", "options", "value", "dispute")
COLUMNS = ("kind", "by_itself", "reason", "guideline", "decided_by_id", "had_coded", "version")


def decision_state(decision: Decision) -> dict[str, Any]:
    """Return everything of a decision, with its gold claim. 4 queries and those of the claim."""
    readings = decision.readings.order_by("id").values_list("layer_id", "claim_key", "fingerprint", "is_whole")
    return {
        **{name: getattr(decision, name) for name in COLUMNS},
        "layer": str(decision.layer_id),
        "claim": records.claim_dict(decision.claim_id) if decision.claim_id is not None else None,
        "readings": [
            {"layer": str(layer), "claim": str(key), "fingerprint": print_, "is_whole": whole}
            for layer, key, print_, whole in readings
        ],
        "fields": list(decision.fields.order_by("id").values(*FIELDS)),
        "created_at": records.stamp(decision.created_at),
    }


def remove_decision(decision: Decision, batch: Batch) -> None:
    """Delete a decision with its gold claim; its last state stays in the Change row."""
    before = decision_state(decision)
    claim_id = decision.claim_id
    DecisionField.objects.filter(decision=decision).delete()
    DecisionReading.objects.filter(decision=decision).delete()
    id = decision.pk
    Decision.objects.filter(pk=id).delete()
    if claim_id is not None:
        claim_rows.delete_claim(claim_id, before["claim"])
        batch.add("claim", claim_id, before=before["claim"], after=None)
    batch.add("decision", id, before=before, after=None)


def restore_decision(id: UUID, state: dict[str, Any], *, gold: Layer, batch: Batch, user: Any, now: datetime) -> None:
    """Make a decision what it was; one that is there is replaced."""
    existing = Decision.objects.filter(pk=id).first()
    before = decision_state(existing) if existing is not None else None
    claim_id = UUID(state["claim"]["id"]) if state["claim"] is not None else None
    gone = existing.claim_id if existing is not None and existing.claim_id != claim_id else None
    if claim_id is not None:
        body = {key: value for key, value in state["claim"].items() if key in (*claim_rows.PARTS, *CLAIM_COLUMNS)}
        write_gold_claim(claim_id=claim_id, body=_sent(body), gold=gold, batch=batch, user=user, now=now)
    values = {name: state[name] for name in COLUMNS} | {"claim_id": claim_id, "layer": gold, "updated_at": now}
    Decision.objects.update_or_create(
        pk=id, defaults=values, create_defaults=values | {"created_at": state["created_at"]}
    )
    if gone is not None:
        old = records.claim_dict(gone)
        claim_rows.delete_claim(gone, old)
        batch.add("claim", gone, before=old, after=None)
    DecisionReading.objects.filter(decision=id).delete()
    DecisionField.objects.filter(decision=id).delete()
    DecisionReading.objects.bulk_create(
        DecisionReading(
            decision_id=id,
            gold=gold,
            layer_id=UUID(row["layer"]),
            claim_key=UUID(row["claim"]),
            fingerprint=row["fingerprint"],
            is_whole=row["is_whole"],
        )
        for row in state["readings"]
    )
    DecisionField.objects.bulk_create(DecisionField(decision_id=id, **row) for row in state["fields"])
    batch.add("decision", id, before=before, after=decision_state(Decision.objects.get(pk=id)))


CLAIM_COLUMNS = ("mode", "proposition", "no_stance", "unsure", "note")


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    """Return a claim that was read as one that can be sent: a proposition has its id and relation only."""
    proposition = body.get("proposition")
    if proposition is not None:
        body["proposition"] = {"id": proposition["id"], "relation": proposition["relation"]}
    return body


def pairing_state(adjudication_id: UUID, keys: list[str]) -> dict[str, str]:
    """Return the groups of some claims."""
    rows = Pairing.objects.filter(adjudication=adjudication_id, claim_key__in=keys)
    return {str(key): str(group) for key, group in rows.order_by("id").values_list("claim_key", "group")}


def set_pairings(adjudication_id: UUID, groups: dict[str, str], keys: list[str]) -> None:
    """Make the groups of these claims what is said; a claim without one is aligned again."""
    Pairing.objects.filter(adjudication=adjudication_id, claim_key__in=keys).delete()
    Pairing.objects.bulk_create(
        Pairing(adjudication_id=adjudication_id, claim_key=UUID(key), group=UUID(group))
        for key, group in groups.items()
    )
