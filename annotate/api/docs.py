"""The readable documentation, made from the OpenAPI schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotate.api.schema import openapi

EXAMPLE_ID = "2f3c1a9e-0000-4000-8000-000000000000"
PLACES = {"slug": "bridge", "id": EXAMPLE_ID, "username": "ann", "path": "claims.csv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    type: str
    place: str = ""
    is_required: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: str
    detail: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one route."""

    id: str
    method: str
    path: str
    summary: str
    detail: str
    parameters: list[Field]
    body: list[Field]
    body_types: list[str]
    example: str
    curl: str
    answers: list[Answer]
    errors: list[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A named object that bodies and answers are made of."""

    name: str
    detail: str
    fields: list[Field]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation, grouped by resource, and every object."""
    context = {"groups": groups(), "shapes": shapes(), "base_url": f"{settings.SITE_URL}/api/v1/"}
    return render(request, "annotate/api_docs.html", context)


@cache
def groups() -> dict[str, list[Operation]]:
    """Return the operations by resource, in the order in which a client meets them."""
    found: dict[str, list[Operation]] = {}
    for path, methods in openapi()["paths"].items():
        for method, spec in methods.items():
            found.setdefault(spec["tags"][0], []).append(_operation(path, method, spec))
    return {name: found[name] for name in sorted(found, key=_place)}


# What a client does first; resources that are not named follow in the order of their names.
ORDER = ("projects", "members", "rounds", "documents", "queue", "claims", "layers", "export")


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


@cache
def shapes() -> list[Shape]:
    found = openapi()["components"]["schemas"]
    return [Shape(name=name, detail=spec.get("description", ""), fields=_fields(spec)) for name, spec in found.items()]


def _operation(path: str, method: str, spec: dict[str, Any]) -> Operation:
    content: dict[str, Any] = spec.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next(iter(content.values()), {})
    example = _example(body)
    answers = [_answer(status, answer) for status, answer in spec["responses"].items()]
    return Operation(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec["summary"],
        detail=spec["description"],
        parameters=[_parameter(found) for found in spec.get("parameters", [])],
        body=_fields(_resolved(body.get("schema", {}))),
        body_types=list(content),
        example=json.dumps(example, ensure_ascii=False, indent=2) if example is not None else "",
        curl=_curl(path, method, example),
        answers=[found for found in answers if found.status < "400"],
        errors=[found for found in answers if found.status >= "400"],
    )


def _parameter(spec: dict[str, Any]) -> Field:
    return Field(
        name=spec["name"],
        type=_type(spec["schema"]),
        place=spec["in"],
        is_required=spec.get("required", False),
        detail=spec.get("description", ""),
    )


def _answer(status: str, spec: dict[str, Any]) -> Answer:
    schemas = [content.get("schema", {}) for content in spec.get("content", {}).values()]
    return Answer(status=status, detail=spec.get("description", ""), body=", ".join(dict.fromkeys(map(_type, schemas))))


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name=name, type=_type(spec), is_required=name in required, detail=spec.get("description", ""))
        for name, spec in schema.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = _ref(schema)
    return openapi()["components"]["schemas"][name] if name else schema


def _ref(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words."""
    if name := _ref(schema):
        return name
    if "allOf" in schema or "oneOf" in schema:
        found = " or ".join(_type(part) for part in schema.get("allOf", schema.get("oneOf", [])))
    elif "enum" in schema:
        found = " | ".join(_values(schema["enum"]))
    elif schema.get("type") == "array":
        found = f"list of {_type(schema['items'])}"
    else:
        found = str(schema.get("format") or schema.get("type", "any"))
    return f"{found} or null" if schema.get("nullable") else found


def _values(values: list[Any]) -> Iterator[str]:
    return (str(value) if value else '""' for value in values if value is not None)


def _example(body: dict[str, Any]) -> Any:
    return next((found["value"] for found in body.get("examples", {}).values()), None)


def _curl(path: str, method: str, example: Any) -> str:
    """Return a command line that does it, with example values in the path."""
    for name, value in PLACES.items():
        path = path.replace(f"{{{name}}}", value)
    words = ["curl -H 'Authorization: Bearer '$TOKEN"]
    words += [f"-X {method.upper()}"] if method != "get" else []
    if method in ("put", "patch", "delete") and path.startswith("/api/v1/claims/"):
        words.append("-H 'If-Match: \"1\"'")
    if example is not None:
        data = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        words += ["-H 'Content-Type: application/json'", f"-d '{data}'"]
    return " \\\n  ".join([*words, f"'{settings.SITE_URL}{path}'"])
