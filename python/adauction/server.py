"""Finds and starts ``gavotte serve environment``, once for each Python process that needs it."""

import atexit
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

# A first run in a fresh checkout installs its packages.
START_SECONDS = 180

_lock = threading.Lock()
_address: str | None = None


def shared_address() -> str:
    """Address of this process's own server, ``host:port``; it is started at the first call.

    The server ends with this process, however that ends: it watches its standard input.

    Raises:
        RuntimeError: when no Gavotte is found, or it does not start.
    """
    global _address
    with _lock:
        if _address is None:
            _address = _start()
        return _address


def command() -> list[str]:
    """The command line of Gavotte: ``GAVOTTE_BIN``, this checkout, or what is installed, in that order."""
    given = os.environ.get("GAVOTTE_BIN")
    if given:
        return [_node(), given] if given.endswith((".js", ".mjs", ".ts")) else [given]
    start = Path(__file__).resolve().parents[2] / "scripts" / "start.mjs"
    if start.exists():
        return [_node(), str(start)]
    installed = shutil.which("gavotte")
    if installed:
        return [installed]
    npx = shutil.which("npx")
    if npx:
        return [npx, "--yes", "gavotte"]
    raise RuntimeError("Gavotte is not found: install Node 20 or newer, or name its main file in GAVOTTE_BIN.")


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("Node is not found: install Node 20 or newer.")
    return node


def _start() -> str:
    line = [*command(), "serve", "environment", "--port", "0", "--until-eof", "--json"]
    # A session of its own: Ctrl-C is for Python, which may go on.
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    said: list[dict] = []
    reader = threading.Thread(target=lambda: said.append(_read_object(process)), daemon=True)
    reader.start()
    reader.join(START_SECONDS)
    address = said[0].get("address") if said else None
    if address is None:
        process.kill()
        problem = said[0].get("error", {}) if said else {}
        reason = problem.get("message") or f"it said nothing within {START_SECONDS} s"
        raise RuntimeError(f"{' '.join(line)} did not start: {reason}. {problem.get('fix', '')}")
    atexit.register(_stop, process, os.getpid())
    return address


def _read_object(process: subprocess.Popen) -> dict:
    """The one JSON object that the server prints when it listens, or why it does not."""
    text = ""
    for line in process.stdout:
        text += line.decode()
        if line.startswith(b"}"):
            return json.loads(text)
    return {"error": {"message": f"it ended with code {process.wait()}"}}


def _stop(process: subprocess.Popen, owner: int) -> None:
    # A forked child must not end what its parent uses.
    if os.getpid() != owner:
        return
    process.stdin.close()
    process.stdout.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
