"""What annotators said, as filters: whose layer, in which round, and what a claim in it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from annotate.models import Answer, Claim, ClaimSpeaker, Layer, LayerStatus, Mode, Relation, Stance
from annotate.models.layers import LayerQuerySet
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.people import people_of
from annotate.search import values
from annotate.search.families import family, turned_targets
from annotate.search.few import Narrow, holds_for_few, narrowed
from annotate.search.gaps import incomplete
from annotate.search.values import Within, refuse
from corpus.database.bulk import Unindexed
from corpus.models import Proposition, Speaker, Target

ANYBODY = "*"
NEW = "new"
STATUSES = (NEW, *LayerStatus.values)
LAYERS = ("gold", "annotators")
MODES = [value for value in Mode.values if value]
RELATIONS = [value for value in Relation.values if value]
FLAGS = ("unsure", "has_note", "incomplete")
CHOICES = {"status": STATUSES, "layers": LAYERS, "relation": RELATIONS, "mode": MODES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Filters over layers and their claims, all of one layer and one claim; an empty value filters nothing.

    `status` is that of one's own layer unless `annotator` names somebody, or everybody with “*”.
    """

    round: str = ""
    annotator: str = ""
    status: str = ""
    layers: str = ""
    speaker: str = ""
    represents: str = ""
    target: str = ""
    stance: str = ""
    proposition: str = ""
    relation: str = ""
    mode: str = ""
    attribute: str = ""
    unsure: bool | None = None
    has_note: bool | None = None
    incomplete: bool | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read the filters. Raises Invalid."""
        found: dict[str, Any] = {name: values.flag_of(raw, name) for name in FLAGS}
        found |= {name: values.choice_of(raw, name, allowed) for name, allowed in CHOICES.items()}
        found |= {name: values.text_of(raw, name) for name in LABELS if name not in found}
        if found["attribute"]:
            attribute_pairs(found["attribute"])
        return cls(**found)

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    @property
    def asks_of_claims(self) -> bool:
        return any(getattr(self, name) not in ("", None) for name in OF_CLAIMS)

    @property
    def asks_of_layers(self) -> bool:
        return any(getattr(self, name) != "" for name in OF_LAYERS)

    def as_dict(self) -> dict[str, str]:
        """Return what `parse` reads, without what is empty."""
        given = {name: getattr(self, name) for name in LABELS}
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
        return {name: value for name, value in texts.items() if value}

    def layer_rows(self, within: Within, *, is_single: bool = False) -> QuerySet[Layer]:
        """Return the layers that are meant, of those that the user may see; `is_single`: to be looked up one by one."""
        rows = Layer.objects.visible_to(within.user)
        if is_single:
            rows = rows.alias(within=Unindexed(F("project_id"))).filter(within=within.project.pk)
        else:
            rows = rows.filter(project=within.project)
        return self._chosen(rows, within)

    def size(self, within: Within) -> QuerySet[Layer]:
        """Return the layers that are meant, whoever may see them: indexes tell whether these are few."""
        return self._chosen(Layer.objects.filter(project=within.project), within)

    def _chosen(self, rows: LayerQuerySet, within: Within) -> QuerySet[Layer]:
        if self.round:
            rows = rows.filter(_of_round(self.round))
        if self.layers:
            rows = rows.gold() if self.layers == "gold" else rows.of_annotators()
        if self.annotator not in ("", ANYBODY):
            rows = rows.filter(annotator__in=people_of(within.project.pk, self.annotator))
        if self.status and not self.annotator:
            rows = rows.filter(annotator=within.user.pk)
        return rows.filter(status=self.status) if self.status not in ("", NEW) else rows

    def claim_rows(self, within: Within) -> tuple[QuerySet[Claim], bool]:
        """Return the claims that are meant, of the layers that are meant, and whether indexes find these as few."""
        single = self.layer_rows(within, is_single=True)
        of_layers = narrowed("layer", self.layer_rows(within), "pk", size=self.size(within), single=single)
        rows = Claim.objects.all()
        conditions = [of_layers, *self._conditions(within)]
        for condition, _ in conditions:
            rows = rows.filter(condition)
        return rows, any(is_few for _, is_few in conditions)

    def claim_condition(self, within: Within) -> Q:
        """Return the condition for claims, whatever layer they are of."""
        found = Q()
        for condition, _ in self._conditions(within):
            found &= condition
        return found

    def _conditions(self, within: Within) -> list[Narrow]:
        found: list[Narrow] = []
        if self.speaker or self.represents:
            found.append(narrowed("pk", self._speakers(within), "claim"))
        if self.target or self.stance:
            meant = self._stances(within)
            rows = Stance.objects.alias(to=Unindexed(F("target_id")), held=Unindexed(F("value_id")))
            single = rows.filter(meant("to", "held"))
            found.append(narrowed("pk", Stance.objects.filter(meant("target", "value")), "claim", single=single))
        if self.proposition:
            found.append(_of_column(Q(proposition__in=list(family(Proposition, self.proposition, within)))))
        if self.relation:
            found.append(_of_column(~Q(relation="") & Q(relation=self.relation)))  # the first part is the index's
        if self.mode:
            found.append(_of_column(Q(mode=self.mode)))
        for key, value in attribute_pairs(self.attribute) if self.attribute else []:
            found.append(narrowed("pk", _answers(key, value, within), "claim"))
        if self.unsure is not None:
            found.append(_of_column(Q(is_unsure=True)) if self.unsure else Narrow(Q(is_unsure=False), False))
        if self.has_note is not None:
            found.append(_of_column(~Q(note="")) if self.has_note else Narrow(Q(note=""), False))
        if self.incomplete is not None:
            gap = incomplete(_codebooks(within))
            found.append(Narrow(gap if self.incomplete else ~gap, False))
        return found

    def _speakers(self, within: Within) -> QuerySet[ClaimSpeaker]:
        rows = ClaimSpeaker.objects.all()
        if self.speaker:
            rows = rows.filter(speaker__in=list(family(Speaker, self.speaker, within)))
        if self.represents:
            rows = rows.filter(represents__in=list(family(Speaker, self.represents, within)))
        return rows

    def _stances(self, within: Within) -> Callable[[str, str], Q]:
        """Return the condition for the stances meant, given the names of the columns for target and value.

        One toward a target merged as the opposite counts as it is read: turned round.
        """
        found = family(Target, self.target, within) if self.target else {}
        if not self.stance:
            return lambda target, value: Q(**{f"{target}__in": list(found)})
        straight, turned = _values(self.stance, _codebooks(within))
        opposite = {id for id, is_turned in found.items() if is_turned} if self.target else turned_targets(within)
        plain = found.keys() - opposite

        def meant(target: str, value: str) -> Q:
            at = Q(**{f"{target}__in": plain}) if self.target else Q()
            if opposite and not self.target:
                at = Q(**{f"{target}__isnull": True}) | ~Q(**{f"{target}__in": opposite})
            stated = at & Q(**{f"{value}__in": straight})
            return stated | Q(**{f"{target}__in": opposite, f"{value}__in": turned}) if opposite else stated

        return meant


LABELS = tuple(field.name for field in fields(Labels))
OF_LAYERS = ("round", "annotator", "status", "layers")
OF_CLAIMS = tuple(name for name in LABELS if name not in OF_LAYERS)


def _of_column(condition: Q) -> Narrow:
    """Return a condition on a column of claims that has an index. One query."""
    return Narrow(condition, holds_for_few(Claim.objects.filter(condition)))


def _of_round(value: str) -> Q:
    """Return the condition for a round by id, number or exact name."""
    id = values.uuid_or_none(value)
    if id is not None:
        return Q(round=id)
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return Q(round__name=value) if number is None else Q(round__number=number) | Q(round__name=value)


def _codebooks(within: Within) -> list[CodebookView]:
    """Return the versions of the project's codebook; published ones are kept in memory."""
    ids = within.project.codebook.versions.order_by("number").values_list("pk", flat=True)
    return [load_codebook(id) for id in ids]


