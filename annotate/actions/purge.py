"""The one way to delete annotations: a whole project or a document, in one transaction, with a row that says so.

Purging is for what must not be kept, so the Change rows of what is deleted go too; one row about the purge stays.
"""

from __future__ import annotations

from collections import Counter
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from annotate.actions.batch import Batch
from annotate.actions.releases.withdrawing import check_none_is_made, holding, withdraw_releases
from annotate.models import (
    ActiveTime,
    Adjudication,
    Answer,
    Attribute,
    AuditCheck,
    Claim,
    ClaimSpeaker,
    Codebook,
    CodebookVersion,
    Decision,
    DecisionField,
    DecisionReading,
    DocumentImport,
    Invitation,
    Label,
    Layer,
    Member,
    NoClaimMark,
    NotSame,
    Pairing,
    Project,
    Reassignment,
    Recheck,
    Release,
    Remark,
    Reporter,
    Round,
    RoundDocument,
    Skip,
    Span,
    Stance,
    StanceLabel,
    Submission,
)
from corpus.models import (
    Affiliation,
    Band,
    Change,
    Corpus,
    Document,
    KeptApart,
    LoadedWord,
    Proposition,
    Sketch,
    Source,
    Speaker,
    SpeakerAlias,
    Story,
    Target,
)

AT_ONCE = 500
ACTION = "purge"


def n_annotations(layers: QuerySet[Layer]) -> tuple[int, int]:
    """Return how many layers and claims a purge would delete."""
    return layers.count(), Claim.objects.filter(layer__in=layers.values("pk")).count()


