"""Which versions of a codebook there are, and who may see and edit them."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from annotate import permissions
from annotate.models import Codebook, CodebookVersion
from annotate.permissions import Action, AnyUser, Refusal


def visible_versions(user: AnyUser) -> QuerySet[CodebookVersion]:
    """Return the published versions in the user's projects, and drafts of codebooks that the user may edit."""
    published = CodebookVersion.objects.filter(
        codebook__in=Codebook.objects.visible_to(user).values("pk"), published_at__isnull=False
    )
    editable = Codebook.objects.filter(permissions.visible(user, Action.EDIT_CODEBOOK, "projects"))
    drafts = CodebookVersion.objects.filter(codebook__in=editable.values("pk"), published_at__isnull=True)
    return (published | drafts).select_related("codebook")


def newest_published(codebook_id: UUID) -> CodebookVersion | None:
    rows = CodebookVersion.objects.filter(codebook=codebook_id, published_at__isnull=False)
    return rows.select_related("codebook").order_by("-number").first()


def draft_of(codebook_id: UUID) -> CodebookVersion | None:
    rows = CodebookVersion.objects.filter(codebook=codebook_id, published_at__isnull=True)
    return rows.select_related("codebook").first()


def may_edit(user: AnyUser, codebook_id: UUID) -> bool:
    """Return whether `user` may edit the codebook in any project that uses it. One query."""
    if user.is_active and getattr(user, "is_superuser", False):
        return True
    own = permissions.memberships(user, Action.EDIT_CODEBOOK)
    return bool(own.filter(project__codebook=codebook_id).exists())


def require_edit(user: AnyUser, codebook_id: UUID) -> None:
    """Raise PermissionDenied unless `user` may edit the codebook."""
    if not may_edit(user, codebook_id):
        raise PermissionDenied(str(Refusal(action=Action.EDIT_CODEBOOK)))
