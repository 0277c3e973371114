"""The process of the embedded warehouse: `python -m devsession.warehouse.server FOLDER`.

fakesnow's server (DuckDB inside) speaks Snowflake's protocol, so that the real client works on
it. It keeps one database, LOCAL, in `FOLDER/warehouse`.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.service import serve

if TYPE_CHECKING:
    from fakesnow.instance import FakeSnow
    from starlette.types import ASGIApp

DATABASE = "LOCAL"
SCHEMAS = ("PUBLIC", "DEVSESSION")

# A migration makes it; fakesnow knows stages only as long as its process lives.
_FORGOTTEN = "create stage if not exists DEVSESSION.INBOUND_FILES"
# From here on SQL reaches no file but those of the attached database, of its stages, and what
# DuckDB spills.
_SHUT = (
    "SET GLOBAL enable_external_access = false",
    "SET GLOBAL python_enable_replacements = false",
    "SET GLOBAL autoinstall_known_extensions = false",
)

# A staged file is read once and then deleted; DuckDB would remember each of them for ever.
_NO_CACHE = "SET GLOBAL enable_external_file_cache = false"


class _Unused:
    """As if these were not installed. Snowflake's client library, which fakesnow stands on, loads each
    where it can, for what a server has no use for: two fifths of its start.
    """

    _NAMES = frozenset({"azure", "boto3", "botocore", "keyring", "pandas"})

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        if name in self._NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def run(folder: Path) -> None:
    """Opens the database of this folder and serves it until the process is asked to end."""
    opened: list[FakeSnow] = []

    def build(token: str) -> ASGIApp:
        data = folder / "warehouse"
        scratch = data / "scratch"
        data.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)  # of a process that was killed
        scratch.mkdir()
        # fakesnow makes its stage folder when it is imported, and leaves it behind.
        tempfile.tempdir = str(scratch)
        from devsession.warehouse.guard import guarded
        from devsession.warehouse.query_log import QueryLog

        opened.append(_open(data, scratch))
        return guarded(opened[0], token, QueryLog(opened[0].duck_conn, data / "queries.jsonl"))

    serve("warehouse", folder, build, ends_when_idle=True)
    for database in opened:
        database.duck_conn.close()


def _open(data: Path, scratch: Path) -> FakeSnow:
    import duckdb
    from fakesnow.instance import FakeSnow
    from fakesnow.transforms import stage

    from devsession.warehouse import apostrophes, dialect, results
    from devsession.warehouse.memory import limit_memory
    from devsession.warehouse.opening import check_journal, why_it_does_not_open

    apostrophes.install()
    dialect.install()
    results.install()
    database = FakeSnow(db_path=data, nop_regexes=dialect.WITHOUT_EFFECT)
    check_journal(data / f"{DATABASE}.db")
    try:
        for schema in SCHEMAS:
            database.connect(DATABASE, schema).close()
        with closing(database.connect(DATABASE, SCHEMAS[0])) as connection:
            connection.cursor().execute(_FORGOTTEN)
    except duckdb.Error as error:
        raise why_it_does_not_open(data / f"{DATABASE}.db", str(error)) from error
    limit_memory(database.duck_conn)
    database.duck_conn.execute("SET GLOBAL temp_directory = ?", [str(scratch)])
    database.duck_conn.execute("SET GLOBAL allowed_directories = ?", [[stage.LOCAL_BUCKET_PATH]])
    for statement in (_NO_CACHE, *_SHUT):
        database.duck_conn.execute(statement)
    return database


if __name__ == "__main__":
    # The log is for what stops the server; statements and their values are nobody's business.
    warnings.simplefilter("ignore")
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    sys.meta_path.insert(0, _Unused())
    run(Path(sys.argv[1]))
