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
    "api-round-documents": {"id": "{round}"},
    "api-round-layers": {"id": "{round}"},
    "api-round-assign": {"id": "{pairs}"},
    "api-layer-reassign": {"id": "{taken_layer}"},
    "api-layer-release": {"id": "{taken_layer}"},
    "api-document-skip": {"id": "{pages_document}"},
    "api-give-back": {"id": "{taken_document}"},
    "api-skip": {"id": "{skip}"},
    "round-places": {"round_id": "{pairs}"},
    "document-skip": {"document_id": "{pages_document}"},
    "give-back": {"document_id": "{taken_document}"},
    "api-round-move": {"id": "{round}"},
    "api-codebook-version": {"id": "{draft}"},
    "api-codebook-publish": {"id": "{draft}"},
    "codebook-file": {"number": "1"},
    "api-document": {"id": "{document}"},
    "api-document-claims": {"id": "{document}"},
    "api-layer": {"id": "{document}"},
    "api-document-part": {"id": "{document}"},
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
    "api-invitation": {"id": "{invitation}"},
    "invite": {"secret": "{secret}"},
    "invite-join": {"secret": "{secret}"},
    "invitation-revoke": {"invitation_id": "{invitation}"},
    "member": {"username": "annotator"},
    "member-layer": {"username": "annotator", "layer_id": "{layer}"},
    "follow-up": {"document_id": "{followed}"},
    "desk": {"document_id": "{followed}"},
    "desk-step": {"document_id": "{followed}"},
    "recheck-dismiss": {"recheck_id": "{recheck}"},
    "api-layer-by-id": {"id": "{layer}"},
    "api-layer-return": {"id": "{submitted_layer}"},
    "api-layer-unreturn": {"id": "{returned_layer}"},
    "api-remark": {"id": "{remark}"},
    "layer-return": {"layer_id": "{submitted_layer}"},
    "remark-change": {"remark_id": "{remark}"},
    "document-decisions": {"document_id": "{decided}"},
    "api-round-results": {"id": "{trained}"},
    "round-results": {"round_id": "{trained}"},
    "document-feedback": {"document_id": "{decided}"},
    "change-undo": {"batch": "{batch}"},
    "api-change-undo": {"batch": "{batch}"},
    "object-changes": {"object_type": "claim", "object_id": "{claim}"},
    "token-delete": {"token_id": "{token}"},
    "password_reset_confirm": {"uidb64": "MQ", "token": "none"},
    "entry-options": {"kind": "speaker"},
    "registry": {"registry": "speakers"},
    "registry-options": {"registry": "speakers"},
    "registry-doubles": {"registry": "speakers"},
    "registry-entry": {"registry": "speakers", "entry_id": "{speaker}"},
    "registry-change": {"registry": "speakers", "entry_id": "{speaker}"},
    "registry-claims": {"registry": "speakers", "entry_id": "{speaker}"},
    "registry-undo": {"registry": "speakers", "entry_id": "{speaker}"},
    "proposition-mentions": {"entry_id": "{proposition}"},
    "api-speaker-reassign": {"id": "{speaker}"},
    "api-target-reassign": {"id": "{target}"},
    "api-proposition-reassign": {"id": "{proposition}"},
    "api-proposition-mentions": {"id": "{proposition}"},
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
    line("api-member", "DELETE",           401, 404, 204, 403, 403, 204, 204),
    line("api-invitations", "GET",         401, 404, 403, 403, 403, 200, 200),
    line("api-invitations", "POST",        401, 404, 403, 403, 403, 201, 201, body={"roles": ["annotator"], "max_uses": 8}),
    line("api-invitation", "DELETE",       401, 404, 404, 404, 404, 204, 204),
    line("api-rounds", "GET",              401, 404, 200, 200, 200, 200, 200),
    line("api-rounds", "POST",             401, 404, 403, 403, 403, 201, 201, body={"name": "Second"}),
    line("api-round", "GET",               401, 404, 200, 200, 200, 200, 200),
    line("api-round", "PATCH",             401, 404, 403, 403, 403, 200, 200, body={"name": "Renamed"}),
    line("api-round-preview", "POST",      401, 404, 403, 403, 403, 200, 200, body={"name": "Second", "overlap": 2}),
    line("api-round-documents", "GET",     401, 404, 403, 403, 200, 200, 200),
    line("api-round-documents", "POST",    401, 404, 403, 403, 403, 409, 409, body={"selection": {"at_most": 1}}),
    line("api-round-layers", "GET",        401, 404, 403, 403, 200, 200, 200),
    line("api-round-assign", "POST",       401, 404, 403, 403, 403, 200, 200, body={"document": "{taken_document}", "username": "curator"}),
    line("api-layer-reassign", "POST",     401, 404, 403, 404, 403, 200, 200, body={"username": "curator"}),
    line("api-layer-release", "POST",      401, 404, 403, 404, 403, 200, 200),
    line("api-skips", "GET",               401, 404, 200, 200, 200, 200, 200),
    line("api-skip", "DELETE",             401, 404, 403, 404, 204, 204, 204),
    line("api-document-skip", "POST",      401, 404, 200, 200, 200, 200, 200, body={"reason": "Too long", "round": "{round}"}),
    line("api-give-back", "POST",          401, 404, 200, 404, 404, 404, 404, query="?round={pairs}"),
    line("api-round-move", "POST",         401, 404, 403, 403, 403, 200, 200, body={"version": 1}),
    line("api-rechecks", "GET",            401, 404, 200, 200, 200, 200, 200),
    line("api-codebook", "GET",            401, 404, 200, 200, 200, 200, 200),
    # There is a draft already; who may not start one is told that first.
    line("api-codebook", "POST",           401, 404, 403, 403, 409, 409, 409, body={}),
    line("api-codebook-version", "GET",    401, 404, 404, 404, 200, 200, 200),
    line("api-codebook-version", "PUT",    401, 404, 404, 404, 200, 200, 200, body={"standpoint_codebook": 1}, headers=IF_1),
    line("api-codebook-version", "DELETE", 401, 404, 404, 404, 204, 204, 204, headers=IF_1),
    line("api-codebook-publish", "POST",   401, 404, 404, 404, 200, 200, 200, body={"note": "One more."}),
    line("api-documents", "GET",           401, 404, 200, 200, 200, 200, 200),
    line("api-stories", "GET",             401, 404, 200, 200, 200, 200, 200),
    line("api-stories", "POST",            401, 404, 403, 403, 200, 200, 200, body={"documents": ["{document}", "{taken_document}"]}),
    line("api-document-part", "POST",      401, 404, 403, 403, 409, 409, 409),
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
    line("api-layers", "GET",              401, 404, 200, 200, 200, 200, 200),
    line("api-layer-by-id", "GET",         401, 404, 200, 404, 200, 200, 200),
    line("api-layer-return", "POST",       401, 404, 403, 404, 200, 200, 200, body={"remark": "Look again."}),
    line("api-layer-unreturn", "POST",     401, 404, 403, 404, 200, 200, 200),
    line("api-remarks", "GET",             401, 404, 200, 200, 200, 200, 200),
    line("api-remarks", "POST",            401, 404, 201, 404, 201, 201, 201, body={"document": "{document}", "layer": "{layer}", "text": "Why?"}),
    line("api-remark", "GET",              401, 404, 200, 404, 200, 200, 200),
    line("api-remark", "PATCH",            401, 404, 200, 404, 200, 200, 200, body={"settled": True}),
    line("api-remark", "DELETE",           401, 404, 204, 404, 409, 409, 409),
    line("api-progress", "GET",            401, 404, 200, 200, 200, 200, 200),
    line("api-changes", "GET",             401, 404, 403, 403, 200, 200, 200),
    line("api-change-undo", "POST",        401, 404, 404, 404, 200, 200, 200),
    line("api-decisions", "GET",           401, 404, 200, 200, 200, 200, 200),
    line("api-round-results", "GET",       401, 404, 200, 200, 200, 200, 200),
    line("api-agreement", "GET",           401, 404, 403, 403, 200, 200, 200),
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
        line(f"api-{one}-doubles", "GET",  401, 404, 403, 403, 200, 200, 200),
        # The claim names another entry, which is found out last.
        line(f"api-{one}-reassign", "POST", 401, 404, 403, 403, 409, 409, 409, body={"claims": ["{claim}"], "to": {"name": "New"}}),
    )
] + [line("api-proposition-mentions", "GET", 401, 404, 403, 403, 200, 200, 200)]  # fmt: skip


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
    web("profile", "POST",                 302, 302, 302, 302, 302, 302, 302, body={"first_name": "Ida"}),
    web("invite", "GET",                   200, 200, 200, 200, 200, 200, 200),
    web("invite", "POST",                  302, 200, 200, 200, 200, 200, 200, body={"username": "newcomer", "new_password1": PASSWORD, "new_password2": PASSWORD}),
    web("invite-join", "POST",             302, 302, 302, 302, 302, 302, 302),
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
    web("stories", "GET",                  302, 404, 200, 200, 200, 200, 200),
    web("stories", "POST",                 302, 404, 403, 403, 409, 409, 409, body={"numbers": "none"}),
    web("search", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("upload", "GET",                   302, 404, 403, 403, 200, 200, 200),
    web("upload", "POST",                  302, 404, 403, 403, 400, 400, 400, body={}),
    web("paste", "POST",                   302, 404, 403, 403, 302, 302, 302, body={"text": "Another article."}),
    web("import", "GET",                   302, 404, 403, 403, 404, 404, 404),
    web("export", "GET",                   302, 404, 403, 403, 200, 200, 200),
    web("guidelines", "GET",               302, 404, 200, 200, 200, 200, 200),
    web("codebook", "GET",                 302, 404, 200, 200, 200, 200, 200),
    web("codebook", "POST",                302, 404, 403, 403, 409, 409, 409, body={}),
    web("codebook-compare", "GET",         302, 404, 200, 200, 200, 200, 200),
    web("codebook-file", "GET",            302, 404, 200, 200, 200, 200, 200),
    web("codebook-draft", "GET",           302, 404, 404, 404, 200, 200, 200),
    web("codebook-draft", "POST",          302, 404, 404, 404, 302, 302, 302, body={"revision": "1", "section": "guidelines", "guidelines": "Mark all."}),
    web("codebook-preview", "POST",        302, 404, 404, 404, 200, 200, 200, body={"guidelines": "# One"}),
    web("codebook-publish", "GET",         302, 404, 404, 404, 200, 200, 200),
    web("codebook-publish", "POST",        302, 404, 404, 404, 302, 302, 302, body={"revision": "1", "note": "One more."}),
    web("codebook-discard", "POST",        302, 404, 404, 404, 302, 302, 302, body={"revision": "1"}),
    web("members", "GET",                  302, 404, 403, 403, 200, 200, 200),
    web("members", "POST",                 302, 404, 403, 403, 403, 302, 302, body={"username": "outsider", "role": "annotator"}),
    web("member-change", "POST",           302, 404, 403, 403, 403, 302, 302, body={"username": "annotator", "do": "remove"}),
    web("member", "GET",                   302, 404, 403, 403, 403, 200, 200),
    web("member-layer", "POST",            302, 404, 403, 403, 403, 302, 302, body={"do": "release"}),
    web("invitations", "POST",             302, 404, 403, 403, 403, 200, 200, body={"roles": "annotator", "max_uses": "8", "hours": "24"}),
    web("invitation-revoke", "POST",       302, 404, 403, 403, 403, 302, 302),
    web("leave", "GET",                    302, 404, 200, 200, 200, 200, 404),
    web("leave", "POST",                   302, 404, 302, 302, 302, 409, 404),
    web("rounds", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("rounds", "POST",                  302, 404, 403, 403, 403, 302, 302, body={"name": "Second", "lease_minutes": "60", "blind": "on"}),
    web("round", "GET",                    302, 404, 200, 200, 200, 200, 200),
    web("round-places", "POST",            302, 404, 403, 403, 302, 302, 302, body={"do": "unskip", "skip": "{skip}"}),
    web("round-places", "POST",            302, 404, 403, 403, 403, 302, 302, body={"do": "release", "layer": "{taken_layer}"}),
    web("round-add", "POST",               302, 404, 403, 403, 403, 409, 409, body={"at_most": "1"}),
    web("round-change", "POST",            302, 404, 403, 403, 403, 302, 302, body={"name": "Renamed", "lease_minutes": "60", "blind": "on", "status": "open"}),
    web("round-move", "GET",               302, 404, 403, 403, 403, 200, 200),
    web("round-move", "POST",              302, 404, 403, 403, 403, 302, 302, body={"version": "1"}),
    web("desk-list", "GET",                302, 404, 403, 403, 200, 200, 200),
    web("desk-list", "POST",               302, 404, 403, 403, 302, 302, 302),
    web("desk-names", "GET",               302, 404, 403, 403, 200, 200, 200),
    web("desk-names", "POST",              302, 404, 403, 403, 302, 302, 302, body={"do": "undo", "registry": "speaker", "batch": VISIT}),
    web("desk-audit", "GET",               302, 404, 403, 403, 200, 200, 200),
    web("desk-audit", "POST",              302, 404, 403, 403, 302, 302, 302, body={"do": "right", "kind": "sentence", "document": "{followed}", "start": "0", "end": "4"}),
    web("desk", "GET",                     302, 404, 403, 403, 200, 200, 200),
    web("desk-step", "POST",               302, 404, 403, 403, 302, 302, 302, body={"do": "finish"}),
    web("rechecks", "GET",                 302, 404, 200, 200, 200, 200, 200),
    web("follow-up-new", "GET",            302, 404, 403, 403, 403, 200, 200),
    web("follow-up-new", "POST",           302, 404, 403, 403, 403, 302, 302, body={"name": "Again", "version": "1", "fields_asked": "mode"}),
    web("follow-up", "GET",                302, 404, 200, 404, 404, 404, 404, query="?round={follow_up}"),
    web("follow-up", "POST",               302, 404, 302, 404, 404, 404, 404, query="?round={follow_up}"),
    web("recheck-dismiss", "POST",         302, 404, 302, 404, 302, 302, 302),
    web("talk", "GET",                     302, 404, 200, 200, 200, 200, 200),
    web("document-talk", "GET",            302, 404, 200, 200, 200, 200, 200),
    web("document-talk", "POST",           302, 404, 302, 404, 302, 302, 302, body={"layer": "{layer}", "text": "Why?"}),
    web("remark-change", "POST",           302, 404, 302, 404, 302, 302, 302, body={"do": "settle"}),
    web("layers", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("layer-return", "GET",             302, 404, 403, 403, 200, 200, 200),
    web("layer-return", "POST",            302, 404, 403, 403, 302, 302, 302, body={"text": "Look again."}),
    web("changes", "GET",                  302, 404, 403, 403, 200, 200, 200),
    web("object-changes", "GET",           302, 404, 200, 404, 200, 200, 200),
    web("change-undo", "POST",             302, 404, 404, 404, 302, 302, 302),
    web("decisions", "GET",                302, 404, 200, 200, 200, 200, 200),
    web("document-decisions", "GET",       302, 404, 200, 404, 404, 404, 404),
    web("round-results", "GET",            302, 404, 200, 200, 200, 200, 200),
    web("document-feedback", "GET",        302, 404, 200, 404, 404, 404, 404, query="?round={trained}"),
    web("progress", "GET",                 302, 404, 200, 200, 200, 200, 200),
    web("progress-csv", "GET",             302, 404, 200, 200, 200, 200, 200),
    web("agreement", "GET",                302, 404, 403, 403, 200, 200, 200),
    web("agreement-cell", "GET",           302, 404, 403, 403, 200, 200, 200, query="?measure=stance&first=support&second=oppose"),
    web("reader", "GET",                   302, 404, 200, 200, 200, 200, 200),
    web("reader-claim", "PUT",             401, 404, 200, 404, 404, 404, 404, body="{changed_claim}", headers=IF_1),
    web("reader-claim", "DELETE",          401, 404, 200, 404, 404, 404, 404, headers=IF_1),
    web("reader-layer", "PUT",             401, 404, 200, 200, 200, 200, 200, body={"no_claim": []}),
    web("reader-submit", "POST",           302, 404, 302, 302, 302, 302, 302),
    web("reader-reopen", "POST",           302, 404, 302, 404, 404, 404, 404),
    web("reader-time", "PUT",              401, 404, 200, 204, 204, 204, 204, body={"visit": VISIT, "seconds": 20}),
    web("reader-ahead", "GET",             302, 404, 200, 200, 200, 200, 200),
    web("document-skip", "GET",            302, 404, 200, 200, 200, 200, 200, query="?round={round}"),
    web("document-skip", "POST",           302, 404, 302, 302, 302, 302, 302, query="?round={round}", body={"words": "Too long"}),
    web("give-back", "POST",               302, 404, 302, 404, 404, 404, 404, query="?round={pairs}"),
    web("entry-options", "GET",            302, 404, 200, 200, 200, 200, 200),
    web("registry", "GET",                 302, 404, 403, 403, 200, 200, 200),
    web("registry", "POST",                302, 404, 403, 403, 302, 302, 302, body={"name": "Somebody new"}),
    web("registry-options", "GET",         302, 404, 403, 403, 200, 200, 200, query="?to=the"),
    web("registry-doubles", "GET",         302, 404, 403, 403, 200, 200, 200),
    web("registry-doubles", "POST",        302, 404, 403, 403, 302, 302, 302, body={"do": "different", "first": "{speaker}", "second": "{other_speaker}"}),
    web("registry-entry", "GET",           302, 404, 403, 403, 200, 200, 200),
    web("registry-change", "POST",         302, 404, 403, 403, 302, 302, 302, body={"do": "rename", "name": "Renamed"}),
    web("registry-claims", "POST",         302, 404, 403, 403, 409, 409, 409, body={"claim": "{claim}", "to": "The other_speaker"}),
    web("registry-undo", "POST",           302, 404, 403, 403, 404, 404, 404),
    web("registry-words", "GET",           302, 404, 403, 403, 200, 200, 200),
    web("registry-words", "POST",          302, 404, 403, 403, 302, 302, 302, body={"word": "shameful"}),
    web("proposition-mentions", "GET",     302, 404, 403, 403, 200, 200, 200),
]  # fmt: skip
TABLE = [*API, *REGISTRIES, *WEB]
# Routes with one generic rule: nobody but whom the admin admits gets in.
ADMIN_PREFIX = "admin/"
