"""How a command ends: the one place where the command line catches errors.

============ ===============================================================================================
exit status  meaning
============ ===============================================================================================
0            done
1            the data, the settings or the world were at fault: :class:`~hedger.errors.HedgerError`
2            wrong usage: an option that does not exist, or a value that cannot be read
130          interrupted from the keyboard
============ ===============================================================================================

Messages go to standard error; with ``--json`` the error is also the one document on standard output. Anything that
is not listed is a bug and stays loud.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from hedger.errors import HedgerError
from hedger.report import error_document, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_FAULT, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def write_json(document: dict[str, Any]) -> None:
    """Write one document to standard output, in UTF-8 whatever the terminal's encoding is."""
    click.echo(to_json(document).encode())


def claim_stdout() -> None:
    """Keep standard output for what commands say: what libraries in C write there is dropped from now on.

    HiGHS, which solves mixed-integer programmes, now and then writes lines of its own, in front of a JSON document as
    well. C may hold them back until the process ends, so there is no way back before that.
    """
    stream = sys.stdout
    if stream is None or stream is not sys.__stdout__ or not isinstance(stream, io.TextIOWrapper):
        return  # a test runner or a caller has put something else in its place
    stream.flush()
    ours = os.fdopen(os.dup(stream.fileno()), "wb", closefd=False)  # as the standard streams: open until the end
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    is_direct = stream.line_buffering
    sys.stdout = io.TextIOWrapper(ours, encoding=stream.encoding, errors=stream.errors, line_buffering=is_direct)


class ExitGroup(click.Group):
    """A group of commands that ends with the statuses above, in a terminal and under click's test runner alike."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> None:  # type: ignore[override]
        """Run the command line `args` and leave the interpreter with its exit status."""
        words = sys.argv[1:] if args is None else list(args)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows another instead
                stream.reconfigure(errors="replace")
        sys.exit(self._run(words, prog_name or "hedger", extra))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer needs them: as they were added."""
        del ctx
        return list(self.commands)

    def _run(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        is_json = "--json" in words
        try:
            return super().main(words, prog_name, **{**extra, "standalone_mode": False}) or 0
        except HedgerError as error:
            click.echo(f"Error: {error}", err=True)
            if is_json:
                write_json(error_document(error))
            return AT_FAULT
        except click.ClickException as error:
            error.show()
            if is_json:
                write_json({"error": {"code": "usage", "message": error.format_message()}})
            return WRONG_USAGE
        except click.Abort:
            return INTERRUPTED