def _values(key: str, codebooks: list[CodebookView]) -> tuple[list[UUID], list[UUID]]:
    """Return the stance labels that read as `key`: toward a target as it stands, and toward its opposite."""
    straight, turned = [], []
    for codebook in codebooks:
        for label in codebook.stances.values():
            opposite = codebook.stance_of_score(-label.score) if label.score is not None else None
            straight += [label.id] if label.key == key else []
            turned += [label.id] if (opposite or label).key == key else []
    return straight, turned


def attribute_pairs(raw: str) -> list[tuple[str, str]]:
    """Return attributes with their labels from “type:demand, tone:harsh”. Raises Invalid."""
    pairs = [tuple(part.strip() for part in one.split(":", 1)) for one in raw.split(",") if one.strip()]
    if not pairs or len(pairs) > 10 or any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise refuse("attribute", f"{raw[:60]!r} names no attribute and label; write it as type:demand.")
    return [(key, value) for key, value in pairs]


def _answers(key: str, value: str, within: Within) -> QuerySet[Answer]:
    """Return the answers of claims and stances to an attribute: a label, true or false, or a number."""
    rows = Answer.objects.filter(claim__isnull=False, attribute__version__codebook=within.project.codebook_id)
    meant = Q(label__key=value)
    if value in ("true", "false"):
        meant |= Q(flag=value == "true")
    if len(value) <= 15 and value.removeprefix("-").replace(".", "", 1).isdecimal() and value.isascii():
        meant |= Q(number=float(value))
    return rows.filter(meant, attribute__key=key)


def not_begun(within: Within) -> Q:
    """Return the condition that the user has no layer on a document in the project."""
    own = Layer.objects.visible_to(within.user).of_annotators()
    own = own.filter(project=within.project, annotator=within.user.pk, document=OuterRef("pk"))
    return ~Q(Exists(own))
