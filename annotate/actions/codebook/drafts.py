"""The draft of a codebook: started from a version, a file or a template, edited, published and frozen, or discarded.

A codebook has at most one draft. Its `revision` counts the edits: an edit that is based on an older one is refused.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.codebook.making import template_of
from annotate.actions.codebook.rows import own_values, write_rows
from annotate.actions.codebook.versions import newest_published, require_edit
from annotate.models import Attribute, Codebook, CodebookVersion, Label, Project, StanceLabel
from annotate.payloads.claims import bad_character
from annotate.payloads.codebook_files import AttributeFile, CodebookFile, LabelFile, codebook_dict, file_dict, file_of
from annotate.payloads.codebook_reader import parse_codebook
from annotate.payloads.codebook_rules import missing, sources, unknown_replaced
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid, NotThere, PreconditionFailed, WrongState
from annotate.permissions import Action

MAX_NOTE = 5000
HAS_DRAFT = "This codebook has a draft already; edit that one, or discard it first."


@transaction.atomic
def start_draft(
    *, user: User, project: Project, now: datetime, file: object = None, template: object = None
) -> CodebookVersion:
    """Make the draft of the project's codebook: from a file or template, else a copy of the newest version.

    What a file takes over from keys that the newest version does not have speaks of another codebook; it is left out.
    """
    permissions.require(user, Action.EDIT_CODEBOOK, project.pk)
    codebook = Codebook.objects.select_for_update().get(pk=project.codebook_id)
    newest = newest_published(codebook.pk)
    before = file_of(load_codebook(newest.pk)) if newest is not None else CodebookFile()
    if file is not None:
        started = fitting(parse_codebook(file), before)
    else:
        started = template_of(template).codebook if template is not None else without_history(before)
    if CodebookVersion.objects.filter(codebook=codebook, published_at__isnull=True).exists():
        raise WrongState(HAS_DRAFT)
    number = newest.number + 1 if newest is not None else 1
    values = own_values(started) | {"note": started.note if file is not None else ""}
    try:
        with transaction.atomic():
            made = CodebookVersion.objects.create(codebook=codebook, number=number, created_at=now, **values)
    except IntegrityError:
        raise WrongState(HAS_DRAFT) from None
    write_rows(made, started)
    batch = Batch(action="codebook.draft", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    batch.add("codebook_version", made.pk, before=None, after=_state(made) | {"codebook": str(codebook.pk)})
    batch.write()
    return made


def without_history(file: CodebookFile) -> CodebookFile:
    """Return the codebook as the start of the next version: it takes over its own answers, and nothing else."""
    return replace(
        file,
        stances=tuple(replace(label, replaces=()) for label in file.stances),
        attributes=tuple(
            replace(found, replaces=(), labels=tuple(replace(label, replaces=()) for label in found.labels))
            for found in file.attributes
        ),
    )


def fitting(file: CodebookFile, before: CodebookFile) -> CodebookFile:
    """Return the codebook without what it takes over from keys that `before` does not have."""
    known = {(found.scope, found.key) for found in before.attributes}

    def attribute(found: AttributeFile) -> AttributeFile:
        found = replace(found, replaces=tuple(key for key in found.replaces if (found.scope, key) in known))
        keys = {label.key for source in sources(found, before) for label in source.labels}
        return replace(found, labels=_fitting(found.labels, keys))

    stances = _fitting(file.stances, {label.key for label in before.stances})
    return replace(file, stances=stances, attributes=tuple(attribute(found) for found in file.attributes))


def _fitting(labels: tuple[LabelFile, ...], keys: set[str]) -> tuple[LabelFile, ...]:
    return tuple(replace(label, replaces=tuple(key for key in label.replaces if key in keys)) for label in labels)


@transaction.atomic
def save_draft(
    *,
    user: User,
    version: CodebookVersion,
    body: object,
    revision: int | None = None,
    precondition: Precondition | None = None,
) -> CodebookVersion:
    """Replace the whole draft by the document `body`; its name and number are passed over.

    Raises PreconditionFailed, with both documents, unless `revision` is the current one (None: whatever it is), or a
    client's `precondition` holds. A document equal to what is stored changes nothing and succeeds.
    """
    version = _locked_draft(user, version)
    file = parse_codebook(body)
    _check_replaced(version, file)
    before = _state(version)
    after = file_dict(replace(file, name=version.codebook.name, number=version.number))
    if after == before:
        return version
    check_revision(version, revision, precondition, sent=after)
    for name, value in own_values(file).items():
        setattr(version, name, value)
    version.revision += 1
    version.save()
    write_rows(version, file)
    changed = [name for name in after if after[name] != before[name]]
    _write("codebook.edit", user, version, _only(before, changed), _only(after, changed))
    return version


def check_revision(
    version: CodebookVersion, revision: int | None, precondition: Precondition | None = None, *, sent: object = None
) -> None:
    """Raise PreconditionFailed or PreconditionRequired unless the change is based on the draft as it is."""
    if precondition is not None:
        precondition.check_update(version.revision, current=_state(version), sent=sent)
    if revision is not None and revision != version.revision:
        raise PreconditionFailed(
            f"The draft was changed meanwhile: it is at revision {version.revision}, your change is based on "
            f"{revision}. Look at both, then save again what shall stand.",
            extra={"current": _state(version), "sent": sent},
        )


@transaction.atomic
def publish_draft(
    *,
    user: User,
    version: CodebookVersion,
    note: object = None,
    now: datetime,
    revision: int | None = None,
    precondition: Precondition | None = None,
) -> CodebookVersion:
    """Freeze the draft as the next version. Raises Invalid with everything that it still lacks."""
    version = _locked_draft(user, version)
    check_revision(version, revision, precondition)
    if note is not None:
        version.note = _checked_note(note)
    file = file_of(load_codebook(version.pk))
    errors = missing(file)
    if errors:
        raise Invalid.of(errors)
    _check_replaced(version, file)
    version.published_at = now
    version.revision += 1
    version.save(update_fields=["note", "published_at", "revision"])
    after = {"number": version.number, "note": version.note, "state": "published"}
    _write("codebook.publish", user, version, {"number": version.number, "note": file.note, "state": "draft"}, after)
    return version


@transaction.atomic
def discard_draft(
    *, user: User, version: CodebookVersion, revision: int | None = None, precondition: Precondition | None = None
) -> None:
    """Delete the draft; the Change row keeps it whole."""
    version = _locked_draft(user, version)
    check_revision(version, revision, precondition)
    _write("codebook.discard", user, version, _state(version), None)
    Attribute.objects.filter(version=version).update(condition=None)
    Label.objects.filter(attribute__version=version).delete()
    Attribute.objects.filter(version=version).delete()
    StanceLabel.objects.filter(version=version).delete()
    version.delete()


def _locked_draft(user: User, version: CodebookVersion) -> CodebookVersion:
    """Return the draft, locked. Raises NotThere, PermissionDenied, or WrongState for what is published."""
    rows = CodebookVersion.objects.select_for_update(of=("self",)).select_related("codebook")
    found = rows.filter(pk=version.pk).first()
    if found is None:
        raise NotThere("This draft was discarded meanwhile.")
    require_edit(user, found.codebook_id)
    if found.published_at is not None:
        raise WrongState(f"Version {found.number} is published and frozen; start a draft of the next one.")
    return found


def _check_replaced(version: CodebookVersion, file: CodebookFile) -> None:
    newest = newest_published(version.codebook_id)
    errors = unknown_replaced(file, file_of(load_codebook(newest.pk)) if newest is not None else None)
    if errors:
        raise Invalid.of(errors)


def _checked_note(raw: object) -> str:
    if not isinstance(raw, str) or len(raw) > MAX_NOTE or bad_character(raw) is not None:
        detail = f"{str(raw)[:60]!r}: say what changed in at most {MAX_NOTE} characters, none of them NUL."
        raise Invalid.of([FieldError(pointer="/note", detail=detail)])
    return raw


def _state(version: CodebookVersion) -> dict[str, Any]:
    return codebook_dict(load_codebook(version.pk))


def _only(state: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: state[name] for name in names}


def _write(action: str, user: User, version: CodebookVersion, before: Any, after: Any) -> None:
    """Write the Change row, for the first project that uses the codebook and lets the user edit it."""
    rows = Project.objects.filter(permissions.visible(user, Action.EDIT_CODEBOOK, ""), codebook=version.codebook_id)
    project = rows.order_by("created_at", "pk").first()
    batch = Batch(action=action, actor=user)
    if project is not None:
        batch.project_id, batch.corpus_id = project.pk, project.corpus_id
    batch.add("codebook_version", version.pk, before=before, after=after)
    batch.write()
