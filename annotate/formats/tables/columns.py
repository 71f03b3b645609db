"""The tables of the dataset: every column is described here once, for the files, their metadata and the dictionary."""

from __future__ import annotations

from dataclasses import dataclass

# Of a column: how its values are typed. `id` and `json` are strings to every reader.
TYPES = ("id", "string", "integer", "number", "boolean", "date", "datetime", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `refers` names the table whose key it holds."""

    name: str
    type: str
    text: str
    refers: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its rows are tuples in the order of `columns`."""

    name: str
    text: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _table(name: str, text: str, key: str, *columns: Column) -> Table:
    return Table(name=name, text=text, key=tuple(key.split()), columns=columns)


def _id(name: str, text: str, refers: str = "", *, required: bool = True) -> Column:
    return Column(name=name, type="id", text=text, refers=refers, is_required=required)


def _of(type: str, name: str, text: str, *, required: bool = False) -> Column:
    return Column(name=name, type=type, text=text, is_required=required)


CLAIM_ID = _id("claim_id", "The claim.", "claims")
POSITION = _of("integer", "position", "Place in the order of the claim, from 0.", required=True)
START = _of("integer", "start", "First code point in the text of the document, from 0.", required=True)
END = _of("integer", "end", "Code point after the last one: the end is not part of the span.", required=True)
QUOTE = _of("string", "quote", "The words from start to end; cut, or empty, in an export without the texts.")
VERSION = _of("integer", "version", "How often it was saved.", required=True)
CREATED = _of("datetime", "created_at", "When it was made, in UTC.", required=True)
UPDATED = _of("datetime", "updated_at", "When it was last changed, in UTC.", required=True)
BOOK = _of("string", "codebook", "Name of the codebook.", required=True)
BOOK_VERSION = _of("integer", "codebook_version", "Version of the codebook.", required=True)
DISAMBIGUATION = _of("string", "disambiguation", "Tells two entries of one name apart.")
PROVISIONAL = _of("boolean", "is_provisional", "Not accepted by a curator yet.", required=True)
NOTE = _of("string", "note", "Note of the curators.")
LAYER_ID = _id("layer_id", "The reading.", "layers")
DECISION_ID = _id("decision_id", "The decision.", "decisions")
# Runs of columns that stand in several tables.
SPAN = (START, END, QUOTE)
SAVED = (VERSION, CREATED, UPDATED)
CODEBOOK = (BOOK, BOOK_VERSION)
CURATED = (NOTE, PROVISIONAL)

CLAIMS = _table(
    "claims",
    "One row for each claim: what is asserted, in whose reading of which document.",
    "claim_id",
    _id("claim_id", "The claim; the same in every export."),
    _id("layer_id", "The reading that it belongs to.", "layers"),
    _id("document_id", "The document that it stands in.", "documents"),
    _id("round_id", "The round; empty for gold.", required=False),
    _of("string", "project", "Short name of the project.", required=True),
    _of("string", "layer_kind", "annotator, or gold for the settled reading.", required=True),
    _of("string", "annotator", "Who made it; empty for gold."),
    *CODEBOOK,
    _of("integer", "start", "Start of its first part, in code points.", required=True),
    _of("integer", "end", "End of its last part, in code points.", required=True),
    _of("string", "quote", "Its words; […] stands between parts."),
    _of("integer", "n_parts", "Number of its parts; more than one: discontinuous.", required=True),
    _of("string", "mode", "direct, indirect, mixed, reported or narrated; empty: not answered."),
    _id("proposition_id", "The canonical claim that it takes up.", "propositions", required=False),
    _of("string", "proposition", "Its sentence."),
    _of("string", "relation", "affirms, denies or leaves_open the proposition."),
    _of("boolean", "no_stance", "The annotator says that no stance is expressed.", required=True),
    _of("boolean", "unsure", "The annotator was not sure.", required=True),
    _of("string", "note", "The annotator’s note."),
    _of("string", "detected_rule", "Rule of the reader that found fields which were accepted unchanged."),
    _of("string", "detected_fields", "Those fields, with spaces between."),
    _id("follows", "In a follow-up round: the claim of the earlier round.", required=False),
    *SAVED,
    _of("boolean", "withdrawn", "The reading was withdrawn: it counts in no figure.", required=True),
)
STANCES = _table(
    "stances",
    "One row for each claim, holder and target. A claim without stance has none.",
    "claim_id position",
    CLAIM_ID,
    POSITION,
    _id("holder_id", "Whose stance it is; empty only where the claim has no speaker.", "speakers", required=False),
    _of("string", "holder", "Name of the holder."),
    _of("boolean", "holder_is_default", "Nobody else was named: whom the first speaker represents, else that speaker.",
        required=True),
    _id("target_id", "What the stance is toward.", "targets", required=False),
    _of("string", "target", "Name of the target."),
    _of("string", "target_kind", "event, policy, actor or issue; empty: not sorted."),
    _of("string", "value", "Key of the value on the codebook’s stance scale."),
    _of("number", "score", "Score of that value, from −1 to +1; empty where the scale gives none."),
)  # fmt: skip
SPANS = _table(
    "spans",
    "One row for each span of text: the parts of a claim, its cues, and the words that name its speakers.",
    "claim_id role speaker_position position",
    CLAIM_ID,
    _of("string", "role", "content, cue, or mention of a speaker.", required=True),
    _of("integer", "speaker_position", "Of a mention: the place of the speaker among those of the claim."),
    POSITION,
    *SPAN,
)
CLAIM_SPEAKERS = _table(
    "claim_speakers",
    "One row for each speaker of a claim; a joint statement has several.",
    "claim_id position",
    CLAIM_ID,
    POSITION,
    _id("speaker_id", "Who speaks.", "speakers"),
    _of("string", "speaker", "Name of the speaker.", required=True),
    _id("represents_id", "For whom they speak, if the text says so.", "speakers", required=False),
    _of("string", "represents", "Name of whom they represent."),
)
REPORTERS = _table(
    "reporters",
    "Everyone between the outlet and the speaker, the outermost first.",
    "claim_id position",
    CLAIM_ID,
    POSITION,
    _id("speaker_id", "Who reports.", "speakers"),
    _of("string", "speaker", "Name of who reports.", required=True),
)
ATTRIBUTES = _table(
    "attributes",
    "Answers to the codebook’s questions, one row for each value.",
    "layer_id claim_id stance_position key position",
    _of("string", "scope", "claim, stance or document: what was asked about.", required=True),
    LAYER_ID,
    _id("claim_id", "The claim; empty for answers about the document.", "claims", required=False),
    _of("integer", "stance_position", "Of an answer about a stance: its place in the claim."),
    _of("string", "key", "Key of the question.", required=True),
    _of("string", "kind", "choice, scale, boolean, text or entity.", required=True),
    _of("integer", "position", "Place among several labels, from 0.", required=True),
    _of("string", "value", "Key of the label, number, true or false, words, or id of a speaker.", required=True),
)
DOCUMENTS = _table(
    "documents",
    "One row for each document of the corpus.",
    "document_id",
    _id("document_id", "The document."),
    _of("integer", "number", "Its place in the corpus.", required=True),
    _of("string", "external_id", "Its id where it came from."),
    _of("string", "title", "Title."),
    _of("string", "source", "The outlet."),
    _of("string", "url", "Where it was published."),
    _of("date", "published_on", "Day of publication."),
    _of("string", "language", "Language, as in BCP 47."),
    _of("string", "sha256", "Hash of the text in UTF-8.", required=True),
    _of("integer", "n_characters", "Length of the text in code points.", required=True),
    _of("string", "text", "The text; offsets count its code points. Empty in an export without the texts."),
    _of("json", "metadata", "What else came with it, as JSON."),
)
LAYERS = _table(
    "layers",
    "One row for each reading of a document, also without claims.",
    "layer_id",
    _id("layer_id", "The reading."),
    _id("document_id", "What was read.", "documents"),
    _id("round_id", "In which round; empty for gold.", required=False),
    _of("string", "layer_kind", "annotator, or gold.", required=True),
    _of("string", "annotator", "Who read it; empty for gold."),
    _of("string", "status", "open, submitted, returned or withdrawn.", required=True),
    _of("boolean", "nothing_to_code", "The annotator says that there is nothing to code.", required=True),
    *CODEBOOK,
    _of("integer", "n_claims", "Number of its claims.", required=True),
    *SAVED,
    _of("datetime", "submitted_at", "When it was last submitted."),
)
MARKS = _table(
    "marks",
    "Places that an annotator declared free of claims.",
    "layer_id start end",
    LAYER_ID,
    *SPAN,
)
SPEAKERS = _table(
    "speakers",
    "The registry of speakers. Claims name entries as they count after merges.",
    "speaker_id",
    _id("speaker_id", "The speaker."),
    _of("string", "name", "Name.", required=True),
    _of("string", "kind", "person, authority, organisation, group, document, outlet or unnamed; empty: not sorted."),
    DISAMBIGUATION,
    _of("string", "external_id", "For example a Wikidata QID."),
    _of("json", "aliases", "Other names, as a JSON list."),
    *CURATED,
    _id("merged_into_id", "The entry that this one counts as.", "speakers", required=False),
)
TARGETS = _table(
    "targets",
    "The registry of targets.",
    "target_id",
    _id("target_id", "The target."),
    _of("string", "name", "Name, worded in the positive.", required=True),
    _of("string", "kind", "event, policy, actor or issue; empty: not sorted."),
    DISAMBIGUATION,
    *CURATED,
    _id("merged_into_id", "The entry that this one counts as.", "targets", required=False),
    _of("boolean", "is_merged_inverted", "It counts as the opposite of that entry.", required=True),
)
PROPOSITIONS = _table(
    "propositions",
    "The registry of propositions: canonical claims.",
    "proposition_id",
    _id("proposition_id", "The proposition."),
    _of("string", "text", "Its sentence.", required=True),
    DISAMBIGUATION,
    *CURATED,
    _id("usual_target_id", "What stances on it are usually toward.", "targets", required=False),
    _id("merged_into_id", "The entry that this one counts as.", "propositions", required=False),
)
DECISIONS = _table(
    "decisions",
    "What curators decided, one row for each unit; with gold layers only.",
    "decision_id",
    _id("decision_id", "The decision."),
    _id("layer_id", "The gold reading.", "layers"),
    _id("document_id", "The document.", "documents"),
    _id("claim_id", "The gold claim; empty where it was rejected.", "claims", required=False),
    _of("string", "kind", "accepted, edited, joined, created or rejected.", required=True),
    _of("boolean", "by_itself", "All readings agreed, or a rule settled it: nobody decided.", required=True),
    _of("string", "reason", "Why."),
    _of("string", "guideline", "Heading of the paragraph of the guidelines that it rests on."),
    _of("string", "decided_by", "Who decided.", required=True),
    _of("boolean", "had_coded", "They had coded the document themselves.", required=True),
    CREATED,
    UPDATED,
)
DECISION_READINGS = _table(
    "decision_readings",
    "The annotators’ claims that a decision accounts for, as they were then.",
    "decision_id claim_id",
    DECISION_ID,
    _id("claim_id", "The annotator’s claim; it may have been deleted since."),
    _id("layer_id", "The annotator’s reading."),
    _of("boolean", "is_whole", "Every field was taken from it.", required=True),
)
DECISION_FIELDS = _table(
    "decision_fields",
    "Where each field of a decision comes from.",
    "decision_id field",
    DECISION_ID,
    _of("string", "field", "Path into the claim, such as attributes/type.", required=True),
    _of("string", "basis", "unanimous, majority, chosen, rule or edited.", required=True),
    _of("integer", "n_for", "Readings with the value that was taken.", required=True),
    _of("integer", "n_of", "Readings in the unit.", required=True),
    _of("string", "value", "The value that was taken, in words; without the texts, where words of a text stand."),
    _of("json", "options", "The values in dispute, in the same way, as a JSON list."),
    _of("json", "sources", "Ids of the claims that the value is from, as a JSON list."),
)

# In the order in which they are written: the first is streamed, those that come from claims too are kept meanwhile.
OF_CLAIMS = (CLAIMS, STANCES, SPANS, CLAIM_SPEAKERS, REPORTERS, ATTRIBUTES)
TABLES = (
    *OF_CLAIMS,
    DOCUMENTS,
    LAYERS,
    MARKS,
    SPEAKERS,
    TARGETS,
    PROPOSITIONS,
    DECISIONS,
    DECISION_READINGS,
    DECISION_FIELDS,
)
