"""How a release is cited and deposited: CITATION.cff, DataCite and Zenodo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from annotate.releases.card import yaml_text
from annotate.releases.facts import Facts
from annotate.releases.methods import methods
from annotate.releases.settings import DOI_ADDRESS, Creator

KEYWORDS = ("stance detection", "argument mining", "claims", "news", "annotation")
DATACITE = "http://datacite.org/schema/kernel-4"
UNKNOWN = "(:unav)"  # DataCite's word for what is not known yet
# Old DOIs may hold other characters, which the schema of the citation file has no place for.
CFF_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")
ORCID_ADDRESS = "https://orcid.org/"


def citation_cff(facts: Facts) -> str:
    """Return the citation file (Citation File Format 1.2.0)."""
    return "\n".join(_cff(facts)) + "\n"


def _cff(facts: Facts) -> Iterator[str]:
    yield "cff-version: 1.2.0"
    yield "message: If you use this dataset, please cite it as below."
    yield "type: dataset"
    yield f"title: {yaml_text(facts.title)}"
    yield f"version: {yaml_text(str(facts.number))}"
    yield f"date-released: {facts.day}"
    yield f"license: {facts.settings.licence}"
    if CFF_DOI.fullmatch(facts.settings.doi):
        yield f"doi: {yaml_text(facts.settings.doi)}"
    elif facts.settings.doi:
        yield f"identifiers:\n- type: other\n  value: {yaml_text(DOI_ADDRESS + facts.settings.doi)}"
    yield f"abstract: {yaml_text(facts.description)}"
    yield "keywords:"
    yield from (f"- {word}" for word in KEYWORDS)
    yield "authors:"
    for found in facts.creators:
        if found.given:
            yield f"- family-names: {yaml_text(found.name)}\n  given-names: {yaml_text(found.given)}"
            if found.affiliation:
                yield f"  affiliation: {yaml_text(found.affiliation)}"
        else:
            yield f"- name: {yaml_text(found.name)}"
        if found.orcid:
            yield f"  orcid: {yaml_text(ORCID_ADDRESS + found.orcid)}"


def datacite(facts: Facts) -> dict[str, Any]:
    """Return the metadata in DataCite's JSON (schema 4.6)."""
    identifier, name, address = facts.licence
    period = facts.figures["period"]
    found: dict[str, Any] = {
        "schemaVersion": DATACITE,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Annotated news articles"},
        "creators": [_datacite_creator(one) for one in facts.creators],
        "titles": [{"title": facts.title}],
        "publisher": {"name": facts.settings.publisher or UNKNOWN},
        "publicationYear": facts.year,
        "version": str(facts.number),
        "dates": [{"date": facts.day, "dateType": "Issued"}],
        "subjects": [{"subject": word} for word in KEYWORDS],
        "rightsList": [
            {
                "rights": f"{name} (annotations)",
                "rightsUri": address,
                "rightsIdentifier": identifier,
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            },
            {"rights": f"Texts: {facts.settings.licence_texts or UNKNOWN}"},
        ],
        "descriptions": [
            {"description": facts.description, "descriptionType": "Abstract"},
            {"description": methods(facts), "descriptionType": "Methods"},
        ],
        "sizes": [f"{facts.counts['documents']} documents", f"{facts.counts['claims']} claims"],
        "formats": ["text/csv", "application/x-ndjson", "application/json"],
        "alternateIdentifiers": [{"alternateIdentifier": facts.id, "alternateIdentifierType": "UUID"}],
    }
    if facts.settings.doi:
        found["doi"] = facts.settings.doi
    if facts.languages:
        found["language"] = facts.languages[0]
    if period["from"]:
        found["dates"].append({"date": f"{period['from']}/{period['to']}", "dateType": "Coverage"})
    return found


def _datacite_creator(creator: Creator) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": creator.whole,
        "nameType": "Personal" if creator.given else "Organizational",
    }
    if creator.given:
        found |= {"givenName": creator.given, "familyName": creator.name}
    if creator.affiliation:
        found["affiliation"] = [{"name": creator.affiliation}]
    if creator.orcid:
        found["nameIdentifiers"] = [
            {
                "nameIdentifier": ORCID_ADDRESS + creator.orcid,
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ]
    return found


def zenodo(facts: Facts) -> dict[str, Any]:
    """Return the metadata of a deposit, as Zenodo reads it from `.zenodo.json`."""
    creators = []
    for one in facts.creators:
        more = {"orcid": one.orcid, "affiliation": one.affiliation}
        creators.append({"name": one.whole} | {name: value for name, value in more.items() if value})
    return {
        "title": facts.whole_title,
        "upload_type": "dataset",
        "description": f"{_html(facts.description)}\n{_html(methods(facts))}",
        "creators": creators,
        "license": facts.settings.licence.lower(),
        "access_right": "open",
        "version": str(facts.number),
        "publication_date": facts.day,
        "keywords": list(KEYWORDS),
        "notes": f"Texts: {facts.settings.licence_texts}",
    } | ({"doi": facts.settings.doi} if facts.settings.doi else {})


def _html(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{safe}</p>"
