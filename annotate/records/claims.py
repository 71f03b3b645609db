"""The only read of whole claims: plain dicts, in bulk, in a bounded number of queries.

Each chunk of claims costs six SELECTs and those for registry entries not met before; merges are resolved here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from annotate.models import Answer, Claim, ClaimSpeaker, Reporter, Span, SpanRole, Stance
from annotate.records.registries import CodebookNames, Registries, Registry
from corpus.database.bulk import Among, Flag, Key, Stamp, uuid_text
from corpus.database.statements import Select, rows_of_all

CHUNK = 500
# Ids, times and flags come as the database has them: making objects of them costs more than all the rest.
OWN_COLUMNS: tuple[Any, ...] = (
    Key("id"),
    Key("layer_id"),
    "mode",
    Key("proposition_id"),
    "relation",
    Flag("no_stance"),
    Flag("is_unsure"),
    "note",
    "detected_by",
    "detected_fields",
    Key("follows"),
    "version",
    Stamp("created_at"),
    Stamp("updated_at"),
)
HOME_COLUMNS: tuple[Any, ...] = (
    Key("layer__document_id"),
    Key("layer__round_id"),
    Key("layer__codebook_version_id"),
)
CLAIM_COLUMNS = (*OWN_COLUMNS, *HOME_COLUMNS)
ANSWER_COLUMNS: tuple[Any, ...] = (
    Key("attribute_id"),
    Key("label_id"),
    Key("entity_id"),
    "number",
    Flag("flag"),
    "text",
)
MENTION, CONTENT = SpanRole.MENTION.value, SpanRole.CONTENT.value


class Misquoted(Exception):
    """A stored quote differs from the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the claims of a layer have in common: what they say of it, and the text that their quotes must be of."""

    layer: str
    document: Any
    round: str | None
    names: CodebookNames
    text: str | None = None
    # What stands behind the claim itself.
    more: Mapping[str, Any] = field(default_factory=dict)


def _of_claims(model: Any, *columns: Any, order: str = "position") -> Select:
    """Return what hangs on claims, each row with its claim's key first."""
    rows = model.objects.order_by(*([order] if order else []))
    return Select(lambda keys: rows.filter(Among(F("claim_id"), keys)).values_list(Key("claim_id"), *columns))


OF_LAYERS = Select(lambda keys: Claim.objects.order_by().filter(Among(F("layer_id"), keys)).values_list(*OWN_COLUMNS))
ONE_CLAIM = Select(lambda id: Claim.objects.order_by().filter(pk=id).values_list(*CLAIM_COLUMNS))
SPANS = _of_claims(Span, "role", "claim_speaker_id", "start", "end", "quote")
SPEAKERS = _of_claims(ClaimSpeaker, "id", Key("speaker_id"), Key("represents_id"))
REPORTERS = _of_claims(Reporter, Key("speaker_id"))
STANCES = _of_claims(Stance, "id", Key("holder_id"), Key("target_id"), Key("value_id"))
ANSWERS = _of_claims(Answer, "stance_id", *ANSWER_COLUMNS, order="")
CHILDREN = (SPEAKERS, REPORTERS, STANCES, SPANS, ANSWERS)


