"""What the declaration of a construct must have, whatever it computes."""

from __future__ import annotations

import json

from ..catalog import families
from ..catalog.construct import Construct
from ..data.fitting import fit
from ..data.outside import load_outside
from ..data.rows import choose_rows
from ..data.sources import open_source
from ..diagnostics.model import Source, failed
from ..syntax.parse import parse
from ..verify.samples import NoAlternative, base, variations
from ..verify.samples.bundles import instances
from .errors import Broken

__all__ = [
    "carried_out",
    "documented",
    "exemplified",
    "named_fields",
    "survives_json",
    "varied",
]


def documented(kind: type[Construct]) -> str:
    """It has a docstring, a formula, a source, and a description of each field."""
    _demand(bool(kind.__doc__), "no docstring")
    summary = kind.summary().rstrip()
    _demand(summary.endswith((".", ")")), f"no sentence: {summary}")
    _demand(bool(kind.formula.strip()), "no formula")
    _demand(bool(kind.reference.strip()), "no reference")
    for field, info in kind.fields():
        described = bool((info.description or "").strip())
        _demand(described, f"{field} has no description")
    return summary


def exemplified(kind: type[Construct]) -> str:
    """It has an example that uses it and can be parsed."""
    _demand(kind.keyword in kind.example, f"not in its example: {kind.example!r}")
    _, problems = parse(Source("example", kind.example))
    _demand(not failed(problems), f"the example is not understood: {kind.example!r}")
    return kind.example


def named_fields(kind: type[Construct]) -> str:
    """What it declares about its fields names fields."""
    fields = {name for name, _ in kind.fields()}
    for what, names in (("positional", kind.positional), ("vary", kind.vary)):
        unknown = sorted(set(names) - fields)
        _demand(not unknown, f"{what} names no fields: {', '.join(unknown)}")
    variadic = kind.variadic is None or kind.variadic in fields
    _demand(variadic, f"variadic names no field: {kind.variadic}")
    return ", ".join(sorted(fields))


def varied(kind: type[Construct]) -> str:
    """Every field has a second value: else nothing could be said about what it does."""
    try:
        found = {variation.field for variation in variations(kind)}
    except NoAlternative as error:
        raise Broken(f"no second value for {error}: give one in vary") from None
    missing = {name for name, _ in kind.fields()} - found
    _demand(not missing, f"no second value for {', '.join(sorted(missing))}")
    return ", ".join(sorted(found))


def carried_out(kind: type[Construct]) -> str:
    """A source or a transform of values or rows has a function registered for it."""
    load_outside()
    if issubclass(kind, families.Source):
        door, name = open_source, "specc.data.table.open_source"
    elif issubclass(kind, families.Transform) and kind.chooses_rows:
        door, name = choose_rows, "specc.data.rows.choose_rows"
    else:
        door, name = fit, "specc.data.fitting.fit"
    found = door.dispatch(kind)
    _demand(found is not door.dispatch(Construct), f"not registered with {name}")
    return f"{name}: {found.__module__}"


def survives_json(kind: type[Construct]) -> str:
    """Written as JSON and read again, it is the same."""
    try:
        found = instances(kind)
    except NoAlternative:  # which `varied` says of what backends write
        found = [base(kind)]
    for instance in found:
        written = json.loads(instance.model_dump_json())
        _demand(written.pop("kind", "") == kind.keyword, "its JSON has no kind")
        again = kind.model_validate_json(json.dumps(written))
        _demand(again == instance, f"{instance!r} comes back as {again!r}")
    return f"{len(found)} samples"


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
