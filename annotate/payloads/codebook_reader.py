"""A codebook document read strictly: every error is found, with its JSON pointer."""

from __future__ import annotations

import math
import re

from annotate.attributes import KINDS
from annotate.models.codebook import BoundaryRule, Nesting, Scope, Slot
from annotate.payloads.claims import Reader, bad_character
from annotate.payloads.codebook_files import (
    ATTRIBUTE_FIELDS,
    FIELDS,
    FORMAT,
    LABEL_FIELDS,
    REQUIRES,
    STANCE_FIELDS,
    AttributeFile,
    CodebookFile,
    LabelFile,
)
from annotate.payloads.codebook_rules import broken_rules
from annotate.payloads.problems import Invalid
from corpus.text.names import InvalidName, check_characters, check_name

KEY = re.compile(r"[a-z0-9_]{1,60}")
MAX_GUIDELINES = 200_000
MAX_TEXT = 5000
MAX_NAME = 100
MAX_LINE = 300
MAX_ATTRIBUTES = 60
MAX_LABELS = 100
MAX_REPLACES = 50
MAX_NUMBER = 2**53


def parse_codebook(raw: object) -> CodebookFile:
    """Return the codebook in a decoded JSON document. Raises Invalid with a pointer for each bad field.

    What only a published version needs (labels for each choice, a stance scale) is asked by `missing()`.
    """
    reader = CodebookReader()
    file = reader.codebook(raw)
    errors = reader.errors or broken_rules(file)
    if errors:
        raise Invalid.of(errors)
    return file


