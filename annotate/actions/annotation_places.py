"""Where imported annotations belong: the document with that text, the named annotator, the round."""

from __future__ import annotations

import re
from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from annotate.formats.incoming import DocumentFound
from annotate.models import Member, Project, Round
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from corpus.models import Document
from corpus.text.normalise import TextError, normalise_text, sha256_of

SHA256 = re.compile("[0-9a-f]{64}")
NOT_FOUND = "No document of this project has this id, external id or text; bring the texts in first."
OTHER_TEXT = "The text differs from that of document {id}, on which offsets cannot be checked; export the stored text."


def document_of(project: Project, found: DocumentFound) -> Document:
    """Return the stored document: by id, by external id, by its text. Raises NotThere or WrongState."""
    sha256 = found.sha256 if SHA256.fullmatch(found.sha256) else ""
    if found.text is not None:
        try:
            sha256 = sha256_of(normalise_text(found.text))
        except TextError as error:
            raise NotThere(str(error)) from error
    named = _named(project, found)
    for document in named:
        if not sha256 or document.sha256 == sha256 or found.is_text(document.text):
            return document
    rows = Document.objects.filter(corpus=project.corpus_id, sha256=sha256)
    same: list[Document] = list(rows[:3]) if sha256 else []
    if len(same) > 1:
        ids = " and ".join(str(one.pk) for one in same)
        raise WrongState(f"Several documents have this text, {ids}; name the document by its id in the file.")
    if not same:
        raise NotThere(OTHER_TEXT.format(id=named[0].pk) if named else NOT_FOUND)
    return same[0]


def _named(project: Project, found: DocumentFound) -> list[Document]:
    """Return the documents that the file names, by id before external id."""
    names = Q()
    with suppress(ValueError):
        names |= Q(pk=UUID(found.id))
    if found.external_id and bad_character(found.external_id) is None:
        names |= Q(external_id=found.external_id[:500])
    rows = Document.objects.filter(names, corpus=project.corpus_id) if names else []
    return sorted(rows, key=lambda row: str(row.pk) != found.id)


def text_counted_in(project: Project, found: DocumentFound) -> str | None:
    """Return the text in which the file counts: its own, else the stored one; None where there is no such document."""
    if found.text is not None:
        return found.text
    try:
        return document_of(project, found).text
    except (NotThere, WrongState):
        return None


def person_of(project: Project, username: str) -> User:
    """Return the active member of that name. Raises Invalid."""
    if not username:
        detail = "The file does not say who annotated; name a member with --as."
        raise Invalid.of([FieldError(pointer="/as", detail=detail)])
    members = Member.objects.active().filter(project=project).select_related("user")
    member = members.filter(user__username=username).first() if bad_character(username) is None else None
    if member is None:
        is_known = bad_character(username) is None and User.objects.filter(username=username).exists()
        rule = "is no member of this project" if is_known else "is no member of this project, nor any account here"
        remedy = "add it under Members" if is_known else "make it with create_user and add it under Members"
        detail = f"{username[:80]!r} {rule}; {remedy}, or name a member with --as."
        raise Invalid.of([FieldError(pointer="/as", detail=detail)])
    return member.user


def read_round(project: Project, asked: str) -> Round:
    """Return the open round of that name or id, or the only open one. Raises Invalid."""
    rounds = list(project.rounds.filter(status="open").order_by("number"))
    names = ", ".join(f"“{round.name}”" for round in rounds) or "none"
    found = [one for one in rounds if asked in (one.name, str(one.pk))] if asked else rounds
    if len(found) == 1:
        return found[0]
    if asked or not found:
        what = f"There is no open round {asked[:60]!r}" if asked else "No round is open"
        detail = f"{what}; open rounds: {names}."
    else:
        detail = f"Several rounds are open: {names}; choose one with --round."
    raise Invalid.of([FieldError(pointer="/round", detail=detail)])
