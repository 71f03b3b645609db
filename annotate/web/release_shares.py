"""The shares on the page of a release: the first rows of each, stances with the colour and glyph of their label."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.models import Release
from annotate.models.codebook import StanceLabel
from annotate.web.signs import GLYPHS

MOST = 8
# Title, key among the figures, and what a row is called.
SHARES = (
    ("Stances", "stances", "stance"),
    ("Speakers", "speakers", "speaker"),
    ("Outlets", "claims_by_outlet", "outlet"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    name: str
    n: int
    share: float
    slot: str = ""
    glyph: str = ""

    @property
    def percent(self) -> str:
        return f"{self.share:.0%}" if self.share >= 0.01 else "< 1%"


def shares_of(found: Release) -> list[tuple[str, list[Share]]]:
    """Return the shares by title. One query."""
    labels = StanceLabel.objects.filter(
        version__codebook=found.project.codebook_id, version__published_at__isnull=False
    )
    rows = labels.order_by("version__number").values_list("key", "name", "slot")
    signs = {key: (name, slot) for key, name, slot in rows}
    shares = []
    for title, part, key in SHARES:
        known = signs if key == "stance" else {}
        if shown := [_share(row, row[key], known) for row in found.figures[part][:MOST]]:
            shares.append((title, shown))
    return shares


def _share(row: dict[str, object], name: str, signs: dict[str, tuple[str, str]]) -> Share:
    shown, slot = signs.get(name, (name, ""))
    n, share = int(str(row["n"])), float(str(row["share"]))
    return Share(name=shown, n=n, share=share, slot=slot, glyph=GLYPHS.get(slot, ""))
