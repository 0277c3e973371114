"""Forms of kernels that are gone, in JupyterLab: their picture, in place of an error.

JupyterLab draws an output by the richest of its forms, and a live form whose kernel has ended cannot
be drawn: it would say "model not found", though its picture lies beside it. The file is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_LIVE, _PICTURE = "application/vnd.jupyter.widget-view+json", "text/html"


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Have notebooks read so; whatever reads them, the person's own contents manager too."""
    manager: Any = server.contents_manager
    read = manager.get

    async def get(path: str, *args: Any, **options: Any) -> dict[str, Any]:
        model: dict[str, Any] = await read(path, *args, **options)
        if model["type"] == "notebook" and model["content"]:
            sessions = await server.session_manager.list_sessions()
            if not any(session["path"].strip("/") == path.strip("/") for session in sessions):
                leave_pictures(model["content"])
        return model

    manager.get = get


def leave_pictures(notebook: dict[str, Any]) -> None:
    """Take what is live out of outputs that have a picture besides."""
    outputs = [each for cell in notebook["cells"] for each in cell.get("outputs", [])]
    for output in outputs:
        data = output.get("data", {})
        if _PICTURE in data:
            data.pop(_LIVE, None)
