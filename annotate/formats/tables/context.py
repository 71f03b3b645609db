"""The tables beside those of claims: documents, readings, registries and decisions, each streamed by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import batched
from typing import Any

import orjson
from django.db.models import F

from annotate.formats.base import Selection
from annotate.formats.reading import parts
from annotate.formats.tables import columns
from annotate.formats.tables.columns import Table
from annotate.formats.tables.of_claims import Row, Views, answer_rows
from annotate.formats.tables.places import as_places
from annotate.models import Decision, DecisionField, DecisionReading
from annotate.payloads.people import People
from annotate.records import Registries, answers_of, marks_of
from corpus.database.bulk import Among, Flag, Key, Stamp, uuid_text
from corpus.models import Document, Proposition, Speaker, SpeakerAlias, Target

CHUNK = 1000
FIELDS_AT_ONCE = 200  # those of words with the texts that these are from
LAYER_VALUES: tuple[Any, ...] = (
    Key("id"), Key("document_id"), Key("round_id"), "kind", "annotator_id", "status", Flag("has_nothing_to_code"),
    "n_claims", "version", Stamp("created_at"), Stamp("updated_at"), Stamp("submitted_at"), Key("codebook_version_id"),
)  # fmt: skip
# Fields whose values are words of the text.
OF_WORDS = ("spans", "cue")
NOTHING = "—"

type Write = Callable[[Table, Row], None]


def sorted_json(value: object) -> str:
    """Return JSON with sorted keys: PostgreSQL's jsonb does not keep their order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def document_rows(selection: Selection) -> Iterator[Row]:
    for part in parts(selection):
        found = part.rows().values_list(Key("id"), "number", "n_characters", "text", "metadata")
        for key, number, n_characters, text, metadata in found:
            about = part.by_id[uuid_text(key)]
            yield (
                about["id"], number, about["external_id"], about["title"], about["source"], about["url"],
                about["published_on"], about["language"], about["sha256"], n_characters,
                text if selection.with_text else None,
                sorted_json(metadata) if metadata else None,
            )  # fmt: skip


def layer_rows(selection: Selection, views: Views, also: Write) -> Iterator[Row]:
    """Yield the rows of readings; `also` takes those of their marks and answers."""
    people, registries, project = People(), Registries(), selection.project
    longest = None if selection.with_text else selection.quote_length
    rows = selection.layer_rows(in_order=True).values_list(*LAYER_VALUES)
    for part in batched(rows.iterator(chunk_size=CHUNK), CHUNK):
        names = {row[0]: registries.names(row[-1]) for row in part}
        answers, marks = answers_of(names, registries), marks_of(list(names))
        for key, document, round, kind, annotator, status, nothing, *rest, _ in part:
            id, view = uuid_text(key), names[key].view
            yield (
                id, uuid_text(document), uuid_text(round) if round else None, kind,
                people.name(project.pk, annotator) if annotator else None, status, bool(nothing), view.name,
                view.version.number, *rest,
            )  # fmt: skip
            for mark in marks.get(key, []):
                also(columns.MARKS, (id, mark["start"], mark["end"], mark["quote"][:longest]))
            for row in answer_rows(answers.get(key, {}), views, view.version.number, "document", id):
                also(columns.ATTRIBUTES, row)


def speaker_rows(selection: Selection) -> Iterator[Row]:
    rows = Speaker.objects.visible_to(selection.user).filter(corpus=selection.project.corpus_id).order_by("id")
    names = ("name", "kind", "disambiguation", "external_id", "note", "is_provisional")
    found = rows.values_list(Key("id"), *names, Key("merged_into_id")).iterator(chunk_size=CHUNK)
    for part in batched(found, CHUNK):
        aliases: dict[str, list[str]] = {}
        known = SpeakerAlias.objects.filter(Among(F("speaker_id"), [row[0] for row in part]))
        for key, name in known.values_list(Key("speaker_id"), "name"):
            aliases.setdefault(key, []).append(name)
        for key, name, kind, disambiguation, external_id, note, provisional, into in part:
            also = sorted_json(sorted(aliases[key])) if key in aliases else None
            id, merged = uuid_text(key), uuid_text(into) if into else None
            yield id, name, kind, disambiguation, external_id, also, note, provisional, merged


