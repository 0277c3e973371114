"""A JupyterLab of a test's own: its own home, settings, port and token; nothing of the user's."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 60

# No news, no autosave, no windowing: nothing on the page moves that a test did not move.
QUIET = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # As in `devsession lab`.
    "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
# What these tests do not look at, and what costs a page seconds to load.
LEFT_OUT = {
    "ServerApp": {"jpserver_extensions": {"jupyter_lsp": False, "jupyter_server_terminals": False}}
}
LEFT_OUT_OF_THE_PAGE = (
    "console",
    "csvviewer",
    "debugger",
    "extensionmanager",
    "help",
    "inspector",
    "logconsole",
    "lsp",
    "running",
    "terminal",
    "toc",
    "tooltip",
)
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
)


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that is running; `folder` is what it shows, `home` holds all it writes."""

    folder: Path
    home: Path
    url: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call of the server's REST API; its answer, read from JSON."""
        request = Request(
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urlopen(request, timeout=30) as response:
            content = response.read()
        return json.loads(content) if content else None

    def settings(self, plugin: str, values: dict[str, Any]) -> None:
        """Set a plugin's settings, for pages opened from now on."""
        self.call("PUT", f"/lab/api/settings/{plugin}", {"raw": json.dumps(values)})

    def shut_kernels(self) -> None:
        """End every kernel, with its session."""
        for session in self.call("GET", "/api/sessions"):
            self.call("DELETE", f"/api/sessions/{session['id']}")


@contextmanager
def running_lab(folder: Path, home: Path) -> Iterator[Lab]:
    """JupyterLab over `folder` until the block ends, everything of its own under `home`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    log = home / "lab.log"
    page = home / "config" / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True)
    extensions = {f"@jupyterlab/{name}-extension": True for name in LEFT_OUT_OF_THE_PAGE}
    page.write_text(json.dumps({"disabledExtensions": extensions}), "utf-8")
    server = home / "config" / "jupyter_server_config.json"
    server.write_text(json.dumps(LEFT_OUT), "utf-8")
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment_in(home), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        lab = Lab(folder, home, f"http://127.0.0.1:{port}", token)
        _wait_until_up(lab, process, log)
        for plugin, values in QUIET.items():
            lab.settings(plugin, values)
        yield lab
        lab.shut_kernels()
    finally:
        _end(process)


@contextmanager
def lab_by_command(folder: Path, home: Path) -> Iterator[tuple[Lab, str]]:
    """What `devsession lab` starts in a folder, and the address that it prints.

    home: of somebody whose one wish is that tests can look into the page.
    """
    wish = home / "config" / "jupyter_lab_config.json"
    wish.parent.mkdir(parents=True)
    wish.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}), "utf-8")
    log = home / "lab.log"
    command = [sys.executable, "-m", "devsession", "lab"]
    # A browser that ends at once: the test opens the address in its own.
    environment = {**environment_in(home), "BROWSER": "true"}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address, server, token = _printed_address(process, log)
        lab = Lab(folder, home, server, token)
        yield lab, address
        lab.shut_kernels()
    finally:
        _end(process)


def _printed_address(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str, str]:
    """The address, its server and its token, as soon as they stand in the log."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        printed = re.search(
            r"(http://127\.0\.0\.1:\d+)/\S*token=(\w+)$", log.read_text(), re.MULTILINE
        )
        if printed:
            return printed.group(0), printed.group(1), printed.group(2)
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, then insist: a busy machine may take longer to shut a Lab down than a test can wait."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment_in(home: Path) -> dict[str, str]:
    """The environment of somebody who lives under `home`, with this checkout on the path."""
    own = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    python_path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    return {
        **os.environ,
        **{name: str(place) for name, place in own.items()},
        "PYTHONPATH": python_path,
    }


def _wait_until_up(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            lab.call("GET", "/api/status")
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
