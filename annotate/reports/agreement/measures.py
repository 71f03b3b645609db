"""What is compared of two claims: the fields of every claim, and the attributes that the codebook asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotate.agreement.alpha import Metric, interval, masi, nominal
from annotate.payloads.codebooks import CodebookView

METRICS: dict[str, Metric | None] = {"nominal": nominal, "sets": masi, "interval": interval, "text": None}
# By kind of attribute; several labels are compared as sets.
KINDS = {"choice": "nominal", "scale": "interval", "boolean": "nominal", "text": "text", "entity": "nominal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A field that annotators answer, and how its values are compared; a text only by the share that is equal."""

    key: str
    name: str
    kind: str = "nominal"
    scope: str = "claim"

    @property
    def metric(self) -> Metric | None:
        return METRICS[self.kind]


# In the order of `claims.values_of`.
FIELDS = (
    Measure(key="speaker", name="Speaker"),
    Measure(key="represents", name="On behalf of", kind="sets"),
    Measure(key="chain", name="Chain of reporters"),
    Measure(key="last_link", name="Last reporter"),
    Measure(key="mode", name="Mode"),
    Measure(key="target", name="Target"),
    Measure(key="holder", name="Holder of the stance"),
    Measure(key="proposition", name="Proposition"),
    Measure(key="relation", name="Relation to the proposition"),
)
STANCE = Measure(key="stance", name="Stance", scope="stance")
STANCE_SCORE = Measure(key="stance_score", name="Stance by score", kind="interval", scope="stance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Everything that is compared under one codebook version."""

    codebook: CodebookView
    claim: tuple[Measure, ...]
    stance: tuple[Measure, ...]
    document: tuple[Measure, ...]

    @classmethod
    def of(cls, codebook: CodebookView) -> Measures:
        has_scores = len({label.score for label in codebook.stances.values() if label.score is not None}) > 1
        stance = (STANCE, *([STANCE_SCORE] if has_scores else []), *_attributes(codebook, "stance"))
        return cls(
            codebook=codebook,
            claim=(*FIELDS, *_attributes(codebook, "claim")),
            stance=stance,
            document=_attributes(codebook, "document"),
        )

    @property
    def all(self) -> tuple[Measure, ...]:
        return (*self.claim, *self.stance, *self.document)

    @property
    def by_key(self) -> dict[str, Measure]:
        return {measure.key: measure for measure in self.all}


def _attributes(codebook: CodebookView, scope: str) -> tuple[Measure, ...]:
    prefix = "attributes" if scope == "claim" else f"{scope}_attributes"
    return tuple(
        Measure(
            key=f"{prefix}/{spec.key}",
            name=spec.name,
            kind="sets" if spec.kind == "choice" and spec.is_multiple else KINDS[spec.kind],
            scope=scope,
        )
        for spec in codebook.of_scope(scope)
    )


def value_of_answer(measure: Measure, answers: dict[str, Any]) -> Any:
    """Return an answer as it is compared; None where there is none."""
    found = answers.get(measure.key.partition("/")[2])
    if found is None:
        return None
    if measure.kind == "sets":
        return frozenset(found)
    if measure.kind == "interval":
        return float(found)
    if isinstance(found, dict):
        return str(found["id"])
    if isinstance(found, bool):
        return "yes" if found else "no"
    return " ".join(str(found).split()) if measure.kind == "text" else found
