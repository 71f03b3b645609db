"""Every page of the site, with who looks at it and what is done there first; and the routes that are no pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotate.web.errors import TITLES
from tests.admin_panel.pages import MODELS

AGREEMENT = "/p/bridge/agreement/?show="
READER = "/p/bridge/d/{%s}/"
ADMIN_LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in MODELS]
# Fields that the browser itself would refuse are sent all the same: the server's answer is what is looked at.
SEND = "form => HTMLFormElement.prototype.submit.call(form)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in one state; `path` names ids of the world in braces."""

    name: str
    path: str
    who: str | None = "manager"
    act: Callable[[Any], None] | None = None
    error: int | None = None

    @property
    def is_known(self) -> bool:
        return self.error is None and self.path != "/nowhere/"

    def address(self, world: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: world[found[1]], self.path)


def sent(form: str, **values: str) -> Callable[[Any], None]:
    """Fill fields and send a form without the browser's own checks."""

    def act(page: Any) -> None:
        for details in page.locator(f"main details:has({form})").all():
            details.evaluate("found => { found.open = true; }")
        for name, value in values.items():
            page.locator(f"{form} [name={name}]").first.fill(value)
        with page.expect_navigation():
            page.locator(form).first.evaluate(SEND)

    return act


def with_file(page: Any) -> None:
    """Have a file of annotations checked of which nothing fits."""
    lines = b"T1\tNobody's label 0 5\tFerry\nT2\tclaim 0 5\tNot so\n"
    page.locator("#annotation-form [name=file]").set_input_files(
        {"name": "a.ann", "mimeType": "text/plain", "buffer": lines}
    )
    page.locator("#annotation-form [name=format]").select_option("brat")
    with page.expect_navigation():
        page.locator("#annotation-form button[value=check]").click()


def opened(selector: str) -> Callable[[Any], None]:
    """Open every folded part."""

    def act(page: Any) -> None:
        page.locator(selector).evaluate_all("all => all.forEach(found => { found.open = true; })")

    return act


def with_card(page: Any) -> None:
    page.locator("#claim-list > li > button").nth(2).click()
    page.locator(".card").wait_for()
    opened(".card details")(page)


def with_help(page: Any) -> None:
    page.locator("[data-run=help]").first.click()
    page.locator("dialog[open]").wait_for()


def with_guidelines(page: Any) -> None:
    page.locator("[data-run=guidelines]").first.click()
    page.locator("#panel:not([hidden]) .prose").wait_for()


def with_talk(page: Any) -> None:
    page.locator(".about [data-run=talk]").click()
    page.locator("#panel:not([hidden]) #talk").wait_for()


