"""UIMA CAS XMI: one file for each layer, with the type system, for INCEpTION and other UIMA programs.

Claims, cues and mentions are annotations of one span layer, linked by a relation layer, as INCEpTION builds its custom
layers. The library turns code points into the UTF-16 units of UIMA and back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, Refusal, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, layers_out
from annotate.formats.marks import SHARED_LOSSES, SHOWN_VALUES, marks_of, single_spans
from annotate.formats.sources import IncomingFile, Malformed, by_file

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

SPANS, LINKS = "webanno.custom.Standpoint", "webanno.custom.StandpointLink"
METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
TYPES = "TypeSystem.xml"
STRING, ANNOTATION = "uima.cas.String", "uima.tcas.Annotation"
KEY, DATA = "key", "data"
ENDS = ("Governor", "Dependent")
PLACE = ("sofa", "begin", "end")
NAMED = ("label", "value", "identifier", "role")
# Layers that say nothing of claims: tokens, sentences, grammar, and what the program notes for itself.
OTHERS = re.compile(
    r"uima\.|de\.tudarmstadt\.ukp\.(dkpro\.core\.api\.(segmentation|metadata|lexmorph|syntax)|clarin)\."
)
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONTROLS = "controls"
LOSSES = SHARED_LOSSES | {CONTROLS: "control characters, which XML cannot hold, are written as U+FFFD"}


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    types = _type_system()
    yield Member(path=TYPES, pieces=[types.to_xml().encode()])
    for layer in layers_out(selection, losses):
        if NO_XML.search(layer.document["text"]):
            for claim in layer.claims:
                losses.note(CONTROLS, claim["id"])
        xmi = _cas(layer, types).to_xmi()
        yield Member(path=f"{layer.folder}/{layer.document['id']}.xmi", pieces=[str(xmi).encode()])


def _type_system() -> TypeSystem:
    from cassis import TypeSystem

    types = TypeSystem(add_document_annotation_type=True)
    metadata = types.create_type(METADATA, "uima.tcas.DocumentAnnotation")
    for name in ("documentTitle", "documentId"):
        types.create_feature(metadata, name, STRING)
    spans = types.create_type(SPANS, ANNOTATION)
    for name in (KEY, "label", *SHOWN_VALUES, DATA):
        types.create_feature(spans, name, STRING)
    links = types.create_type(LINKS, ANNOTATION)
    for name in ("Dependent", "Governor"):
        types.create_feature(links, name, spans)
    types.create_feature(links, "label", STRING)
    return types


def _cas(layer: LayerOut, types: TypeSystem) -> Cas:
    from cassis import Cas

    document = layer.document
    cas = Cas(types, sofa_string=_xml(document["text"]), sofa_mime="text/plain")
    title = _xml(document["title"] or document["id"])
    end = len(document["text"])
    cas.add(types.get_type(METADATA)(begin=0, end=end, documentTitle=title, documentId=document["id"]))
    found = single_spans(marks_of(layer.claims, {}))
    spans, links = types.get_type(SPANS), types.get_type(LINKS)
    made = {}
    for mark in found.marks:
        (span,) = mark.spans
        values = {name: "true" if value is True else value for name, value in mark.answers.items()}
        if mark.payload is not None:
            values[DATA] = _escaped(orjson.dumps(mark.payload).decode())
        made[mark.key] = spans(begin=span["start"], end=span["end"], key=mark.key, label=mark.label, **values)
    for annotation in made.values():
        cas.add(annotation)
    for source, target, label in found.links:
        one, two = made[source], made[target]
        cas.add(links(begin=two.begin, end=two.end, Governor=one, Dependent=two, label=label))
    return cas


def _xml(text: str) -> str:
    """Return the text with what XML cannot hold replaced, each character by one of the same length."""
    return NO_XML.sub("\ufffd", text)


def _escaped(data: str) -> str:
    """Return JSON with what XML cannot hold escaped, so that nothing of it is lost."""
    return NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", data)


def read(files: Sequence[IncomingFile]) -> Iterator[Found]:
    types = {str(PurePosixPath(file.name).parent): file for file in files if PurePosixPath(file.name).name == TYPES}
    yield from by_file(lambda file: _document(file, types), *ENDINGS)(files)


def _document(file: IncomingFile, types: Mapping[str, IncomingFile]) -> Iterator[Found]:
    from cassis import load_cas_from_xmi, load_typesystem

    folders = [str(folder) for folder in PurePosixPath(file.name).parents]
    nearest = next((types[folder] for folder in folders if folder in types), None)
    if nearest is None:
        raise Malformed(f"there is no {TYPES} beside the file or above it; export it with its type system.")
    system, data = load_typesystem(io.BytesIO(_without_dtd(nearest))), io.BytesIO(_without_dtd(file))
    try:
        cas = load_cas_from_xmi(data, typesystem=system)
    except Exception as error:
        # The library raises what it meets, of many kinds.
        raise Malformed(
            f"the CAS cannot be read ({type(error).__name__}: {str(error)[:80]}); export it again."
        ) from error
    found = _annotations(cas)
    marks = [_mark(one) for one in found if not _is_link(one)]
    links = [_link(one) for one in found if _is_link(one)]
    links += [link for one in found for link in _slots(one)]
    for one in found:
        yield from _refused(one, file)
    layer = LayerFound(
        annotator=file.annotator,
        round=file.round,
        is_gold=file.folder == GOLD,
        marks=tuple(marks),
        links=tuple(links),
    )
    metadata = next((one for one in cas.select_all_annotations() if one.type.name == METADATA), None)
    id = str(getattr(metadata, "documentId", "") or "")
    yield DocumentFound(
        file=file.name,
        at="",
        layers=(layer,),
        id=id,
        external_id=file.stem,
        text=cas.sofa_string,
        as_written=_xml,
    )


def _without_dtd(file: IncomingFile) -> bytes:
    """Return the bytes of a file without a document type, which could name other files or grow without end."""
    data = file.data()
    parser = expat.ParserCreate()

    def refuse(*declared: Any) -> None:
        raise Malformed(f"{file.name} has a DOCTYPE, which is not read; remove it.")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Malformed(f"{file.name} is no well-formed XML ({error}); export it again.") from error
    return data


def _annotations(cas: Cas) -> list[Any]:
    found = [one for one in cas.select_all_annotations() if not OTHERS.match(one.type.name)]
    return sorted(found, key=lambda one: one.xmiID)


def _is_link(one: Any) -> bool:
    return all(hasattr(one, name) for name in ENDS)


def _features(one: Any) -> dict[str, Any]:
    """Return the features that are set, but for those that say where the annotation stands."""
    known = (*PLACE, *ENDS) if _is_link(one) else PLACE
    found = {feature.name: getattr(one, feature.name) for feature in one.type.all_features}
    is_set = {name: value not in (None, "") and getattr(value, "elements", None) != [] for name, value in found.items()}
    return {name: value for name, value in found.items() if is_set[name] and name not in known}


def _values(one: Any) -> dict[str, str]:
    """Return the features that hold words, numbers or truth values, as words."""
    found = {name: value for name, value in _features(one).items() if isinstance(value, str | int | float)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in found.items()}


def _linked(value: Any) -> list[Any]:
    """Return the elements of a feature that links to others, each with a role and a target; else nothing."""
    found = list(getattr(value, "elements", None) or ())
    return found if all(hasattr(one, "role") and getattr(one, "target", None) for one in found) else []


def _slots(one: Any) -> Iterator[LinkFound]:
    """Yield the links that an annotation holds itself, as INCEpTION's slots do."""
    for name, value in _features(one).items():
        for link in _linked(value):
            at = f"annotation {one.xmiID}"
            yield LinkFound(source=_key(one), target=_key(link.target), label=str(link.role or name), at=at)


