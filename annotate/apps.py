"""The annotate app."""

import gc

from django.apps import AppConfig

# Exports and reports make many short-lived objects without cycles: looking for cycles among them after every 2,000 took
# a tenth of the time.
COLLECT_AFTER = 50_000


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "Annotation"

    def ready(self) -> None:
        from annotate import checks  # noqa: F401  (registers the system checks)

        gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
