"""What the command line says of a local process: whether it runs, how it is used, what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.service import Service, Use

_MB = 1_000_000


def state_of(service: Service, data: Path | None = None) -> Iterator[str]:
    """Lines for people; `data` is the file or folder that it keeps its data in, if there is one."""
    address = service.address()
    if address is None:
        yield f"{service.name} is not running{_why_not(service)}; next: devsession {service.name} start"
    else:
        use = service.use()
        yield f"{service.name} runs (process {address.pid})"
        yield f"  used     {_used(use) if use else 'unknown: it does not answer'}"
    if data is not None and data.exists():
        yield f"  size     {_bytes_in(data) / _MB:,.1f} MB"


def _why_not(service: Service) -> str:
    ending = service.ending()
    if ending is None:
        return ""
    told = {"idle": "it ended by itself, unused", "stopped": "it was stopped"}
    return f" ({told.get(ending.how, f'process {ending.pid} crashed, see {ending.log_file}')})"


def _used(use: Use) -> str:
    minutes = int(use.quiet_seconds // 60)
    last = f"{counted(minutes, 'minute')} ago" if minutes else "just now"
    used = f"{last}, {counted(use.connections, 'connection')}"
    if use.ends_after is None:
        return f"{used}; never ends by itself"
    return f"{used}; ends by itself {use.ends_after:g} minutes after the last one"


def _bytes_in(place: Path) -> int:
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(file.stat().st_size for file in files if file.is_file())
