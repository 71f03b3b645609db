"""One section of a draft as a form: the codebook document filled from what was sent, keys kept apart and followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.text import slugify

from annotate.payloads.codebook_files import REQUIRES

type Document = dict[str, Any]

SECTIONS = ("guidelines", "scope", "stances")
TEXTS = ("definition", "example", "counter_example")
MAX_ROWS = 200


@dataclass(slots=True, kw_only=True)
class Section:
    """The part of a draft that is open: `index` is that of an attribute. `before` is the version that it follows.

    Once filled it remembers which keys its question and labels had, so that what names them can follow.
    """

    document: Document
    name: str
    index: int | None = None
    before: Document = field(default_factory=dict)
    was_key: str = ""
    was: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, raw: str, document: Document, before: Document | None) -> Section | None:
        """Return the section that an address or a form names, or None."""
        before = before or {"stances": [], "attributes": []}
        if raw in SECTIONS:
            return cls(document=document, name=raw, before=before)
        kind, _, number = raw.partition("-")
        if kind == "question" and number.isascii() and number.isdecimal() and len(number) < 4:
            index = int(number)
            if index < len(document["attributes"]):
                return cls(document=document, name=raw, index=index, before=before)
        return None

    @property
    def attribute(self) -> Document:
        assert self.index is not None
        found: Document = self.document["attributes"][self.index]
        return found

    @property
    def pointer(self) -> str:
        """Return where the section stands in the document."""
        return f"/{self.name}" if self.index is None else f"/attributes/{self.index}"

    @property
    def labels(self) -> list[Document]:
        found: list[Document] = self.document["stances"] if self.index is None else self.attribute["labels"]
        return found

    @property
    def labels_pointer(self) -> str:
        return "/stances" if self.index is None else f"{self.pointer}/labels"

    def set_labels(self, labels: list[Document]) -> None:
        if self.index is None:
            self.document["stances"] = labels
        else:
            self.attribute["labels"] = labels

    def old_attributes(self) -> list[Document]:
        """Return the questions of the version before that this one could take over."""
        return [found for found in self.before["attributes"] if found["scope"] == self.attribute["scope"]]

    def old_labels(self) -> list[Document]:
        """Return the labels of the version before whose answers can go to the labels here."""
        if self.index is None:
            found: list[Document] = self.before["stances"]
            return found
        keys = self.attribute["replaces"] or [self.attribute["key"]]
        return [label for old in self.old_attributes() if old["key"] in keys for label in old["labels"]]

    def fill(self, sent: QueryDict) -> None:
        """Put what was sent into the document; rules are checked when it is saved."""
        if self.name == "guidelines":
            self.document["guidelines"] = words(sent.get("guidelines", ""))
        elif self.name == "scope":
            self._fill_scope(sent)
        elif self.name == "stances":
            self._fill_labels(sent)
        else:
            self._fill_attribute(sent)

    def _fill_scope(self, sent: QueryDict) -> None:
        for name in ("codes_narration", "codes_headline"):
            self.document[name] = name in sent
        for name in ("whose_claims", "nesting", "boundary_rule"):
            self.document[name] = str(sent.get(name, self.document[name])).strip()
        self.document["requires"] = [name for name in REQUIRES if name in sent.getlist("requires")]

    def _fill_attribute(self, sent: QueryDict) -> None:
        found, was = self.attribute, self.attribute["key"]
        self.was_key = was
        found["name"] = sent.get("name", "").strip()
        found["definition"] = words(sent.get("definition", ""))
        found["scope"] = sent.get("scope", found["scope"])
        found["kind"] = sent.get("kind", found["kind"])
        found["required"], found["multiple"] = "required" in sent, "multiple" in sent and found["kind"] == "choice"
        for name in ("minimum", "maximum"):
            found[name] = number(sent.get(name, "")) if found["kind"] == "scale" else None
        found["replaces"] = keys(sent.get("replaces", ""))
        taken = {one["key"] for one in self.document["attributes"] if one is not found}
        found["key"] = sent.get("key", "").strip() or free_key(found["name"], taken, "question")
        attribute, _, label = sent.get("condition", "").partition("/")
        found["condition"] = {"attribute": attribute, "label": label} if attribute else None
        remember(found, was, {one["key"] for one in self.old_attributes()})
        self._follow(was, found["key"])
        self._fill_labels(sent)

    def _fill_labels(self, sent: QueryDict) -> None:
        n_rows = number(sent.get("n-labels", "")) or 0
        rows = [(n, f"label-{n}-") for n in range(min(int(n_rows), MAX_ROWS)) if f"label-{n}-name" in sent]
        taken = {sent.get(f"{at}key", "").strip() for _, at in rows}
        labels = []
        for _, at in rows:
            label = _label(sent, at, taken, has_score=self.index is None)
            taken.add(label["key"])
            labels.append(label)
        self.set_labels(labels)
        old = {label["key"] for label in self.old_labels()}
        self.was = [sent.get(f"{at}was", "") for _, at in rows]
        for was, label in zip(self.was, labels, strict=True):
            remember(label, was, old)
            if self.index is not None and was and was != label["key"]:
                self.follow_label(was, label["key"])

    def _follow(self, was: str, key: str) -> None:
        """Let conditions that name the question go on naming it."""
        for condition in self._conditions(was):
            condition["attribute"] = key

    def follow_label(self, was: str, key: str) -> None:
        if any(label["key"] == was for label in self.labels):
            return
        for condition in self._conditions(self.attribute["key"]):
            if condition["label"] == was:
                condition["label"] = key

    def _conditions(self, key: str) -> Iterator[Document]:
        for found in self.document["attributes"]:
            condition = found["condition"]
            if condition and found["scope"] == self.attribute["scope"] and condition["attribute"] == key:
                yield condition

    def kept(self) -> dict[str, str]:
        """Return what the fields that remember keys hold now, for a page that stays as it is."""
        found: dict[str, str] = {}
        for n, label in enumerate(self.labels if self.name not in ("guidelines", "scope") else []):
            found |= {f"label-{n}-was": label["key"], f"label-{n}-replaces": ", ".join(label["replaces"])}
        return found | ({"replaces": ", ".join(self.attribute["replaces"])} if self.index is not None else {})


def _label(sent: QueryDict, at: str, taken: set[str], *, has_score: bool) -> Document:
    name = sent.get(f"{at}name", "").strip()
    found: Document = {
        "key": sent.get(f"{at}key", "").strip() or free_key(name, taken, "label"),
        "name": name,
        "slot": sent.get(f"{at}slot", "stone"),
        "shortcut": sent.get(f"{at}shortcut", "").strip().lower(),
        "replaces": keys(sent.get(f"{at}replaces", "")),
    }
    found |= {text: words(sent.get(f"{at}{text}", "")) for text in TEXTS}
    return found | ({"score": number(sent.get(f"{at}score", ""))} if has_score else {})


def remember(found: Document, was: str, old: Iterable[str]) -> None:
    """Keep the key that was published in `replaces` when it is renamed."""
    if was and found["key"] != was and was in old and not found["replaces"]:
        found["replaces"] = [was]


def words(text: str) -> str:
    """Return a text with the line ends that are stored."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def keys(text: str) -> list[str]:
    """Return the keys in a line, each once."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def number(text: str) -> Any:
    """Return a number, None for nothing, or the text as it is: the rules say what is wrong with it."""
    try:
        return float(text.strip().replace("−", "-").replace(",", ".")) if text.strip() else None
    except ValueError:
        return text


def free_key(name: str, taken: Iterable[str], noun: str) -> str:
    """Make a key from a name that no other has."""
    base = slugify(name).replace("-", "_").strip("_")[:50] or noun
    found, n = base, 2
    while found in taken:
        found, n = f"{base}_{n}", n + 1
    return found
