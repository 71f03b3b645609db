#!/usr/bin/env python
"""Run Standpoint's commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")
    if sys.argv[1:2] == ["up"]:
        from annotate.management.address import site_url

        # The settings read the site's address, so it must be known before they load.
        os.environ.setdefault("STANDPOINT_URL", site_url(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
