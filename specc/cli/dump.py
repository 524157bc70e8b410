"""`specc dump`: what each stage of the compiler saw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .options import backend_option, file_argument, name_argument, set_option

if TYPE_CHECKING:
    from ..api import Spec

__all__ = ["command"]


@click.command("dump", short_help="Print what a stage of the compiler saw.")
@file_argument
@name_argument
@click.option(
    "--stage",
    type=click.Choice(["tree", "ir", "plan", "code"]),
    required=True,
    help="The syntax tree, the intermediate form, a backend's plan, or its program.",
)
@click.option(
    "--origins",
    is_flag=True,
    help="With ir: list every argument, its value, and where it came from.",
)
@backend_option(required=False)
@set_option
def command(
    file: str,
    name: str | None,
    stage: str,
    origins: bool,
    backend: str | None,
    params: dict[str, str],
) -> None:
    """Print what a stage made of a spec. The stages plan and code need --backend."""
    from .opening import open_spec

    if origins and stage != "ir":
        raise click.UsageError("--origins goes with --stage ir")

    if stage in ("plan", "code") and backend is None:
        raise click.UsageError(f"--stage {stage} needs --backend NAME")
    spec = open_spec(file, params)
    if stage == "tree":
        click.echo(_tree(spec))
    elif stage == "ir" and origins:
        click.echo("\n".join(_origins(spec, name)))
    elif stage == "ir":
        click.echo(spec.program(name).program.model_dump_json(indent=2))
    elif stage == "plan":
        click.echo(_plan(spec, backend or "", name))
    else:
        click.echo(spec.compile(backend or "", name), nl=False)


def _tree(spec: Spec) -> str:
    """The tree, also of a spec whose check finds errors, as long as it parses."""
    from ..api import SpecError
    from ..syntax.outline import outline

    tree = spec.checked.tree
    if tree is None:
        raise SpecError(spec.check())
    return outline(tree)


def _origins(spec: Spec, name: str | None) -> Iterator[str]:
    """``dense_1 Dense`` and below it ``units = 300   a.nnspec:12``."""
    from itertools import groupby

    from ..provenance import values

    found = values(spec.program(name))
    for (owner, keyword), some in groupby(found, key=lambda v: (v.owner, v.keyword)):
        yield f"{owner} {keyword}"
        for value in some:
            how = "" if value.how == "given" else f"{value.how} "
            place = f"{value.span.source.name}:{value.span.line}" if value.span else ""
            yield f"  {value.field} = {value.text}   {how}{place}".rstrip()


def _plan(spec: Spec, backend: str, name: str | None) -> str:
    return json.dumps(spec.plan(backend, name).plan.describe(), indent=2, default=str)
