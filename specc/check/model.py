"""A model block: its inputs, its defaults, its flows, and the network they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..diagnostics.model import Span
from ..ir import Network, Origins, Program
from .assertions import figures_of, hold
from .bind import Binder
from .blocks import DeclaredUnit
from .body.choices import has_outputs, of_stack, without_inputs
from .body.reader import BodyReader
from .body.unfit import no_output
from .gaps import has_gap
from .inputs import DeclaredInput, read_input
from .names import Names
from .network import assemble, shape_text
from .parts import Part
from .report import Report
from .reuse import Sources, first_part, inherited
from .scope import Named, Outline, Reference, Scope
from .sizes import open_sizes
from .statements import means_input

__all__ = ["DeclaredModel", "check_model"]

#: What the output of a sequential model is called.
ONLY_OUTPUT = "output"


@dataclass
class DeclaredModel:
    """A model of a file; no network where it is wrong."""

    name: str
    span: Span
    network: Network | None
    origins: Origins
    #: The ``defaults`` blocks that are for some layer of it.
    touched: set[Span] = field(default_factory=set[Span])


def check_model(
    unit: DeclaredUnit,
    binder: Binder,
    units: Mapping[str, DeclaredUnit],
    nodes: int,
    sources: Sources,
) -> DeclaredModel:
    """Check a model; problems go to the binder's report.

    Args:
        unit: the model.
        binder: makes its layers.
        units: the blocks and models that can stand in the place of a layer.
        nodes: how many calls it may have.
        sources: the trained models that it may take parts of.
    """
    report, origins = binder.report, Origins()
    names = Names(report)
    block = unit.unit
    model = DeclaredModel(block.name, block.span, None, origins)
    inputs = [
        read_input(decl, binder)
        for decl in block.inputs
        if names.claim(decl.name.text, decl.name.span)
    ]
    meant = any(map(means_input, block.body))  # which is reported there
    gap = has_gap(block.body) or meant
    if not block.inputs and not gap:
        of_part = inherited(block.body, sources)
        inputs = [item for item in of_part if names.claim(item.name, item.span)]
    for item in inputs:
        origins.put(item.name, "", item.span)
    named = [
        names.claim_size(size, item.span)
        for item in inputs
        for size in open_sizes([item.shape or ()])
    ]
    body = without_inputs(block)
    output = of_stack(block)
    if output is not None:
        body = no_output(body, output, report)
    reader = BodyReader(binder, units, names, origins, nodes, sources)
    faulty = len(inputs) < len(block.inputs) or not all(named)
    reader.outline.faulty = gap or faulty
    begins = first_part(block.body, sources) if not inputs and not gap else None
    scope = Scope(
        names={item.name: Named(item.span, edge=item.name) for item in inputs},
        file=unit.defaults,
        sequential=output is not None
        or (len(inputs) < 2 and not has_outputs(block.body)),
        current=Reference(inputs[0].name, inputs[0].span)
        if inputs
        else Reference("", model.span),
        outputs=reader.outline.outputs,
    )
    with reader.nested.within(block.name):
        reader.read(body, scope)
    model.touched = reader.outline.touched
    if begins is not None and begins[1] is None:
        reader.outline.faulty = True  # its inputs are those of a part that is wrong
    else:
        hint = _hint(begins[1]) if begins is not None else None
        aside = Report() if meant and not inputs else report
        _check_ends(model, inputs, scope, reader.outline, aside, hint)
    model.network = assemble(block.name, inputs, reader.outline, report)
    if model.network is not None and reader.demands:
        figures = figures_of(Program(network=model.network))
        targets = {name: ref.name for name, ref in reader.outline.aliases.items()}
        hold(reader.demands, model.network, figures, binder.params, report, targets)
    return model


def _hint(part: Part | None) -> str | None:
    """An input for a model that begins with a part from the middle of another."""
    if part is None:
        return None
    edge = part.trained.network.edge(part.inputs[0])
    word = edge.name.rpartition("/")[2]
    return f"input {word}: float32{shape_text(edge.shape)}"


def _check_ends(
    model: DeclaredModel,
    inputs: list[DeclaredInput],
    scope: Scope,
    outline: Outline,
    report: Report,
    hint: str | None = None,
) -> None:
    """See that the model has a beginning and an end; `hint` is an input for it."""
    if not inputs:
        report.error(
            "missing-input",
            f"the model {model.name} has no input",
            model.span,
            suggestion=hint or "input image: float32[28, 28]",
        )
    elif scope.sequential and not outline.calls:
        message = f"the model {model.name} has no layers"
        report.error("empty-model", message, model.span)
    elif scope.sequential and scope.current is not None:
        outline.outputs[ONLY_OUTPUT] = scope.current
        return
    elif not outline.outputs and not outline.faulty and ONLY_OUTPUT in scope.names:
        report.error(
            "missing-output",
            "the output has no name",
            scope.names[ONLY_OUTPUT].span,
            expected="output NAME = FLOW",
            suggestion="output result",
        )
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