class CodebookReader(Reader):
    """Walks the document and collects every error."""

    def codebook(self, raw: object) -> CodebookFile:
        body = self.obj(raw, "", frozenset(FIELDS))
        if body.get("standpoint_codebook") != FORMAT or body.get("standpoint_codebook") is True:
            self.fail("/standpoint_codebook", f"This is no codebook file: “standpoint_codebook” must be {FORMAT}.")
            return CodebookFile()
        return CodebookFile(
            name=self.name(body.get("name"), "/name", limit=MAX_LINE) if body.get("name") else "",
            number=self.count(body.get("number"), "/number"),
            note=self.words(body, "", "note"),
            guidelines=self.words(body, "", "guidelines", limit=MAX_GUIDELINES),
            whose_claims=self.line(body.get("whose_claims", ""), "/whose_claims"),
            codes_narration=self.flag(body.get("codes_narration", True), "/codes_narration"),
            codes_headline=self.flag(body.get("codes_headline", False), "/codes_headline"),
            nesting=self.choice(body.get("nesting", Nesting.ALL.value), "/nesting", Nesting.values),
            boundary_rule=self.choice(
                body.get("boundary_rule", BoundaryRule.LONGEST.value), "/boundary_rule", BoundaryRule.values
            ),
            requires=self.requires(body.get("requires")),
            stances=self.items(body.get("stances"), "/stances", MAX_LABELS, self.stance_label),
            attributes=self.items(body.get("attributes"), "/attributes", MAX_ATTRIBUTES, self.attribute),
        )

    def requires(self, raw: object) -> tuple[str, ...]:
        found = self.items(raw, "/requires", len(REQUIRES), lambda item, at: self.choice(item, at, REQUIRES))
        return tuple(name for name in REQUIRES if name in found)

    def attribute(self, raw: object, pointer: str) -> AttributeFile:
        body = self.obj(raw, pointer, frozenset(ATTRIBUTE_FIELDS))
        return AttributeFile(
            scope=self.choice(body.get("scope", Scope.CLAIM.value), f"{pointer}/scope", Scope.values),
            key=self.key(body.get("key"), f"{pointer}/key"),
            name=self.name(body.get("name"), f"{pointer}/name"),
            kind=self.choice(body.get("kind"), f"{pointer}/kind", list(KINDS)),
            definition=self.words(body, pointer, "definition"),
            required=self.flag(body.get("required", False), f"{pointer}/required"),
            multiple=self.flag(body.get("multiple", False), f"{pointer}/multiple"),
            minimum=self.number(body.get("minimum"), f"{pointer}/minimum"),
            maximum=self.number(body.get("maximum"), f"{pointer}/maximum"),
            condition=self.condition(body.get("condition"), f"{pointer}/condition"),
            replaces=self.keys(body.get("replaces"), f"{pointer}/replaces"),
            labels=self.items(body.get("labels"), f"{pointer}/labels", MAX_LABELS, self.label),
        )

    def condition(self, raw: object, pointer: str) -> tuple[str, str] | None:
        if raw is None:
            return None
        body = self.obj(raw, pointer, frozenset(("attribute", "label")))
        attribute, label = (self.key(body.get(name), f"{pointer}/{name}") for name in ("attribute", "label"))
        return (attribute, label) if attribute and label else None

    def label(self, raw: object, pointer: str, *, has_score: bool = False) -> LabelFile:
        body = self.obj(raw, pointer, frozenset(STANCE_FIELDS if has_score else LABEL_FIELDS))
        return LabelFile(
            key=self.key(body.get("key"), f"{pointer}/key"),
            name=self.name(body.get("name"), f"{pointer}/name"),
            slot=self.choice(body.get("slot", Slot.STONE.value), f"{pointer}/slot", Slot.values),
            definition=self.words(body, pointer, "definition"),
            example=self.words(body, pointer, "example"),
            counter_example=self.words(body, pointer, "counter_example"),
            shortcut=self.shortcut(body.get("shortcut", ""), f"{pointer}/shortcut"),
            score=self.score(body.get("score"), f"{pointer}/score") if has_score else None,
            replaces=self.keys(body.get("replaces"), f"{pointer}/replaces"),
        )

    def stance_label(self, raw: object, pointer: str) -> LabelFile:
        return self.label(raw, pointer, has_score=True)

    def key(self, raw: object, pointer: str) -> str:
        if not isinstance(raw, str) or not KEY.fullmatch(raw):
            rule = "1 to 60 lower-case letters, digits and underscores"
            self.fail(pointer, f"{_shown(raw)} is no key; give {rule}.")
            return ""
        return raw

    def keys(self, raw: object, pointer: str) -> tuple[str, ...]:
        found = self.items(raw, pointer, MAX_REPLACES, self.key)
        for index, key in enumerate(found):
            if key in found[:index]:
                self.fail(f"{pointer}/{index}", f"“{key}” stands here twice; keep one.")
        return found

    def name(self, raw: object, pointer: str, *, limit: int = MAX_NAME) -> str:
        try:
            return check_name(raw, what="Name", max_length=limit) if isinstance(raw, str) else self.text(raw, pointer)
        except InvalidName as error:
            self.fail(pointer, str(error))
            return ""

    def line(self, raw: object, pointer: str) -> str:
        """Read a line that may be empty."""
        text = self.text(raw, pointer, limit=MAX_LINE).strip()
        try:
            check_characters(text, what="The text")
        except InvalidName as error:
            self.fail(pointer, str(error))
        return text

    def words(self, body: dict[str, object], pointer: str, name: str, *, limit: int = MAX_TEXT) -> str:
        return self.text(body.get(name, ""), f"{pointer}/{name}", limit=limit)

    def text(self, raw: object, pointer: str, *, limit: int = MAX_TEXT) -> str:
        return super().text(raw, pointer, limit=limit)

    def shortcut(self, raw: object, pointer: str) -> str:
        is_letter = isinstance(raw, str) and len(raw) == 1 and raw.isalpha() and raw == raw.lower()
        if raw == "" or (is_letter and bad_character(str(raw)) is None):
            return str(raw)
        self.fail(pointer, f"{_shown(raw)} is no shortcut; give one lower-case letter, or none for the digit.")
        return ""

    def number(self, raw: object, pointer: str) -> float | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) <= MAX_NUMBER:
            self.fail(pointer, f"{_shown(raw)} is no number that fits; give one up to {MAX_NUMBER}, or null.")
            return None
        return float(raw)

    def score(self, raw: object, pointer: str) -> float | None:
        found = self.number(raw, pointer)
        if found is not None and (math.isnan(found) or not -1 <= found <= 1):
            self.fail(pointer, f"{_shown(raw)} lies outside −1 to +1; give a score between them, or null for none.")
            return None
        return found

    def count(self, raw: object, pointer: str) -> int | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 2**31 - 1:
            self.fail(pointer, f"{_shown(raw)} is no number of a version; give a whole number from 1, or null.")
            return None
        return raw


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
