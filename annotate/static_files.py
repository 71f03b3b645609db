"""Static files with hashed names. Our own scripts are short when they are collected: each entry of a page holds the
modules that it imports, without comments, so that a page asks for one file; in development they stay as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "annotate/js/"
IMPORT = re.compile(r'^import\s+(\{[^}]*\}\s+from\s+)?"(\.{1,2}/[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|class|function)\b)", re.MULTILINE)
TOP_NAME = re.compile(r"^(?:async )?(?:const|let|class|function\*?) +([\w$]+)", re.MULTILINE)
UNKNOWN = re.compile(r"^(import\b(?!\().*|export\b.*)", re.MULTILINE)


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """Return a module with all that it imports, each module once and after those that it needs.

    The modules share one scope then: ImproperlyConfigured is raised for a name that two of them declare, and for
    ways to import or export other than by name.
    """
    found: dict[str, str] = {}
    owners: dict[str, str] = {}

    def add(name: str) -> None:
        if name in found:
            return
        found[name] = ""
        source = read(name)
        for _, path in IMPORT.findall(source):
            add(normpath(join(dirname(name), path)))
        source = IMPORT.sub("", source)
        plain = EXPORT.sub("", source)
        if other := UNKNOWN.search(plain):
            raise ImproperlyConfigured(f"{name}: “{other[0]}” cannot be bundled; import and export by name.")
        for declared in TOP_NAME.findall(plain):
            if owners.setdefault(declared, name) != name:
                raise ImproperlyConfigured(f"“{declared}” is declared by {owners[declared]} and by {name}; rename one.")
        del found[name]
        found[name] = source if name == entry else plain

    add(entry)
    return "\n".join(found.values())


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped library
    """Rewrite `import` statements too, so that a changed module is never served from an old cache."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Bundle and shorten our own scripts, then name and compress all files."""
        own = [] if dry_run else [name for name in paths if name.startswith(OWN_SCRIPTS) and name.endswith(".js")]
        sources = {name: _source(*paths[name]) for name in own}
        for name in own:
            self.delete(name)
            self._save(name, ContentFile(jsmin(bundle(name, sources.__getitem__)).encode()))
        yield from super().post_process(paths | {name: (self, name) for name in own}, dry_run, **options)


def _source(storage: Any, path: str) -> str:
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
