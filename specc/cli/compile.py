"""`specc compile`: write the emitted Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .exits import Exit, Stop, leave, tell
from .options import backend_option, file_argument, name_argument, set_option
from .outputs import keep_apart, make_folder, path_text, read_by, writing

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
        leave(_deliver(spec, text, out, check))


def _all(spec: Spec, name: str | None, folder: Path, check: bool) -> Exit:
    """Write or check the file of every backend; a refusal does not stop the others."""
    from ..api import SpecError
    from ..backend import backends
    from .opening import show

    status = Exit.FINE
    stem = spec.program(name).name
    if not check:
        make_folder(folder)
    for backend in backends():
        try:
            text = spec.compile(backend, name)
        except SpecError as refused:
            show(refused.problems)
            status = Exit.FINDINGS
            continue
        out = folder / f"{stem}_{backend}.py"
        status = max(status, _deliver(spec, text, out, check))
    return status


def _deliver(spec: Spec, text: str, out: Path, check: bool) -> Exit:
    """Write the text, or say whether the file holds it already."""
    if check:
        written = _content(out)
        if written == text.encode():
            return Exit.FINE
        fault = "is not there" if written is None else "is stale"
        tell(f"specc: {out} {fault}: compile again")
        return Exit.FINDINGS
    keep_apart(out, read_by(spec))
    _refuse_shadow(out)
    with writing(out):
        out.write_text(text, encoding="utf-8", newline="\n")
    click.echo(path_text(out))
    return Exit.FINE


def _content(file: Path) -> bytes | None:
    """What a file holds, whatever that is; None where there is no such file."""
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise Stop(f"cannot read {file}: {error.strerror}", Exit.USAGE) from None


def _refuse_shadow(out: Path) -> None:
    """A program called torch.py is what `import torch` beside it would find."""
    from ..backend import backend, backends

    taken = {name for found in backends() for name in backend(found).requires}
    if out.stem in taken | {"numpy", "safetensors"} | sys.stdlib_module_names:
        why = f"a file called {out.name} would hide the module {out.stem} from programs"
        raise Stop(f"{why} beside it; choose another name", Exit.USAGE)