def _refused(one: Any, file: IncomingFile) -> Iterator[Refusal]:
    """Yield what is set and not read: lists and structures, and all but the label of a link."""
    values = _values(one)
    unread = {name for name, value in _features(one).items() if name not in values and not _linked(value)}
    if _is_link(one):
        _label(one, values)
        unread |= set(values)
    for name in sorted(unread):
        rule = "a link has a label only" if name in values else "features of this type are not read"
        value = f"{one.type.name.rpartition('.')[2]}.{name}"
        at = f"annotation {one.xmiID}"
        yield Refusal(file=file.name, at=at, value=value, rule=rule, remedy="enter it by hand")


def _label(one: Any, values: dict[str, str]) -> str:
    name = next((name for name in NAMED if name in values and isinstance(getattr(one, name), str)), None)
    return values.pop(name) if name is not None else str(one.type.name.rpartition(".")[2])


def _key(one: Any) -> str:
    """Return the key that we wrote; other programs may mean anything by a feature of that name."""
    own = getattr(one, KEY, None) if one.type.name == SPANS else None
    return str(own or getattr(one, "xmiID", ""))


def _mark(one: Any) -> MarkFound:
    values = _values(one)
    values.pop(KEY if one.type.name == SPANS else "", None)
    label = _label(one, values)
    payload = orjson.loads(values.pop(DATA)) if one.type.name == SPANS and DATA in values else None
    if payload is not None and not isinstance(payload, dict):
        raise Malformed("the data of a mark are not ours; delete them.")
    return MarkFound(
        key=_key(one),
        label=label,
        spans=(SpanFound(parts=((one.begin, one.end),), quote=one.get_covered_text()),),
        at=f"annotation {one.xmiID}",
        answers=values,
        payload=payload,
    )


def _link(one: Any) -> LinkFound:
    values = _values(one)
    ends = [_key(end) for end in (one.Governor, one.Dependent)]
    return LinkFound(source=ends[0], target=ends[1], label=_label(one, values), at=f"annotation {one.xmiID}")


ENDINGS = (".xmi",)
FORMAT = Format(
    key="cas-xmi",
    name="UIMA CAS XMI",
    extension="cas.zip",
    content_type="application/zip",
    description="One XMI file for each layer, with its type system, for INCEpTION.",
    write=write,
    is_folder=True,
    read=read,
    endings=ENDINGS,
    losses=LOSSES,
    library="cassis",
    extra="uima",
)
