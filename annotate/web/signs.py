"""The glyph of each colour slot, so that no meaning rests on colour alone."""

from annotate.models.codebook import Slot

GLYPHS: dict[str, str] = {value: label.rsplit(" ", 1)[1] for value, label in Slot.choices}
GLYPHS |= {"plain": "∅", "open": "·"}
