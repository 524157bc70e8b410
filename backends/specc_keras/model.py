"""The model of an emitted program: `define_network` and `build_model`."""

from __future__ import annotations

from dataclasses import replace

from specc.catalog.layers import is_real
from specc.catalog.types import Shape
from specc.catalog.wrappers import TimeDistributed
from specc.emit.names import BUILTINS, Names, mangle
from specc.emit.pieces import names
from specc.emit.shared import (
    Section,
    fill,
    reused_argument,
    reused_parameter,
    several,
)
from specc.emit.source import (
    WIDTH,
    Call,
    Collection,
    Expression,
    assign,
    call,
    define,
    literal,
    statement,
)
from specc.ir import Edge, Network

from .plan import TABLE, Node, Plan, keras_name, own_activation
from .site import Masked
from .text import section

__all__ = ["keras_shape", "lines_of_nodes", "model_sections"]

#: Names of the module that a variable of `define_network` must not hide.
_MODULE = BUILTINS | {"keras", "layers", "np", "tf"}


def keras_shape(shape: Shape) -> tuple[int | None, ...]:
    """The shape with None where a size is known only at run time."""
    return tuple(None if isinstance(size, str) else size for size in shape)


def model_sections(plan: Plan) -> list[Section]:
    """`define_network()` and `build_model(dtype, device, seed)`."""
    freeze, network = _freeze(plan), plan.program.network
    parameters = ["dtype: str = PRECISION", 'device: str = "cpu"', "seed: int = SEED"]
    parameters += reused_parameter(network)
    head = define("build_model", parameters, "keras.Model")
    drawn = ", ".join(["seed", *reused_argument(network)])
    texts = (
        fill(_DEFINE_NETWORK, body=_body(plan)),
        fill(_BUILD_MODEL, head=head, deep=_deep(network), drawn=drawn, freeze=freeze),
    )
    return [section(text) for text in texts]


_DEFINE_NETWORK = '''
def define_network() -> keras.Model:
    """Connect the layers of the network."""
$body
'''

_BUILD_MODEL = '''
$head
    """Return the model with the initial weights of a seed."""
$deep
    set_precision(dtype)
    with tf.device(find_device(device)):
        model = define_network()
        assign_arrays(all_variables(model), initial_weights($drawn))
$freeze
    return model
'''


_DEEP = """\
    # Keras goes through a model by recursion, several times.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), $limit))"""


def _deep(network: Network) -> str:
    """What a network needs that is too deep for Python's usual limit of 1000 calls.

    A call of a layer may be two in Keras, its activation being one too.
    """
    layers = 2 * len(network.calls)
    return fill(_DEEP, limit=str(2 * layers + 1000)) if layers > 400 else ""


def _freeze(plan: Plan) -> str:
    """Statements that keep weights from being trained, indented by four."""
    lines: list[str] = []
    if several(plan.program.training):
        return ""  # each phase does
    for node in plan.program.network.layers:
        paths = [weight.path for weight in node.weights]
        frozen = [path for path in paths if path in plan.frozen]
        layer = f"model.get_layer({_quoted(keras_name(node.name))})"
        if (frozen and frozen == paths) or plan.program.rests(node):
            lines.append(f"    {layer}.trainable = False")
            continue
        for path in frozen:
            weight = f"{layer}.{path.rpartition('/')[2]}"
            if node.layer.recurrent:  # its weights are those of a cell within it
                weight = f"all_variables(model)[{_quoted(path)}]"
            lines.append(f"    {weight}.trainable = False")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return str(literal(text))


# The graph -------------------------------------------------------------------


def _body(plan: Plan) -> str:
    """The statements of `define_network`."""
    network = plan.program.network
    names = _variables(plan)
    lines = [
        assign(names[item.name], _input(network.edge(item.name)), 4)
        for item in network.inputs
    ]
    lines += [line for lines in _statements(plan, names).values() for line in lines]
    lines.append(_result(network, names))
    return "\n".join(lines)


def _variables(plan: Plan) -> Names:
    """The Python variable that holds each edge."""
    edges = [edge.name for edge in plan.program.network.edges]
    return Names(edges, _MODULE | names(TABLE.packages))


def _input(edge: Edge) -> Call:
    kind = {} if is_real(edge.dtype) else {"dtype": literal(edge.dtype)}
    shape = literal(keras_shape(edge.shape))
    return call("keras.Input", shape, **kind, name=literal(edge.name))


