"""The OpenAPI schema is valid and complete; the readable page shows all of it under the strict CSP."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from annotate.api.schema import openapi

METHODS = {"get", "post", "put", "patch", "delete"}


def operations():
    return [(path, method, spec) for path, methods in openapi()["paths"].items() for method, spec in methods.items()]


def test_the_schema_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_every_route_and_method_is_in_the_schema():
    found = {(path, method) for path, method, _ in operations()}
    expected = set()
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern) == "api/v1/":
            for route in resolver.url_patterns:
                path = "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern))
                methods = getattr(getattr(route.callback, "cls", None), "http_method_names", [])
                expected |= {(path, method) for method in methods if method in METHODS}
    assert found == expected and len(found) > 40


@pytest.mark.parametrize(
    ("path", "method", "spec"), operations(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_operation_says_what_it_takes_and_answers(path, method, spec):
    assert spec["summary"] and spec["description"] and spec["tags"]
    good = [status for status in spec["responses"] if status < "400"]
    assert good and {"401", "404", "503"} <= spec["responses"].keys()
    for status, answer in spec["responses"].items():
        if status >= "400":
            assert list(answer["content"]) == ["application/problem+json"]
    if method in ("put", "patch"):
        assert spec["requestBody"]["content"]


@pytest.mark.django_db
def test_the_schema_is_open_to_everybody():
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.")


@pytest.mark.parametrize("path", ["/api/", "/api/v1/"])
@pytest.mark.django_db
def test_the_root_says_where_the_rest_is(manager, project, path):
    answer = Client().get(path, headers={"Host": "127.0.0.1"})
    found = answer.json()
    assert answer.status_code == 200 and Client().post(path).status_code == 405
    addresses = [found[name] for name in ("docs", "schema", "projects")]
    addresses += [one.replace("{slug}", project.slug) for one in found["of_a_project"].values()]
    assert {"documents", "claims", "releases", "speakers"} <= found["of_a_project"].keys()
    for address in addresses:
        assert address.startswith("http://127.0.0.1/api/v1/")
        read = manager.get(address)
        assert read.status_code in (200, 204), address
        b"".join(read)


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_has_nothing_inline():
    answer = Client().get("/api/v1/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for path, method, spec in operations():
        assert f'id="{spec["operationId"]}"' in page and path in page and f"method-{method}" in page
    assert "curl -H" in page and "<style" not in page and " style=" not in page and not re.search(r"\son\w+=", page)
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_signed_in_user_reads_the_page_too(ann):
    ann.client.force_login(ann.user)
    assert ann.client.get("/api/v1/docs/").status_code == 200
