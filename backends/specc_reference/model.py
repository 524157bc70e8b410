"""The model of an emitted program: `build_model`."""

from __future__ import annotations

from specc.emit.shared import Section, fill, several
from specc.emit.source import Call, Expression, assign, call, literal, statement

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
            shapes = tuple(network.edge(edge).shape for edge in node.inputs)
            layer = TABLE.lowering(owner.layer).write(owner.layer, owner, shapes)
            written.add(owner.name)
        named: dict[str, Expression] = {}
        activation = activation_after(owner.layer)
        if activation is not None:
            named["activation"] = TABLE.lowering(activation).write(activation)
        if owner.name != node.name:
            named["owner"] = literal(owner.name)
        inputs = literal(list(node.inputs))
        found[node.name] = call("model.add", literal(node.name), layer, inputs, **named)
    return found


_BUILD_MODEL = '''
def build_model(
    dtype: str = PRECISION, device: str = "cpu", seed: int = SEED
) -> Network:
    """Return the model with the initial weights of a seed.

    Raises:
        ValueError: `dtype` is not float64 or `device` not cpu.
    """
    check_place(dtype, device)
$body
    model.load(initial_weights(seed))
    return model
'''


def build_model_section(plan: Plan) -> Section:
    """`build_model(dtype, device, seed)`."""
    network = plan.program.network
    named: dict[str, Expression] = {
        "inputs": literal(tuple(item.name for item in network.inputs)),
        "outputs": literal({item.name: item.edge for item in network.outputs}),
    }
    if plan.frozen and not several(plan.program.training):
        named["frozen"] = literal(plan.frozen)
    calls = list(_calls(plan).values())
    lines = [assign("model", call("Network", **named), 4)]
    lines += [statement(item, 4) for item in calls]
    used = pieces(calls) | {"Network", "check_place"}
    return Section(fill(_BUILD_MODEL, body="\n".join(lines)), used)


def lines_of_nodes(text: str, plan: Plan) -> dict[str, tuple[int, int]]:
    """The lines of the text where each node is added to the model."""
    found: dict[str, tuple[int, int]] = {}
    for name, item in _calls(plan).items():
        written = statement(item, 4)
        first = text[: text.index(written)].count("\n") + 1
        found[name] = (first, first + written.count("\n"))
    return found
