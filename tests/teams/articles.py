"""Twenty short articles of two sides each, for scenarios of a team at work."""

from __future__ import annotations

TEMPLATE = (
    "{place} council votes on {thing}\n\n"
    "The council of {place} will vote on {thing} in {month}. “{thing_} would help the shops,” said Tor Lind, who "
    "speaks for the traders’ league.\n\n"
    "Ms. Oyelaran of the residents’ board said the plan comes too early. She expects the council to ask for a second "
    "report on {thing}."
)
PLACES = ("Halden Bay", "Orrin", "Westmark", "Sule", "Tarn")
THINGS = ("the evening market", "the car-free street", "the new ferry pier", "the late library hours")
MONTHS = ("March", "April", "May", "June")


def articles() -> list[str]:
    """Return the texts; each differs from all others."""
    return [
        TEMPLATE.format(place=place, thing=thing, thing_=thing[0].upper() + thing[1:], month=month)
        for place in PLACES
        for thing, month in zip(THINGS, MONTHS, strict=True)
    ]
