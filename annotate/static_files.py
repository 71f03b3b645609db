"""Static files with hashed names, the imports between JavaScript modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped library
    """Rewrite `import` statements too, so that a changed module is never served from an old cache."""

    support_js_module_import_aggregation = True
