"""The JSON of projects, members, rounds, documents and entries; whole claims and layers come from annotate.records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from annotate import permissions
from annotate.actions.round_rows import RoundRow
from annotate.actions.rounds import size_of
from annotate.models import ActiveTime, Layer, Member, Project, Round, Skip
from annotate.payloads.people import People, full_name
from annotate.permissions import Action, AnyUser
from annotate.records import layer_dicts, stamp
from corpus.models import Document, Entry, Proposition, Speaker, Target


def project_dicts(projects: list[Project], user: AnyUser) -> Iterator[dict[str, Any]]:
    """Yield projects with the roles that `user` has in them. One query."""
    own = Member.objects.filter(user=user.pk, left_at__isnull=True, project__in=[found.pk for found in projects])
    roles = {member.project_id: member.roles for member in own}
    for project in projects:
        yield {
            "id": project.pk,
            "slug": project.slug,
            "name": project.name,
            "description": project.description,
            "corpus": project.corpus.slug,
            "codebook": {"id": project.codebook_id, "name": project.codebook.name},
            "roles": roles.get(project.pk, []),
            "version": project.version,
            "created_at": stamp(project.created_at),
        }


def project_dict(project: Project, user: AnyUser) -> dict[str, Any]:
    return next(project_dicts([project], user))


def member_dict(member: Member, *, is_manager: bool) -> dict[str, Any]:
    """Return a member. Who it was that left is told to managers only."""
    is_known = is_manager or member.left_at is None
    return {
        "username": member.user.get_username() if is_known else None,
        "name": full_name(member, is_manager=is_manager),
        "roles": member.roles,
        "pseudonym": member.pseudonym,
        "active": member.user.is_active,
        "joined_at": stamp(member.joined_at),
        "left_at": stamp(member.left_at),
    }


def round_dict(round: Round) -> dict[str, Any]:
    version = round.codebook_version
    return {
        "id": round.pk,
        "project": round.project.slug,
        "number": round.number,
        "name": round.name,
        "status": round.status,
        "overlap": round.overlap,
        "share": round.share,
        "blind": round.is_blind,
        "quota": round.quota,
        "lease_minutes": round.lease_minutes,
        "speakers_closed": round.are_speakers_closed,
        "targets_closed": round.are_targets_closed,
        "propositions_closed": round.are_propositions_closed,
        "order": round.order,
        "seed": round.seed,
        "selection": round.selection,
        "codebook": {"name": version.codebook.name, "version": version.number},
        "purpose": round.purpose,
        "threshold": round.threshold,
        "admission": round.admission_id,
        "follows": round.follows_id,
        "fields": round.reopened_fields,
        "created_at": stamp(round.created_at),
    }


def sized_round_dict(round: Round) -> dict[str, Any]:
    """Return a round of `with_sizes` with the number of its documents."""
    return round_dict(round) | {"n_documents": size_of(round)}


def layer_ref(layer: Layer, people: People) -> dict[str, Any]:
    """Return what is known of a layer without its content."""
    return {
        "id": layer.pk,
        "document": layer.document_id,
        "annotator": people.name(layer.project_id, layer.annotator_id) if layer.annotator_id else None,
        "status": layer.status,
        "has_place": layer.has_place,
        "lease_expires_at": stamp(layer.lease_expires_at),
        "n_claims": layer.n_claims,
        "updated_at": stamp(layer.updated_at),
        "submitted_at": stamp(layer.submitted_at),
    }


def round_row_dict(row: RoundRow, people: People) -> dict[str, Any]:
    document = row.document
    return {
        "document": {
            "id": document.pk,
            "number": document.number,
            "external_id": document.external_id,
            "title": document.title,
        },
        "position": row.position,
        "n_places": row.n_places,
        "n_taken": row.n_taken,
        "layers": [layer_ref(layer, people) for layer in row.layers],
    }


def skip_dict(skip: Skip, people: People) -> dict[str, Any]:
    return {
        "id": skip.pk,
        "round": skip.round_id,
        "document": skip.document_id,
        "username": people.name(skip.round.project_id, skip.user_id),
        "reason": skip.reason,
        "created_at": stamp(skip.created_at),
    }


def document_dict(document: Document) -> dict[str, Any]:
    """Return what is known of a document, without its text."""
    return {
        "id": document.pk,
        "number": document.number,
        "external_id": document.external_id,
        "title": document.title,
        "source": document.source.name if document.source else "",
        "url": document.url,
        "published_on": document.published_on.isoformat() if document.published_on else None,
        "language": document.language,
        "metadata": document.metadata,
        "sha256": document.sha256,
        "n_characters": document.n_characters,
        "same_text_as": document.same_text_as_id,
        "story": document.story_id,
        "created_at": stamp(document.created_at),
    }


def whole_document(document: Document) -> dict[str, Any]:
    return document_dict(document) | {"text": document.text}


def layer_dict(layer: Layer, user: AnyUser) -> dict[str, Any]:
    """Return a whole layer with its lease and the active time measured for it; exports leave these out."""
    times = ActiveTime.objects.visible_to(user).filter(layer=layer)
    measured = {"active_seconds": times.total_seconds(), "lease_expires_at": stamp(layer.lease_expires_at)}
    return layer_dicts([layer])[0] | measured


def entry_dicts(entries: Iterable[Entry], user: AnyUser, corpus_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield entries of one corpus as `user` may see them. One query."""
    curates = permissions.can_in_corpus(user, Action.EDIT_REGISTRIES, corpus_id)
    for entry in entries:
        # An entry that others typed before looks, to somebody who types it now, exactly like a new one.
        yield _entry(_as_new(entry) if entry.is_provisional and not curates else entry, curates)


def entry_dict(entry: Entry, user: AnyUser) -> dict[str, Any]:
    return next(entry_dicts([entry], user, entry.corpus_id))


def _as_new(entry: Entry) -> Entry:
    return type(entry)(id=entry.pk, name=entry.name, is_provisional=True)


def _entry(entry: Entry, curates: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": entry.pk,
        "text" if isinstance(entry, Proposition) else "name": entry.name,
        "disambiguation": entry.disambiguation,
        "note": entry.note,
        "provisional": entry.is_provisional,
        "merged_into": entry.merged_into_id,
        "version": entry.version,
    }
    if isinstance(entry, Speaker):
        names = [] if entry._state.adding else sorted(alias.name for alias in entry.aliases.all())
        found |= {"kind": entry.kind, "external_id": entry.external_id, "aliases": names}
        found["affiliations"] = [] if entry._state.adding else _affiliations(entry, curates)
    if isinstance(entry, Target):
        found |= {"kind": entry.kind, "inverted": entry.is_merged_inverted}
    if isinstance(entry, Proposition):
        target = entry.usual_target
        is_shown = target is not None and (curates or not target.is_provisional)
        found["usual_target"] = {"id": target.pk, "name": target.name} if target and is_shown else None
    return found


def _affiliations(speaker: Speaker, curates: bool) -> list[dict[str, Any]]:
    """Return to which bodies a speaker belonged; a body that waits to be accepted is a curator's to see."""
    rows = sorted(speaker.affiliations.all(), key=lambda row: (row.from_on is not None, row.from_on, row.pk))
    return [
        {
            "body": {"id": row.body_id, "name": row.body.name},
            "role": row.role,
            "from": row.from_on.isoformat() if row.from_on else None,
            "to": row.to_on.isoformat() if row.to_on else None,
        }
        for row in rows
        if curates or not row.body.is_provisional
    ]
