"""A codebook version in memory, as parsers, pages and exports need it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from annotate.attributes import AttributeSpec
from annotate.models import Attribute, CodebookVersion, Label, StanceLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    id: UUID
    key: str
    name: str
    slot: str
    definition: str = ""
    example: str = ""
    counter_example: str = ""
    shortcut: str = ""
    score: float | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookView:
    """A codebook version: its flags, attributes by scope and key, labels and the stance scale."""

    version: CodebookVersion
    name: str
    attributes: dict[tuple[str, str], AttributeSpec]
    labels: dict[UUID, tuple[LabelView, ...]]
    stances: dict[str, LabelView]

    def of_scope(self, scope: str) -> list[AttributeSpec]:
        return [spec for (own, _), spec in self.attributes.items() if own == scope]

    def stance_of_score(self, score: float) -> LabelView | None:
        return next((label for label in self.stances.values() if label.score == score), None)


def load_codebook(version_id: UUID) -> CodebookView:
    """Return the version; published ones are frozen and therefore kept in memory. At most 5 queries."""
    view = _published(version_id)
    return view if view is not None else _read(version_id)


class _StillDraft(Exception):
    """Keeps a draft out of the cache."""


@lru_cache(maxsize=64)
def _read_published(version_id: UUID) -> CodebookView:
    view = _read(version_id)
    if view.version.published_at is None:
        raise _StillDraft
    return view


def _published(version_id: UUID) -> CodebookView | None:
    try:
        return _read_published(version_id)
    except _StillDraft:
        return None


def _read(version_id: UUID) -> CodebookView:
    version = CodebookVersion.objects.select_related("codebook").get(pk=version_id)
    labels: dict[UUID, list[LabelView]] = {}
    for label in Label.objects.filter(attribute__version=version_id).order_by("position", "key"):
        labels.setdefault(label.attribute_id, []).append(_label(label))
    specs = [
        _spec(row, labels.get(row.pk, []))
        for row in Attribute.objects.filter(version=version_id).order_by("position", "key")
    ]
    stances = StanceLabel.objects.filter(version=version_id).order_by("position", "key")
    return CodebookView(
        version=version,
        name=version.codebook.name,
        attributes={(spec.scope, spec.key): spec for spec in specs},
        labels={key: tuple(value) for key, value in labels.items()},
        stances={label.key: _label(label) for label in stances},
    )


def _label(row: Label | StanceLabel) -> LabelView:
    return LabelView(
        id=row.pk,
        key=row.key,
        name=row.name,
        slot=row.slot,
        definition=row.definition,
        example=row.example,
        counter_example=row.counter_example,
        shortcut=row.shortcut,
        score=getattr(row, "score", None),
        replaces=tuple(row.replaces),
    )


def _spec(row: Attribute, labels: list[LabelView]) -> AttributeSpec:
    return AttributeSpec(
        id=row.pk,
        key=row.key,
        name=row.name,
        scope=row.scope,
        kind=row.kind,
        definition=row.definition,
        is_required=row.is_required,
        is_multiple=row.is_multiple,
        minimum=row.minimum,
        maximum=row.maximum,
        condition=row.condition_id,
        replaces=tuple(row.replaces),
        labels={label.key: label.id for label in labels},
    )


def forget_codebooks() -> None:
    """Empty the cache, for tests that reset the database."""
    _read_published.cache_clear()
