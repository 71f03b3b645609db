"""Projects, their members, and the rounds in which documents are annotated."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.codebook import Codebook, CodebookVersion
from annotate.permissions import Action
from corpus.models import Corpus, Document


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the projects that `user` is a member of."""
        return self.filter(permissions.visible(user, Action.SEE_PROJECT, ""))


class Project(models.Model):
    """A corpus worked on under a codebook by members with roles, in rounds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="projects")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="projects")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class InProjectQuerySet(models.QuerySet["Member"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the rows of projects whose members `user` may see, and the user's own row."""
        return self.filter(permissions.visible(user, Action.SEE_MEMBERS, "project") | Q(user=user.pk))

    def active(self) -> Self:
        return self.filter(left_at__isnull=True, user__is_active=True)


class Member(models.Model):
    """A user's roles in a project; they add up. The pseudonym is fixed at joining."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    is_annotator = models.BooleanField("annotator", default=False)
    is_curator = models.BooleanField("curator", default=False)
    is_manager = models.BooleanField("manager", default=False)
    pseudonym = models.CharField(max_length=20, editable=False)
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InProjectQuerySet.as_manager()

    class Meta:
        ordering = ["project", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_per_user"),
            models.UniqueConstraint(fields=["project", "pseudonym"], name="one_member_per_pseudonym"),
            models.CheckConstraint(
                condition=Q(is_annotator=True) | Q(is_curator=True) | Q(is_manager=True) | Q(left_at__isnull=False),
                name="member_has_a_role",
                violation_error_message="A member has at least one role: annotator, curator or manager.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"

    @property
    def roles(self) -> list[str]:
        return [role for role in ("annotator", "curator", "manager") if getattr(self, f"is_{role}")]


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        return self.filter(permissions.visible(user, Action.SEE_PROJECT, "project"))

    def holding(self, document: Document) -> Self:
        """Return the rounds that `document` belongs to."""
        listed = RoundDocument.objects.filter(document=document).values("round")
        covered = Q(covers_corpus=True, project__corpus=document.corpus_id)
        return self.filter(covered | Q(pk__in=listed))


class RoundStatus(models.TextChoices):
    OPEN = "open", "open"
    CLOSED = "closed", "closed"


class RoundPurpose(models.TextChoices):
    """Only work counts in figures and in adjudication; training and test rounds are compared with gold."""

    WORK = "work", "work"
    TRAINING = "training", "training: compared with gold after each document"
    TEST = "test", "test: compared with gold at the end, may admit to other rounds"


class RoundOrder(models.TextChoices):
    NUMBER = "number", "as imported"
    RANDOM = "random", "random, from the seed"


class Round(models.Model):
    """A pass over documents: how many annotators each, who sees what, under which version of the codebook."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    codebook_version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="rounds")
    status = models.CharField(max_length=10, choices=RoundStatus, default=RoundStatus.OPEN)
    overlap = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Exactly so many annotators for each document; empty: every annotator annotates every document.",
    )
    is_blind = models.BooleanField("blind", default=True)
    quota = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Most documents for one person."
    )
    lease_minutes = models.PositiveIntegerField(
        default=240,
        validators=[MinValueValidator(1), MaxValueValidator(525_600)],
        help_text="How long an untouched document is kept for the person who took it.",
    )
    are_speakers_closed = models.BooleanField(default=False, help_text="No new speakers from annotators.")
    are_targets_closed = models.BooleanField(default=False, help_text="No new targets from annotators.")
    are_propositions_closed = models.BooleanField(default=False, help_text="No new propositions from annotators.")
    # A round over the whole corpus takes in documents that are imported later.
    covers_corpus = models.BooleanField(default=True)
    # What was asked for when the documents were chosen: filters, or a list of ids; the rows say what was found.
    selection = models.JSONField(default=dict, blank=True, editable=False)
    share = models.PositiveIntegerField(
        "double-coded share",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text="Percent of the documents that get the overlap, the others one annotator; empty: all of them.",
    )
    order = models.CharField(max_length=10, choices=RoundOrder, default=RoundOrder.NUMBER)
    seed = models.PositiveIntegerField(default=0, help_text="Of the random order and of the double-coded share.")
    purpose = models.CharField(max_length=10, choices=RoundPurpose, default=RoundPurpose.WORK)
    threshold = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Of a training or test round: what passes, in percent of the joint F1 against gold.",
    )
    # Who has not passed that training or test round takes no document in this one.
    admission = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="admits_to")
    # A follow-up round asks each annotator again, on the claims of their submitted layers in an earlier round.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    reopened_fields = models.JSONField(default=list, blank=True, editable=False)
    # With an overlap, places are counted in RoundDocument rows; they exist for documents up to this number.
    n_queued = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_round_per_number"),
            models.UniqueConstraint(
                fields=["project", "name"],
                name="one_round_per_name",
                violation_error_message="This project already has a round of that name.",
            ),
            models.CheckConstraint(condition=Q(overlap__isnull=True) | Q(overlap__gte=1), name="overlap_is_positive"),
            models.CheckConstraint(condition=Q(quota__isnull=True) | Q(quota__gte=1), name="quota_is_positive"),
            models.CheckConstraint(condition=Q(lease_minutes__gte=1), name="lease_is_positive"),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=1, share__lte=99, overlap__gte=2),
                name="share_of_an_overlap",
                violation_error_message="A double-coded share is 1 to 99 percent, with an overlap of 2 or more.",
            ),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | ~Q(purpose="work") & Q(threshold__gte=1, threshold__lte=100),
                name="threshold_of_a_comparison",
                violation_error_message="A threshold is 1 to 100 percent, of a training or test round.",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | Q(overlap__isnull=True),
                name="follow_up_hands_out_nothing",
                violation_error_message="A follow-up round goes to who made the claims; it has no overlap.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == RoundStatus.OPEN


