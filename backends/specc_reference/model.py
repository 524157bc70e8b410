"""The model of an emitted program: `build_model`."""

from __future__ import annotations

from specc.catalog.wrappers import TimeDistributed
from specc.emit.shared import (
    Section,
    fill,
    reused_argument,
    reused_parameter,
    several,
)
from specc.emit.source import (
    Call,
    Expression,
    assign,
    call,
    define,
    literal,
    statement,
)

from .plan import TABLE, Plan, activation_after
from .text import pieces

__all__ = ["build_model_section", "lines_of_nodes"]


def _calls(plan: Plan) -> dict[str, Call]:
    """The call of `model.add` for each node of the network."""
    network = plan.program.network
    found: dict[str, Call] = {}
    written: set[str] = set()
    for node in network.calls:
        owner = network.layer(node.layer)
        layer: Expression = f"model.layers[{literal(owner.name)}]"
        if owner.name not in written:
            shapes = network.shapes(node)
            layer = TABLE.lowering(owner.layer).write(owner.layer, owner, shapes)
            written.add(owner.name)
        named: dict[str, Expression] = {}
        activation = activation_after(owner.layer)
        if activation is not None:
            named["activation"] = TABLE.lowering(activation).write(activation)
        if owner.name != node.name:
            named["owner"] = literal(owner.name)
        if node.over_time:
            around = TimeDistributed()
            named |= TABLE.lowering(around).write(around, node.over_time)
        inputs = literal(list(node.inputs))
        found[node.name] = call("model.add", literal(node.name), layer, inputs, **named)
    return found


_BUILD_MODEL = '''
$head
    """Return the model with the initial weights of a seed.

    Raises:
        ValueError: `dtype` is not float64 or `device` not cpu.
    """
    check_place(dtype, device)
$body
    model.load(initial_weights($drawn))
    return model
'''


def build_model_section(plan: Plan) -> Section:
    """`build_model(dtype, device, seed)`."""
    network = plan.program.network
    named: dict[str, Expression] = {
        "inputs": literal(tuple(item.name for item in network.inputs)),
        "outputs": literal(network.ends),
    }
    if network.input_types:
        named["types"] = literal(network.input_types)
    if plan.frozen and not several(plan.program.training):
        named["frozen"] = literal(plan.frozen)
    calls = list(_calls(plan).values())
    lines = [assign("model", call("Network", **named), 4)]
    lines += [statement(item, 4) for item in calls]
    used = pieces(calls) | {"Network", "check_place"}
    parameters = ["dtype: str = PRECISION", 'device: str = "cpu"', "seed: int = SEED"]
    parameters += reused_parameter(network)
    text = fill(
        _BUILD_MODEL,
        head=define("build_model", parameters, "Network"),
        drawn=", ".join(["seed", *reused_argument(network)]),
        body="\n".join(lines),
    )
    return Section(text, used)


def lines_of_nodes(text: str, plan: Plan) -> dict[str, tuple[int, int]]:
    """The lines of the text where each node is added to the model."""
    found: dict[str, tuple[int, int]] = {}
    for name, item in _calls(plan).items():
        written = statement(item, 4)
        first = text[: text.index(written)].count("\n") + 1
        found[name] = (first, first + written.count("\n"))
    return found
