"""Only what concerns one label: claims that carry it, with those that were matched to them."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.reports.agreement.asked import refused
from annotate.reports.agreement.claims import Marked
from annotate.reports.agreement.compare import Compared, counts_of, sum_counts
from annotate.reports.agreement.figures import Counted
from annotate.reports.agreement.measures import Measures


def restricted(counted: Counted, label: tuple[str, str], measures: Measures) -> Counted:
    """Return what was counted of the claims that carry a label in one of the readings that are compared."""
    key, value = label
    places = {one.key: at for at, one in enumerate(measures.claim)}
    own = key if key in places else f"attributes/{key}"
    if key != "stance" and own not in places:
        raise refused("label", f"{key}:{value}", "names no attribute of claims in this version of the codebook.")

    def carries(claim: Marked) -> bool:
        if key == "stance":
            return any(values[0] == value for values in claim.stances.values())
        found = claim.values[places[own]]
        return value in found if isinstance(found, frozenset) else str(found) == value

    compared = [_restricted(one, carries) for one in counted.compared]
    groups = [group for group in counted.groups if any(map(carries, group))]
    return Counted(at=counted.at, cell=counted.cell, compared=compared, groups=groups, counts=sum_counts(compared))


def _restricted(compared: Compared, carries: object) -> Compared:
    assert callable(carries)
    pairs = [pair for pair in compared.pairs if carries(pair[0]) or carries(pair[1])]
    first, second = {id(one) for one, _ in pairs}, {id(two) for _, two in pairs}

    def kept(claims: Sequence[Marked], matched: set[int]) -> list[Marked]:
        return [claim for claim in claims if id(claim) in matched or carries(claim)]

    counts = counts_of(kept(compared.first.claims, first), kept(compared.second.claims, second), pairs)
    return Compared(first=compared.first, second=compared.second, pairs=pairs, counts=counts)
