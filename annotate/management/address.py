"""Where the site listens and under which address people reach it. Loaded before the settings are."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import socket
from collections.abc import Sequence

HOST = "127.0.0.1"
PORT = 8000


class AddressError(Exception):
    """The site cannot listen there; the message says why and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help="Address to listen on (default: %(default)s, this machine only).")
    parser.add_argument("--port", default=PORT, type=int, help="Port to listen on (default: %(default)s).")


def site_url(arguments: Sequence[str]) -> str:
    """Return the address of a site started with these arguments, for when STANDPOINT_URL does not say it."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    add_arguments(parser)
    try:
        known, _ = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        return f"http://{HOST}:{PORT}"  # the command itself will say what is wrong
    return f"http://{_in_url(reachable(known.host))}:{known.port}"


def reachable(host: str) -> str:
    """Return an address that reaches a server listening on `host` from this machine."""
    return {"0.0.0.0": HOST, "::": "::1", "": HOST}.get(host, host)


def is_public(host: str) -> bool:
    """Return whether other machines can reach a server listening on `host`."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises AddressError."""
    if not 0 < port < 65_536:
        raise AddressError(f"{port} is no port; give a number from 1 to 65535.")
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where SO_REUSEADDR would share the port
                found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(place)
        except OSError:
            found.close()
            raise
    except OSError as error:
        raise AddressError(_reason(error, host, port)) from error
    return found


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65_535 else PORT
        return f"Port {port} on {host} is taken by another program. Stop that one, or choose another: --port {other}."
    if error.errno == errno.EACCES:
        return f"Port {port} may be opened by the system only; choose one above 1023, for example --port {PORT}."
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host!r} is no address of this machine; use --host {HOST}, or 0.0.0.0 for all its addresses."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}; choose another with --host or --port."


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