def target_rows(selection: Selection) -> Iterator[Row]:
    rows = Target.objects.visible_to(selection.user).filter(corpus=selection.project.corpus_id).order_by("id")
    names = ("name", "kind", "disambiguation", "note", "is_provisional")
    found = rows.values_list(Key("id"), *names, Key("merged_into_id"), "is_merged_inverted")
    for key, *values, into, inverted in found.iterator(chunk_size=CHUNK):
        yield uuid_text(key), *values, uuid_text(into) if into else None, inverted


def proposition_rows(selection: Selection) -> Iterator[Row]:
    rows = Proposition.objects.visible_to(selection.user).filter(corpus=selection.project.corpus_id).order_by("id")
    names = ("name", "disambiguation", "note", "is_provisional")
    found = rows.values_list(Key("id"), *names, Key("usual_target_id"), Key("merged_into_id"))
    for key, *values, usual, into in found.iterator(chunk_size=CHUNK):
        yield uuid_text(key), *values, *(uuid_text(id) if id else None for id in (usual, into))


def decision_rows(selection: Selection) -> Iterator[Row]:
    people = People()
    names = ("kind", "by_itself", "reason", "guideline", "decided_by_id", "had_coded")
    keys = (Key("id"), Key("layer_id"), Key("layer__document_id"), Key("claim_id"))
    rows = _decisions(selection).order_by("layer__document__number", "id")
    found = rows.values_list(*keys, *names, Stamp("created_at"), Stamp("updated_at"))
    for id, layer, document, claim, kind, by_itself, reason, guideline, who, *rest in found.iterator(chunk_size=CHUNK):
        ids = (uuid_text(id), uuid_text(layer), uuid_text(document), uuid_text(claim) if claim else None)
        yield *ids, kind, by_itself, reason, guideline, people.name(selection.project.pk, who), *rest


def _decisions(selection: Selection) -> Any:
    rows = Decision.objects.visible_to(selection.user)
    return rows.filter(layer__in=selection.layer_rows().filter(kind="gold").values("pk"))


def reading_rows(selection: Selection) -> Iterator[Row]:
    rows = DecisionReading.objects.filter(decision__in=_decisions(selection).values("pk"))
    order = ("decision__layer__document__number", "decision_id", "claim_key")
    found = rows.order_by(*order).values_list(Key("decision_id"), Key("claim_key"), Key("layer_id"), "is_whole")
    for decision, claim, layer, is_whole in found.iterator(chunk_size=CHUNK):
        yield uuid_text(decision), uuid_text(claim), uuid_text(layer), is_whole


def field_rows(selection: Selection) -> Iterator[Row]:
    rows = DecisionField.objects.filter(decision__in=_decisions(selection).values("pk"))
    names = ("field", "basis", "n_for", "n_of", "value", "options", "sources")
    found = rows.order_by("decision__layer__document__number", "decision_id", "id").values_list(
        Key("decision__layer__document_id"), Key("decision_id"), *names
    )
    for part in batched(found.iterator(chunk_size=CHUNK), FIELDS_AT_ONCE):
        texts = {} if selection.with_text else _texts({row[0] for row in part if row[2] in OF_WORDS})
        for document, decision, name, basis, n_for, n_of, value, options, sources in part:
            if name in OF_WORDS and document in texts:
                text = texts[document]
                value, options = _placed(value, text), [_placed(one, text) for one in options]
            yield uuid_text(decision), name, basis, n_for, n_of, value, sorted_json(options), sorted_json(sources)


def _texts(keys: set[str]) -> dict[str, str]:
    """Return texts by the keys of their documents. At most one query."""
    rows = Document.objects.filter(Among(F("pk"), list(keys))) if keys else Document.objects.none()
    return dict(rows.values_list(Key("id"), "text"))


def _placed(words: str, text: str) -> str:
    return words if words == NOTHING else as_places(words, text)


def table_members(selection: Selection, views: Views, also: Write) -> Iterator[tuple[Table, Iterator[Row]]]:
    """Yield the tables that do not come from claims with their rows, to be read one after the other."""
    yield columns.DOCUMENTS, document_rows(selection)
    yield columns.LAYERS, layer_rows(selection, views, also)
    yield columns.SPEAKERS, speaker_rows(selection)
    yield columns.TARGETS, target_rows(selection)
    yield columns.PROPOSITIONS, proposition_rows(selection)
    yield columns.DECISIONS, decision_rows(selection)
    yield columns.DECISION_READINGS, reading_rows(selection)
    yield columns.DECISION_FIELDS, field_rows(selection)
