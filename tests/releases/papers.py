"""The rules of those who read the papers of a release, as JSON schemas of the members that we write.

Citation File Format 1.2.0 (https://github.com/citation-file-format/citation-file-format), and the metadata of a deposit
at Zenodo (https://developers.zenodo.org/#representation). DataCite's are in the library “datacite”.
"""

from __future__ import annotations

WORDS = {"type": "string", "minLength": 1}
DAY = {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"}
CFF_DOI = {"type": "string", "pattern": r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+$"}


def _object(required, **members):
    return {"type": "object", "required": required, "properties": members, "additionalProperties": False}


def _list(items):
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


ORCID = {"type": "string", "pattern": r"^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"}
PERSON = _object([], **{"family-names": WORDS, "given-names": WORDS, "affiliation": WORDS, "orcid": ORCID})
BODY = _object(["name"], name=WORDS, orcid=ORCID)
IDENTIFIER = {
    "anyOf": [
        _object(["type", "value"], type={"const": "doi"}, value=CFF_DOI, description=WORDS),
        _object(["type", "value"], type={"const": "other"}, value=WORDS, description=WORDS),
    ]
}
LICENCES = ["CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "ODbL-1.0"]
CFF = _object(
    ["cff-version", "message", "title", "authors"],
    **{
        "cff-version": {"const": "1.2.0"},
        "message": WORDS,
        "type": {"enum": ["dataset", "software"]},
        "title": WORDS,
        "version": WORDS,
        "date-released": DAY,
        "license": {"enum": LICENCES},
        "doi": CFF_DOI,
        "identifiers": _list(IDENTIFIER),
        "abstract": WORDS,
        "keywords": _list(WORDS),
        "authors": _list({"anyOf": [PERSON, BODY]}),
    },
)
ZENODO = _object(
    ["title", "upload_type", "description", "creators", "access_right", "license"],
    title=WORDS,
    upload_type={"const": "dataset"},
    description={"type": "string", "minLength": 3},
    creators=_list(
        _object(
            ["name"], name=WORDS, affiliation=WORDS, orcid={"type": "string", "pattern": r"^(\d{4}-){3}\d{3}[\dX]$"}
        )
    ),
    license={"enum": [name.lower() for name in LICENCES]},
    access_right={"const": "open"},
    version=WORDS,
    publication_date=DAY,
    keywords=_list(WORDS),
    notes=WORDS,
    doi={"type": "string", "pattern": r"^10\.\d{4,9}/\S+$"},
)
