"""`up` on an empty directory, again on the same data, and its refusals. SQLite in processes of its own."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from annotate.management.serving import impatient
from tests.commands.site import answers, free_port, migrate, run, start, wait_for

pytestmark = pytest.mark.skipif(os.environ.get("STANDPOINT_TEST_DATABASE") != "sqlite", reason="once is enough")


def up(data, port, *arguments, **extra):
    site = start(data, "up", "--port", str(port), *arguments, **extra)
    wait_for(lambda: site.poll() is not None or answers(port))
    site.said = "".join(site.stdout.readline() for _ in range(3))
    return site


def stop(site, number=signal.SIGTERM):
    site.send_signal(number)
    out, err = site.communicate(timeout=40)
    return site.said + out, err


def test_it_starts_stops_and_starts_again_on_the_same_data(tmp_path):
    port = free_port()
    out, err = stop(up(tmp_path, port), signal.SIGINT)
    assert f"http://127.0.0.1:{port}/" in out, err
    assert "manager, curator, ann or ben with the password" in out
    assert not answers(port)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600

    site = up(tmp_path, port)
    wait_for(lambda: list((tmp_path / "releases").glob("*/SHA256SUMS")))  # the demo's first release
    out, err = stop(site)
    assert site.returncode == 0
    assert "password" in out and "shown only this once" not in out


def test_without_the_demo_there_is_an_admin(tmp_path):
    site = up(tmp_path, free_port(), "--no-demo")
    out, _ = stop(site)
    assert site.returncode == 0 and "Sign in as admin with the password" in out


def test_ctrl_c_before_it_is_ready_is_told_in_one_line_and_the_next_start_goes_on(tmp_path):
    site = start(tmp_path, "up", "--port", str(free_port()), "--no-demo")
    assert "takes some seconds" in site.stderr.readline()
    site.send_signal(signal.SIGINT)
    _, err = site.communicate(timeout=40)
    assert site.returncode == 130 and "the same command goes on" in err and "Traceback" not in err

    out, _ = stop(up(tmp_path, free_port(), "--no-demo"))
    assert "Sign in as admin with the password" in out


def test_a_killed_supervisor_takes_its_children_along_and_the_next_start_works(tmp_path):
    migrate(tmp_path)
    port = free_port()
    site = up(tmp_path, port, "--no-demo")
    site.kill()
    site.communicate()
    wait_for(lambda: not answers(port), 30)

    again = up(tmp_path, port, "--no-demo")
    assert again.poll() is None
    stop(again)


def test_a_taken_port_is_named_with_a_remedy(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run(tmp_path, "up", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port}" in refused.stderr and f"--port {port + 1}" in refused.stderr


def test_one_site_per_data_directory(tmp_path):
    migrate(tmp_path)
    site = up(tmp_path, free_port(), "--no-demo")
    refused = run(tmp_path, "up", "--port", str(free_port()))
    stop(site)
    assert refused.returncode == 1 and str(tmp_path) in refused.stderr


def test_a_public_address_without_https_is_warned_of(tmp_path):
    migrate(tmp_path)
    site = up(tmp_path, free_port(), "--no-demo", "--host", "0.0.0.0")
    _, err = stop(site)
    assert "unencrypted" in err and "STANDPOINT_URL" in err


def test_a_client_that_stops_reading_is_let_go():
    """Without that, four who stop reading an export keep everybody else from theirs."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        site = impatient(lambda environ, start: environ["gunicorn.socket"].sendall(b"x" * 10_000_000), seconds=0.2)
        with pytest.raises(TimeoutError):
            site({"gunicorn.socket": ours}, None)
