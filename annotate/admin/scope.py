"""What of each model the panel shows to whom, and where they may write: every page, choice and count starts here.

The panel is for work as curator or manager: what somebody sees elsewhere as an annotator is not shown in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest

from annotate import permissions
from annotate.models import (
    Adjudication,
    Claim,
    Codebook,
    CodebookVersion,
    DocumentImport,
    Layer,
    Member,
    Project,
    Release,
    Round,
    Token,
)
from annotate.models.layers import WRITABLE
from annotate.permissions import Action, AnyUser
from corpus.models import Change, Corpus, Document, LoadedWord, Proposition, Source, Speaker, Target
from corpus.models.entries import curated_by

type Rows = QuerySet[Any]
READINGS = (
    *("claim", "layer", "submission", "mark", "remark", "recheck", "skip"),
    *("decision", "pairing", "adjudication", "auditcheck"),
)


def seen(model: type[Model], user: AnyUser) -> Rows:
    """Return the rows of `model` that the panel shows to `user`."""
    return SEEN[model](user)


def _curated(user: AnyUser, path: str) -> Q:
    """Return the condition that rows belong to a project that `user` curates or manages."""
    return permissions.visible(user, Action.EDIT_REGISTRIES, path)


def _of_projects(model: Any, path: str = "project") -> Callable[[AnyUser], Rows]:
    return lambda user: model.objects.visible_to(user).filter(_curated(user, path))


def _of_corpora(model: Any, path: str = "corpus__in") -> Callable[[AnyUser], Rows]:
    return lambda user: model.objects.visible_to(user).filter(**{path: curated_by(user).values("pk")})


def _for_superusers(model: Any) -> Callable[[AnyUser], Rows]:
    return lambda user: model.objects.all() if is_superuser(user) else model.objects.none()


def _claims(user: AnyUser) -> Rows:
    """Return the claims of the layers shown: one subquery, which is planned better than a join beside it."""
    return Claim.objects.filter(layer__in=seen(Layer, user).values("pk"))


def _codebooks(user: AnyUser) -> Rows:
    return Codebook.objects.filter(pk__in=seen(Project, user).values("codebook"))


def _codebook_versions(user: AnyUser) -> Rows:
    return CodebookVersion.objects.filter(codebook__in=_codebooks(user).values("pk"))


def _changes(user: AnyUser) -> Rows:
    """Return the record of the user's projects, and of their corpora where it concerns no project.

    Who still has a layer of their own to submit in a blind round sees no others' readings of that project.
    """
    rows = Change.objects.all()
    if not is_superuser(user):
        shared = Q(project_id__isnull=True, corpus_id__in=seen(Corpus, user).values("pk"))
        rows = rows.filter(Q(project_id__in=seen(Project, user).values("pk")) | shared)
    own = Layer.objects.of_annotators().filter(annotator=user.pk, round__is_blind=True, status__in=WRITABLE)
    # Whatever the action is called: leaving a project withdraws layers too.
    readings = Q(action__startswith="claim.") | Q(action__startswith="layer.") | Q(object_type__in=READINGS)
    hidden = readings & Exists(own.filter(project=OuterRef("project_id")))
    return rows.filter(~hidden | Q(actor=user.pk))


def is_superuser(user: AnyUser) -> bool:
    return user.is_active and bool(getattr(user, "is_superuser", False))


SEEN: dict[type[Model], Callable[[AnyUser], Rows]] = {
    Corpus: _of_corpora(Corpus, "pk__in"),
    Source: _of_corpora(Source),
    Document: _of_corpora(Document),
    Speaker: _of_corpora(Speaker),
    Target: _of_corpora(Target),
    Proposition: _of_corpora(Proposition),
    LoadedWord: _of_corpora(LoadedWord),
    Project: _of_projects(Project, ""),
    Member: _of_projects(Member),
    Round: _of_projects(Round),
    DocumentImport: _of_projects(DocumentImport),
    Release: _of_projects(Release),
    Layer: _of_projects(Layer),
    Claim: _claims,
    Adjudication: _of_projects(Adjudication),
    Codebook: _codebooks,
    CodebookVersion: _codebook_versions,
    Change: _changes,
    Token: _for_superusers(Token),
    User: _for_superusers(User),
    Group: _for_superusers(Group),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The projects, and their corpora, in which the user may do something."""

    is_everywhere: bool
    ids: frozenset[Any]

    def __bool__(self) -> bool:
        return self.is_everywhere or bool(self.ids)

    def __contains__(self, id: object) -> bool:
        return self.is_everywhere or id in self.ids


def reach(request: HttpRequest, action: Action) -> Reach:
    """Return where the user may do `action`. One query a request for all actions with the same policy."""
    known: dict[Q, Reach] = request.__dict__.setdefault("panel_reach", {})
    policy = permissions.POLICY[action]
    if policy not in known:
        rows = permissions.memberships(request.user, action).values_list("project", "project__corpus")
        everywhere = is_superuser(request.user)
        ids = frozenset() if everywhere else frozenset(id for row in rows for id in row)
        known[policy] = Reach(is_everywhere=everywhere, ids=ids)
    return known[policy]


def managed(request: HttpRequest, rows: QuerySet[Any] | None) -> QuerySet[Any] | None:
    """Keep the projects that the user manages."""
    where = reach(request, Action.MANAGE_MEMBERS)
    return rows if rows is None or where.is_everywhere or rows.model is not Project else rows.filter(pk__in=where.ids)
