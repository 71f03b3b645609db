"""How often adjudication took the whole reading of an annotator, and single fields of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotate.models import Basis, DecisionField, DecisionReading, Layer, LayerStatus, Project
from annotate.payloads.people import shown_names

# Fields on which the readings differed.
DISPUTED = (Basis.MAJORITY, Basis.CHOSEN, Basis.RULE)


@dataclass(slots=True, kw_only=True)
class Picks:
    """Of finished documents: decisions that somebody made on claims of the annotator, and what was taken from them."""

    name: str
    n_decisions: int = 0
    n_whole: int = 0
    n_rejected: int = 0
    n_fields: int = 0
    n_taken: int = 0

    @property
    def share(self) -> float | None:
        return self.n_whole / self.n_decisions if self.n_decisions else None

    @property
    def share_of_fields(self) -> float | None:
        return self.n_taken / self.n_fields if self.n_fields else None


def whole_reading_picks(user: User, project: Project) -> list[Picks]:
    """Return the picks of each annotator, as far as their layers may be seen. 3 queries."""
    seen = Layer.objects.visible_to(user).filter(project=project)
    gold = seen.gold().filter(status=LayerStatus.SUBMITTED).order_by()
    rows = DecisionReading.objects.filter(
        gold__in=gold.values("pk"),
        layer__in=seen.of_annotators().order_by().values("pk"),
        decision__by_itself=False,
    ).order_by()
    columns = ("decision", "decision__claim", "layer__annotator", "claim_key", "is_whole")
    found = list(rows.values_list(*columns))
    names = shown_names(project.pk, {row[2] for row in found})
    picks = {annotator: Picks(name=name) for annotator, name in names.items()}
    owners: dict[UUID, dict[str, int]] = defaultdict(dict)
    for decision, claim, annotator, key, is_whole in found:
        owners[decision][str(key)] = annotator
        one = picks[annotator]
        one.n_decisions += 1
        one.n_whole += is_whole
        one.n_rejected += claim is None
    _add_fields(picks, owners, gold)
    return sorted(picks.values(), key=lambda one: one.name)


def _add_fields(picks: dict[int, Picks], owners: dict[UUID, dict[str, int]], gold: QuerySet[Layer]) -> None:
    rows = DecisionField.objects.filter(
        decision__layer__in=gold.values("pk"), decision__by_itself=False, basis__in=DISPUTED
    )
    for decision, sources in rows.order_by().values_list("decision", "sources"):
        taken = {str(source) for source in sources}
        for key, annotator in owners.get(decision, {}).items():
            picks[annotator].n_fields += 1
            picks[annotator].n_taken += key in taken
