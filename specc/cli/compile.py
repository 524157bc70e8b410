"""`specc compile`: write the emitted Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .exits import Exit, Stop, leave
from .options import backend_option, file_argument, name_argument, set_option

if TYPE_CHECKING:
    from ..api import Spec

__all__ = ["command"]


@click.command("compile", short_help="Write the Python program of a training.")
@file_argument
@name_argument
@backend_option(required=False)
@click.option("--all", "every", is_flag=True, help="Write for every backend.")
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="The file to write; with --all the folder. Without it: standard output.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if the written is stale."
)
@set_option
def command(
    file: str,
    name: str | None,
    backend: str | None,
    every: bool,
    out: Path | None,
    check: bool,
    params: dict[str, str],
) -> None:
    """Write the Python program of a training, for one backend or for all.

    The program needs its framework, NumPy and safetensors, not specc. With --all the
    files are named NAME_BACKEND.py.
    """
    from .opening import mention_warnings, open_spec

    if every == (backend is not None):
        raise click.UsageError("give either --backend NAME or --all")
    if out is None and (check or every):
        raise click.UsageError("--check and --all need --out")
    spec = open_spec(file, params)
    mention_warnings(spec)
    if every:
        assert out is not None
        leave(_all(spec, name, out, check))
        return
    assert backend is not None
    text = spec.compile(backend, name)
    if out is None:
        click.echo(text, nl=False)
    else:
        leave(_deliver(text, out, check))


def _all(spec: Spec, name: str | None, folder: Path, check: bool) -> Exit:
    """Write or check the file of every backend; a refusal does not stop the others."""
    from ..api import SpecError
    from ..backend import backends
    from .opening import show

    status = Exit.FINE
    stem = spec.program(name).name
    if not check:
        folder.mkdir(parents=True, exist_ok=True)
    for backend in backends():
        try:
            text = spec.compile(backend, name)
        except SpecError as refused:
            show(refused.problems)
            status = Exit.FINDINGS
            continue
        status = max(status, _deliver(text, folder / f"{stem}_{backend}.py", check))
    return status


def _deliver(text: str, out: Path, check: bool) -> Exit:
    """Write the text, or say whether the file holds it already."""
    if check:
        written = out.read_text(encoding="utf-8") if out.is_file() else None
        if written == text:
            return Exit.FINE
        fault = "is not there" if written is None else "is stale"
        click.echo(f"specc: {out} {fault}: compile again", err=True)
        return Exit.FINDINGS
    _refuse_shadow(out)
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Stop(f"cannot write {out}: {error.strerror}", Exit.USAGE) from None
    click.echo(str(out))
    return Exit.FINE


def _refuse_shadow(out: Path) -> None:
    """A program called torch.py is what `import torch` beside it would find."""
    from ..backend import backend, backends

    taken = {name for found in backends() for name in backend(found).requires}
    if out.stem in taken | {"numpy", "safetensors"} | sys.stdlib_module_names:
        why = f"a file called {out.name} would hide the module {out.stem} from programs"
        raise Stop(f"{why} beside it; choose another name", Exit.USAGE)
