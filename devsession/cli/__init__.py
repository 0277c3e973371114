"""The command line: `devsession COMMAND`; exit codes 0 good, 1 found wrong, 2 used wrong."""

from __future__ import annotations

import sys

from devsession.errors import DevsessionError

INTERRUPTED = 130  # what shells give for Ctrl-C


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code; our errors are text, not tracebacks."""
    from devsession.cli.commands import app

    try:
        app(args=arguments, prog_name="devsession")
    except DevsessionError as error:
        _say(f"{type(error).__name__}: {error}")
        sys.exit(error.exit_code)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            _say("stopped; nothing is lost: the same command goes on")
            # Caught while text was executed, as imports of dataclasses do, Python would still end by
            # the signal, and not with this code; whatever is executed since undoes that.
            exec("")  # noqa: S102
        raise


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the output of the command line