def claim_dicts(
    claims: Any, *, registries: Registries | None = None, chunk: int = CHUNK, ordered: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the claims of a queryset as dicts in the shape of the API, ordered by layer and id unless `ordered`."""
    registries = registries or Registries()
    rows = claims if ordered else claims.order_by("layer_id", "id")
    for part in batched(rows.values_list(*CLAIM_COLUMNS).iterator(chunk_size=chunk), chunk):
        yield from _chunk(part, _homes(part, registries), registries)


def claims_of_layers(
    homes: Mapping[str, Home], registries: Registries, *, only: Q | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the claims of these layers, or only some, as `claim_dicts` does; in the order of the layers, then of ids.

    `homes` are by the layers' keys. One query for all claims and five for each chunk; the rows of all claims are held,
    so let them be some thousands.
    Raises Misquoted at the claim whose quote differs from the text of its home.
    """
    rank = {key: number for number, key in enumerate(homes)}
    found = OF_LAYERS.rows(keys=list(homes)) if only is None else _some_of_layers(list(homes), only)
    rows = sorted(found, key=lambda row: (rank[row[1]], row[0]))
    for part in batched(rows, CHUNK):
        yield from _chunk(part, homes, registries)


def _some_of_layers(layers: list[str], only: Q) -> list[tuple[Any, ...]]:
    rows = Claim.objects.order_by().filter(only, Among(F("layer_id"), layers))
    return list(rows.values_list(*OWN_COLUMNS))


def _homes(rows: tuple[tuple[Any, ...], ...], registries: Registries) -> dict[str, Home]:
    """Return the homes of rows of CLAIM_COLUMNS, by the key of the layer."""
    homes: dict[str, Home] = {}
    for row in rows:
        if row[1] not in homes:
            document, round, version = row[-3:]
            homes[row[1]] = Home(
                layer=uuid_text(row[1]),
                document=uuid_text(document),
                round=uuid_text(round) if round else None,
                names=registries.names(version),
            )
    return homes


def _chunk(
    rows: tuple[tuple[Any, ...], ...], homes: Mapping[str, Home], registries: Registries
) -> Iterator[dict[str, Any]]:
    registries.propositions.learn_keys({row[3] for row in rows})
    found = {row[0]: _claim(row, homes[row[1]], registries) for row in rows}
    misquoted = _fill(found, {row[0]: homes[row[1]] for row in rows}, registries)
    for key, claim in found.items():
        if key in misquoted:
            raise Misquoted(f"Claim {claim['id']}: {misquoted[key]}")
        yield claim


type Claims = Mapping[str, dict[str, Any]]
type Rows = list[tuple[Any, ...]]


def _fill(claims: Claims, homes: Mapping[str, Home], registries: Registries) -> dict[str, str]:
    """Add everything that hangs on claims, by their keys. Returns what is wrong with quotes that the text does not say.

    Five queries, and those for registry entries not met before.
    """
    speakers, reporters, stances, spans, answers = rows_of_all(CHILDREN, keys=list(claims))
    keys = {row[2] for row in speakers} | {row[3] for row in speakers}
    keys |= {row[1] for row in reporters} | {row[2] for row in stances}
    registries.speakers.learn_keys(keys)
    registries.targets.learn_keys({row[3] for row in stances})
    mentions = _add_speakers(claims, speakers, registries.speakers.refs)
    for claim, speaker in reporters:
        claims[claim]["reported_by"].append(registries.speakers.refs[speaker])
    of_stances = _add_answers(claims, answers, homes, registries)
    _add_stances(claims, stances, of_stances, homes, registries)
    return _add_spans(claims, spans, mentions, homes)


def _add_speakers(claims: Claims, rows: Rows, refs: Mapping[str, Any]) -> dict[int, list[Any]]:
    """Returns the list of mentions of each speaker of a claim, still empty."""
    mentions: dict[int, list[Any]] = {}
    for claim, link, speaker, represents in rows:
        ref = refs[speaker]
        body = None if represents is None else refs[represents]
        mention: list[Any] = []
        mentions[link] = mention
        claims[claim]["speakers"].append({"id": ref["id"], "name": ref["name"], "represents": body, "mention": mention})
    return mentions


def _add_spans(
    claims: Claims, rows: Rows, mentions: Mapping[int, list[Any]], homes: Mapping[str, Home]
) -> dict[str, str]:
    misquoted: dict[str, str] = {}
    texts = {claim: home.text for claim, home in homes.items()}
    for claim, role, owner, start, end, quote in rows:
        text = texts[claim]
        if text is not None and text[start:end] != quote:
            misquoted.setdefault(claim, _difference(start, end, quote, text))
        span = {"start": start, "end": end, "quote": quote}
        if role == CONTENT:
            claims[claim]["spans"].append(span)
        elif role == MENTION:
            mentions[owner].append(span)
        else:
            claims[claim]["cue"].append(span)
    return misquoted


def _difference(start: int, end: int, quote: str, text: str) -> str:
    return f"the span {start}–{end} quotes {quote[:80]!r}, but the text reads {text[start:end][:80]!r}."


def _add_answers(claims: Claims, rows: Rows, homes: Mapping[str, Home], registries: Registries) -> dict[int, list[Any]]:
    """Returns the rows of answers about a stance, by stance."""
    of_claims: defaultdict[str, list[Any]] = defaultdict(list)
    of_stances: defaultdict[int, list[Any]] = defaultdict(list)
    registries.speakers.learn_keys({row[4] for row in rows})
    for claim, stance, *answer in rows:
        if stance is None:
            of_claims[claim].append(answer)
        else:
            of_stances[stance].append(answer)
    for claim, found in of_claims.items():
        claims[claim]["attributes"] = homes[claim].names.answers(found, registries.speakers)
    return of_stances


def _add_stances(
    claims: Claims, rows: Rows, answers: Mapping[int, list[Any]], homes: Mapping[str, Home], registries: Registries
) -> None:
    refs, targets = registries.speakers.refs, {row[3]: _target(row[3], registries.targets) for row in rows}
    for claim, id, holder, target, value in rows:
        names, (shown, is_inverted) = homes[claim].names, targets[target]
        stance: dict[str, Any] = {
            "holder": None if holder is None else refs[holder],
            "target": shown,
            "value": names.value(value, inverted=is_inverted),
        }
        if id in answers:
            stance["attributes"] = names.answers(answers[id], registries.speakers)
        claims[claim]["stances"].append(stance)


def _target(key: str | None, targets: Registry) -> tuple[dict[str, str] | None, bool]:
    """Return a target as stances say it, and whether the way there inverts them."""
    if key is None:
        return None, False
    record = targets.by_key[key]
    return {**targets.refs[key], "kind": record.kind}, record.is_inverted


def _claim(row: tuple[Any, ...], home: Home, registries: Registries) -> dict[str, Any]:
    """Return a claim without what hangs on it."""
    id, _, mode, proposition, relation, no_stance, unsure, note, rule, detected, follows, version, created, updated = (
        row[:14]
    )
    return {
        "id": uuid_text(id),
        "document": home.document,
        "round": home.round,
        "layer": home.layer,
        "spans": [],
        "cue": [],
        "speakers": [],
        "reported_by": [],
        "mode": mode or None,
        "proposition": _proposition(registries, proposition, relation) if proposition else None,
        "stances": [],
        "no_stance": bool(no_stance),
        "attributes": {},
        "unsure": bool(unsure),
        "note": note,
        **(_rarely(rule, detected, follows) if rule or follows else {}),
        "version": version,
        "created_at": created,
        "updated_at": updated,
        **home.more,
    }


def _rarely(rule: str, detected: str, follows: str | None) -> dict[str, Any]:
    """Return the members that only some claims have."""
    return detected_dict(rule, detected.split()) | ({"follows": uuid_text(follows)} if follows else {})


def detected_dict(rule: str, fields: Iterable[str]) -> dict[str, Any]:
    """Return the member `detected`, or nothing where no rule found anything."""
    return {"detected": {"rule": rule, "fields": list(fields)}} if rule else {}


def _proposition(registries: Registries, key: str, relation: str) -> dict[str, Any]:
    ref = registries.propositions.refs[key]
    return {"id": ref["id"], "text": ref["name"], "relation": relation}


def claim_dict(claim_id: UUID, registries: Registries | None = None) -> dict[str, Any]:
    """Return one claim; the caller has checked that it may be seen."""
    registries = registries or Registries()
    rows = tuple(ONE_CLAIM.rows(id=claim_id))
    return next(_chunk(rows, _homes(rows, registries), registries))
