"""A sample of what settled itself, looked at by a curator."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone

from annotate.actions import adjudication
from annotate.permissions import Action
from annotate.reports.desk.audit import audit, settled_by_rule
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.adjudicate.lists import rows_of

SIZE = 20
MAX_SIZE = 100


@page("GET", "POST")
def desk_audit(request: Request, slug: str) -> HttpResponse:
    """Show the sample of a seed; on POST record what the curator says of one item."""
    place = place_of(request, slug, Action.ADJUDICATE)
    sent = request.POST if request.method == "POST" else request.GET
    seed, size = str(sent.get("seed", "1"))[:40], min(_number(sent.get("size"), SIZE), MAX_SIZE)
    if request.method == "POST":
        return _check(request, place, seed, size)
    rows = rows_of(request, place).filter(n_readings__gt=0).select_related("project")
    is_rule = request.GET.get("show") == "rule"
    if is_rule:
        found = settled_by_rule(list(rows.exclude(n_settled=0, n_decided=0).order_by("-n_settled", "pk")[:100]))
    else:
        found = audit(list(rows), seed=seed, size=size)
    context = {"place": place, "audit": found, "seed": seed, "size": size, "is_rule": is_rule}
    return answer(request, "annotate/desk_audit.html", "samples", context)


def _number(raw: object, default: int) -> int:
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and 0 < len(raw) < 9 else default


def _check(request: Request, place: Place, seed: str, size: int) -> HttpResponse:
    try:
        document, key = UUID(str(request.POST.get("document"))), request.POST.get("claim", "")
        claim_key = UUID(str(key)) if key else None
    except ValueError:
        raise Http404 from None
    is_right = request.POST.get("do") == "right"
    adjudication.check_sample(
        user=request.user,
        project=place.project,
        document_id=document,
        kind=str(request.POST.get("kind")),
        start=_number(request.POST.get("start"), 0),
        end=_number(request.POST.get("end"), 0),
        is_right=is_right,
        claim_key=claim_key,
        now=timezone.now(),
    )
    back = f"/p/{place.project.slug}/adjudicate/audit/?seed={seed}&size={size}"
    back += "&show=rule" if request.POST.get("show") == "rule" else ""
    unit = request.POST.get("unit", "")
    return go(request, back if is_right else f"/p/{place.project.slug}/d/{document}/adjudicate/#u-{unit}")
