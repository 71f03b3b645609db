"""What the three registries have in common: provisional entries, merge by pointer, and who may see an entry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from corpus.models.documents import Corpus, InCorpusQuerySet

if TYPE_CHECKING:
    from corpus.models.documents import AnyUser


def curated_by(user: AnyUser) -> models.QuerySet[Corpus]:
    """Return the corpora in which `user` sees the provisional entries of everybody."""
    if user.is_active and getattr(user, "is_superuser", False):
        return Corpus.objects.all()
    member = {"projects__members__user": user.pk, "projects__members__left_at__isnull": True}
    curates = Q(projects__members__is_curator=True) | Q(projects__members__is_manager=True)
    return Corpus.objects.filter(curates, **member)


class EntryQuerySet(InCorpusQuerySet):
    def visible_to(self, user: AnyUser) -> Self:
        """Return accepted entries, the user's own provisional ones and, for curators, all provisional ones."""
        made = self.model.makers.through.objects.filter(user_id=user.pk).values(self.model._meta.model_name)
        curated = Q(corpus__in=curated_by(user).values("pk"))
        return super().visible_to(user).filter(Q(is_provisional=False) | Q(pk__in=made) | curated)

    def current(self) -> Self:
        """Return the entries that were not merged into another."""
        return self.filter(merged_into__isnull=True)


class Entry(models.Model):
    """One entry of a registry. What annotators make is provisional until a curator accepts it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="%(class)ss")
    name = models.CharField(max_length=300)
    disambiguation = models.CharField(
        max_length=150, blank=True, help_text="Tells two entries of the same name apart, for example “mayor, 2019–”."
    )
    note = models.TextField(blank=True)
    is_provisional = models.BooleanField(default=False)
    makers: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="made_%(class)ss"
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged_entries"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = EntryQuerySet.as_manager()

    if TYPE_CHECKING:
        corpus_id: uuid.UUID
        merged_into_id: uuid.UUID | None

    class Meta:
        abstract = True
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "name", "disambiguation"],
                name="one_%(class)s_per_name",
                violation_error_message="The registry has an entry of that name; use it, or add a disambiguation.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="%(class)s_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="%(class)s_not_merged_into_itself",
                violation_error_message="An entry cannot be merged into itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.disambiguation})" if self.disambiguation else self.name
