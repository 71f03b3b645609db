"""The tokens: readable contrast in light and dark, and three stances that stay apart for every colour-blind type."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parent.parent / "annotate/static/annotate/css/base.css").read_text()
SLOTS = ("azure", "rust", "stone", "ash", "plum", "moss", "ochre", "teal", "rose", "indigo")


def tokens(block: str) -> dict[str, str]:
    found = re.findall(r"--([\w-]+):#([0-9a-f]{3,6})\b", block)
    return {name: value if len(value) == 6 else "".join(char * 2 for char in value) for name, value in found}


LIGHT = tokens(CSS.split("@media screen and (prefers-color-scheme:dark)")[0])
DARK = LIGHT | tokens(CSS.split("@media screen and (prefers-color-scheme:dark)")[1].split("}}")[0])


def linear(colour: str) -> tuple[float, float, float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # type: ignore[return-value]


def contrast(one: str, two: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    lights = sorted(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True)) for x in (one, two))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_4_5(theme):
    for ground in ("paper", "surface", "side", "sunk"):
        for ink in ("ink", "ink-2", "accent", "bad"):
            assert contrast(theme[ground], theme[ink]) >= 4.5, (ground, ink)
    for slot in SLOTS:
        assert contrast(theme["ink"], theme[f"{slot}-w"]) >= 4.5, slot
        assert contrast(theme[slot], theme["paper"]) >= 4.5, slot  # chosen buttons: paper on the slot's colour


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_and_borders_have_a_contrast_of_3(theme):
    for ground in ("paper", "surface", "side"):
        for line in (*SLOTS, "plain", "open", "ctl", "good"):
            assert contrast(theme[ground], theme[line]) >= 3, (ground, line)


# Machado, Oliveira and Fernandes 2009, severity 1.0, applied to linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(colour: str, matrix) -> tuple[float, float, float]:
    """Oklab (Ottosson 2020) of the colour as it is seen."""
    r, g, b = (min(max(sum(m * c for m, c in zip(row, linear(colour), strict=True)), 0), 1) for row in matrix)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_three_stances_stay_apart(theme, blindness):
    seen = [lab(theme[slot], BLINDNESS[blindness]) for slot in ("azure", "rust", "stone")]
    for one, two in itertools.combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5 > 0.05
