"""From a parsed claim to its rows: entries found, quotes and labels checked, rows written or replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from annotate.actions.answered_names import answer_groups, claim_with_entities, named_entities
from annotate.actions.entries import EntryFinder
from annotate.actions.resolved import ResolvedClaim, ResolvedSpeaker, ResolvedStance
from annotate.attributes import KINDS, AttributeSpec, InvalidAnswer
from annotate.models import Answer, Claim, ClaimSpeaker, Layer, Recheck, Reporter, Span, SpanRole, Stance
from annotate.payloads.claims import READ_ONLY, ClaimIn, SpanIn, SpeakerIn, StanceIn
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.problems import FieldError, Invalid
from annotate.records import Registries, counted_answers, detected_dict, entities_in
from corpus.database.bulk import insert_rows
from corpus.database.statements import Select, delete_rows, update_row
from corpus.models import Proposition, Speaker, Target
from corpus.text.offsets import SpanProblem, check_span

# The members of a claim that are stored as rows of their own.
PARTS = ("spans", "cue", "speakers", "reported_by", "stances", "attributes")
ANSWERED = frozenset(("stances", "attributes"))
SPAN_COLUMNS = ("claim_id", "role", "claim_speaker_id", "position", "start", "end", "quote")
ANSWER_COLUMNS = ("attribute_id", "claim_id", "stance_id", "label_id", "entity_id", "number", "flag", "text")
LINKS = Select(lambda claim: ClaimSpeaker.objects.order_by().filter(claim=claim).values_list("position", "id"))
STANCE_IDS = Select(lambda claim: Stance.objects.order_by().filter(claim=claim).values_list("position", "id"))


def resolve_claim(
    *, claim: ClaimIn, text: str, version_id: UUID, finder: EntryFinder, originals: dict[UUID, UUID]
) -> ResolvedClaim:
    """Check `claim` against text, registries and codebook. Raises Invalid with every error found.

    `originals` maps an entry to the one that was merged into it and that this claim chose: it stays chosen.
    """
    codebook = load_codebook(version_id)
    errors = list(_quote_errors(claim, text))
    _learn(claim, codebook, finder)
    claim = claim_with_entities(claim, codebook, finder)

    def find(model: Any, entry: Any) -> UUID | None:
        id = finder.find(model, entry)
        return originals.get(id, id) if id is not None else None

    resolved = ResolvedClaim(
        claim=claim,
        codebook=codebook,
        speakers=tuple(_speaker(find, speaker) for speaker in claim.speakers),
        reporters=tuple(id for entry in claim.reported_by if (id := find(Speaker, entry)) is not None),
        proposition=find(Proposition, claim.proposition),
        stances=tuple(_stance(find, stance, codebook, finder, originals) for stance in claim.stances),
    )
    errors += finder.errors
    errors += _answer_errors(claim, codebook)
    errors += _value_errors(claim, codebook)
    if not errors:
        errors += _double_errors(resolved)
        errors += _entity_errors(resolved, finder)
    if errors:
        raise Invalid.of(errors)
    return _as_chosen(resolved, originals) if originals else resolved


def _as_chosen(resolved: ResolvedClaim, originals: dict[UUID, UUID]) -> ResolvedClaim:
    """Return the claim with the entries in its answers as they were chosen, before they were merged."""
    ids = texts_of(originals)
    stances = tuple(replace(one, answers=counted_answers(one.answers, ids)) for one in resolved.stances)
    claim = replace(resolved.claim, attributes=counted_answers(resolved.claim.attributes, ids))
    return replace(resolved, claim=claim, stances=stances)


def texts_of(originals: dict[UUID, UUID]) -> dict[str, str]:
    return {str(id): str(chosen) for id, chosen in originals.items()}


def _learn(claim: ClaimIn, codebook: CodebookView, finder: EntryFinder) -> None:
    """Look up at once what the claim names."""
    people = [entry for speaker in claim.speakers for entry in (speaker.entry, speaker.represents)]
    answers = [entry for group in answer_groups(claim) for entry in named_entities(codebook, *group).values()]
    finder.learn(Speaker, [*people, *claim.reported_by, *(stance.holder for stance in claim.stances), *answers])
    finder.learn(Target, [stance.target for stance in claim.stances])
    finder.learn(Proposition, [claim.proposition])


def _speaker(find: Any, speaker: SpeakerIn) -> ResolvedSpeaker:
    return ResolvedSpeaker(
        speaker=find(Speaker, speaker.entry), represents=find(Speaker, speaker.represents), mention=speaker.mention
    )


def _stance(
    find: Any, stance: StanceIn, codebook: CodebookView, finder: EntryFinder, originals: dict[UUID, UUID]
) -> ResolvedStance:
    target = find(Target, stance.target)
    label = codebook.stances.get(stance.value or "")
    if label is not None and label.score is not None and target in originals.values() and _is_inverted(target):
        label = codebook.stance_of_score(-label.score) or label  # shown turned round, so turn it back
    return ResolvedStance(
        holder=find(Speaker, stance.holder),
        target=target,
        value=label.id if label is not None else None,
        answers=stance.attributes,
    )


def _is_inverted(target: UUID | None) -> bool:
    registries = Registries()
    registries.targets.learn([target])
    return target is not None and registries.targets.known[target].is_inverted


def _quote_errors(claim: ClaimIn, text: str) -> Iterator[FieldError]:
    groups: list[tuple[str, tuple[SpanIn, ...]]] = [("/spans", claim.spans), ("/cue", claim.cue)]
    groups += [(f"/speakers/{i}/mention", speaker.mention) for i, speaker in enumerate(claim.speakers)]
    for pointer, spans in groups:
        for index, span in enumerate(spans):
            try:
                check_span(text, span.start, span.end, span.quote)
            except SpanProblem as problem:
                yield FieldError(pointer=f"{pointer}/{index}", detail=str(problem))


def _value_errors(claim: ClaimIn, codebook: CodebookView) -> Iterator[FieldError]:
    for index, stance in enumerate(claim.stances):
        if stance.value is not None and stance.value not in codebook.stances:
            known = ", ".join(codebook.stances)
            detail = f"“{stance.value[:60]}” is no value of the stance scale; choose from {known}."
            yield FieldError(pointer=f"/stances/{index}/value", detail=detail)


def _answer_errors(claim: ClaimIn, codebook: CodebookView) -> Iterator[FieldError]:
    for pointer, scope, answers in answer_groups(claim):
        for key, raw in answers.items():
            yield from answer_errors(codebook, scope, key, raw, pointer)


def answer_errors(codebook: CodebookView, scope: str, key: str, raw: object, pointer: str) -> Iterator[FieldError]:
    """Yield what is wrong with one answer."""
    spec = codebook.attributes.get((scope, key))
    if spec is None:
        known = ", ".join(own.key for own in codebook.of_scope(scope)) or "none"
        detail = f"“{key[:60]}” is no attribute of {scope}s in this codebook; known are: {known}."
        yield FieldError(pointer=pointer, detail=detail)
        return
    try:
        KINDS[spec.kind].parse(spec, raw)
    except InvalidAnswer as error:
        yield FieldError(pointer=f"{pointer}/{key}", detail=str(error))


def _double_errors(resolved: ResolvedClaim) -> Iterator[FieldError]:
    """Find what a claim may name only once."""
    speakers = [speaker.speaker for speaker in resolved.speakers]
    for index, speaker in enumerate(speakers):
        if speaker in speakers[:index]:
            yield FieldError(pointer=f"/speakers/{index}", detail="This speaker is named twice; keep one.")
    for index, reporter in enumerate(resolved.reporters):
        if reporter in resolved.reporters[:index]:
            yield FieldError(pointer=f"/reported_by/{index}", detail="This reporter is named twice; keep one.")
        if reporter in speakers:
            detail = "The speaker stands in “reported by” too; name there only those between outlet and speaker."
            yield FieldError(pointer=f"/reported_by/{index}", detail=detail)
    pairs = [(stance.holder, stance.target) for stance in resolved.stances]
    for index, pair in enumerate(pairs):
        if pair[1] is not None and pair in pairs[:index]:
            detail = "A second stance of the same holder on the same target; change the first instead."
            yield FieldError(pointer=f"/stances/{index}", detail=detail)


def _entity_errors(resolved: ResolvedClaim, finder: EntryFinder) -> Iterator[FieldError]:
    for pointer, scope, answers in answer_groups(resolved.claim):
        yield from entity_errors(
            resolved.codebook, scope, answers, pointer, user=finder.user, corpus_id=finder.corpus_id
        )


def entity_errors(
    codebook: CodebookView, scope: str, answers: dict[str, object], pointer: str, *, user: User, corpus_id: UUID
) -> Iterator[FieldError]:
    """Yield the answers that name a speaker whom the user cannot choose; the answers were parsed without error."""
    for spec, values in _parsed(codebook, scope, answers):
        if KINDS[spec.kind].column == "entity" and not Speaker.objects.visible_to(user).filter(
            pk=values[0], corpus=corpus_id
        ):
            detail = f"{values[0]} is no speaker of this corpus; choose one that is listed."
            yield FieldError(pointer=f"{pointer}/{spec.key}", detail=detail)


def _parsed(
    codebook: CodebookView, scope: str, answers: dict[str, object]
) -> Iterator[tuple[AttributeSpec, list[object]]]:
    for key, raw in sorted(answers.items()):
        spec = codebook.attributes[(scope, key)]
        values = KINDS[spec.kind].parse(spec, raw)
        if values:
            yield spec, values


def answer_rows(codebook: CodebookView, scope: str, answers: dict[str, object], **owner: Any) -> Iterator[Answer]:
    """Yield unsaved Answer rows; `owner` is claim_id (and stance), or layer_id."""
    for spec, name, value in _values(codebook, scope, answers):
        yield Answer(attribute_id=spec.id, **owner, **{name: value})


def _values(
    codebook: CodebookView, scope: str, answers: dict[str, object]
) -> Iterator[tuple[AttributeSpec, str, object]]:
    """Yield each value with its attribute and the column that holds it."""
    for spec, values in _parsed(codebook, scope, answers):
        column = KINDS[spec.kind].column
        name = f"{column}_id" if column in ("label", "entity") else column
        for value in values:
            yield spec, name, value


def insert_claim(*, claim_id: UUID, layer: Layer, claim: ResolvedClaim, version: int, now: datetime) -> None:
    """Write a new claim with everything that hangs on it. At most 8 queries."""
    values = {"id": claim_id, "layer_id": layer.pk, "version": version, "created_at": now, "updated_at": now}
    values |= _columns(claim)
    insert_rows(Claim, tuple(values), [tuple(values.values())])
    _insert(claim_id, claim, frozenset(PARTS))


def replace_claim(
    *,
    claim_id: UUID,
    version: int,
    resolved: ResolvedClaim,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    """Overwrite a stored claim; of what hangs on it, the parts that differ are written anew."""
    update_row(Claim, claim_id, version=version, updated_at=now, **_columns(resolved))
    parts = frozenset(part for part in PARTS if before[part] != after[part])
    _delete(claim_id, before, parts)
    _insert(claim_id, resolved, parts)


def _columns(resolved: ResolvedClaim) -> dict[str, Any]:
    claim = resolved.claim
    return {
        "mode": claim.mode,
        "proposition_id": resolved.proposition,
        "relation": claim.relation if resolved.proposition else "",
        "no_stance": claim.no_stance,
        "is_unsure": claim.unsure,
        "note": claim.note,
        "detected_by": claim.detected.rule,
        "detected_fields": " ".join(claim.detected.fields),
    }


def delete_claim(claim_id: UUID, before: dict[str, Any]) -> None:
    """Delete a stored claim with what hangs on it. At most 7 queries."""
    _delete(claim_id, before, frozenset(PARTS))
    delete_rows(Recheck, claim_id=claim_id)
    delete_rows(Claim, id=claim_id)


def _delete(claim_id: UUID, before: dict[str, Any], parts: frozenset[str]) -> None:
    """Delete some parts of what hangs on a claim, children first. Answers hang on the claim or on its stances."""
    if parts & ANSWERED and (before["attributes"] or any("attributes" in stance for stance in before["stances"])):
        delete_rows(Answer, claim_id=claim_id)
    roles = {"spans": SpanRole.CONTENT, "cue": SpanRole.CUE, "speakers": SpanRole.MENTION}
    for part, role in roles.items():
        if part in parts and before[part]:
            delete_rows(Span, claim_id=claim_id, role=role.value)
    for part, model in (("stances", Stance), ("reported_by", Reporter), ("speakers", ClaimSpeaker)):
        if part in parts and before[part]:
            delete_rows(model, claim_id=claim_id)


def _insert(claim_id: UUID, resolved: ResolvedClaim, parts: frozenset[str]) -> None:
    """Write some parts of what hangs on a claim. At most 7 queries."""
    claim = resolved.claim
    if "speakers" in parts:
        people = enumerate(resolved.speakers)
        rows = [(claim_id, i, person.speaker, person.represents) for i, person in people]
        insert_rows(ClaimSpeaker, ("claim_id", "position", "speaker_id", "represents_id"), rows)
    if "reported_by" in parts:
        reporters = [(claim_id, i, id) for i, id in enumerate(resolved.reporters)]
        insert_rows(Reporter, ("claim_id", "position", "speaker_id"), reporters)
    spans = _span_rows(claim_id, SpanRole.CONTENT, claim.spans) if "spans" in parts else []
    spans += _span_rows(claim_id, SpanRole.CUE, claim.cue) if "cue" in parts else []
    if "speakers" in parts and any(speaker.mention for speaker in resolved.speakers):
        links = dict(LINKS.rows(claim=claim_id))
        for i, speaker in enumerate(resolved.speakers):
            spans += _span_rows(claim_id, SpanRole.MENTION, speaker.mention, links[i])
    insert_rows(Span, SPAN_COLUMNS, spans)
    if "stances" in parts:
        stances = [(claim_id, i, row.holder, row.target, row.value) for i, row in enumerate(resolved.stances)]
        insert_rows(Stance, ("claim_id", "position", "holder_id", "target_id", "value_id"), stances)
    if parts & ANSWERED:
        insert_rows(Answer, ANSWER_COLUMNS, list(_answers(claim_id, resolved)))


def _span_rows(claim_id: UUID, role: SpanRole, spans: tuple[SpanIn, ...], link: int | None = None) -> list[Any]:
    return [(claim_id, role.value, link, i, span.start, span.end, span.quote) for i, span in enumerate(spans)]


def _answers(claim_id: UUID, resolved: ResolvedClaim) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ANSWER_COLUMNS of the claim and of its stances, which are stored."""
    codebook = resolved.codebook
    groups: list[tuple[int | None, str, dict[str, object]]] = [(None, "claim", resolved.claim.attributes)]
    if any(stance.answers for stance in resolved.stances):
        ids = dict(STANCE_IDS.rows(claim=claim_id))
        groups += [(ids[i], "stance", stance.answers) for i, stance in enumerate(resolved.stances)]
    for stance, scope, answers in groups:
        for spec, name, value in _values(codebook, scope, answers):
            yield spec.id, claim_id, stance, *(value if column == name else None for column in ANSWER_COLUMNS[3:])


