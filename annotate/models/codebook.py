"""Codebooks: what is asked of claims, stances and documents, and the answers that count."""

from __future__ import annotations

import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotate import permissions


class Slot(models.TextChoices):
    """Ten named slots; each fixes colour, line and glyph together, so that no meaning rests on colour alone."""

    AZURE = "azure", "azure, solid ▲"
    RUST = "rust", "rust, dashed ▼"
    STONE = "stone", "stone, dotted ○"
    ASH = "ash", "ash, thin –"
    PLUM = "plum", "plum, double ◆"
    MOSS = "moss", "moss, solid ■"
    OCHRE = "ochre", "ochre, dashed ★"
    TEAL = "teal", "teal, dotted ●"
    ROSE = "rose", "rose, thin ✕"
    INDIGO = "indigo", "indigo, double ✚"


class CodebookQuerySet(models.QuerySet["Codebook"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        return self.filter(permissions.visible(user, permissions.Action.SEE_PROJECT, "projects")).distinct()


class BoundaryRule(models.TextChoices):
    """Which of two readings holds where their spans differ by space, quotation marks or one word only."""

    LONGEST = "longest", "the longest"
    SHORTEST = "shortest", "the shortest"
    ASK = "ask", "ask the curator"


class Codebook(models.Model):
    """A family of codebook versions, used by one or more projects."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    objects = CodebookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Nesting(models.TextChoices):
    NONE = "none", "none"
    OTHERS = "others", "only of other speakers"
    ALL = "all", "all"


class CodebookVersion(models.Model):
    """One version of a codebook. Once published it is frozen; every layer names its version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    guidelines = models.TextField(blank=True, help_text="Markdown.")
    whose_claims = models.CharField(max_length=300, blank=True, default="Everyone whom the article cites.")
    codes_narration = models.BooleanField("narration is coded", default=True)
    codes_headline = models.BooleanField("the headline is coded", default=False)
    nesting = models.CharField("nested claims", max_length=10, choices=Nesting, default=Nesting.ALL)
    requires_speaker = models.BooleanField(default=True)
    requires_stance = models.BooleanField(default=True)
    requires_mode = models.BooleanField(default=False)
    requires_proposition = models.BooleanField(default=False)
    boundary_rule = models.CharField(
        "small differences of boundary", max_length=10, choices=BoundaryRule, default=BoundaryRule.LONGEST
    )
    note = models.TextField("what changed", blank=True)
    # Counts the edits of a draft, so that an outdated one is refused.
    revision = models.PositiveIntegerField(default=1, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["codebook", "number"]
        constraints = [
            models.UniqueConstraint(fields=["codebook", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["codebook"],
                condition=Q(published_at__isnull=True),
                name="one_draft_per_codebook",
                violation_error_message="This codebook has a draft already; publish or discard it first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.codebook.name} v{self.number}"


class Scope(models.TextChoices):
    """What an attribute is asked of."""

    CLAIM = "claim", "claims"
    STANCE = "stance", "stances"
    DOCUMENT = "document", "documents"


KEY_HELP = "Lower-case letters, digits and underscores; the name in files and in the API."
REPLACES_HELP = (
    "Keys of the version before whose answers go here. A key that nothing replaces goes to the same key where there is "
    "one; one that several replace has its claims looked at again."
)


class Attribute(models.Model):
    """A question asked of a claim, a stance or a document."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="attributes")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.CLAIM)
    key = models.SlugField(max_length=60, help_text=KEY_HELP)
    name = models.CharField(max_length=100)
    definition = models.TextField(blank=True)
    kind = models.CharField(max_length=20, help_text="One of the kinds in annotate.attributes.")
    is_required = models.BooleanField(default=False)
    is_multiple = models.BooleanField(default=False, help_text="Several labels are allowed (choice only).")
    minimum = models.FloatField(null=True, blank=True, help_text="Scale only.")
    maximum = models.FloatField(null=True, blank=True, help_text="Scale only.")
    # Asked only when this label was chosen, of an attribute of the same version.
    condition = models.ForeignKey(
        "annotate.Label", on_delete=models.PROTECT, null=True, blank=True, related_name="conditional_attributes"
    )
    position = models.PositiveIntegerField(default=0)
    replaces = models.JSONField(default=list, blank=True, help_text=REPLACES_HELP)

    class Meta:
        ordering = ["version", "position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "scope", "key"], name="one_attribute_per_key"),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lt=models.F("maximum")),
                name="scale_minimum_below_maximum",
                violation_error_message="The scale's minimum must be below its maximum.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AnyLabel(models.Model):
    """What the labels of attributes and of the stance scale have in common."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, help_text=KEY_HELP)
    name = models.CharField(max_length=100)
    definition = models.TextField(blank=True)
    example = models.TextField(blank=True)
    counter_example = models.TextField(blank=True)
    shortcut = models.CharField(max_length=1, blank=True)
    slot = models.CharField(max_length=10, choices=Slot, default=Slot.STONE)
    position = models.PositiveIntegerField(default=0)
    replaces = models.JSONField(default=list, blank=True, help_text=REPLACES_HELP)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Label(AnyLabel):
    """One answer to an attribute."""

    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="labels")

    class Meta:
        ordering = ["attribute", "position", "key"]
        constraints = [models.UniqueConstraint(fields=["attribute", "key"], name="one_label_per_key")]


class StanceLabel(AnyLabel):
    """One value of the stance scale; its score lies in −1…+1, or is none."""

    version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="stance_labels")
    score = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-1.0), MaxValueValidator(1.0)])

    class Meta:
        ordering = ["version", "position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="one_stance_label_per_key"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=-1.0, score__lte=1.0),
                name="stance_score_within_one",
                violation_error_message="A stance score lies between −1 and +1.",
            ),
        ]
