"""Documents, members, rounds and the project set back: metadata, roles and settings, by the usual actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from annotate.actions import documents, projects, rounds
from annotate.actions.undo.base import Asking, State, changed_keys, refuse
from annotate.models import Member, Project, Round
from annotate.permissions import Role
from corpus.ingest import document_state
from corpus.models import Change, Document, Source


class DocumentRestorer:
    """Sets back the metadata of a document; that it was imported is not undone."""

    def state(self, asking: Asking, change: Change) -> State:
        found = Document.objects.select_for_update(of=("self",)).defer("text").filter(pk=change.object_id).first()
        return None if found is None else document_state(found)

    def restore(self, asking: Asking, change: Change) -> None:
        found = Document.objects.defer("text").filter(pk=change.object_id).first()
        if found is None or change.before is None or change.after is None:
            raise refuse("documents that were imported stay; only what was said of them is set back.")
        values: dict[str, Any] = {key: change.before[key] for key in changed_keys(change) if key in documents.EDITABLE}
        if values.get("source"):
            values["source"] = Source.objects.filter(pk=values["source"], corpus=found.corpus_id).first()
        documents.update_document(user=asking.user, document=found, values=values)


class MemberRestorer:
    """Sets back the roles of a member; who joined or left is not undone."""

    def state(self, asking: Asking, change: Change) -> State:
        found = self._member(change)
        return None if found is None else projects.member_state(found)

    def restore(self, asking: Asking, change: Change) -> None:
        found = self._member(change)
        if found is None or change.before is None or change.before["has_left"] != (change.after or {}).get("has_left"):
            raise refuse("who joined or left a project is set back on the page of its members.")
        projects.set_roles(user=asking.user, member=found, roles={Role(role) for role in change.before["roles"]})

    def _member(self, change: Change) -> Member | None:
        person = (change.after or change.before or {}).get("user")
        return Member.objects.filter(project_id=UUID(change.object_id), user=person).first()


class RoundRestorer:
    """Sets back the settings of a round."""

    def state(self, asking: Asking, change: Change) -> State:
        found = self._round(change)
        return None if found is None else rounds.round_state(found)

    def restore(self, asking: Asking, change: Change) -> None:
        found = self._round(change)
        if found is None or change.before is None or "name" not in change.before:
            raise refuse("only the settings of a round are set back.")
        current = rounds.settings_of(found)
        before = change.before
        values = {name: before.get(name, getattr(current, name)) for name in rounds.RoundSettings.__slots__}
        if isinstance(values.get("admission_id"), str):
            values["admission_id"] = UUID(values["admission_id"])
        rounds.update_round(user=asking.user, round=found, settings=rounds.RoundSettings(**values))

    def _round(self, change: Change) -> Round | None:
        return Round.objects.select_related("codebook_version", "project").filter(pk=change.object_id).first()


class ProjectRestorer:
    """Sets back name and description of a project."""

    def state(self, asking: Asking, change: Change) -> State:
        found = Project.objects.filter(pk=change.object_id).first()
        return None if found is None else projects.project_state(found)

    def restore(self, asking: Asking, change: Change) -> None:
        if change.before is None or change.after is None:
            raise refuse("a project that was made stays.")
        values = {key: change.before[key] for key in changed_keys(change) if key in ("name", "description")}
        found = Project.objects.get(pk=change.object_id)
        projects.update_project(user=asking.user, project=found, values=values)
