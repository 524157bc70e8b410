"""A model block: its inputs, its defaults, its flows, and the network they make."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog.types import MOST_AXES, Shape
from ..diagnostics.model import Span
from ..ir import Network, Origins
from ..syntax import tree
from .allow import is_allow
from .bind import Binder
from .defaults import Defaults, read_defaults
from .expressions import Absent, evaluate
from .flows import FlowReader, Outline, Reference
from .names import Names
from .network import DeclaredInput, assemble
from .report import Report
from .statements import as_flow, head, misplaced

__all__ = ["DeclaredModel", "check_model"]

_TYPES = ("float32", "float64", "int32", "int64", "bool")
#: What the output of a sequential model is called.
ONLY_OUTPUT = "output"
#: Names in a batch that no input can have.
_BATCH_WORDS = ("ids",)


@dataclass
class DeclaredModel:
    """A model of a file; no network where it is wrong."""

    name: str
    span: Span
    network: Network | None
    origins: Origins


@dataclass
class _Parts:
    inputs: list[tree.InputDecl] = field(default_factory=list[tree.InputDecl])
    defaults: list[tree.Block] = field(default_factory=list[tree.Block])
    flows: list[tree.Flow] = field(default_factory=list[tree.Flow])


def check_model(
    block: tree.Block, binder: Binder, outer: Defaults, nodes: int
) -> DeclaredModel:
    """Check a model; problems go to the binder's report.

    Args:
        block: the model.
        binder: makes its layers.
        outer: defaults of the file.
        nodes: how many calls it may have.
    """
    report, origins = binder.report, Origins()
    parts = _sort(block, report)
    defaults = read_defaults(parts.defaults, binder, outer)
    names = Names(report)
    inputs = [
        _input(decl, binder)
        for decl in parts.inputs
        if names.claim(decl.name.text, decl.name.span)
    ]
    name = block.name.text if block.name else ""
    model = DeclaredModel(name, head(block), None, origins)
    calls = sum(len(flow.steps) for flow in parts.flows)
    if calls > nodes:
        message = f"{name} has {calls} layers, more than the {nodes} allowed"
        report.error("too-much-work", message, model.span)
        return model
    reader = FlowReader(
        binder=binder,
        defaults=defaults,
        names=names,
        origins=origins,
        edges={item.name: item.span for item in inputs},
        current=Reference(inputs[0].name if inputs else "", model.span),
        sequential=len(inputs) < 2 and all(flow.kind is None for flow in parts.flows),
    )
    for item in inputs:
        origins.put(item.name, "", item.span)
    reader.outline.faulty = len(inputs) < len(parts.inputs)
    outline = _outline(parts.flows, reader)
    _check_ends(model, inputs, reader, report)
    model.network = assemble(name, inputs, outline, report)
    return model


def _sort(block: tree.Block, report: Report) -> _Parts:
    """The statements of a model by what they are."""
    parts = _Parts()
    for statement in block.body:
        flow = as_flow(statement)
        if isinstance(statement, tree.InputDecl) and statement.kind.text == "input":
            parts.inputs.append(statement)
        elif isinstance(statement, tree.Block) and statement.kind.text == "defaults":
            parts.defaults.append(statement)
        elif is_allow(statement):
            continue
        elif flow is not None and (flow.kind is None or flow.kind.text == "output"):
            parts.flows.append(flow)
        else:
            expected = "an input, defaults, a layer, a flow or an output"
            misplaced(statement, "a model", expected, report)
    return parts


def _input(decl: tree.InputDecl, binder: Binder) -> DeclaredInput:
    report, name = binder.report, decl.name.text
    if name in _BATCH_WORDS:
        message = f"{name} is the name of the row numbers in a batch"
        report.error("reserved-name", message, decl.name.span)
    if decl.default is not None:
        message = f"the input {name} cannot have a default"
        report.error("misplaced-statement", message, decl.default.span)
    word = decl.type.name
    shape = _shape(decl.type, binder)
    if word.text not in _TYPES:
        report.error(
            "unknown-type",
            f"{word.text} is not a type of inputs",
            word.span,
            expected="float32[sizes]",
            suggestion=report.near(word.text, _TYPES),
        )
        shape = None
    elif word.text != "float32":
        report.error(
            "not-yet",
            f"inputs of type {word.text} are not compiled yet",
            word.span,
            expected="float32; the precision of a training is set in its train block",
            suggestion="float32",
        )
        shape = None
    return DeclaredInput(name, decl.span, shape)


def _shape(node: tree.TypeExpr, binder: Binder) -> Shape | None:
    if len(node.dims or ()) > MOST_AXES:
        message = f"an input has at most {MOST_AXES} axes, not {len(node.dims or ())}"
        binder.report.error("out-of-range", message, node.span)
        return None
    sizes: list[int] = []
    for dim in node.dims or ():
        value = evaluate(dim, binder.params, binder.report)
        if isinstance(value, Absent):
            continue
        if type(value) is not int:
            message = "a size must be a whole number"
            binder.report.error("wrong-type", message, dim.span)
        elif value < 1:
            message = f"a size must be at least 1, and this is {value}"
            binder.report.error("out-of-range", message, dim.span)
        else:
            sizes.append(value)
    return tuple(sizes) if len(sizes) == len(node.dims or ()) else None


def _outline(flows: list[tree.Flow], reader: FlowReader) -> Outline:
    """Read all flows; their names are known before the first is read."""
    targets: list[str | None] = []
    for flow in flows:
        word = flow.target
        named = word is not None and reader.names.claim(word.text, word.span)
        targets.append(word.text if word is not None and named else None)
        if word is not None and named:
            reader.edges[word.text] = word.span
        elif word is not None:
            reader.outline.faulty = True
    for flow, target in zip(flows, targets, strict=True):
        reader.read(flow, target)
    return reader.outline


def _check_ends(
    model: DeclaredModel,
    inputs: list[DeclaredInput],
    reader: FlowReader,
    report: Report,
) -> None:
    """See that the model has a beginning and an end."""
    outline = reader.outline
    if not inputs:
        report.error(
            "missing-input",
            f"the model {model.name} has no input",
            model.span,
            suggestion="input image: float32[28, 28]",
        )
    elif reader.sequential and not outline.calls:
        message = f"the model {model.name} has no layers"
        report.error("empty-model", message, model.span)
    elif reader.sequential and reader.current is not None:
        outline.outputs[ONLY_OUTPUT] = reader.current
        return
    elif not outline.outputs and not outline.faulty:
        report.error(
            "missing-output",
            f"the model {model.name} has several inputs and no output",
            model.span,
            suggestion="output name = flow -> Dense(1)",
        )
    else:
        return
    outline.faulty = True
