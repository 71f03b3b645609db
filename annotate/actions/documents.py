"""Documents: brought in through a project, their metadata corrected. The text itself never changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.models import Project
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from corpus.ingest import Extra, Outcome, document_state, ingest
from corpus.models import Document, Source, Speaker
from corpus.readers.base import Row
from corpus.readers.documents import DocumentErrors, clean_document
from corpus.text.names import InvalidName, check_name

EDITABLE = ("title", "source", "url", "published_on", "language", "external_id", "metadata")


def add_documents(
    *,
    user: User,
    project: Project,
    rows: Iterable[Row],
    now: datetime,
    extra: Extra = "metadata",
    dry_run: bool = False,
) -> Iterator[Outcome]:
    """Store rows in the project's corpus; yields one outcome a row, each batch in a transaction of its own."""
    permissions.require(user, Action.ADD_DOCUMENTS, project.pk)
    return ingest(corpus=project.corpus, rows=rows, actor=user, now=now, extra=extra, dry_run=dry_run)


@transaction.atomic
def update_document(*, user: User, document: Document, values: dict[str, Any]) -> Document:
    """Correct metadata; `source` is a Source of the same corpus or None. Raises Invalid."""
    permissions.require_in_corpus(user, Action.EDIT_DOCUMENTS, document.corpus_id)
    document = Document.objects.select_for_update(of=("self",)).defer("text").get(pk=document.pk)
    before = document_state(document)
    checked = _checked(document, values)
    for key, value in checked.items():
        setattr(document, key, value)
    try:
        with transaction.atomic():
            document.save(update_fields=list(checked))
    except IntegrityError:
        detail = "Another document of this corpus has this external id, or the same text from this source or URL."
        raise Invalid.of([FieldError(pointer="", detail=detail)]) from None
    after = document_state(document)
    if after != before:
        batch = Batch(action="document.update", actor=user, corpus_id=document.corpus_id)
        batch.add("document", document.pk, before=before, after=after)
        batch.write()
    return document


def _checked(document: Document, values: dict[str, Any]) -> dict[str, Any]:
    """Put the values through the same checks as an import."""
    unknown = sorted(values.keys() - set(EDITABLE))
    if unknown:
        raise Invalid.of([FieldError(pointer=f"/{unknown[0]}", detail=f"“{unknown[0]}” cannot be changed.")])
    source = values.get("source")
    if source is not None and (not isinstance(source, Source) or source.corpus_id != document.corpus_id):
        raise Invalid.of([FieldError(pointer="/source", detail="The source must belong to the document's corpus.")])
    plain = {key: value for key, value in values.items() if key != "source"}
    if plain.get("published_on") is not None:
        plain["published_on"] = str(plain["published_on"])
    try:
        clean = clean_document({**plain, "text": "The text is not changed."}, extra="refuse")
    except DocumentErrors as found:
        errors = [FieldError(pointer=f"/{e.field}", detail=f"{e.value} {e.rule}; {e.remedy}.") for e in found.errors]
        raise Invalid.of(errors) from found
    checked = {key: getattr(clean, key) for key in plain}
    return checked | ({"source": source} if "source" in values else {})


@transaction.atomic
def update_source(*, user: User, source: Source, values: dict[str, Any]) -> Source:
    """Change a source's name, homepage or speaker, who is of the same corpus. Raises Invalid."""
    permissions.require_in_corpus(user, Action.EDIT_DOCUMENTS, source.corpus_id)
    source = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    before = _source_state(source)
    for key, value in _checked_source(source, values).items():
        setattr(source, key, value)
    try:
        with transaction.atomic():
            source.save(update_fields=["name", "homepage", "speaker"])
    except IntegrityError:
        detail = f"This corpus already has a source “{source.name}”; choose another name."
        raise Invalid.of([FieldError(pointer="/name", detail=detail)]) from None
    batch = Batch(action="source.update", actor=user, corpus_id=source.corpus_id)
    batch.add("source", source.pk, before=before, after=_source_state(source))
    batch.write()
    return source


def _checked_source(source: Source, values: dict[str, Any]) -> dict[str, Any]:
    """Put name and homepage through the checks of an import."""
    checked: dict[str, Any] = {key: values[key] for key in ("name", "homepage", "speaker") if key in values}
    speaker = checked.get("speaker", source.speaker)
    if not isinstance(speaker, Speaker) or speaker.corpus_id != source.corpus_id:
        raise Invalid.of([FieldError(pointer="/speaker", detail="The speaker must belong to the source's corpus.")])
    if "homepage" in checked:
        try:
            checked["homepage"] = clean_document({"url": checked["homepage"], "text": "Not used."}).url
        except DocumentErrors as found:
            error = found.errors[0]
            detail = f"{error.value} {error.rule}; {error.remedy}."
            raise Invalid.of([FieldError(pointer="/homepage", detail=detail)]) from found
    if "name" in checked:
        try:
            checked["name"] = check_name(str(checked["name"]), what="source")
        except InvalidName as problem:
            raise Invalid.of([FieldError(pointer="/name", detail=str(problem))]) from problem
    return checked


def _source_state(source: Source) -> dict[str, Any]:
    return {"name": source.name, "homepage": source.homepage, "speaker": str(source.speaker_id)}