OPEN = [
    Page(name="login", path="/login/", who=None),
    Page(name="login refused", path="/login/", who=None, act=sent("form", username="nobody", password="wrong")),
    Page(name="password set", path="/reset/done/", who=None),
    Page(name="reset link", path="/reset/{uid}/{reset}/", who=None),
    Page(name="invitation", path="/invite/{invite}/", who=None),
    Page(name="invitation refused", path="/invite/{invite}/", who=None, act=sent("main form", username="manager")),
    Page(name="invitation used up", path="/invite/none/", who=None),
    Page(name="reset link used up", path="/reset/{uid}/none/", who=None),
]
SITE = [
    Page(name="home", path="/"),
    Page(name="home without projects", path="/", who="lonely"),
    Page(name="account", path="/account/"),
    Page(name="profile refused", path="/account/", act=sent("#profile", email="no")),
    Page(name="invitation for a member", path="/invite/{invite}/", who="lonely"),
    Page(name="password", path="/account/password/"),
    Page(name="password refused", path="/account/password/", act=sent("#password-form", new_password1="1")),
    Page(name="new project", path="/projects/new/"),
    Page(name="restore a project", path="/projects/restore/", who="root"),
    Page(name="restore refused", path="/projects/restore/", who="root", act=sent("#restore-form", slug="No good")),
    Page(name="new project refused", path="/projects/new/", act=sent("#project-form", slug="No good")),
    Page(name="project of an annotator", path="/p/bridge/", who="ann"),
    Page(name="project of a curator", path="/p/bridge/", who="curator"),
    Page(name="project of a manager", path="/p/bridge/"),
    Page(name="project without documents", path="/p/bare/"),
    Page(name="documents", path="/p/bridge/documents/", who="ann"),
    Page(name="stories", path="/p/bridge/stories/", who="curator", act=sent("#join-form", numbers="none")),
    Page(name="documents, none found", path="/p/bridge/documents/?q=nothing"),
    Page(name="upload", path="/p/bridge/upload/", act=opened("main details")),
    Page(name="upload refused", path="/p/bridge/upload/", act=sent("#upload-form")),
    Page(name="paste refused", path="/p/bridge/upload/", act=sent("#paste-form", language="!")),
    Page(name="import", path="/p/bridge/imports/{import}/", act=opened("main details")),
    Page(name="export", path="/p/bridge/export/"),
    Page(name="export without texts", path="/p/bridge/export/?text=no", act=opened("main details")),
    Page(name="releases", path="/p/bridge/releases/", act=opened("main details")),
    Page(name="releases of a curator", path="/p/bridge/releases/", who="curator"),
    Page(name="release refused", path="/p/bridge/releases/", act=sent("#release-form", title="a\u202eb")),
    Page(name="release", path="/p/bridge/releases/{release}/"),
    Page(name="annotations in", path="/p/bridge/annotations/", act=opened("main details")),
    Page(name="annotations checked", path="/p/bridge/annotations/", act=with_file),
    Page(name="annotations refused", path="/p/bridge/annotations/", act=sent("#annotation-form")),
    Page(name="search", path="/p/bridge/search/?q=ferry", act=opened("main details")),
    Page(name="search for claims", path="/p/bridge/search/?q=ferry&show=claims&stance=support"),
    Page(name="search without words", path="/p/bridge/search/?q=%22", who="ann"),
    Page(name="members", path="/p/bridge/members/", act=opened("main details")),
    Page(name="member refused", path="/p/bridge/members/", act=sent("main form:has([name=role])", username="nobody")),
    Page(name="members for a curator", path="/p/bridge/members/", who="curator"),
    Page(name="member", path="/p/bridge/members/ann/"),
    Page(name="leave", path="/p/bridge/leave/", who="ann"),
    Page(name="made a link", path="/p/bridge/members/", act=sent("#invite-form", note="Course")),
    Page(name="link refused", path="/p/bridge/members/", act=sent("#invite-form", max_uses="0")),
    Page(name="rounds", path="/p/bridge/rounds/", act=opened("main details")),
    Page(name="round refused", path="/p/bridge/rounds/", act=sent("form:has(#open-round)", name="", overlap="-1")),
    Page(name="round of a manager", path="/p/bridge/rounds/{pairs}/", act=opened("main details")),
    Page(name="round of a curator", path="/p/bridge/rounds/{pairs}/", who="curator"),
    Page(name="round of an annotator", path="/p/bridge/rounds/{pairs}/", who="ann"),
    Page(
        name="documents of a round refused", path="/p/bridge/rounds/{pairs}/", act=sent("form:has(#add)", listed="none")
    ),
    Page(name="skip", path="/p/bridge/d/{taken}/skip/?round={pairs}", who="ann"),
    Page(name="skip refused", path="/p/bridge/d/{taken}/skip/?round={pairs}", who="ann", act=sent("form:has(#skip)")),
    Page(name="move a round", path="/p/bridge/rounds/{round}/move/"),
    Page(name="move a round, nowhere to go", path="/p/bridge/rounds/{round}/move/?version=1"),
    Page(name="new follow-up round", path="/p/again/rounds/{again}/follow-up/"),
    Page(
        name="follow-up round refused", path="/p/again/rounds/{again}/follow-up/", act=sent("#follow-up-form", name="")
    ),
    Page(name="to look at again", path="/p/bridge/rechecks/", who="ann"),
    Page(name="nothing to look at again", path="/p/bare/rechecks/"),
    Page(name="guidelines", path="/p/bridge/guidelines/", who="ann"),
    Page(name="codebook", path="/p/bridge/codebook/", act=opened("main details")),
    Page(name="codebook of an annotator", path="/p/bridge/codebook/", who="ann"),
    Page(name="codebook, what changed", path="/p/bridge/codebook/compare/"),
    Page(name="codebook without a draft", path="/p/bare/codebook/", act=opened("main details")),
    Page(name="draft", path="/p/bridge/codebook/draft/"),
    Page(name="draft, guidelines", path="/p/bridge/codebook/draft/?open=guidelines"),
    Page(name="draft, what is coded", path="/p/bridge/codebook/draft/?open=scope"),
    Page(name="draft, stances", path="/p/bridge/codebook/draft/?open=stances", act=opened(".labelrow > details")),
    Page(
        name="draft, a question",
        path="/p/bridge/codebook/draft/?open=question-0",
        act=opened("main details:not(.slot)"),
    ),
    Page(name="draft refused", path="/p/bridge/codebook/draft/?open=question-0", act=sent("#draft", key="No good")),
    Page(name="publish", path="/p/bridge/codebook/draft/publish/"),
    Page(name="talk", path="/p/bridge/talk/?state=all", who="curator", act=opened("main details")),
    Page(name="unsure claims", path="/p/bridge/talk/?show=unsure", who="ann"),
    Page(name="talk of a document", path=READER % "done" + "talk/", who="curator", act=opened("main details")),
    Page(name="remark refused", path=READER % "done" + "talk/", who="curator", act=sent(".start", text=" ")),
    Page(name="progress", path="/p/bridge/progress/", who="curator"),
    Page(name="progress of people", path="/p/bridge/progress/?by=person", who="curator"),
    Page(name="progress of documents", path="/p/bridge/progress/?by=document", who="ann"),
    Page(name="changes", path="/p/bridge/changes/", who="curator"),
    Page(name="changes, none found", path="/p/bridge/changes/?person=nobody", who="curator"),
    Page(name="decisions", path="/p/trained/decisions/", who="ann"),
    Page(name="decisions on a document", path="/p/trained/d/{decided}/decisions/", who="ann"),
    Page(name="feedback", path="/p/trained/d/{decided}/feedback/?round={training}", who="ann"),
    Page(name="results of a training", path="/p/trained/rounds/{training}/results/"),
    Page(name="not admitted", path="/p/trained/next/", who="ann"),
    Page(name="history of a claim", path="/p/bridge/changes/claim/{claim}/", who="curator"),
    *(
        Page(
            name=f"agreement {show}",
            path=f"/p/bridge/agreement/?show={show}",
            who="curator",
            act=opened("main details"),
        )
        for show in ("", "parts", "answers", "confusions", "gold", "actors")
    ),
    Page(name="agreement refused", path="/p/bridge/agreement/?pair=ann", who="curator"),
    Page(name="claims behind a cell", path="/p/bridge/agreement/cell/?measure=mode&first=direct&second=direct"),
    Page(name="layers", path="/p/bridge/layers/", who="curator"),
    Page(name="layers, none found", path="/p/bridge/layers/?status=withdrawn", who="ann"),
    Page(name="return a reading", path="/p/bridge/layers/{layer}/return/", who="curator"),
    Page(
        name="return refused", path="/p/bridge/layers/{layer}/return/", who="curator", act=sent("main form", text=" ")
    ),
    Page(name="speakers", path="/p/bridge/registries/speakers/", who="curator", act=opened("main details")),
    Page(name="targets", path="/p/bridge/registries/targets/?q=fa", who="curator", act=opened("main details")),
    Page(name="speakers, none found", path="/p/bridge/registries/speakers/?q=nothing", who="curator"),
    Page(name="entry refused", path="/p/bridge/registries/speakers/", who="curator", act=sent("#new-entry", name="")),
    Page(name="likely doubles", path="/p/bridge/registries/speakers/doubles/", who="curator"),
    Page(
        name="speaker",
        path="/p/bridge/registries/speakers/{speaker}/",
        who="curator",
        act=opened("main details"),
    ),
    Page(
        name="merge refused",
        path="/p/bridge/registries/targets/{target}/",
        who="curator",
        act=sent("#merge-form", to="nobody"),
    ),
    Page(name="proposition", path="/p/bridge/registries/propositions/{proposition}/", who="curator"),
    Page(name="mentions", path="/p/bridge/registries/propositions/{proposition}/mentions/", who="curator"),
    Page(
        name="loaded words", path="/p/bridge/registries/words/", who="curator", act=sent("#word-form", word="shameful")
    ),
    Page(name="word refused", path="/p/bridge/registries/words/", who="curator", act=sent("#word-form", word="")),
    Page(name="next", path="/p/bridge/next/", who="ann"),
    Page(name="next, none", path="/p/bare/next/"),
    Page(name="API", path="/api/v1/docs/"),
]
READERS = [
    Page(name="reader, empty", path=READER % "empty", who="ann"),
    Page(name="reader", path=READER % "dense", who="ann"),
    Page(name="reader with a card", path=READER % "dense", who="ann", act=with_card),
    Page(name="reader with the keys", path=READER % "dense", who="ann", act=with_help),
    Page(name="reader with the guidelines", path=READER % "dense", who="ann", act=with_guidelines),
    Page(name="reader, submitted", path=READER % "done", who="ann"),
    Page(name="reader, another's", path=READER % "done" + "?layer={layer}", who="curator"),
    Page(name="adjudication", path="/p/desk/adjudicate/", who="curator"),
    Page(name="names first", path="/p/desk/adjudicate/names/", who="curator"),
    Page(name="sample to audit", path="/p/desk/adjudicate/audit/", who="curator"),
    Page(name="desk", path="/p/desk/d/{desk}/adjudicate/", who="curator", act=opened(".unit.current details")),
    Page(name="follow-up", path="/p/again/d/{begun}/follow-up/?round={follow_up}", who="ann"),
    Page(name="follow-up, to begin", path="/p/again/d/{not_begun}/follow-up/?round={follow_up}", who="ann"),
    Page(name="reader with talk", path=READER % "done", who="ann", act=with_talk),
    Page(name="choose a round", path="/p/twice/d/{both}/", who="ann"),
    Page(name="not submitted", path=READER % "dense", who="ann", act=sent("form[action*='/submit/']")),
]
ERRORS = [Page(name=f"error {status}", path=f"/error/{status}", error=status) for status in TITLES] + [
    Page(name="nowhere", path="/nowhere/"),
    Page(name="not allowed", path="/p/bridge/upload/", who="ann"),
]
ADMIN = [
    Page(name="admin", path="/admin/", who="root"),
    Page(name="admin of a curator", path="/admin/", who="curator"),
    *(Page(name=path, path=path, who="root") for path in ADMIN_LISTS),
    Page(name="admin, no match", path="/admin/corpus/speaker/?q=nothing-like-it", who="root"),
    Page(name="admin merge", path="/admin/corpus/speaker/merge/?id={speaker}&q=speaker", who="root"),
    Page(name="admin merge targets", path="/admin/corpus/target/merge/?id={target}", who="root"),
    Page(name="admin section", path="/admin/corpus/", who="root"),
    Page(name="admin history", path="/admin/corpus/speaker/{speaker}/history/", who="root"),
    Page(
        name="admin form refused",
        path="/admin/corpus/speaker/{speaker}/change/",
        who="root",
        act=sent("form[id$=_form]", name=""),
    ),
    *(
        Page(name=f"admin {model}", path=f"/admin/{app}/{model}/{{{id}}}/change/", who="root")
        for app, model, id in (
            ("corpus", "document", "dense"),
            ("corpus", "proposition", "proposition"),
            ("annotate", "claim", "claim"),
            ("annotate", "layer", "layer"),
            ("annotate", "codebookversion", "codebookversion"),
            ("annotate", "documentimport", "import"),
            ("auth", "user", "user"),
        )
    ),
    Page(name="admin new speaker", path="/admin/corpus/speaker/add/", who="root"),
    Page(name="admin new round", path="/admin/annotate/round/add/", who="root"),
]
PAGES = [*OPEN, *SITE, *READERS, *ERRORS, *ADMIN]

