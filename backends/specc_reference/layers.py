"""Layers: how the object that computes each is written.

A rule takes the layer, the node that owns it, and the shapes of its inputs.
"""

from __future__ import annotations

from specc.catalog.layers import (
    Activation,
    Add,
    AlphaDropout,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
    Reshape,
    SimpleRNN,
)
from specc.catalog.types import Shape
from specc.catalog.wrappers import TimeDistributed
from specc.emit.source import Expression, call, literal
from specc.ir import LayerNode

from .plan import TABLE

__all__: list[str] = []

Shapes = tuple[Shape, ...]


def _weight_shapes(node: LayerNode) -> dict[str, Expression]:
    """The shape of each weight by its slot: ``kernel=(784, 10), bias=(10,)``."""
    return {w.path.rpartition("/")[2]: literal(w.shape) for w in node.weights}


@TABLE.rule(Dense, emulated=Dense.formula)
def dense(layer: Dense, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the weighted sum; its activation is a step of its own."""
    return call("Dense", **_weight_shapes(node))


@TABLE.rule(Conv2D, emulated=Conv2D.formula)
def conv2d(layer: Conv2D, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the convolution; its activation is a step of its own."""
    return call(
        "Conv2D",
        **_weight_shapes(node),
        strides=literal(layer.strides),
        padding=literal(layer.padding),
        dilation_rate=literal(layer.dilation_rate),
        groups=literal(layer.groups),
    )


@TABLE.rule(Flatten, emulated=Flatten.formula)
def flatten(layer: Flatten, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the flattening."""
    return call("Flatten")


@TABLE.rule(Reshape, emulated=Reshape.formula)
def reshape(layer: Reshape, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the reshaping."""
    return call("Reshape", literal(layer.target_shape))


@TABLE.rule(Rescaling, emulated=Rescaling.formula)
def rescaling(layer: Rescaling, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the product and the sum."""
    return call("Rescaling", scale=literal(layer.scale), offset=literal(layer.offset))


@TABLE.rule(Activation, emulated=Activation.formula)
def activation(layer: Activation, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the activation as a layer."""
    function = TABLE.lowering(layer.activation).write(layer.activation)
    return call("Activate", function)


@TABLE.rule(Dropout, emulated=Dropout.formula)
def dropout(layer: Dropout, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the dropout; the network makes its masks."""
    return call("Dropout", rate=literal(layer.rate))


@TABLE.rule(AlphaDropout, emulated=AlphaDropout.formula)
def alpha_dropout(layer: AlphaDropout, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the dropout; the network makes its masks."""
    return call("AlphaDropout", rate=literal(layer.rate))


@TABLE.rule(BatchNormalization, emulated=BatchNormalization.formula)
def batch_normalization(
    layer: BatchNormalization, node: LayerNode, inputs: Shapes
) -> Expression:
    """Write the normalization with its axes counted from the batch."""
    axes = tuple(1 + place for place in layer.feature_axes(len(inputs[0])))
    return call(
        "BatchNormalization",
        features=literal(node.buffers[0].shape),
        axes=literal(axes),
        momentum=literal(layer.momentum),
        epsilon=literal(layer.epsilon),
        center=literal(layer.center),
        scale=literal(layer.scale),
    )


@TABLE.rule(MaxPooling2D, emulated=MaxPooling2D.formula)
def max_pooling2d(layer: MaxPooling2D, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the pooling."""
    return call(
        "MaxPooling2D",
        pool_size=literal(layer.pool_size),
        strides=literal(layer.step()),
        padding=literal(layer.padding),
    )


@TABLE.rule(GlobalAveragePooling2D, emulated=GlobalAveragePooling2D.formula)
def global_average_pooling2d(
    layer: GlobalAveragePooling2D, node: LayerNode, inputs: Shapes
) -> Expression:
    """Write the pooling."""
    return call("GlobalAveragePooling2D", keepdims=literal(layer.keepdims))


@TABLE.rule(SimpleRNN, emulated=SimpleRNN.formula)
def simple_rnn(layer: SimpleRNN, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the recurrence, with its activation at every step."""
    return call(
        "SimpleRNN",
        **_weight_shapes(node),
        activation=TABLE.lowering(layer.activation).write(layer.activation),
        return_sequences=literal(layer.return_sequences),
        go_backwards=literal(layer.go_backwards),
    )


@TABLE.rule(Concatenate, emulated=Concatenate.formula)
def concatenate(layer: Concatenate, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the joining with its axis counted from the batch."""
    return call("Concatenate", axis=literal(1 + layer.place(len(inputs[0]))))


@TABLE.rule(TimeDistributed, emulated="steps are folded into the batch and unfolded")
def time_distributed(_: TimeDistributed, axes: int) -> dict[str, Expression]:
    """Write the argument of a call that has steps along so many axes."""
    return {"over_time": literal(axes)}


@TABLE.rule(Add, emulated=Add.formula)
def add(layer: Add, node: LayerNode, inputs: Shapes) -> Expression:
    """Write the sum."""
    return call("Add")
