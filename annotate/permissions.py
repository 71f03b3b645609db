"""Who may do what: one table, from which `can()`, `require()` and every `visible_to()` are built.

Roles add up, and each includes the ones before it: what an annotator may, a curator may, and a manager too.
Blindness is not a matter of roles; it is applied in `LayerQuerySet.visible_to`. This module imports no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

type AnyUser = AbstractBaseUser | AnonymousUser


class Role(StrEnum):
    ANNOTATOR = "annotator"
    CURATOR = "curator"
    MANAGER = "manager"


# Predicates over the fields of the membership row `annotate.Member`.
ANY_ROLE = Q(is_annotator=True) | Q(is_curator=True) | Q(is_manager=True)
CURATES = Q(is_curator=True) | Q(is_manager=True)
MANAGES = Q(is_manager=True)


class Action(StrEnum):
    SEE_PROJECT = "see the project"
    SEE_DOCUMENTS = "see the documents"
    ANNOTATE = "annotate"
    MAKE_ENTRIES = "make provisional registry entries"
    SEE_OPEN_ROUND_LAYERS = "see others' layers in rounds that are not blind"
    SEE_LAYERS = "see others' layers"
    ADD_DOCUMENTS = "add documents"
    EDIT_DOCUMENTS = "edit the metadata of documents"
    EDIT_REGISTRIES = "edit the registries"
    EDIT_CODEBOOK = "edit the codebook"
    EXPORT = "export the dataset"
    IMPORT_ANNOTATIONS = "import annotations"
    SEE_AGREEMENT = "see agreement"
    SEE_RELEASES = "see the releases"
    MAKE_RELEASES = "make releases"
    ADJUDICATE = "adjudicate"
    SEE_CHANGES = "see the history of changes"
    SEE_DECISIONS = "see what was decided on own readings"
    RETURN_LAYERS = "return layers"
    TALK = "write remarks on own readings"
    TALK_TO_ALL = "write remarks to everybody"
    SEE_PROGRESS = "see everybody's progress"
    SEE_MEMBERS = "see the members"
    MANAGE_PROJECT = "manage the project"
    MANAGE_MEMBERS = "manage members"
    MANAGE_ROUNDS = "manage rounds"


POLICY: dict[Action, Q] = {
    Action.SEE_PROJECT: ANY_ROLE,
    Action.SEE_DOCUMENTS: ANY_ROLE,
    Action.ANNOTATE: ANY_ROLE,
    Action.MAKE_ENTRIES: ANY_ROLE,
    Action.SEE_OPEN_ROUND_LAYERS: ANY_ROLE,
    Action.SEE_LAYERS: CURATES,
    Action.ADD_DOCUMENTS: CURATES,
    Action.EDIT_DOCUMENTS: CURATES,
    Action.EDIT_REGISTRIES: CURATES,
    Action.EDIT_CODEBOOK: CURATES,
    Action.EXPORT: CURATES,
    Action.IMPORT_ANNOTATIONS: MANAGES,
    Action.SEE_AGREEMENT: CURATES,
    Action.SEE_RELEASES: CURATES,
    Action.MAKE_RELEASES: MANAGES,
    Action.ADJUDICATE: CURATES,
    Action.SEE_CHANGES: CURATES,
    Action.SEE_DECISIONS: ANY_ROLE,
    Action.RETURN_LAYERS: CURATES,
    Action.TALK: ANY_ROLE,
    Action.TALK_TO_ALL: CURATES,
    Action.SEE_PROGRESS: CURATES,
    Action.SEE_MEMBERS: CURATES,
    Action.MANAGE_PROJECT: MANAGES,
    Action.MANAGE_MEMBERS: MANAGES,
    Action.MANAGE_ROUNDS: MANAGES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What was asked, in words for the person who asked it."""

    action: Action

    def __str__(self) -> str:
        needed = {id(CURATES): "curators and managers", id(MANAGES): "managers"}
        who = needed.get(id(POLICY[self.action]), "members")
        return f"Your role does not allow you to {self.action}; in this project that is for {who}. Ask a manager."


def memberships(user: AnyUser, action: Action) -> Any:
    """Return the membership rows that let `user` do `action`."""
    member = apps.get_model("annotate", "Member")
    if not user.is_authenticated or not user.is_active:
        return member.objects.none()
    return member.objects.filter(POLICY[action], user=user.pk, left_at__isnull=True)


def visible(user: AnyUser, action: Action, path: str) -> Q:
    """Return the condition under which rows belong to a project where `user` may do `action`.

    `path` is the field path from the row to its project, empty for the project itself.
    """
    if user.is_active and getattr(user, "is_superuser", False):
        return Q(pk__isnull=False)
    return Q(**{f"{path}__in" if path else "pk__in": memberships(user, action).values("project")})


def can(user: AnyUser, action: Action, project_id: UUID) -> bool:
    """Return whether `user` may do `action` in the project. One query."""
    if user.is_active and getattr(user, "is_superuser", False):
        return True
    return bool(memberships(user, action).filter(project=project_id).exists())


def require(user: AnyUser, action: Action, project_id: UUID) -> None:
    """Raise PermissionDenied, with the reason, unless `user` may do `action` in the project."""
    if not can(user, action, project_id):
        raise PermissionDenied(str(Refusal(action=action)))


def can_in_corpus(user: AnyUser, action: Action, corpus_id: UUID) -> bool:
    """Return whether `user` may do `action` in any project on the corpus (registries and documents are shared)."""
    if user.is_active and getattr(user, "is_superuser", False):
        return True
    return bool(memberships(user, action).filter(project__corpus=corpus_id).exists())


def require_in_corpus(user: AnyUser, action: Action, corpus_id: UUID) -> None:
    if not can_in_corpus(user, action, corpus_id):
        raise PermissionDenied(str(Refusal(action=action)))


def may_use_admin(user: AnyUser) -> bool:
    """Return whether the admin panel admits `user`: active, and curator or manager of a project."""
    if not user.is_active or not user.is_authenticated:
        return False
    return bool(getattr(user, "is_superuser", False)) or memberships(user, Action.EDIT_REGISTRIES).exists()
