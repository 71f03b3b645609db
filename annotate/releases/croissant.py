"""The release described in Croissant 1.0 (MLCommons): files with their hashes, and the columns of the flat table."""

from __future__ import annotations

from typing import Any

from annotate.releases.contents import CARD, SUMS, kind_of
from annotate.releases.facts import Facts, File
from annotate.releases.methods import methods
from annotate.releases.tables import NUMBERS

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
CONFORMS_TO = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
TABLE = "claims.csv"
TYPES = {"int64": "sc:Integer", "float64": "sc:Float"}


def croissant(facts: Facts) -> dict[str, Any]:
    """Return the description; files are named relative to its own place."""
    found = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": f"{facts.slug}-release-{facts.number}",
        "alternateName": facts.whole_title,
        "description": facts.description,
        "license": facts.licence[2],
        "version": f"{facts.number}.0.0",
        "datePublished": facts.day,
        "citeAs": facts.citation,
        "url": f"https://doi.org/{facts.settings.doi}" if facts.settings.doi else f"urn:uuid:{facts.id}",
        "creator": [
            {"@type": "sc:Person" if one.given else "sc:Organization", "name": one.whole} for one in facts.creators
        ],
        "isLiveDataset": False,
        "rai:dataCollection": methods(facts),
        "rai:dataUseCases": "Stance detection, claim detection and attribution, analysis of public discourse.",
        "rai:personalSensitiveInformation": "Annotators stand under pseudonyms; articles and speakers are public.",
        "distribution": [_file(file) for file in facts.files if file.path not in (CARD, SUMS)],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "claims",
                "name": "claims",
                "description": kind_of(TABLE).what,
                "field": [_field(name) for name in facts.columns],
            }
        ],
    }
    if facts.languages:
        found["inLanguage"] = facts.languages
    return found


def _file(file: File) -> dict[str, Any]:
    kind = kind_of(file.path)
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "description": kind.what,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": kind.content_type.partition(";")[0],
        "sha256": file.sha256,
    }


def _field(name: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"claims/{name}",
        "name": name,
        "description": name.replace("_", " "),
        "dataType": TYPES.get(NUMBERS.get(name, ""), "sc:Text"),
        "source": {"fileObject": {"@id": TABLE}, "extract": {"column": name}},
    }
