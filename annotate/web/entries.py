"""The options of a registry combobox: what may be chosen, by name, alias or words."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotate.web.reading import project_of
from corpus.models import Proposition, Speaker, Target
from corpus.text.names import fold_name

MODELS: dict[str, Any] = {"speaker": Speaker, "target": Target, "proposition": Proposition}
SHOWN = 12
LOOKED_AT = 2000


@login_required
@require_GET
def options(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Answer the list box for `?q=`. Names match folded, so that case, accents and ı/i do not matter."""
    user: Any = request.user
    project = project_of(user, slug)
    if kind not in MODELS:
        raise Http404
    query = request.GET.get("q", "").replace("\0", "")[:300].strip()
    found = _search(MODELS[kind].objects.visible_to(user).filter(corpus=project.corpus_id).current(), kind, query)
    has_exact = any(row["name"] == query for row in found)
    context = {"found": found[:SHOWN], "query": query, "kind": kind, "offers_new": bool(query) and not has_exact}
    return render(request, "annotate/reader.html#entry-options", context)


def _search(rows: Any, kind: str, query: str) -> list[dict[str, Any]]:
    """Return entries whose name or alias holds every word of the query, best first. Two queries."""
    wanted = fold_name(query).split()
    found = [_row(row, kind) for row in rows.order_by("name", "id")[:LOOKED_AT]]
    aliases = _aliases(rows) if kind == "speaker" and wanted else {}
    scored = []
    for entry in found:
        names = [entry["name"], *aliases.get(entry["id"], [])]
        rank = min((_rank(fold_name(name), wanted) for name in names), default=9)
        if rank < 9:
            scored.append((rank, entry["name"], entry))
    return [entry for _, _, entry in sorted(scored, key=lambda item: item[:2])]


def _aliases(rows: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id, name in rows.filter(~Q(aliases=None)).values_list("id", "aliases__name")[:LOOKED_AT]:
        found.setdefault(str(id), []).append(name)
    return found


def _rank(name: str, wanted: list[str]) -> int:
    """Return 0 for a name that starts so, 1 for words that start so, 2 for words inside, 9 for no match."""
    if not wanted or name.startswith(" ".join(wanted)):
        return 0
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in wanted):
        return 1
    return 2 if all(part in name for part in wanted) else 9


def _row(entry: Any, kind: str) -> dict[str, Any]:
    hint = entry.disambiguation or (entry.get_kind_display() if kind != "proposition" and entry.kind else "")
    target = None
    if kind == "proposition" and entry.usual_target_id is not None:
        target = str(entry.usual_target_id)
    return {"id": str(entry.pk), "name": entry.name, "hint": hint, "usual_target": target}
