"""The rules of brat's standoff page, checked line by line and independently of what writes the files."""

from __future__ import annotations

import re
from itertools import pairwise

TEXT_BOUND = re.compile(r"T\d+\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.+)")
RELATION = re.compile(r"R\d+\t(\S+) Arg1:(T\d+) Arg2:(T\d+)")
ATTRIBUTE = re.compile(r"A\d+\t(\S+) (T\d+)(?: (\S+))?")
NOTE = re.compile(r"#\d+\tAnnotatorNotes (T\d+)\t(.+)")


def sections(configuration):
    """Return the types and values that the configuration declares, by section."""
    found, name = {}, ""
    for line in configuration.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            found[name] = {}
        elif line.strip():
            head, _, rest = line.partition("\t")
            found[name][head] = rest
    assert list(found) == ["entities", "relations", "events", "attributes"]
    return found


def check(annotations, text, configuration):
    """Assert that each line of an .ann file is right; return how many marks it has."""
    declared = sections(configuration)
    lines = annotations.split("\n")
    assert lines.pop() == "" and not [line for line in lines if len(line.splitlines()) != 1]
    ids = [line.partition("\t")[0] for line in lines]
    assert len(set(ids)) == len(ids)
    marks = {}
    for line in lines:
        if match := TEXT_BOUND.fullmatch(line):
            label, offsets, quote = match.groups()
            parts = [tuple(map(int, part.split())) for part in offsets.split(";")]
            assert label in declared["entities"] and all(start < end for start, end in parts)
            assert all(one[1] <= two[0] for one, two in pairwise(parts))
            assert quote == " ".join(text[start:end] for start, end in parts)
            marks[ids[lines.index(line)]] = label
    for line in lines:
        if match := RELATION.fullmatch(line):
            label, one, two = match.groups()
            assert declared["relations"][label] == f"Arg1:{marks[one]}, Arg2:{marks[two]}"
        elif match := ATTRIBUTE.fullmatch(line):
            name, key, value = match.groups()
            rule, _, values = declared["attributes"][name].partition(", Value:")
            assert rule == f"Arg:{marks[key]}" and (value in values.split("|") if values else value is None)
        elif match := NOTE.fullmatch(line):
            assert match.group(1) in marks
        else:
            assert TEXT_BOUND.fullmatch(line), line
    return len(marks)
