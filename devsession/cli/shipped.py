"""Where the notebooks and the plugin template are: in the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

from devsession.errors import SetupError

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The folder `notebooks` or `plugin_template`, from a wheel and an editable install alike.

    Raises: SetupError when the installation has lost it.
    """
    places = [_PACKAGE / "_shipped" / name, _PACKAGE.parent / name]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise SetupError(
            f"This installation of devsession lacks its folder {name}",
            where="\n".join(map(str, places)),
            next_step="install it again: pip install --force-reinstall devsession",
        )
    return found