class RoundDocument(models.Model):
    """A document listed in a round, with its places and the number of them that are taken."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="round_documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="round_documents")
    position = models.PositiveIntegerField()
    n_places = models.PositiveIntegerField(default=1)
    n_taken = models.PositiveIntegerField(default=0)
    is_full = models.BooleanField(default=False)

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "document"], name="one_place_list_per_document"),
            models.CheckConstraint(condition=Q(n_taken__gte=0), name="places_taken_not_negative"),
            models.CheckConstraint(
                condition=Q(n_taken__lte=models.F("n_places")), name="no_more_places_than_there_are"
            ),
        ]
        indexes = [
            models.Index(fields=["round", "position"], condition=Q(is_full=False), name="free_places"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.round_id}"


class SkipQuerySet(models.QuerySet["Skip"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the user's own skips, and everybody's for those who may see progress."""
        return self.filter(permissions.visible(user, Action.SEE_PROGRESS, "round__project") | Q(user=user.pk))


class Skip(models.Model):
    """A document that a person passed over in a round, and why; it is not handed to them again."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="skips")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="skips")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(db_default=Now())

    objects = SkipQuerySet.as_manager()

    class Meta:
        ordering = ["round", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "document", "user"], name="a_document_skipped_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="skip_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} skipped by {self.user_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        return self.filter(permissions.visible(user, Action.MANAGE_MEMBERS, "project"))


class Invitation(models.Model):
    """A link that lets people join a project with these roles until it expires; only its digest is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    is_annotator = models.BooleanField("annotator", default=True)
    is_curator = models.BooleanField("curator", default=False)
    is_manager = models.BooleanField("manager", default=False)
    note = models.CharField(max_length=300, blank=True, help_text="For managers: whom the link is for.")
    n_uses = models.PositiveIntegerField(default=0, editable=False)
    max_uses = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["project", "-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_annotator=True) | Q(is_curator=True) | Q(is_manager=True), name="invitation_has_a_role"
            ),
            models.CheckConstraint(condition=Q(n_uses__lte=models.F("max_uses")), name="invitation_used_as_allowed"),
        ]

    def __str__(self) -> str:
        return f"Invitation to {self.project_id}"

    @property
    def roles(self) -> list[str]:
        return [role for role in ("annotator", "curator", "manager") if getattr(self, f"is_{role}")]
