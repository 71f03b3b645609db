"""Log lines without the secrets that addresses carry: invitations and reset links."""

from __future__ import annotations

import logging
import re

SECRET_PATHS = re.compile(r"(/invite/|/reset/[^/\s]+/)(?!set-password/)[^/\s\"'?]+")


class LineFormatter(logging.Formatter):
    """Formats a record as one line, with its traceback, and leaves those secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET_PATHS.sub(r"\1…", super().format(record))
