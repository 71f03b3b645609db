"""Corpora, the outlets that their documents come from, and the documents themselves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    type AnyUser = AbstractBaseUser | AnonymousUser

# The one coupling to the app above: who may see a corpus is said by the members of its projects.
MEMBER_PATH = "projects__members__user"
MEMBER_LEFT_PATH = "projects__members__left_at"


class CorpusQuerySet(models.QuerySet["Corpus"]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return the corpora of the projects that `user` is a member of; superusers see all."""
        if not user.is_active:
            return self.none()
        if getattr(user, "is_superuser", False):
            return self
        seen = Corpus.objects.filter(**{MEMBER_PATH: user.pk, f"{MEMBER_LEFT_PATH}__isnull": True})
        return self.filter(pk__in=seen.values("pk"))


class Corpus(models.Model):
    """A collection of documents with its registries, worked on by any number of projects."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    objects = CorpusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "corpora"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class InCorpusQuerySet(models.QuerySet[Any]):
    """Rows that belong to one corpus."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the rows of the corpora that `user` may see."""
        if user.is_active and getattr(user, "is_superuser", False):
            return self
        return self.filter(corpus__in=Corpus.objects.visible_to(user).values("pk"))


class Source(models.Model):
    """An outlet that documents come from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=300)
    homepage = models.URLField(max_length=2000, blank=True)
    # The outlet as a speaker, for claims in its own voice.
    speaker = models.ForeignKey("corpus.Speaker", on_delete=models.PROTECT, related_name="outlets")

    objects = InCorpusQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "name"],
                name="one_source_per_name",
                violation_error_message="This corpus already has a source of that name; use it, or choose another.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(InCorpusQuerySet):
    def light(self) -> Self:
        """Leave the text in the database: list pages need the metadata only."""
        return self.defer("text").select_related("source")


class Document(models.Model):
    """One immutable text with its metadata; offsets into it are code points, half-open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(help_text="Position in the corpus, from 1, in order of import.")
    title = models.CharField(max_length=1000, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    url = models.URLField("URL", max_length=2000, blank=True)
    published_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=35, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    text = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    n_characters = models.PositiveIntegerField(editable=False)
    same_text_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="copies"
    )
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="superseded_by"
    )
    # The group of near-copies that it belongs to, if there are any.
    story = models.ForeignKey(
        "corpus.Story", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="documents"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["corpus", "number"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "number"], name="one_document_per_number"),
            models.UniqueConstraint(
                fields=["corpus", "external_id"],
                condition=~Q(external_id=""),
                name="one_document_per_external_id",
                violation_error_message="This corpus already has a document with that external id.",
            ),
            models.UniqueConstraint(
                fields=["corpus", "sha256", "source"],
                condition=Q(source__isnull=False),
                name="one_text_per_source",
                violation_error_message="This corpus already has that text from that source.",
            ),
            models.UniqueConstraint(
                fields=["corpus", "sha256", "url"],
                condition=~Q(url=""),
                name="one_text_per_url",
                violation_error_message="This corpus already has that text from that URL.",
            ),
            models.UniqueConstraint(
                fields=["corpus", "sha256"],
                condition=Q(source__isnull=True, url=""),
                name="one_text_of_unknown_source",
                violation_error_message="This corpus already has that text without a source.",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="document_has_text"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="http://") | Q(url__startswith="https://"),
                name="document_url_is_http",
                violation_error_message="A URL starts with http:// or https://.",
            ),
        ]
        # The constraints above are partial, so none of them finds all documents of a text.
        indexes = [models.Index(fields=["corpus", "sha256"], name="documents_by_sha256")]

    def __str__(self) -> str:
        return self.title or f"Document {self.number}"
