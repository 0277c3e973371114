"""Take the README's pictures of notebooks 01 and 02 in JupyterLab: `python -m tests.refresh_pictures`."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright

from devsession.cli.project import create_project
from devsession.cli.tour import PLUGIN_NAME
from devsession.sandbox import sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser.conftest import CHROMIUMS, FLAGS, INSTALL, PATIENCE
from tests.browser.lab import running_lab
from tests.browser.notebook_page import open_in

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs"
FORMS = {
    "01_connect": "The connection form of PracticeCrm",
    "02_configure": "Sync contacts",
}


def main() -> None:
    """One picture a form, as a new project shows it, twice as fine as a screen."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        raise SystemExit(INSTALL)
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder, home = Path(temporary) / "work", Path(temporary) / "home"
        project = folder / PLUGIN_NAME
        home.mkdir()
        create_project(PLUGIN_NAME, project)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(viewport={"width": 1000, "height": 2000}, device_scale_factor=2)
        expect.set_options(timeout=PATIENCE)
        try:
            with running_lab(folder, home) as lab:
                for name, title in FORMS.items():
                    notebook = shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", project)
                    opened = open_in(lab, page, Path(notebook))
                    opened.run_all()
                    form = opened.form(title)
                    expect(form.get_by_text("The same as code")).to_be_visible()
                    # The cells below have run: nothing on the page moves any more.
                    expect(opened.cells.last).to_contain_text("Next:")
                    opened.execute("None")
                    form.screenshot(path=FOLDER / f"{name}.png")
        finally:
            browser.close()
            sandbox_service(project).stop()
            embedded_service(project).stop()


if __name__ == "__main__":
    main()
