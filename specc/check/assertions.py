"""``assert`` statements: what a spec demands of its own figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..catalog.types import Dim, Shape
from ..diagnostics.model import Note
from ..ir import Network, Program
from ..syntax import tree
from .expressions import evaluate, names_in
from .memory import amount_text
from .report import Report, one_of, quoted_list
from .scope import Wanted
from .sizes import open_sizes
from .summary import summarize
from .values import UNITS, Absent, Held, Param, Params, Size
from .wording import COMPARISONS

__all__ = ["FIGURES", "Demand", "figures_of", "hold"]

#: What can be demanded besides shapes.
FIGURES = ("params", "trainable", "layers", "memory")


@dataclass(frozen=True)
class Demand:
    """An assertion where it was read: the params in force, and what names were edges.

    A layer without an edge of its own stands for those of its calls, here or below.
    """

    statement: tree.Assertion
    params: Mapping[str, Param]
    edges: Mapping[str, list[str]]
    uses: tuple[Note, ...] = ()
    #: The flows into the nested model that it stands in, which say what its sizes are.
    takes: tuple[Wanted, ...] = ()
    #: The axes along which the block that it stands in is applied at every step.
    over_time: int = 0


def figures_of(program: Program) -> dict[str, int]:
    """What can be demanded of a model, or of its training: numbers, memory in bytes."""
    found = summarize(program)
    calls = len(program.network.calls)
    values = (found.parameters, found.trainable, calls, found.memory.total)
    return dict(zip(FIGURES, values, strict=True))


def hold(
    demands: list[Demand],
    network: Network,
    figures: Mapping[str, int],
    params: Params,
    report: Report,
    targets: Mapping[str, str] | None = None,
) -> None:
    """See that what is demanded holds; where it does not, the figures found are told.

    Args:
        demands: the assertions of a block.
        network: the model that they are about.
        figures: what they may be about besides shapes (see `figures_of`).
        params: gives the names of params in force; takes the work.
        report: takes what does not hold.
        targets: for second names of edges, the first.
    """
    outputs = network.ends
    shapes = {edge.name: edge.shape for edge in network.edges}
    for demand in demands:
        found: dict[str, Held] = {**_sizes(demand, network, shapes), **figures}
        ends = {name: [edge] for name, edge in outputs.items()}
        for name, edges in {**ends, **demand.edges}.items():
            apart = demand.over_time if name in demand.edges else 0
            known = {_first(edge, targets or {}) for edge in edges}
            its = {shapes[edge][apart:] for edge in known if edge in shapes}
            if len(its) == 1:
                found[f"{name}.shape"] = its.pop()
        named = [name for name in (*outputs, *shapes) if "/" not in name]
        _hold(demand, found, named, params, report)


def _first(edge: str, targets: Mapping[str, str]) -> str:
    """The first name of an edge."""
    while edge in targets:
        edge = targets[edge]
    return edge


def _sizes(
    demand: Demand, network: Network, shapes: Mapping[str, Shape]
) -> dict[str, Held]:
    """What the names of sizes stand for where an assertion was read."""
    if not demand.takes:
        names = open_sizes(shapes[item.name] for item in network.inputs)
        return {name: Size(name) for name in names}
    bound: dict[str, Dim] = {}
    for item in demand.takes:
        bound |= item.bound
    return {
        name: Size(size) if isinstance(size, str) else size
        for name, size in bound.items()
    }


def _hold(
    demand: Demand,
    found: Mapping[str, Held],
    named: Collection[str],
    params: Params,
    report: Report,
) -> None:
    condition = demand.statement.condition
    words = {word.text: word for word in names_in(condition)}
    unknown = [
        word
        for text, word in words.items()
        if text not in found and text not in demand.params
    ]
    for word in unknown:
        _unknown(word, demand, found, named, report)
    if unknown or _lacks_unit(condition, demand, report):
        return
    span = condition.span
    table = {name: Param(name, span, value) for name, value in found.items()}
    with params.within({**table, **demand.params}, amounts=True):
        value = evaluate(condition, params, report)
    if isinstance(value, Absent) or value is True:
        return
    if value is not False:
        report.error(
            "wrong-type",
            "an assertion is a comparison",
            span,
            expected="such as params < 1_000_000 or output.shape == [10]",
        )
        return
    shown = [
        f"{text} is {_text(text, found[text])}"
        for text in words
        if text in found and found[text] != text
    ]
    given = [
        f"{text} is {_text(text, demand.params[text].value)}"
        for text in words
        if text not in found
    ]
    why = "; ".join([*shown, *given]) or "it is false whatever the model"
    report.error(
        "assertion-failed", f"this does not hold: {why}", span, notes=demand.uses
    )


def _unknown(
    word: tree.Name,
    demand: Demand,
    found: Mapping[str, Held],
    named: Collection[str],
    report: Report,
) -> None:
    """Report a name that is neither a figure, nor a shape, nor a size, nor a param."""
    owner, _, last = word.text.rpartition(".")
    message = f"{word.text} is nothing that can be asserted of a model"
    if owner:
        meant = owner if owner in named else report.near(owner, named)
        near = None if meant is None else f"{meant}.shape"
    else:
        near = report.near(word.text, [*found, *demand.params])
    if owner and last == "shape":
        message = f"no layer or flow that has a shape is called {owner}"
        if len(demand.edges.get(owner, ())) > 1:
            message = f"{owner} is called with several shapes"
    sizes = [name for name, value in found.items() if isinstance(value, Size)]
    report.error(
        "unknown-name",
        message,
        word.span,
        expected=one_of(["NAME.shape", *FIGURES, *sizes, *demand.params]),
        suggestion=near,
    )


def _lacks_unit(condition: tree.Expression, demand: Demand, report: Report) -> bool:
    """Report an amount that memory is compared with and that has no unit of memory."""
    if not isinstance(condition, tree.Binary) or condition.operator not in COMPARISONS:
        return False
    sides = (condition.left, condition.right)
    for figure, amount in (sides, sides[::-1]):
        if not isinstance(figure, tree.Name) or figure.text != "memory":
            continue
        if figure.text in demand.params or not _plain(amount, demand.params):
            continue
        written = amount.span.source.text[amount.span.start : amount.span.end]
        simple = isinstance(amount, tree.Number | tree.Name)
        units = [unit for unit in UNITS if unit != "TiB"]
        report.error(
            "missing-unit",
            "an amount of memory needs a unit",
            amount.span,
            expected=f"a number with its unit, such as 2 {units[-1]}",
            suggestion=quoted_list((f"{written} {unit}" for unit in units), "or")
            if simple
            else None,
        )
        return True
    return False


def _plain(node: tree.Expression, params: Mapping[str, Param]) -> bool:
    """Whether an expression is made of numbers and params only, without a unit."""
    todo = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, tree.Binary) and item.operator not in COMPARISONS:
            todo += [item.left, item.right]
        elif isinstance(item, tree.Unary) and item.operator != "not":
            todo.append(item.operand)
        elif isinstance(item, tree.Name) and item.text in params:
            if type(params[item.text].value) not in (int, float):
                return False
        elif not isinstance(item, tree.Number):
            return False
    return True


def _text(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if name == "memory" and isinstance(value, int):
        return amount_text(value)
    return f"{value:,}" if type(value) is int else str(value)
