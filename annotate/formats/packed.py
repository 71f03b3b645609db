"""How much a packed file becomes in memory, counted before it is unpacked: one of its bytes may become a hundred."""

from __future__ import annotations

# MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md): by first byte, how many bytes follow it.
FIXED = {0xCA: 4, 0xCB: 8, **dict(zip(range(0xCC, 0xD4), (1, 2, 4, 8) * 2, strict=True))}
FIXED |= {0xD4 + power: 1 + 2**power for power in range(5)}
BINARY, EXTENSION, TEXT = range(0xC4, 0xC7), range(0xC7, 0xCA), range(0xD9, 0xDC)
# By first byte: how many bytes say a length.
LENGTHS = {first: 2**power for kind in (BINARY, EXTENSION, TEXT) for power, first in enumerate(kind)}
# By first byte: how many bytes say a number of members, and how many values each of them has.
MEMBERS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


class TooMany(ValueError):
    """A packed file holds more values than may be unpacked."""


class Budget:
    """The values that all parts of one file may unpack to."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, data: bytes) -> list[bytes]:
        """Count the values of a MessagePack file; return the byte strings in it. Raises TooMany.

        What is cut off or of no type is left for who unpacks it to refuse.
        """
        at, to_come, found = 0, 1, []
        while to_come and at < len(data):
            first = data[at]
            at, to_come = at + 1, to_come - 1
            self._left -= 1
            if first in FIXED:
                at += FIXED[first]
            elif first in LENGTHS:
                end = at + LENGTHS[first]
                start, at = end + (first in EXTENSION), end + int.from_bytes(data[at:end]) + (first in EXTENSION)
                if first in BINARY:
                    found.append((start, at))
            elif first in MEMBERS:
                size, each = MEMBERS[first]
                to_come += each * int.from_bytes(data[at : at + size])
                at += size
            elif 0x80 <= first < 0xA0:
                to_come += (first & 0x0F) * (2 if first < 0x90 else 1)
            elif 0xA0 <= first < 0xC0:
                at += first & 0x1F
            if to_come > self._left:
                raise TooMany(f"it holds more than {self._limit:,} values, which is the limit for one file")
        return [data[start:end] for start, end in found]