# What answers with data, a file, or a redirect; and, in the panel, forms of one template that is looked at above.
NOT_PAGES = (
    r"api-(?!docs$).*",
    r"healthz|favicon|robots|logout|token-(create|delete)|paste|member-change|round-(change|places|add)|give-back",
    r"recheck-dismiss|profile|member-layer|invitations|invitation-revoke|invite-join|codebook-(file|preview|discard)",
    r"remark-change|progress-csv|desk-step",
    r"registry-(options|change|claims|undo)",
    r"reader-(claim|layer|submit|reopen|time|ahead)|entry-options",
    r"change-undo",
    r"admin:(login|logout|autocomplete|jsi18n)",
    r"admin:\w+_(add|change|delete|history|merge)|admin:None",
)


def uncovered() -> Iterator[str]:
    """Yield the names of routes that have neither a page nor a place among NOT_PAGES."""
    from django.urls import resolve

    from tests.permissions.test_routes import routes

    real = [re.sub(r"\{\w+\}", str(UUID(int=0)), page.path) for page in PAGES if page.is_known]
    seen = {resolve(path.split("?")[0]).view_name for path in real}
    for whole, found in routes():
        name = f"admin:{found.name}" if whole.startswith("admin/") else found.name or whole
        if name not in seen and not any(re.fullmatch(pattern, name) for pattern in NOT_PAGES):
            yield name
