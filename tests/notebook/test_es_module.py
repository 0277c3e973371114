"""Files that import from each other become one module."""

from __future__ import annotations

from pathlib import Path

import devsession.notebook
from devsession.notebook.es_module import one_module

STATIC = Path(devsession.notebook.__file__).parent / "static"


def test_what_is_imported_stands_before_what_imports_it_and_once(tmp_path: Path) -> None:
    (tmp_path / "form.js").write_text(
        'import { a } from "./a.js";\nimport { b, c } from "./b.js";\n\nexport default { a, b, c };\n'
    )
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n\nexport const a = b;\n')
    (tmp_path / "b.js").write_text("export const b = 1;\nexport function c() {}\n")

    assert one_module(tmp_path / "form.js") == (
        "const b = 1;\nfunction c() {}\n\nconst a = b;\n\nexport default { a, b, c };\n"
    )


def test_the_form_is_one_module_without_imports() -> None:
    text = one_module(STATIC / "form.js")

    assert "import " not in text
    assert text.count("export ") == 1
    assert text.count("function make(") == 1
