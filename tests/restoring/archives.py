"""Archives of a whole project with something changed in them, signed anew; and what is said of bad ones."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile

import orjson

from annotate.formats.project import MANIFEST


def changed(path, name, change, *, is_signed=True):
    """Write an archive anew with one file changed, or left out, and with the manifest that would fit it."""
    with zipfile.ZipFile(path) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    if change is None:
        del files[name]
    else:
        files[name] = change(files[name])
    if is_signed and name != MANIFEST:
        manifest = json.loads(files[MANIFEST])
        sums = {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()} if change else None
        manifest["files"] = {one: said for one, said in (manifest["files"] | {name: sums}).items() if said}
        files[MANIFEST] = json.dumps(manifest).encode()
    found = path.with_name("changed.zip")
    with zipfile.ZipFile(found, "w") as archive:
        for one, data in files.items():
            archive.writestr(one, data)
    return found


def lines_with(**values):
    """Return what puts other values into the first line of a file."""

    def change(data):
        first, *rest = data.splitlines(keepends=True)
        return orjson.dumps(orjson.loads(first) | values) + b"\n" + b"".join(rest)

    return change


def reading_with(*without, **values):
    """Return what changes the first claim of the first reading that has one, which comes first then."""

    def change(data):
        rows = sorted((orjson.loads(line) for line in data.splitlines()), key=lambda row: -row["n_claims"])
        claim = rows[0]["reading"]["claims"][0]
        claim |= values
        for name in without:
            del claim[name]
        return b"".join(orjson.dumps(row) + b"\n" for row in rows)

    return change


def lines_without(*columns):
    def change(data):
        rows = [orjson.loads(line) for line in data.splitlines()]
        return b"".join(orjson.dumps({k: v for k, v in row.items() if k not in columns}) + b"\n" for row in rows)

    return change


def layers_with(**values):
    """Return what puts other values into the layers of all documents, a round or an annotator into one of each."""

    def change(data):
        lines = [orjson.loads(line) for line in data.splitlines()]
        for line in lines:
            own = [layer for layer in line["layers"] if all(layer.get(key) is not None for key in values)]
            for layer in own[:1] if {"round", "annotator"} & values.keys() else line["layers"]:
                layer |= {key: value for key, value in values.items() if layer.get(key) is not None}
                for claim in layer["claims"] if "round" in values else ():
                    claim["round"] = layer["round"]
        return b"".join(orjson.dumps(line) + b"\n" for line in lines)

    return change


def with_strange_addressee(data):
    return re.sub(rb'"addressee":\{"id":"[^"]*"\}', b'"addressee":{"id":"%s"}' % STRANGE.encode(), data)


def ring(column):
    """Return what lets the first two rows refer to each other."""

    def change(data):
        one, two, *rest = map(orjson.loads, data.splitlines())
        one[column], two[column] = two["id"], one["id"]
        return b"".join(orjson.dumps(row) + b"\n" for row in (one, two, *rest))

    return change


def layer_with(**values):
    """Return what changes the first reading itself."""

    def change(data):
        first, *rest = data.splitlines(keepends=True)
        row = orjson.loads(first)
        return orjson.dumps(row | {"reading": row["reading"] | values}) + b"\n" + b"".join(rest)

    return change


STRANGE = "00000000-0000-4000-8000-000000000000"
BAD = [
    ("remarks.jsonl", lines_with(created_at="now"), "remarks.jsonl, line 1, /created_at: 'now' is no time in UTC"),
    ("remarks.jsonl", lines_with(extra=1), "/extra: “extra” is not a field here"),
    ("remarks.jsonl", lambda data: b"{\n" + data, "remarks.jsonl, line 1: '{' is not JSON"),
    ("remarks.jsonl", lines_with(layer=STRANGE), "remarks.jsonl, line 1, /layer: There is no layer"),
    ("decisions.jsonl", lines_with(kind="guessed"), "/kind: 'guessed' is not allowed here"),
    ("decisions.jsonl", lines_with(n=1), "/n: “n” is not a field here"),
    ("decision_fields.jsonl", lines_with(sources=[1]), "/sources: '[1]' stands where a list of texts is needed"),
    ("decision_readings.jsonl", lambda data: data + data, "contradict each other"),
    ("attributes.jsonl", lines_with(kind="guess"), "/kind: 'guess' is not allowed here"),
    ("attributes.jsonl", lines_with(version=STRANGE), "/version: There is no codebook version"),
    ("sources.jsonl", lines_with(homepage="javascript:x"), "/homepage: 'javascript:x': "),
    ("speakers.jsonl", lines_with(merged_into=STRANGE), f"is {STRANGE}, which is not there"),
    ("speakers.jsonl", lambda data: b"", "There is no speaker"),
    ("speakers.jsonl", ring("merged_into"), "leads back to"),
    ("speakers.jsonl", lines_with(name="Lind\u202e"), "line 1, /name: The text"),
    ("speakers.jsonl", lines_with(created_at="9999-12-31T23:59:59.999999Z"), "is no time in UTC"),
    ("project.json", lambda data: data.replace(b'"name": "Harbour"', b'"name": "\\u2066"'), "a bidirectional isolate"),
    ("not_same.jsonl", lines_with(registry="outlet"), "/registry: 'outlet' is not allowed here; choose from speaker"),
    ("attributes.jsonl", lines_with(minimum=2**64 - 1, maximum=0), "contradict each other"),
    ("stance_labels.jsonl", lines_with(score="high"), "line 1, /score: 'high' is no number"),
    ("submissions.jsonl", reading_with(mode="loud"), "/reading/claims/0/mode: 'loud' is not allowed here"),
    ("submissions.jsonl", reading_with("cue"), "line 1, /reading/claims/0: “cue” is missing"),
    (
        "submissions.jsonl",
        reading_with(stances=[{"value": "support"}], no_stance=False),
        "/reading/claims/0/stances/0: “holder” is missing",
    ),
    ("submissions.jsonl", lines_with(reading={}), "line 1, /reading: “attributes” is missing"),
    (
        "submissions.jsonl",
        reading_with(attributes=None),
        "/reading/claims/0/attributes: 'None' stands where an object is needed",
    ),
    ("submissions.jsonl", layer_with(claims=None), "/reading/claims: 'None' stands where a list is needed"),
    ("submissions.jsonl", reading_with(mode=[]), "/reading/claims/0/mode: '[]' stands where a text is needed"),
    ("submissions.jsonl", layer_with(attributes={"genre": ["x"]}), "lacks an answer: "),
    ("submissions.jsonl", lines_with(layer=STRANGE), "is not the layer of the submission"),
    ("submissions.jsonl", reading_with(attributes={"colour": "red"}), "lacks the question “colour” of claims"),
    ("submissions.jsonl", reading_with(reported_by=[{"id": STRANGE, "name": "X"}]), f"It names the speaker {STRANGE}"),
    ("reassignments.jsonl", lines_with(new=STRANGE), f"reassignments.jsonl, line 1: It names the speaker {STRANGE}"),
    ("members.jsonl", lines_with(user="a b"), "'a b' is no name for an account"),
    ("rounds.jsonl", lines_with(lease_minutes=0), "/lease_minutes: '0': "),
    ("rounds.jsonl", lines_with(selection={"a": ["\0"]}), "/selection: It holds NUL"),
    ("documents.jsonl", lines_with(sha256="0"), "/sha256: '0' is not the hash of the text"),
    ("project.json", lambda data: data.replace(b'"slug": "harbour"', b'"slug": "Har bour"'), "is no short name"),
    ("documents.jsonl", with_strange_addressee, f"An answer names the speaker {STRANGE}, who is not in the corpus"),
    ("documents.jsonl", layers_with(round=STRANGE), f"line 1: A layer names the round {STRANGE}, which is not in"),
    ("documents.jsonl", layers_with(annotator="zoe"), "A layer names the annotator “zoe”, which is not in the project"),
    ("documents.jsonl", layers_with(codebook={"name": "Other", "version": 2}), "names the codebook “Other”"),
    (
        "documents.jsonl",
        layers_with(codebook={"name": "Harbour", "version": 9}, attributes={}, claims=[]),
        "names version 9 of the codebook, which is not in the project",
    ),
    (
        "project.json",
        lambda data: data.replace(b'"version": 1,\n  "project"', b'"version": 2,\n  "project"'),
        "version 1",
    ),
    ("project.json", lambda data: b"[]", "is no JSON object"),
    ("manifest.json", lambda data: data.replace(b'"bytes": ', b'"bytes": 1'), "is not what manifest.json says of it"),
]