@transaction.atomic
def purge_project(*, project: Project) -> Counter[str]:
    """Delete a project with its annotations; its corpus and codebook too where no other project uses them."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    # In the order in which a release that is asked for takes them; those of other projects hold the same documents.
    Corpus.objects.select_for_update().get(pk=project.corpus_id)
    check_none_is_made(project.corpus_id)
    batch = Batch(action=ACTION, actor=None, corpus_id=project.corpus_id)
    deleted: Counter[str] = Counter()
    releases = Release.objects.filter(project=project)
    withdraw_releases(releases)  # the database keeps what is ready
    _delete(releases, deleted)
    _delete(Remark.objects.filter(project=project), deleted)
    _delete_adjudications(Adjudication.objects.filter(project=project), deleted)
    _delete_layers(Layer.objects.filter(project=project), deleted)
    _delete(Skip.objects.filter(round__project=project), deleted)
    _delete(RoundDocument.objects.filter(round__project=project), deleted)
    Round.objects.filter(project=project).update(follows=None, admission=None)
    _delete(Invitation.objects.filter(project=project), deleted)
    _delete(Round.objects.filter(project=project), deleted)
    _delete(Member.objects.filter(project=project), deleted)
    _delete(DocumentImport.objects.filter(project=project), deleted)
    _delete(Change.objects.filter(project_id=project.pk).exclude(action=ACTION), deleted)
    _delete(Project.objects.filter(pk=project.pk), deleted)
    if not Project.objects.filter(codebook=project.codebook_id).exists():
        _delete_codebook(project.codebook_id, deleted)
    if not Project.objects.filter(corpus=project.corpus_id).exists():
        _delete_corpus(project.corpus_id, deleted)
    before = {"slug": project.slug, "name": project.name, "deleted": dict(deleted)}
    batch.add("project", project.pk, before=before, after=None)
    batch.write()
    return deleted


@transaction.atomic
def purge_document(*, document: Document) -> Counter[str]:
    """Delete a document with all annotations on it, in all projects; releases that hold it are withdrawn."""
    Corpus.objects.select_for_update().get(pk=document.corpus_id)
    check_none_is_made(document.corpus_id)
    batch = Batch(action=ACTION, actor=None, corpus_id=document.corpus_id)
    deleted: Counter[str] = Counter()
    if n_withdrawn := withdraw_releases(holding(document.pk, document.corpus_id)):
        deleted["withdrawn releases’ files"] = n_withdrawn
    _delete(Remark.objects.filter(document=document), deleted)
    _delete_adjudications(Adjudication.objects.filter(document=document), deleted)
    _delete_layers(Layer.objects.filter(document=document), deleted)
    _delete(Skip.objects.filter(document=document), deleted)
    _delete(RoundDocument.objects.filter(document=document), deleted)
    # Claims that were deleted before are still told of by their Change rows.
    of_it = Q(before__document=str(document.pk)) | Q(after__document=str(document.pk))
    _delete(Change.objects.filter(of_it, object_type__in=("claim", "layer")), deleted)
    _delete(Change.objects.filter(object_type="document", object_id=str(document.pk)), deleted)
    Document.objects.filter(same_text_as=document).update(same_text_as=None)
    Document.objects.filter(supersedes=document).update(supersedes=None)
    _delete_likenesses(Document.objects.filter(pk=document.pk), deleted)
    _delete(Document.objects.filter(pk=document.pk), deleted)
    _leave_story(document.story_id, deleted)
    before = {"sha256": document.sha256, "deleted": dict(deleted)}
    batch.add("document", document.pk, before=before, after=None)
    batch.write()
    return deleted


def _delete_adjudications(rows: QuerySet[Adjudication], deleted: Counter[str]) -> None:
    """Delete what was decided, before the gold layers and the readings that it rests on."""
    ids = list(rows.values_list("pk", flat=True))
    pairs = list(rows.values_list("project_id", "document_id"))
    for part in batched(pairs, AT_ONCE):
        gold = Layer.objects.gold().filter(project__in={p for p, _ in part}, document__in=[d for _, d in part])
        decisions = Decision.objects.filter(layer__in=gold.values("pk"))
        keys = list(decisions.values_list("pk", flat=True))
        _delete(DecisionField.objects.filter(decision__in=keys), deleted)
        _delete(DecisionReading.objects.filter(decision__in=keys), deleted)
        _delete_changes("decision", keys, deleted)
        _delete(Decision.objects.filter(pk__in=keys), deleted)
    for some in batched(ids, AT_ONCE):
        _delete(Pairing.objects.filter(adjudication__in=some), deleted)
        _delete(AuditCheck.objects.filter(adjudication__in=some), deleted)
        _delete_changes("pairing", list(some), deleted)
        _delete_changes("adjudication", list(some), deleted)
        _delete(Adjudication.objects.filter(pk__in=some), deleted)


def _delete_layers(layers: QuerySet[Layer], deleted: Counter[str]) -> None:
    """Delete layers and everything that hangs on them, children first."""
    ids = list(layers.values_list("pk", flat=True))
    for part in batched(ids, AT_ONCE):
        claims = list(Claim.objects.filter(layer__in=part).values_list("pk", flat=True))
        submissions = list(Submission.objects.filter(layer__in=part).values_list("pk", flat=True))
        _delete(Recheck.objects.filter(layer__in=part), deleted)
        _delete(Reassignment.objects.filter(layer__in=part), deleted)
        _delete_claims(claims, deleted)
        _delete(Answer.objects.filter(layer__in=part), deleted)
        _delete(NoClaimMark.objects.filter(layer__in=part), deleted)
        _delete(ActiveTime.objects.filter(layer__in=part), deleted)
        _delete(Submission.objects.filter(layer__in=part), deleted)
        _delete_changes("submission", submissions, deleted)
        _delete_changes("layer", list(part), deleted)
        _delete(Layer.objects.filter(pk__in=part), deleted)


def _delete_claims(ids: list[Any], deleted: Counter[str]) -> None:
    for part in batched(ids, AT_ONCE):
        for model in (Answer, Span, Stance, Reporter, ClaimSpeaker):
            _delete(model._default_manager.filter(claim__in=part), deleted)
        _delete_changes("claim", list(part), deleted)
        _delete(Claim.objects.filter(pk__in=part), deleted)


def _delete_changes(kind: str, ids: list[Any], deleted: Counter[str]) -> None:
    for part in batched(ids, AT_ONCE):
        _delete(Change.objects.filter(object_type=kind, object_id__in=[str(id) for id in part]), deleted)


def _delete_codebook(id: Any, deleted: Counter[str]) -> None:
    Attribute.objects.filter(version__codebook=id).update(condition=None)
    _delete(Label.objects.filter(attribute__version__codebook=id), deleted)
    _delete(Attribute.objects.filter(version__codebook=id), deleted)
    _delete(StanceLabel.objects.filter(version__codebook=id), deleted)
    _delete(CodebookVersion.objects.filter(codebook=id), deleted)
    _delete(Codebook.objects.filter(pk=id), deleted)


def _delete_corpus(id: Any, deleted: Counter[str]) -> None:
    """Delete a corpus that no project uses: documents, sources and registries."""
    documents = Document.objects.filter(corpus=id)
    documents.update(same_text_as=None, supersedes=None, story=None)
    _delete_likenesses(documents, deleted)
    _delete(documents, deleted)
    _delete(Story.objects.filter(corpus=id), deleted)
    _delete(Source.objects.filter(corpus=id), deleted)
    for model in (Proposition, Target, Speaker):
        through: Any = model.makers.through
        _delete(through.objects.filter(**{f"{model._meta.model_name}__corpus": id}), deleted)
    _delete(SpeakerAlias.objects.filter(speaker__corpus=id), deleted)
    _delete(Affiliation.objects.filter(speaker__corpus=id), deleted)
    for listed in (LoadedWord, NotSame):
        _delete(listed._default_manager.filter(corpus=id), deleted)
    for model in (Proposition, Target, Speaker):
        model.objects.filter(corpus=id).update(merged_into=None, **_not_inverted(model))
        _delete(model.objects.filter(corpus=id), deleted)
    _delete(Change.objects.filter(corpus_id=id).exclude(action=ACTION), deleted)
    _delete(Corpus.objects.filter(pk=id), deleted)


def _delete_likenesses(documents: QuerySet[Document], deleted: Counter[str]) -> None:
    """Delete what is known of near-copies of documents."""
    ids = documents.order_by().values("pk")
    _delete(Band.objects.filter(document__in=ids), deleted)
    _delete(Sketch.objects.filter(document__in=ids), deleted)
    _delete(KeptApart.objects.filter(Q(first__in=ids) | Q(second__in=ids)), deleted)


def _leave_story(id: Any, deleted: Counter[str]) -> None:
    """Delete a story of which a single document is left."""
    left = Document.objects.filter(story=id)
    if id is not None and left.count() < 2:
        left.update(story=None)
        _delete(Story.objects.filter(pk=id), deleted)


def _not_inverted(model: Any) -> dict[str, bool]:
    return {"is_merged_inverted": False} if model is Target else {}


def _delete(rows: QuerySet[Any], deleted: Counter[str]) -> None:
    """Delete rows in one statement: PROTECT is for everyone else, and the database still checks every reference."""
    n_rows = rows._raw_delete(rows.db)
    if n_rows:
        deleted[str(rows.model._meta.verbose_name_plural)] += n_rows
