"""`specc doctor`: what is installed, which backends work, and what mends the rest."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from .exits import Exit, leave

if TYPE_CHECKING:
    from ..backend import Backend

__all__ = ["command"]

_CORE = ("click", "lark", "numpy", "pydantic", "rich", "safetensors")
_DATA = ("scikit-learn", "mlxtend")
_SECONDS = 300


@click.command("doctor", short_help="Say what is installed and what is missing.")
@click.option("--deep", is_flag=True, help="Try each backend in a process of its own.")
def command(deep: bool) -> None:
    """Say what is installed, which backends work, and the command that mends the rest.

    Listed too are the constructs and lowerings that other packages add.
    """
    from ..backend import backends
    from ..diagnostics.words import install

    click.echo(f"specc   {version('specc')}")
    click.echo(f"python  {platform.python_version()} on {platform.platform()}")
    _packages("needed", _CORE)
    _packages("data sets", _DATA)
    if _missing(_DATA):
        click.echo(f"  mend with: {install('data')}")
    click.echo("backends")
    working = [_backend(name, deep) for name in backends()]
    working += _added()
    leave(Exit.FINE if all(working) and not _missing(_CORE) else Exit.MISSING)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _missing(packages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in packages if _installed(name) is None)


def _packages(title: str, names: tuple[str, ...]) -> None:
    click.echo(title)
    for name in names:
        click.echo(f"  {name:14}{_installed(name) or 'not installed'}")


def _backend(name: str, deep: bool) -> bool:
    """Print what there is to say of a backend; whether it works."""
    from ..backend import backend
    from ..catalog.outside import BrokenPackage

    try:
        return _report(backend(name), deep)
    except BrokenPackage as broken:
        click.echo(f"  {name:14}not usable: {broken}")
        return False


def _added() -> list[bool]:
    """Print what other packages add to the catalogue and to backends; what of it works."""
    from ..backend import backends
    from ..catalog.outside import BrokenPackage, added, groups, package, take
    from ..catalog.registry import assembled
    from ..emit.lowering import Table

    lines: list[tuple[str, str, bool]] = []
    for entry, found in assembled()[1].items():
        if isinstance(found, BrokenPackage):
            lines.append((package(entry), str(found), False))
        else:
            words = ", ".join(f"{kind.family} {kind.keyword}" for kind in found)
            lines.append((package(entry), f"adds {words or 'nothing'}", True))
    lead = "specc.lowerings."
    for group in groups(lead):
        side = group.removeprefix(lead)
        for entry in added(group):
            table = Table()
            try:
                take(entry, table.include)
            except BrokenPackage as broken:
                lines.append((package(entry), str(broken), False))
                continue
            words = ", ".join(lowering.kind.keyword for lowering in table)
            known = side in backends()
            more = "" if known else ", which is not installed"
            lines.append((package(entry), f"lowers {words} for {side}{more}", known))
    if lines:
        click.echo("from other packages")
    for name, words, _ in lines:
        click.echo(f"  {name:14}{words}")
    return [works for _, _, works in lines]


def _report(found: Backend, deep: bool) -> bool:
    """Print a line on a backend; whether it works as far as was looked."""
    from ..diagnostics.words import install

    missing = found.missing()
    if missing:
        click.echo(
            f"  {found.name:14}not usable: {' and '.join(missing)} not installed"
        )
        click.echo(f"  {'':14}mend with: {install(found.extra)}")
        return False
    versions = [f"{name} {_installed(name) or '?'}" for name in found.requires]
    detail = f" ({', '.join(versions)})" if versions else ""
    if not deep:
        click.echo(f"  {found.name:14}installed{detail}")
        return True
    fault = _try(found.name)
    click.echo(f"  {found.name:14}{'works' if fault is None else 'fails'}{detail}")
    if fault is not None:
        click.echo(f"  {'':14}{fault}")
    return fault is None


def _try(name: str) -> str | None:
    """Train a small model for a step in another process; the fault, if there is one."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "specc.cli.attempt", name],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_SECONDS} seconds"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"the process ended with status {done.returncode}"
