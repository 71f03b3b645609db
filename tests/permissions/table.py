"""The one table of who may do what by which route: for every route and method, the status that each role is answered.

To add a route, add a line: its name (or, where it has none, its pattern), the method, the statuses in the order of
ROLES, and, where they matter, a body and what the route's arguments are. A route that has no line fails the test.
"""

# ruff: noqa: E501  (a line of the table is a line)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.make import PASSWORD

ROLES = ("anonymous", "outsider", "annotator", "other_annotator", "curator", "manager", "superuser")
# What the arguments of a route are called in tests; `{document}` and the like are filled in by the test.
ARGUMENTS = {
    "api-round": {"id": "{round}"},
    "api-document": {"id": "{document}"},
    "api-document-claims": {"id": "{document}"},
    "api-layer": {"id": "{document}"},
    "api-submit": {"id": "{document}"},
    "api-reopen": {"id": "{document}"},
    "api-claim": {"id": "{claim}"},
    "api-member": {"username": "annotator"},
    "api-speaker": {"id": "{speaker}"},
    "api-speaker-merge": {"id": "{speaker}"},
    "api-speaker-unmerge": {"id": "{merged_speaker}"},
    "api-target": {"id": "{target}"},
    "api-target-merge": {"id": "{target}"},
    "api-target-unmerge": {"id": "{merged_target}"},
    "api-proposition": {"id": "{proposition}"},
    "api-proposition-merge": {"id": "{proposition}"},
    "api-proposition-unmerge": {"id": "{merged_proposition}"},
    "token-delete": {"token_id": "{token}"},
    "password_reset_confirm": {"uidb64": "MQ", "token": "none"},
    "entry-options": {"kind": "speaker"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What each role is answered; `body` and `headers` belong to a request that is right in every other way."""

    route: str
    method: str
    statuses: tuple[int, ...]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    # Pages are asked for by session, and posted as a form; the API by token and as JSON.
    is_form: bool = False


def line(route: str, method: str, *statuses: int, **extra: Any) -> Line:
    assert len(statuses) == len(ROLES), (route, method)
    return Line(route=route, method=method, statuses=statuses, **extra)


IF_1 = {"If-Match": '"1"'}
VISIT = "0b6c1f0e-5d0c-4f6e-9c61-0b6c1f0e5d0c"
#                                          anon out  ann  other cur  man  super
API = [
    line("api-projects", "GET",            401, 200, 200, 200, 200, 200, 200),
    line("api-projects", "POST",           401, 201, 201, 201, 201, 201, 201, body={"slug": "new-one", "name": "New"}),
    line("api-project", "GET",             401, 404, 200, 200, 200, 200, 200),
    line("api-project", "PATCH",           401, 404, 403, 403, 403, 200, 200, body={"name": "Other"}),
    line("api-members", "GET",             401, 404, 403, 403, 200, 200, 200),
    line("api-members", "POST",            401, 404, 403, 403, 403, 201, 201, body={"username": "outsider", "role": "annotator"}),
    line("api-member", "PATCH",            401, 404, 403, 403, 403, 200, 200, body={"roles": ["annotator", "curator"]}),
    line("api-member", "DELETE",           401, 404, 403, 403, 403, 204, 204),
    line("api-rounds", "GET",              401, 404, 200, 200, 200, 200, 200),
    line("api-rounds", "POST",             401, 404, 403, 403, 403, 201, 201, body={"name": "Second"}),
    line("api-round", "GET",               401, 404, 200, 200, 200, 200, 200),
    line("api-round", "PATCH",             401, 404, 403, 403, 403, 200, 200, body={"name": "Renamed"}),
    line("api-documents", "GET",           401, 404, 200, 200, 200, 200, 200),
    line("api-documents", "POST",          401, 404, 403, 403, 201, 201, 201, body={"text": "Another article."}),
    line("api-document", "GET",            401, 404, 200, 200, 200, 200, 200),
    line("api-document-claims", "POST",    401, 404, 201, 201, 201, 201, 201, body="{claim_body}"),
    line("api-layer", "GET",               401, 404, 200, 404, 404, 404, 404),
    line("api-layer", "PUT",               401, 404, 200, 200, 200, 200, 200, body={"no_claim": []}),
    line("api-submit", "POST",             401, 404, 200, 404, 404, 404, 404),
    line("api-reopen", "POST",             401, 404, 200, 404, 404, 404, 404),
    line("api-claim", "GET",               401, 404, 200, 404, 200, 200, 200),
    line("api-claim", "PUT",               401, 404, 200, 404, 404, 404, 404, body="{changed_claim}", headers=IF_1),
    line("api-claim", "PATCH",             401, 404, 200, 404, 404, 404, 404, body={"unsure": True}, headers=IF_1),
    line("api-claim", "DELETE",            401, 404, 204, 404, 404, 404, 404, headers=IF_1),
    line("api-claims", "GET",              401, 404, 200, 200, 200, 200, 200),
    line("api-next", "GET",                401, 404, 200, 200, 200, 200, 200),
    line("api-next", "POST",               401, 404, 200, 200, 200, 200, 200),
    line("api-export", "GET",              401, 404, 403, 403, 200, 200, 200, query="?layers=all"),
    line("api-schema", "GET",              200, 200, 200, 200, 200, 200, 200),
    line("api-docs", "GET",                200, 200, 200, 200, 200, 200, 200),
    line("healthz", "GET",                 200, 200, 200, 200, 200, 200, 200),
]  # fmt: skip
#                                          anon out  ann  other cur  man  super
REGISTRIES = [
    found
    for one, name in (("speaker", "name"), ("target", "name"), ("proposition", "text"))
    for found in (
        line(f"api-{one}s", "GET",         401, 404, 200, 200, 200, 200, 200),
        line(f"api-{one}s", "POST",        401, 404, 201, 201, 201, 201, 201, body={name: "Something new"}),
        line(f"api-{one}", "GET",          401, 404, 200, 200, 200, 200, 200),
        line(f"api-{one}", "PATCH",        401, 404, 403, 403, 200, 200, 200, body={"note": "seen"}),
        line(f"api-{one}-merge", "POST",   401, 404, 403, 403, 200, 200, 200, body={"into": f"{{other_{one}}}"}),
        line(f"api-{one}-unmerge", "POST", 401, 404, 403, 403, 200, 200, 200),
    )
]  # fmt: skip


def web(route: str, method: str, *statuses: int, **extra: Any) -> Line:
    """Return a line for a page: sent by session; nobody is sent to sign in (302), and so is a form that was done."""
    return line(route, method, *statuses, is_form=True, **extra)


#                                          anon out  ann  other cur  man  super
WEB = [
    web("home", "GET",                     302, 200, 200, 200, 200, 200, 200),
    web("favicon", "GET",                  302, 302, 302, 302, 302, 302, 302),
    web("robots", "GET",                   200, 200, 200, 200, 200, 200, 200),
    web("login", "GET",                    200, 302, 302, 302, 302, 302, 302),
    web("login", "POST",                   302, 302, 302, 302, 302, 302, 302, body={"username": "annotator", "password": PASSWORD}),
    web("logout", "POST",                  302, 302, 302, 302, 302, 302, 302),
    web("account", "GET",                  302, 200, 200, 200, 200, 200, 200),
    web("password_change", "GET",          302, 200, 200, 200, 200, 200, 200),
    web("password_change", "POST",         302, 400, 400, 400, 400, 400, 400, body={}),
    web("token-create", "POST",            302, 200, 200, 200, 200, 200, 200, body={"name": "laptop"}),
    web("token-delete", "POST",            302, 404, 302, 404, 404, 404, 404),
    web("password_reset_complete", "GET",  200, 200, 200, 200, 200, 200, 200),
    web("password_reset_confirm", "GET",   200, 200, 200, 200, 200, 200, 200),
    web("project-new", "GET",              302, 200, 200, 200, 200, 200, 200),
    web("project-new", "POST",             302, 302, 302, 302, 302, 302, 302, body={"name": "New one", "slug": "new-one"}),
    web("project", "GET",                  302, 404, 200, 200, 200, 200, 200),
    web("project-next", "GET",             302, 404, 200, 200, 200, 200, 200),
    web("project-next", "POST",            302, 404, 302, 302, 302, 302, 302),
    web("documents", "GET",                302, 404, 200, 200, 200, 200, 200),
    web("search", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("upload", "GET",                   302, 404, 403, 403, 200, 200, 200),
    web("upload", "POST",                  302, 404, 403, 403, 400, 400, 400, body={}),
    web("paste", "POST",                   302, 404, 403, 403, 302, 302, 302, body={"text": "Another article."}),
    web("import", "GET",                   302, 404, 403, 403, 404, 404, 404),
    web("export", "GET",                   302, 404, 403, 403, 200, 200, 200),
    web("guidelines", "GET",               302, 404, 200, 200, 200, 200, 200),
    web("members", "GET",                  302, 404, 403, 403, 200, 200, 200),
    web("members", "POST",                 302, 404, 403, 403, 403, 302, 302, body={"username": "outsider", "role": "annotator"}),
    web("member-change", "POST",           302, 404, 403, 403, 403, 302, 302, body={"username": "annotator", "do": "remove"}),
    web("rounds", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("rounds", "POST",                  302, 404, 403, 403, 403, 302, 302, body={"name": "Second", "lease_minutes": "60", "blind": "on"}),
    web("round-change", "POST",            302, 404, 403, 403, 403, 302, 302, body={"name": "Renamed", "lease_minutes": "60", "blind": "on", "status": "open"}),
    web("reader", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("reader-claim", "PUT",             401, 404, 200, 404, 404, 404, 404, body="{changed_claim}", headers=IF_1),
    web("reader-claim", "DELETE",          401, 404, 200, 404, 404, 404, 404, headers=IF_1),
    web("reader-layer", "PUT",             401, 404, 200, 200, 200, 200, 200, body={"no_claim": []}),
    web("reader-submit", "POST",           302, 404, 302, 302, 302, 302, 302),
    web("reader-reopen", "POST",           302, 404, 302, 404, 404, 404, 404),
    web("reader-time", "PUT",              401, 404, 200, 204, 204, 204, 204, body={"visit": VISIT, "seconds": 20}),
    web("reader-ahead", "GET",             302, 404, 200, 200, 200, 200, 200),
    web("entry-options", "GET",            302, 404, 200, 200, 200, 200, 200),
]  # fmt: skip
TABLE = [*API, *REGISTRIES, *WEB]
# Routes with one generic rule: nobody but whom the admin admits gets in.
ADMIN_PREFIX = "admin/"
