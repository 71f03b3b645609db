"""The rules of TEI P5 for the elements that we use, checked independently of what writes the files.

https://tei-c.org/release/doc/tei-p5-doc/en/html/REF-ELEMENTS.html: what may stand in each, and its attributes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as tree

TEI = "{http://www.tei-c.org/ns/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"
FEATURES = {"fs", "symbol", "binary", "numeric", "string", "vColl"}
# Element: children in their order where it has one (each with how often), else a set of those that may stand in it;
# None: words only. Then the attributes it needs, and those it may have beside xml:id.
RULES = {
    "TEI": ("teiHeader standOff? text", (), ()),
    "teiHeader": ("fileDesc profileDesc?", (), ()),
    "fileDesc": ("titleStmt publicationStmt sourceDesc", (), ()),
    "titleStmt": ("title respStmt*", (), ()),
    "respStmt": ("resp name", (), ()),
    "publicationStmt": ("p", (), ()),
    "sourceDesc": ("bibl", (), ()),
    "bibl": ({"title", "publisher", "date", "ref", "idno"}, (), ()),
    "profileDesc": ("langUsage", (), ()),
    "langUsage": ("language", (), ()),
    "standOff": ({"listPerson", "listOrg", "interpGrp", "spanGrp", "fs"}, (), ()),
    "listPerson": ("person+", (), ()),
    "person": ("persName", (), ()),
    "listOrg": ("org+", (), ()),
    "org": ("orgName", (), ()),
    "interpGrp": ("interp+", ("type",), ()),
    "spanGrp": ("span+", ("type",), ("subtype", "resp", "corresp")),
    "fs": ("f+", ("type",), ()),
    "f": (FEATURES, ("name",), ("fVal",)),
    "vColl": (FEATURES - {"vColl"}, (), ("org",)),
    "text": ("body", (), ()),
    "body": ("p+", (), ()),
    **dict.fromkeys(("title", "resp", "name", "publisher", "persName", "orgName", "p", "string"), (None, (), ())),
    "interp": (None, (), ()),
    "date": (None, ("when",), ()),
    "ref": (None, ("target",), ()),
    "idno": (None, ("type",), ()),
    "language": (None, ("ident",), ()),
    "span": (None, ("target",), ("ana",)),
    **dict.fromkeys(("symbol", "binary", "numeric"), (None, ("value",), ())),
}
EMPTY = {"date", "ref", "language", "symbol", "binary", "numeric"}
WORD = re.compile(r"\S+")
VALUES = {
    "when": re.compile(r"\d{4}-\d\d-\d\d"),
    "ident": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"),
    "org": re.compile("set|bag|list"),
    **dict.fromkeys(("type", "subtype", "name", "value", "target", "ana", "fVal", "resp", "corresp"), WORD),
}
NC_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def check(data):
    """Assert that a file is valid; return its root."""
    root = tree.fromstring(data)
    assert root.tag == f"{TEI}TEI"
    ids = [element.get(f"{XML}id") for element in root.iter() if element.get(f"{XML}id")]
    assert len(ids) == len(set(ids)) and all(NC_NAME.fullmatch(id) for id in ids)
    for element in root.iter():
        _check(element)
        for name in ("resp", "ana", "fVal"):
            if (value := element.get(name, "#string-range(")).startswith("#") and "(" not in value:
                assert value[1:] in ids, f"{name} points to {value}, which is not there"
    return root


def _check(element):
    name = element.tag.removeprefix(TEI)
    content, needed, allowed = RULES[name]
    children = [child.tag.removeprefix(TEI) for child in element]
    if content is None:
        assert not children
    elif isinstance(content, set):
        assert set(children) <= content, f"{name} holds {children}"
    else:
        pattern = "".join(re.sub(r"^(\w+)(.?)$", r"(?:\1 )\2", part) for part in content.split())
        assert re.fullmatch(pattern, "".join(f"{child} " for child in children)), f"{name} holds {children}"
    if content is not None or name in EMPTY:  # no words of its own
        loose = [element.text, *(child.tail for child in element)]
        assert not "".join(filter(None, loose)).strip(" \t\r\n"), f"words stand in {name}"
    attributes = {key: value for key, value in element.attrib.items() if not key.startswith(XML)}
    assert set(needed) <= set(attributes) <= {*needed, *allowed}, f"{name} has {attributes}"
    assert all(VALUES[key].fullmatch(value) for key, value in attributes.items()), f"{name} has {attributes}"
    if name == "f":
        assert bool(children) != ("fVal" in attributes) and len(children) <= 1
