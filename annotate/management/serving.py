"""The two processes of a running site: the web server and the task worker.

They are forked where the system can fork: the code is loaded once and its memory shared. Each stands in a session of
its own, so that Ctrl-C on the terminal reaches the supervising process only, and ends when that process is killed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

THREADS = 8
GRACE_SECONDS = 15
REQUEST_SECONDS = 60
STALLED_SECONDS = 60  # a client that neither takes nor sends a byte for so long is let go
POLL_SECONDS = 1.0
PR_SET_PDEATHSIG = 1
HAS_FORK = hasattr(os, "fork")

processes: Any = get_context("fork" if HAS_FORK else "spawn")


def serve(listener: socket.socket, n_workers: int, supervisor: int) -> None:
    """Run the web server on a bound socket until it is told to stop."""
    _settle(supervisor)
    if HAS_FORK:
        _gunicorn(listener, n_workers)
    else:
        _waitress(listener)


def work(supervisor: int) -> None:
    """Run the tasks that the web server enqueues until told to stop."""
    _settle(supervisor)
    from django_tasks_db.management.commands.db_worker import Worker

    from annotate.tasks import resume_releases

    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    logging.getLogger("django.tasks").setLevel(logging.WARNING)  # of tasks that end well the pages tell
    resume_releases()  # also when a worker was killed and this one is started in its place
    worker = Worker(
        queue_names=["default"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid4().hex,
        excluded_queue_names=[],
    )
    worker.configure_signals()
    worker.run()


def _settle(supervisor: int) -> None:
    """Make the child independent of the terminal, but not of the supervising process."""
    import django

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if HAS_FORK:
        os.setsid()
        _die_with(supervisor)
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        django.setup()


def _die_with(supervisor: int) -> None:
    """Ask Linux for SIGTERM when the supervising process is gone, even if it was killed hard."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        raise SystemExit(1)


def _gunicorn(listener: socket.socket, n_workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    options = {
        "bind": f"fd://{listener.detach()}",
        "workers": n_workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": REQUEST_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": 5,
        "control_socket_disable": True,
        "worker_tmp_dir": _memory_directory(),
        "loglevel": "warning",
    }

    class Site(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from annotate.wsgi import application

            return impatient(application)

    Site().run()


def impatient(application: Any, seconds: float = STALLED_SECONDS) -> Any:
    """Return the application with a limit on how long a client may stand still.

    Otherwise four of them that stop reading an export hold all its places, and eight all threads of the site.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        environ["gunicorn.socket"].settimeout(seconds)
        return application(environ, start_response)

    return answer


def _memory_directory() -> str:
    """Return where the heartbeat files go: a disk that hangs must not look like a worker that hangs."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) else tempfile.gettempdir()


def _waitress(listener: socket.socket) -> None:
    import waitress

    from annotate.wsgi import application

    waitress.serve(application, sockets=[listener], threads=THREADS)