def _statements(plan: Plan, names: Names) -> dict[str, list[str]]:
    """The statements that compute each node."""
    network = plan.program.network
    # A layer that is called several times has a variable of its own.
    calls = [node.layer for node in plan.nodes]
    shared = {
        layer: names.fresh(f"{layer.replace('.', '_')}_layer")
        for layer in dict.fromkeys(calls)
        if calls.count(layer) > 1
    }
    found: dict[str, list[str]] = {}
    for node in plan.nodes:
        lines: list[str] = []
        layer: Expression = _layer(network, node)
        if node.layer in shared:
            if node.index == 0:
                lines.append(assign(shared[node.layer], layer, 4))
            layer = shared[node.layer]
        variable = names[node.name]
        inputs = [names[edge] for edge in node.inputs]
        made = variable
        if node.activation is not None:
            made = names.fresh(f"{node.name}_logits")
        if node.over_time:
            lines += _at_each_step(made, node, layer, inputs, names)
        else:
            lines += _apply(made, layer, inputs, names)
        if node.activation is not None:
            lines += _apply(variable, _activation(node), [made], names)
        found[node.name] = lines
    return found


def _at_each_step(
    variable: str, node: Node, layer: Expression, inputs: list[str], names: Names
) -> list[str]:
    """``variable = layer(inputs)``, the steps of the inputs being examples to the layer."""
    around = TimeDistributed()
    fold, unfold = TABLE.lowering(around).write(around, node.over_time)
    lines: list[str] = []
    folded: list[str] = []
    for number, given in enumerate(inputs, 1):
        last = f"-{number}" if len(inputs) > 1 else ""
        folded.append(names.fresh(f"{node.name}_steps"))
        name = f"{keras_name(node.name)}-folded{last}"
        lines += _apply(folded[-1], _named(fold, name), [given], names)
    made = names.fresh(f"{node.name}_at_steps")
    lines += _apply(made, layer, folded, names)
    back = _named(unfold, node.unfolding)
    return [*lines, *_apply(variable, back, [made, inputs[0]], names)]


def _layer(network: Network, node: Node) -> Call:
    """The Keras layer of a node, with its name."""
    layer = node.owner.layer
    shapes = node.shapes(network)
    inner = own_activation(node.owner)
    if inner is None or node.activation is not None:
        written = TABLE.lowering(layer).write(layer, shapes)
    else:
        word = TABLE.lowering(inner).write(inner)
        written = TABLE.lowering(layer).write(layer, shapes, word)
    return _named(
        written.create if isinstance(written, Masked) else written, node.layer
    )


def _activation(node: Node) -> Call:
    """The Keras layer of an activation that stands apart, with its name."""
    inner = own_activation(node.owner)
    assert inner is not None, "only layers with an activation have it apart"
    assert node.activation is not None
    written = TABLE.lowering(inner).write(inner)
    if not isinstance(written, Call):
        written = call("layers.Activation", written)
    return _named(written, node.activation)


def _named(layer: Call, name: str) -> Call:
    return replace(layer, arguments=(*layer.arguments, ("name=", literal(name))))


def _apply(
    variable: str, layer: Expression, inputs: list[str], names: Names
) -> list[str]:
    """``variable = layer(inputs)`` in as many statements as it takes."""
    given = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    if isinstance(layer, Call) and len(f"    ){given}()") <= WIDTH:
        return [assign(variable, replace(layer, then=f"({given})"), 4)]
    lines: list[str] = []
    if isinstance(layer, Call):
        function = names.fresh("layer")
        lines.append(assign(function, layer, 4))
    else:
        function = str(layer)
    argument = Collection("[]", (), tuple(inputs)) if len(inputs) > 1 else inputs[0]
    return [*lines, assign(variable, call(function, argument), 4)]


def _result(network: Network, names: Names) -> str:
    """The statement that returns the model."""

    def several(items: dict[str, str]) -> Expression:
        if len(items) == 1:
            return next(iter(items.values()))
        keys = tuple(f"{_quoted(key)}: " for key in items)
        return Collection("{}", keys, tuple(items.values()))

    model = call(
        "keras.Model",
        inputs=several({item.name: names[item.name] for item in network.inputs}),
        outputs=several({item.name: names[item.edge] for item in network.outputs}),
        name=literal(mangle(network.name)),
    )
    return statement(model, 4, "return ")


def lines_of_nodes(text: str, plan: Plan) -> dict[str, tuple[int, int]]:
    """The lines of the text where each node is computed."""
    found: dict[str, tuple[int, int]] = {}
    for name, lines in _statements(plan, _variables(plan)).items():
        written = "\n".join(lines)
        first = text[: text.index(written)].count("\n") + 1
        found[name] = (first, first + written.count("\n"))
    return found