def originals_of(registries: Registries) -> dict[UUID, UUID]:
    """Return, for the entries that a claim was read with, what each final entry was chosen as."""
    known = [registries.speakers.known, registries.targets.known, registries.propositions.known]
    return {record.id: id for found in known for id, record in found.items() if record.id != id}


def is_same(stored: dict[str, Any], content: dict[str, Any]) -> bool:
    """Return whether a claim as it is read says what `content` says."""
    return {key: value for key, value in stored.items() if key not in READ_ONLY} == content


def content_of(resolved: ResolvedClaim, registries: Registries) -> dict[str, Any]:
    """Return the claim as it will be read back, merges resolved, without what the server adds. At most 3 queries."""
    claim, codebook = resolved.claim, resolved.codebook
    people = [id for s in resolved.speakers for id in (s.speaker, s.represents)] + [s.holder for s in resolved.stances]
    groups = [claim.attributes, *(stance.answers for stance in resolved.stances)]
    answered = [id for answers in groups for id in entities_in(answers)]
    registries.speakers.learn([*people, *resolved.reporters, *map(UUID, answered)])
    registries.targets.learn([stance.target for stance in resolved.stances])
    registries.propositions.learn([resolved.proposition])

    def ref(id: UUID | None) -> dict[str, str] | None:
        return dict(registries.speakers.known[id].ref) if id is not None else None

    return {
        "spans": [_plain(span) for span in claim.spans],
        "cue": [_plain(span) for span in claim.cue],
        "speakers": [
            {**(ref(s.speaker) or {}), "represents": ref(s.represents), "mention": [_plain(span) for span in s.mention]}
            for s in resolved.speakers
        ],
        "reported_by": [ref(id) for id in resolved.reporters],
        "mode": claim.mode or None,
        "proposition": _proposition(resolved, registries),
        "stances": [_stance_content(stance, codebook, registries, ref(stance.holder)) for stance in resolved.stances],
        "no_stance": claim.no_stance,
        "attributes": _canonical(codebook, "claim", claim.attributes, registries),
        "unsure": claim.unsure,
        "note": claim.note,
        **detected_dict(claim.detected.rule, claim.detected.fields),
    }


