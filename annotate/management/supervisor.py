"""Starts the web server and the task worker, watches them and stops both."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from annotate.management.serving import GRACE_SECONDS, processes, serve, work

READY_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Stop(BaseException):
    """Somebody asked the site to stop."""


class Failed(Exception):
    """The site cannot run; the message says why."""


class Supervisor:
    """Both children of one site. `say` shows a line to whoever started it."""

    def __init__(self, listener: socket.socket, *, n_workers: int, say: Callable[[str], None]) -> None:
        self.say = say
        self.listener = listener
        self.place = listener.getsockname()[:2]
        me = os.getpid()
        self.web: Any = processes.Process(target=serve, args=(listener, n_workers, me), name="web server")
        self.worker: Any = self._new_worker()
        self.pause = FIRST_PAUSE

    def _new_worker(self) -> Any:
        return processes.Process(target=work, args=(os.getpid(),), name="task worker")

    def run(self, *, ready: Callable[[], None]) -> None:
        """Run until stopped by a signal. Raises Failed when the web server does not start, or ends by itself."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _stop)
        try:
            self.web.start()
            self.listener.close()  # the port is free as soon as the web server ends
            self.worker.start()
            self._await_answer()
            ready()
            self._watch()
        except Stop:
            self.say("Stopping …")
        finally:
            self._end()

    def _await_answer(self) -> None:
        """Wait until the web server answers a request."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self.web.exitcode is not None:
                raise Failed(f"The web server ended at once (exit code {self.web.exitcode}); see the lines above.")
            if self._answers():
                return
            time.sleep(0.02)
        raise Failed(f"The web server did not answer within {READY_SECONDS:.0f} s; see the lines above.")

    def _answers(self) -> bool:
        connection = HTTPConnection(self.place[0], self.place[1], timeout=5)
        try:
            connection.request("GET", "/healthz/", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        """Wait for the end of a child: a worker is started again, with pauses that grow while it keeps ending."""
        while True:
            started = time.monotonic()
            ended = wait([self.web.sentinel, self.worker.sentinel])
            for child in (self.web, self.worker):
                if child.sentinel in ended:
                    child.join()  # the sentinel goes a moment before the exit code is known
            if not self.web.is_alive():
                raise Failed(f"The web server ended by itself (exit code {self.web.exitcode}).")
            self.pause = FIRST_PAUSE if time.monotonic() - started > LONGEST_PAUSE else self.pause
            code = self.worker.exitcode
            self.say(f"The task worker ended (exit code {code}); it starts again in {self.pause:.0f} s.")
            if wait([self.web.sentinel], timeout=self.pause):
                continue
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.worker = self._new_worker()
            self.worker.start()

    def _end(self) -> None:
        """Stop both children; a second signal kills them."""
        children = [child for child in (self.web, self.worker) if child.pid is not None]
        for name in ("SIGINT", "SIGTERM"):
            signal.signal(getattr(signal, name), lambda *_: [child.kill() for child in children])
        for child in children:
            child.terminate()
        for child in children:
            child.join(GRACE_SECONDS + 5)
            if child.is_alive():
                child.kill()
                child.join()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop
