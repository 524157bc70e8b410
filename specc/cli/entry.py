"""The program: verbs that are imported when they are used, and how failures end."""

from __future__ import annotations

import gc
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from .endings import ending
from .exits import Exit, Stop, Told, mind_signals, shown
from .streams import OUTPUT, give_up, open_streams

__all__ = ["VERBS", "Program", "main", "program"]

#: The verbs in the order of the help; each is a module of this package.
VERBS = (
    "init",
    "check",
    "fmt",
    "summary",
    "graph",
    "diff",
    "train",
    "evaluate",
    "predict",
    "verify",
    "compile",
    "dump",
    "schema",
    "explain",
    "catalog",
    "prepare",
    "lsp",
    "doctor",
)

#: Verbs that run a framework or read data, and so make garbage worth collecting.
_LASTING = frozenset(
    {"graph", "train", "evaluate", "predict", "verify", "prepare", "lsp", "doctor"}
)

_BUG = """\
this is a bug in specc, not in your spec: {kind}: {error}
To report it, run the command again with SPECC_DEBUG=1 in the environment and hand in
what it prints, together with the spec and the output of `specc doctor`."""


class Program(click.Group):
    """A group whose verbs are imported on demand and never end in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        if cmd_name in _LASTING:
            gc.enable()
        return import_module(f"{__package__}.{cmd_name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], VERBS, n=1)
        if near and args[0] not in VERBS:
            ctx.fail(f"no verb is called {args[0]}; did you mean {near[0]}?")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:  # of what --help and --version print
            raise _gone() from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(shown(error.format_message()), error.ctx) from None
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Told as told:
            raise _end(Stop(str(told), 128 + told.signal)) from None
        except KeyboardInterrupt:
            raise _end(Stop("interrupted", Exit.INTERRUPTED)) from None
        except BrokenPipeError:
            raise _gone() from None
        except Exception as error:
            expected = _expected(error)
            if expected is None and os.environ.get("SPECC_DEBUG"):
                raise
            raise _end(expected or _bug(error)) from None

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except Exception as error:
            expected = _expected(error)
            debugging = expected is None and os.environ.get("SPECC_DEBUG")
            if debugging or not extra.get("standalone_mode", True):
                raise
            sys.exit(_end(expected or _bug(error)).exit_code)


def _expected(error: Exception) -> Stop | None:
    """What ends the command for an error that is not a bug; None for a bug."""
    if isinstance(error, OSError) and error.filename == OUTPUT:
        give_up(sys.stdout)
        why = f"cannot write to {OUTPUT}: {error.strerror}"
        return Stop(why, Exit.FAILED)
    return ending(error)


def _end(stop: Stop) -> click.exceptions.Exit:
    try:
        stop.show()
    except OSError:  # standard error takes nothing; the status tells
        give_up(sys.stderr)
    return click.exceptions.Exit(int(stop.status))


def _gone() -> click.exceptions.Exit:
    """The end of a command whose reader went away."""
    give_up(sys.stdout)
    return click.exceptions.Exit(int(Exit.PIPE))


def _bug(error: Exception) -> Stop:
    return Stop(_BUG.format(kind=type(error).__name__, error=error), Exit.BUG)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="specc", message="specc %(version)s")
def program() -> None:
    """Compile, train and compare neural networks declared in .nnspec files.

    Exit status: 0 fine, 1 findings, 2 wrong usage, 3 something is missing, 4 the run
    failed, 70 a bug in specc, 130 interrupted.
    """


def main() -> None:
    """Run the command line of this process."""
    gc.disable()  # a light verb ends before it has made garbage of any size
    open_streams()
    mind_signals()
    program(prog_name="specc")