def _proposition(resolved: ResolvedClaim, registries: Registries) -> dict[str, str] | None:
    if resolved.proposition is None:
        return None
    record = registries.propositions.known[resolved.proposition]
    return {"id": str(record.id), "text": record.name, "relation": resolved.claim.relation}


def _stance_content(
    stance: ResolvedStance, codebook: CodebookView, registries: Registries, holder: dict[str, str] | None
) -> dict[str, Any]:
    target = registries.targets.known[stance.target] if stance.target is not None else None
    names = registries.names(codebook.version.pk)
    value = names.value(stance.value and str(stance.value), inverted=target is not None and target.is_inverted)
    found: dict[str, Any] = {
        "holder": holder,
        "target": None if target is None else target.ref | {"kind": target.kind},
        "value": value,
    }
    answers = _canonical(codebook, "stance", stance.answers, registries)
    return found | {"attributes": answers} if answers else found


def _plain(span: SpanIn) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "quote": span.quote}


def _canonical(
    codebook: CodebookView, scope: str, answers: dict[str, object], registries: Registries
) -> dict[str, object]:
    """Return answers as they would be read back."""
    found: dict[str, object] = {}
    for spec, values in _parsed(codebook, scope, answers):
        keys = {id: key for key, id in spec.labels.items()}
        column = KINDS[spec.kind].column
        shown: list[object] = [keys[value] for value in values] if column == "label" else list(values)  # type: ignore[index]  # ids then
        if column == "entity":
            shown = [registries.speakers.known[UUID(str(value))].id for value in values]
        found[spec.key] = KINDS[spec.kind].dump(spec, shown)
    return found
