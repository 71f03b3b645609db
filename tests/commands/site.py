"""Commands run as processes of their own, each on a data directory of its own."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
SECONDS = 90


def environment(data: Path, **extra: str) -> dict[str, str]:
    """Return the environment of a site on SQLite in `data`."""
    unwanted = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "STANDPOINT_URL", "STANDPOINT_TEST_DATABASE")
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    return kept | {"STANDPOINT_DATA": str(data), "PYTHONWARNINGS": "default", **extra}


def run(data: Path, *arguments: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(MANAGE), *arguments]
    return subprocess.run(
        command, env=environment(data, **extra), input=stdin, capture_output=True, text=True, timeout=SECONDS
    )


@functools.cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        assert run(Path(folder), "migrate", "-v0").returncode == 0
        return (Path(folder) / "standpoint.sqlite3").read_bytes()


def migrate(data: Path) -> None:
    """Put a database with its tables into `data`; it is made once."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "standpoint.sqlite3").write_bytes(_empty_database())


def start(data: Path, *arguments: str, **extra: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(MANAGE), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, env=environment(data, **extra), text=True, **pipes)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Return whether a web server answers there, whatever it says."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False
    return True


def wait_for(condition, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
