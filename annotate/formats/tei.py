"""TEI: a file for each document, its text in paragraphs, and the claims stand-off.

The body holds the text as it is: its string value is the text, and `string-range(text,OFFSET,LENGTH,…)` (TEI P5,
16.2.4.6) counts its code points. Claims are spans; what they say is a feature structure that the span refers to (TEI
P5, 18).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.layers_out import note_shared, standing
from annotate.formats.marks import LAYERS, REGISTRIES, SHARED_LOSSES, TIMES, WITHDRAWN
from annotate.formats.reading import document_lines
from annotate.formats.speakers import BODIES, speaker_kinds

# A line with more than what XML takes for white space; a no-break space is a character of the text.
PARAGRAPH = re.compile(r"^[ \t\r]*+[^\n \t\r][^\n]*", re.MULTILINE)
# What XML 1.0 has no place for.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LOSSES = {
    REGISTRIES: SHARED_LOSSES[REGISTRIES],
    TIMES: SHARED_LOSSES[TIMES],
    WITHDRAWN: SHARED_LOSSES[WITHDRAWN],
    LAYERS: "status and times of readings, answers about the document, and that there is nothing to code are left out",
    "characters": "a control character that XML does not allow stands as U+FFFD; offsets stay right",
}


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    kinds = speaker_kinds(selection)
    for document in document_lines(selection):
        document["layers"] = standing(document["layers"], losses)
        for layer in document["layers"]:
            note_shared(layer | {"no_claim": []}, layer["claims"], losses)  # the marks are written
        data = "".join(_Tei(document, kinds, losses).lines()).encode()
        yield Member(path=f"{document['id']}.xml", pieces=[data])


class _Tei:
    """One document as TEI."""

    def __init__(self, document: dict[str, Any], kinds: dict[str, str], losses: Losses) -> None:
        self._document = document
        self._kinds = kinds
        self._losses = losses
        self._layers: list[dict[str, Any]] = document["layers"]
        names = dict.fromkeys(layer["annotator"] or "gold" for layer in self._layers)
        self._people = {name: f"r{number}" for number, name in enumerate(names, start=1)}

    def lines(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n'
        yield from self._header()
        if any(layer["claims"] or layer["no_claim"] for layer in self._layers):
            yield "<standOff>\n"
            yield from self._entries()
            for layer in self._layers:
                yield from self._layer(layer)
            yield "</standOff>\n"
        yield from self._text()
        yield "</TEI>\n"

    def _header(self) -> Iterator[str]:
        about = self._document
        yield f"<teiHeader>\n<fileDesc>\n<titleStmt>\n<title>{self._safe(about['title'])}</title>\n"
        for name, id in self._people.items():
            resp = "adjudication" if name == "gold" else "annotation"
            yield f'<respStmt xml:id="{id}"><resp>{resp}</resp><name>{self._safe(name)}</name></respStmt>\n'
        yield "</titleStmt>\n<publicationStmt><p>Exported from Standpoint.</p></publicationStmt>\n"
        yield "<sourceDesc>\n<bibl>\n"
        yield f"<title>{self._safe(about['title'])}</title>\n"
        if about["source"]:
            yield f"<publisher>{self._safe(about['source'])}</publisher>\n"
        if about["published_on"]:
            yield f'<date when="{about["published_on"]}"/>\n'
        if about["url"]:
            yield f"<ref target={self._quoted(about['url'])}/>\n"
        for kind in ("id", "external_id", "sha256"):
            if about[kind]:
                yield f'<idno type="{kind}">{self._safe(about[kind])}</idno>\n'
        yield "</bibl>\n</sourceDesc>\n</fileDesc>\n"
        if about["language"]:
            language = f"<language ident={self._quoted(about['language'])}/>"
            yield f"<profileDesc><langUsage>{language}</langUsage></profileDesc>\n"
        yield "</teiHeader>\n"

    def _text(self) -> Iterator[str]:
        """Yield the text: paragraphs are its lines with words, and what lies between them stays between them."""
        text, at = self._document["text"], 0
        if FORBIDDEN.search(text):
            self._losses.note("characters", self._document["id"])
        yield '<text>\n<body xml:id="text" xml:space="preserve">'
        for found in PARAGRAPH.finditer(text):
            yield f"{self._safe(text[at : found.start()])}<p>{self._safe(found[0])}</p>"
            at = found.end()
        yield f"{self._safe(text[at:])}</body>\n</text>\n"

    def _entries(self) -> Iterator[str]:
        """Yield the people and bodies, targets and propositions that the claims name."""
        people, targets, propositions = _entries_of(claim for layer in self._layers for claim in layer["claims"])
        bodies = {id for id in people if self._kinds.get(id) in BODIES}
        groups = (
            ("listPerson", "person", "persName", {id: name for id, name in people.items() if id not in bodies}),
            ("listOrg", "org", "orgName", {id: name for id, name in people.items() if id in bodies}),
        )
        for outer, inner, tag, found in groups:
            if found:
                rows = (
                    f'<{inner} xml:id="e-{id}"><{tag}>{self._safe(name)}</{tag}></{inner}>\n'
                    for id, name in _by_name(found)
                )
                yield f"<{outer}>\n{''.join(rows)}</{outer}>\n"
        for kind, named in (("targets", targets), ("propositions", propositions)):
            if named:
                rows = (f'<interp xml:id="e-{id}">{self._safe(name)}</interp>\n' for id, name in _by_name(named))
                yield f'<interpGrp type="{kind}">\n{"".join(rows)}</interpGrp>\n'

    def _layer(self, layer: dict[str, Any]) -> Iterator[str]:
        who = self._people[layer["annotator"] or "gold"]
        about = f'subtype="{layer["kind"]}" resp="#{who}" corresp="urn:uuid:{layer["id"]}"'
        if layer["claims"]:
            yield f'<spanGrp type="claims" {about}>\n'
            for claim in layer["claims"]:
                quote = " […] ".join(span["quote"] for span in claim["spans"])
                where = f'target="{_range(claim["spans"])}" ana="#f-{claim["id"]}"'
                yield f'<span xml:id="c-{claim["id"]}" {where}>{self._safe(quote)}</span>\n'
            yield "</spanGrp>\n"
        if layer["no_claim"]:
            yield f'<spanGrp type="no-claim" {about}>\n'
            for mark in layer["no_claim"]:
                yield f'<span target="{_range([mark])}">{self._safe(mark["quote"])}</span>\n'
            yield "</spanGrp>\n"
        for claim in layer["claims"]:
            features = "".join(self._features(claim))
            if "\ufffd" in features and FORBIDDEN.search(_said(claim)):
                self._losses.note("characters", claim["id"])
            yield features

    def _features(self, claim: dict[str, Any]) -> Iterator[str]:
        yield f'<fs xml:id="f-{claim["id"]}" type="claim">\n'
        for span in claim["cue"]:
            yield f'<f name="cue" fVal="{_range([span])}"/>\n'
        yield from self._list("speakers", [self._speaker(one) for one in claim["speakers"]])
        yield from self._list("reported_by", [_reporter(one) for one in claim["reported_by"]])
        if claim["mode"]:
            yield f'<f name="mode"><symbol value="{claim["mode"]}"/></f>\n'
        if proposition := claim["proposition"]:
            yield f'<f name="proposition" fVal="#e-{proposition["id"]}"/>\n'
            yield f'<f name="relation"><symbol value="{proposition["relation"]}"/></f>\n'
        yield from self._list("stances", [self._stance(one) for one in claim["stances"]])
        for name in ("no_stance", "unsure"):
            if claim[name]:
                yield f'<f name="{name}"><binary value="true"/></f>\n'
        yield from self._answers(claim["attributes"])
        if claim["note"]:
            yield f'<f name="note"><string>{self._safe(claim["note"])}</string></f>\n'
        if detected := claim.get("detected"):
            fields = "".join(f'<symbol value="{field}"/>' for field in detected["fields"])
            rule = f'<f name="rule"><symbol value={self._quoted(detected["rule"])}/></f>'
            rest = f'<f name="fields"><vColl org="set">{fields}</vColl></f>'
            yield f'<f name="detected"><fs type="detected">{rule}{rest}</fs></f>\n'
        if claim.get("follows"):
            yield f'<f name="follows"><string>{claim["follows"]}</string></f>\n'
        yield "</fs>\n"

    def _list(self, name: str, values: list[str]) -> Iterator[str]:
        if values:
            yield f'<f name="{name}"><vColl org="list">{"".join(values)}</vColl></f>\n'

    def _speaker(self, speaker: dict[str, Any]) -> str:
        found = f'<f name="who" fVal="#e-{speaker["id"]}"/>'
        if speaker["represents"]:
            found += f'<f name="represents" fVal="#e-{speaker["represents"]["id"]}"/>'
        for span in speaker["mention"]:
            found += f'<f name="mention" fVal="{_range([span])}"/>'
        return f'<fs type="speaker">{found}</fs>'

    def _stance(self, stance: dict[str, Any]) -> str:
        found = "".join(
            f'<f name="{name}" fVal="#e-{stance[name]["id"]}"/>' for name in ("holder", "target") if stance[name]
        )
        if stance["value"]:
            found += f'<f name="value"><symbol value={self._quoted(stance["value"])}/></f>'
        return f'<fs type="stance">{found}{"".join(self._answers(stance.get("attributes", {})))}</fs>'

    def _answers(self, answers: dict[str, Any]) -> Iterator[str]:
        for key, answer in sorted(answers.items()):
            values = [self._value(one) for one in (answer if isinstance(answer, list) else [answer])]
            shown = f'<vColl org="set">{"".join(values)}</vColl>' if isinstance(answer, list) else values[0]
            yield f'<f name="attribute-{key}">{shown}</f>\n'

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return f'<binary value="{str(value).lower()}"/>'
        if isinstance(value, int | float):
            return f'<numeric value="{value}"/>'
        if isinstance(value, dict):
            return f"<string>urn:uuid:{value['id']}</string>"
        return f"<string>{self._safe(value)}</string>"

    def _safe(self, text: str) -> str:
        # A carriage return would be read as a line feed.
        return escape(FORBIDDEN.sub("\ufffd", text), {"\r": "&#13;"})

    def _quoted(self, text: str) -> str:
        return quoteattr(FORBIDDEN.sub("\ufffd", text))


def _said(claim: dict[str, Any]) -> str:
    """Return what the annotator wrote of a claim: its note and its answers."""
    groups = [claim["attributes"], *(stance.get("attributes", {}) for stance in claim["stances"])]
    return str(claim["note"]) + "".join(str(answer) for answers in groups for answer in answers.values())


def _by_name(found: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))


def _reporter(reporter: dict[str, Any]) -> str:
    return f'<fs type="reporter"><f name="who" fVal="#e-{reporter["id"]}"/></fs>'


def _range(spans: list[dict[str, Any]]) -> str:
    places = ",".join(f"{span['start']},{span['end'] - span['start']}" for span in spans)
    return f"#string-range(text,{places})"


def _entries_of(claims: Iterable[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return names by id: speakers, targets, propositions."""
    people: dict[str, str] = {}
    targets: dict[str, str] = {}
    propositions: dict[str, str] = {}
    for claim in claims:
        named = [*claim["speakers"], *(one["represents"] for one in claim["speakers"]), *claim["reported_by"]]
        named += [stance["holder"] for stance in claim["stances"]]
        people |= {one["id"]: one["name"] for one in named if one}
        targets |= {one["target"]["id"]: one["target"]["name"] for one in claim["stances"] if one["target"]}
        if claim["proposition"]:
            propositions[claim["proposition"]["id"]] = claim["proposition"]["text"]
    return people, targets, propositions


FORMAT = Format(
    key="tei",
    name="TEI",
    extension="tei.zip",
    content_type="application/zip",
    description="A TEI file for each document: the text in paragraphs, claims stand-off with feature structures.",
    write=write,
    is_folder=True,
    losses=LOSSES,
)
