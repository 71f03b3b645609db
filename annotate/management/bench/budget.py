"""What the browser has to load for a page: our scripts with their imports, others' scripts, styles; compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings

IMPORT = re.compile(rb"""(?:^|[;}\n])\s*(?:import|export)\b[^"'()]*?["']([^"']+)["']""")
LATER = re.compile(rb"""\bimport\(\s*["']([^"']+)["']\s*\)""")
STYLE_IMPORT = re.compile(rb"""@import\s+(?:url\()?["']?([^"')]+)""")
VENDOR = "/vendor/"


@dataclass(slots=True)
class Budget:
    """Compressed bytes by kind; `later` is what a page loads only when somebody asks for it."""

    own: int = 0
    vendor: int = 0
    styles: int = 0
    later: int = 0
    n_own: int = 0


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" in values:
            self.scripts.append(values["src"])
        elif tag == "link" and values.get("rel") == "stylesheet":
            self.styles.append(values["href"])


def budget_of(page: str) -> Budget:
    """Return what the page loads, from the collected static files. Fonts and pictures are not counted."""
    links = _Links()
    links.feed(page)
    found = Budget()
    at_once = _all([_path(url) for url in links.scripts], IMPORT)
    for path in at_once:
        if VENDOR in path.as_posix():
            found.vendor += _size(path)
        else:
            found.own += _size(path)
            found.n_own += 1
    asked = [path.parent / name for path in at_once for name in _names(path, LATER)]
    found.later = sum(_size(path) for path in _all([path.resolve() for path in asked], IMPORT) - at_once)
    found.styles = sum(_size(path) for path in _all([_path(url) for url in links.styles], STYLE_IMPORT))
    return found


def _path(url: str) -> Path:
    return (Path(settings.STATIC_ROOT) / url.split("?")[0].removeprefix(settings.STATIC_URL)).resolve()


def _all(paths: list[Path], pattern: re.Pattern[bytes]) -> set[Path]:
    """Return the files with all that they import, each once."""
    found: set[Path] = set()
    while paths:
        path = paths.pop()
        if path not in found:
            found.add(path)
            paths += [(path.parent / name).resolve() for name in _names(path, pattern)]
    return found


def _names(path: Path, pattern: re.Pattern[bytes]) -> Iterator[str]:
    return (name.decode() for name in pattern.findall(path.read_bytes()))


def _size(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
