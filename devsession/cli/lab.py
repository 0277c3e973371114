"""`devsession lab`: JupyterLab on this project, with settings that suit notebooks with live forms."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import typer

from devsession.cli.shipped import shipped
from devsession.errors import SetupError, UsageError

if TYPE_CHECKING:
    from nbformat import NotebookNode

# The first of them that the project has is opened.
OWN_NOTEBOOKS = ("plugin_development.ipynb", "plugin_inbound.ipynb", "metadata_development.ipynb")
_SETTINGS = Path(__file__).parent / "lab_settings"
_OPTIONS = (
    # JupyterLab's own calls home would be the only network traffic of an offline session.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.jpserver_extensions=devsession.cli.lab_pictures=True",
    # Only what a person has to know: the address, and what goes wrong.
    "--ServerApp.log_level=WARN",
    "--LabApp.log_level=WARN",
    # Tornado warns, wrongly, of how jupyter_server counts the seconds between its pings.
    "--ServerApp.logging_config={'loggers': {'tornado.general': {'level': 'ERROR'}}}",
)
# `-m jupyterlab`, without 39 grammars that jsonschema compiles to check a format that no event has: half
# of its start.
_JUPYTERLAB = (
    "import sys; sys.modules['rfc3987_syntax'] = None; "
    "from jupyterlab.labapp import main; sys.exit(main())"
)


def lab(notebook: Path | None) -> None:
    """Start JupyterLab here, on the notebook given or the project's own.

    Where one runs in this folder already, that one is opened: two of them would write the same
    notebooks.

    Raises: UsageError when the notebook is none; SetupError when JupyterLab does not start.
    """
    own = next(filter(Path.is_file, map(Path, OWN_NOTEBOOKS)), None)
    opened = _readable(notebook) if notebook else own
    folder = _served(opened)
    for each in sorted({*folder.glob("*.ipynb"), *([opened.resolve()] if opened else [])}):
        trust_what_is_ours(each)
    running = _running_in(folder)
    if running is not None:
        address = running["url"] + _place(opened, folder) + _token(running)
        typer.echo(f"JupyterLab runs in this folder already: {address}")
        webbrowser.open(address)
        return
    start_lab(opened)


def _readable(notebook: Path) -> Path:
    if notebook.is_file() and notebook.suffix == ".ipynb":
        return notebook
    there = sorted(each.name for each in Path.cwd().glob("*.ipynb"))
    what = "is no notebook" if notebook.exists() else "is not there"
    raise UsageError(
        f"{notebook} {what}",
        tried=f"notebooks here: {', '.join(there) or 'none'}",
        where=str(Path.cwd()),
        next_step="devsession lab (opens the project's own notebook), or name one of these",
    )


def start_lab(notebook: Path | None) -> None:
    """Become JupyterLab, on a notebook if one is given.

    Raises: SetupError when JupyterLab does not start.
    """
    folder = _served(notebook)
    command = lab_command(folder, notebook)
    typer.echo("JupyterLab starts, its address follows; Ctrl-C here stops it, with its kernels")
    sys.stdout.flush()  # what follows is another program
    try:
        os.execv(command[0], command)  # noqa: S606 - the same interpreter, our arguments
    except OSError as error:
        raise SetupError(
            f"JupyterLab does not start: {error}", next_step="pip install jupyterlab"
        ) from None


def lab_command(folder: Path, notebook: Path | None) -> list[str]:
    """The command that opens JupyterLab over a folder in a browser, on a notebook in it."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    # Not as an argument, which would leave it out of the address that is printed.
    opened = f"--LabApp.default_url=/{_place(notebook, folder)}"
    where = f"--ServerApp.root_dir={folder}"
    options = [*_OPTIONS, *_encryption(), *_settings(), *as_root]
    return [sys.executable, "-c", _JUPYTERLAB, *options, where, opened]


def _served(notebook: Path | None) -> Path:
    """This folder, or that of a notebook outside of it."""
    here = Path.cwd().resolve()
    outside = notebook is not None and here not in notebook.resolve().parents
    return notebook.resolve().parent if notebook is not None and outside else here


def _place(notebook: Path | None, folder: Path) -> str:
    if notebook is None:
        return "lab"
    return f"lab/tree/{quote(notebook.resolve().relative_to(folder).as_posix())}"


def _settings() -> list[str]:
    """Our defaults, where JupyterLab has none but its own.

    Clicks go one way to the kernel: JupyterLab would begin on one and go on by another, on which a
    later click can come first, or be lost. Forms are dealt with between cells anyway.

    What a person has set in JupyterLab stands above them; an installation with defaults of an
    administrator's keeps those, and is not given ours.
    """
    from jupyterlab.commands import get_app_dir  # type: ignore[import-untyped]

    theirs = Path(get_app_dir()) / "settings"
    if theirs.is_dir() and any(theirs.iterdir()):
        return []
    return [f"--LabApp.app_settings_dir={_SETTINGS}"]


def _encryption() -> list[str]:
    """What is said to kernels is encrypted where this Jupyter can: each warns, if it is not."""
    import zmq
    from jupyter_client.manager import KernelManager

    can = zmq.has("curve") and hasattr(KernelManager, "transport_encryption")
    return ["--KernelManager.transport_encryption=auto"] if can else []


def _running_in(folder: Path) -> dict[str, str] | None:
    """A Jupyter server that serves exactly this folder."""
    from jupyter_server.serverapp import list_running_servers

    servers = list_running_servers()
    return next((each for each in servers if Path(each["root_dir"]).resolve() == folder), None)


def _token(server: dict[str, str]) -> str:
    return f"?token={server['token']}" if server["token"] else ""


def trust_what_is_ours(notebook: Path) -> None:
    """Have JupyterLab trust a notebook that holds no output, or is as we ship it.

    Any other is for the person to judge, as in every JupyterLab.
    """
    try:
        content = _read(notebook)
        if _is_as_shipped(notebook) or not any(cell.get("outputs") for cell in content.cells):
            _sign(content)
    except (OSError, ValueError) as error:
        typer.echo(f"{notebook.name} opens as not trusted: {error}", err=True)


def sign(notebook: Path) -> None:
    """Say that what is in a notebook is ours, so that JupyterLab shows its HTML and forms.

    The signature is made with the person's own key and lies where Jupyter puts one whenever they
    save: nothing that comes with a project can stand in for either. It is one of this content, and
    ends with the first change.

    Raises: OSError, ValueError when the file is not a notebook.
    """
    _sign(_read(notebook))


def _read(notebook: Path) -> NotebookNode:
    import devsession.testing.notebooks  # noqa: F401, I001 - nbformat loads in a fifth of the time then
    import nbformat

    content: NotebookNode = nbformat.read(notebook, as_version=4)
    return content


def _sign(content: NotebookNode) -> None:
    from nbformat.sign import NotebookNotary

    with NotebookNotary() as notary:
        notary.sign(content)


def _is_as_shipped(notebook: Path) -> bool:
    ours = [each for each in shipped("notebooks").rglob("*.ipynb") if each.name == notebook.name]
    return any(each.read_bytes() == notebook.read_bytes() for each in ours)
