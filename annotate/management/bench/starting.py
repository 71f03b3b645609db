"""Start: seconds from the command to the first answer over HTTP, on empty data and again on the same."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from annotate.management.bench.data import World
from annotate.management.bench.figures import Figure, clock

LIMIT_SECONDS = 120


def run(world: World) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="standpoint-bench-") as folder:
        environment = os.environ | {"STANDPOINT_DATA": folder}
        environment.pop("DATABASE_URL", None)
        raw = clock(lambda: subprocess.run([sys.executable, "-c", "import django"], check=True))
        return [
            Figure(
                name=f"up, {name}", ours=f"{_start(environment):.2f} s", raw=f"{raw:.2f} s", note="raw: import django"
            )
            for name in ("empty data (SQLite, with the demo)", "second start")
        ]


def _start(environment: dict[str, str]) -> float:
    port = free_port()
    manage = str(Path(sys.argv[0]).resolve())
    begin = time.perf_counter()
    environment = {key: value for key, value in environment.items() if key != "STANDPOINT_URL"}
    command = [sys.executable, manage, "up", "--port", str(port)]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if running.poll() is not None or time.perf_counter() - begin > LIMIT_SECONDS:
                raise RuntimeError("“up” did not answer; see the lines above.")
            time.sleep(0.01)
        return time.perf_counter() - begin
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
