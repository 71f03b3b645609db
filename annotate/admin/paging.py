"""Lists of a bounded size, whose pages get their counts in a few queries."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst

MAX_ROWS = 10_000


class BoundedPaginator(Paginator[Any]):
    """Counts and turns pages up to a limit; whoever needs more rows narrows the list."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return min(int(rows.order_by()[: MAX_ROWS + 1].count()), MAX_ROWS)


class PageList(ChangeList):
    """A list that lets its panel fill in what a page shows, for all rows at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title: str = capfirst(str(self.opts.verbose_name_plural))
        self.is_cut = self.result_count >= MAX_ROWS

    def get_results(self, request: HttpRequest) -> None:
        """Sort and cut by id alone, then read the rows of the page: sorting whole rows is several times slower."""
        super().get_results(request)
        panel: Any = self.model_admin
        ids = list(self.result_list.values_list("pk", flat=True))
        found = {row.pk: row for row in panel.columns(self.model._default_manager.filter(pk__in=ids))}
        rows = [found[id] for id in ids if id in found]
        panel.fill_page(request, rows)
        self.result_list = rows
