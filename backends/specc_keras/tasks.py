"""What an emitted program asks of its model: what a batch holds, losses and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specc.catalog.types import Shape
from specc.emit.shared import Section, fill
from specc.emit.source import (
    WIDTH,
    Collection,
    Expression,
    assign,
    call,
    define,
    entry,
    literal,
    statement,
)
from specc.ir import ModelInput, Network, Objective, Training

from .model import keras_shape
from .plan import TABLE, Plan
from .site import Masked
from .step import penalized
from .text import section

__all__ = ["field_sections", "figures_section", "heads_section", "mask_section"]


def _outputs(network: Network) -> dict[str, Shape]:
    """The shape of each output."""
    return {item.name: network.edge(item.edge).shape for item in network.outputs}


# What a batch holds ----------------------------------------------------------

_FIELD_SPECS = '''
def field_specs(dtype: str) -> dict[str, tf.TensorSpec]:
    """Return type and shape of each field of FIELDS; the number of rows is open."""
    return {
$body
    }
'''


def field_sections(plan: Plan) -> Iterator[Section]:
    """FIELDS and `field_specs`."""
    network, training = plan.program.network, plan.program.training
    fields = {f"input/{item.name}": item.name for item in network.inputs}
    specs = {
        f"input/{item.name}": _spec(network.edge(item.name).shape, _type(network, item))
        for item in network.inputs
    }
    for item in training.objectives if training else ():
        shape = _outputs(network)[item.output]
        classes = item.loss.target == "classes"
        key = f"target/{item.output}"
        fields[key] = item.target
        specs[key] = _spec(shape[:-1], "tf.int64") if classes else _spec(shape, "dtype")
    if training is not None and training.sample_weight is not None:
        fields["sample_weight"] = training.sample_weight
        specs["sample_weight"] = _spec((), "dtype")
    outputs = tuple(item.name for item in network.outputs)
    constants = [
        assign("OUTPUTS", literal(outputs)),
        "# What the compiled functions take, and its name in a batch.",
        assign("FIELDS", literal(fields)),
    ]
    yield section("\n".join(constants))
    body = "\n".join(entry(key, value, 8) for key, value in specs.items())
    yield section(fill(_FIELD_SPECS, body=body))


def _type(network: Network, item: ModelInput) -> str:
    """The type of an input, as an expression."""
    kind = network.input_types.get(item.name)
    return f"tf.{kind}" if kind else "dtype"


def _spec(shape: Shape, dtype: str) -> Expression:
    return call("tf.TensorSpec", literal((None, *keras_shape(shape))), dtype)


# Masks -----------------------------------------------------------------------

_MASKS = '''
def mask_specs() -> dict[str, tf.TensorSpec]:
    """Return type and shape of the masks that dropout layers take."""
    return {
$specs
    }


def draw_masks(seed: int, batch: Arrays, step: int) -> Tensors:
    """Draw what dropout layers keep at a step: a function of seed and step alone."""
    rows = len(batch[INPUTS[0]])
    masks = {
$draws
    }
    return {name: tf.constant(mask) for name, mask in masks.items()}
'''


def mask_section(plan: Plan) -> Section | None:
    """`mask_specs` and `draw_masks`; None where nothing is drawn."""
    network = plan.program.network
    specs: list[str] = []
    draws: list[str] = []
    for node in plan.nodes:
        if not node.owner.streams:
            continue
        (stream,) = node.owner.streams
        layer = node.owner.layer
        shapes = node.shapes(network)
        masked: Masked = TABLE.lowering(layer).write(layer, shapes)
        shape = network.edge(node.inputs[0]).shape
        specs.append(entry(node.layer, _spec(shapes[0], "tf.bool"), 8))
        draw = call(
            "keep_mask",
            "seed",
            literal(stream.path),
            _sizes(network, shape),
            rate=literal(masked.rate),
            step="step",
            **({"call": literal(node.draws)} if node.draws else {}),
        )
        if node.over_time:
            of_step = _sizes(network, shapes[0], "-1")
            draw = call("np.reshape", draw, of_step)
        draws.append(entry(node.layer, draw, 8))
    if not draws:
        return None
    text = fill(_MASKS, specs="\n".join(specs), draws="\n".join(draws))
    return section(text)


def _sizes(network: Network, shape: Shape, rows: str = "rows") -> Expression:
    """The shape of a batch's mask; sizes known only at run time are the inputs'."""
    at_run_time = {
        size: f"np.shape(batch[{literal(name)}])[{axis + 1}]"
        for size, (name, axis) in network.sizes.items()
    }
    sizes = (at_run_time[s] if isinstance(s, str) else str(s) for s in shape)
    return Collection("()", (), (rows, *sizes))


# Losses and metrics ----------------------------------------------------------

_HEADS = '''
def connect_heads(model: keras.Model) -> keras.Model:
    """Return the same layers with inputs and outputs by name$extra."""
$body
'''


def heads_section(plan: Plan) -> Section:
    """`connect_heads(model)`: what losses and metrics look at."""
    names = [item.name for item in plan.program.network.outputs]
    keys, items = ([""], ["**model.output"])
    if len(names) == 1:
        keys, items = [_key(names[0])], ["model.output"]
    outputs: list[Expression] = [*items]
    for output, layer in plan.logits.items():
        keys.append(_key(f"{output}/logits"))
        found = call("model.get_layer", literal(layer))
        outputs.append(replace(found, then=".input"))
    heads = call(
        "keras.Model",
        inputs="{tensor.name: tensor for tensor in model.inputs}",
        outputs=Collection("{}", tuple(keys), tuple(outputs)),
        name='"heads"',
    )
    extra = ", and with logits" if plan.logits else ""
    text = fill(_HEADS, extra=extra, body=statement(heads, 4, "return "))
    return section(text)


def _key(name: str) -> str:
    """The beginning of an entry of a dict display."""
    return f"{literal(name)}: "


_FIGURES = '''
$head
    """Return the loss of a batch$penalties and its metrics, as scalars."""
$losses
    return {
$figures
    }
'''


def figures_section(plan: Plan, training: Training) -> Section:
    """`figures(fields, outputs, penalties)`: loss and metrics of a batch."""
    with_penalties = penalized(plan)
    objectives = training.objectives
    several = len(objectives) > 1
    found: dict[str, Expression] = {"loss": _total(objectives, with_penalties)}
    for item in objectives:
        prefix = f"{item.output}_" if several else ""
        if several:
            found[f"{prefix}loss"] = f"{item.output}_loss"
        for metric in item.metrics:
            found[f"{prefix}{metric.keyword}"] = TABLE.lowering(metric).write(
                metric, item.loss, *_seen(item)
            )
    parameters = ["fields: Tensors", "outputs: Tensors"]
    parameters += ["penalties: tf.Tensor"] if with_penalties else []
    text = fill(
        _FIGURES,
        head=define("figures", parameters, "Tensors"),
        penalties=", penalties included," if with_penalties else "",
        losses="\n".join(_loss(plan, training, item) for item in objectives),
        figures="\n".join(entry(key, value, 8) for key, value in found.items()),
    )
    return section(text)


def _total(objectives: tuple[Objective, ...], penalized: bool) -> Expression:
    """The sum of all losses, each with its weight, and of the penalties."""
    factors = {f"{item.output}_loss": item.loss.weight for item in objectives}
    if penalized:
        factors["penalties"] = 1.0
    terms = (name if by == 1.0 else f"{by!r} * {name}" for name, by in factors.items())
    flat = " + ".join(terms)
    if len(f'        "loss": {flat},') <= WIDTH:
        return flat
    products = tuple(
        name if by == 1.0 else call("tf.multiply", name, literal(by))
        for name, by in factors.items()
    )
    return call("tf.add_n", Collection("[]", (), products))


def _item(mapping: str, key: str) -> Expression:
    """An item of a dictionary; one with a long name is written so that it can break."""
    short = f"{mapping}[{literal(key)}]"
    return short if len(short) <= WIDTH // 2 else call(f"{mapping}.get", literal(key))


def _seen(item: Objective) -> tuple[Expression, Expression]:
    """The expressions of an objective's targets and outputs."""
    return _item("fields", f"target/{item.output}"), _item("outputs", item.output)


def _loss(plan: Plan, training: Training, item: Objective) -> str:
    """The statement that computes the loss of an output."""
    targets, predictions = _seen(item)
    if item.output in plan.logits:
        predictions = _item("outputs", f"{item.output}/logits")
    logits = item.logits or item.loss.takes_logits()
    shape = _outputs(plan.program.network)[item.output]
    classes = shape[-1] if shape and isinstance(shape[-1], int) else 1
    losses = TABLE.lowering(item.loss).write(
        item.loss, logits, classes, targets, predictions
    )
    weights = ['fields["sample_weight"]'] if training.sample_weight else []
    return assign(f"{item.output}_loss", call("batch_mean", losses, *weights), 4)
