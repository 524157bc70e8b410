"""Layers: the Keras layer that computes each.

A rule takes the layer, the shapes of its inputs, and the word of an activation that the
Keras layer is to apply itself. It gives the constructor, `Masked` for a layer that draws
noise. The name of the layer is added by those who call it.
"""

from __future__ import annotations

from collections.abc import Callable

from specc.catalog.construct import Construct
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
from specc.emit.lowering import How
from specc.emit.source import Call, Expression, call, literal
from specc.emit.use import Use

from .plan import TABLE
from .site import Masked

__all__: list[str] = []

Shapes = tuple[Shape, ...]

_LAST = '"channels_last"'


def _optional(**parts: Construct | None) -> dict[str, Expression]:
    """The arguments whose construct is there, written."""
    return {
        name: TABLE.lowering(part).write(part)
        for name, part in parts.items()
        if part is not None
    }


def _activated(activation: str | None) -> dict[str, Expression]:
    return {} if activation is None else {"activation": activation}


@TABLE.rule(Dense, exact="keras.layers.Dense")
def dense(layer: Dense, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer."""
    return call(
        "layers.Dense",
        literal(layer.units),
        **_activated(activation),
        use_bias=literal(layer.use_bias),
        **_optional(
            kernel_regularizer=layer.kernel_regularizer,
            bias_regularizer=layer.bias_regularizer if layer.use_bias else None,
            kernel_constraint=layer.kernel_constraint,
            bias_constraint=layer.bias_constraint if layer.use_bias else None,
        ),
    )


def _reads_beside(layer: Conv2D, inputs: Shapes) -> bool:
    """Whether TensorFlow's float32 convolution may read what is not the image's."""
    return inputs[0][-1] == 1 and layer.strides[0] == 1 < layer.strides[1]


def _convolves(use: Use) -> How:
    assert isinstance(use.construct, Conv2D)
    if _reads_beside(use.construct, use.shapes):
        return How("keras.layers.Conv2D with rows and columns exchanged", exact=False)
    return How("keras.layers.Conv2D", exact=True)


@TABLE.rule(Conv2D, exact="keras.layers.Conv2D", here=_convolves)
def conv2d(layer: Conv2D, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer, or one that keeps clear of a fault of TensorFlow's."""
    kind = "SidewaysConv2D" if _reads_beside(layer, inputs) else "layers.Conv2D"
    return call(
        kind,
        literal(layer.filters),
        kernel_size=literal(layer.kernel_size),
        strides=literal(layer.strides),
        padding=literal(layer.padding),
        data_format=_LAST,
        dilation_rate=literal(layer.dilation_rate),
        groups=literal(layer.groups),
        **_activated(activation),
        use_bias=literal(layer.use_bias),
        **_optional(
            kernel_regularizer=layer.kernel_regularizer,
            bias_regularizer=layer.bias_regularizer if layer.use_bias else None,
            kernel_constraint=layer.kernel_constraint,
            bias_constraint=layer.bias_constraint if layer.use_bias else None,
        ),
    )


@TABLE.rule(Flatten, exact="keras.layers.Flatten")
def flatten(layer: Flatten, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer."""
    return call("layers.Flatten", data_format=_LAST)


@TABLE.rule(Reshape, exact="keras.layers.Reshape")
def reshape(layer: Reshape, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer."""
    return call("layers.Reshape", literal(layer.target_shape))


@TABLE.rule(
    Rescaling,
    emulated="keras.layers.Rescaling with constants in the type of the model; in float64"
    " Keras rounds them to float32",
)
def rescaling(layer: Rescaling, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer with constants of ours."""
    scale, offset = literal(layer.scale), literal(layer.offset)
    return call("Rescaling", scale, offset=offset)


@TABLE.rule(Activation, exact="keras.layers.Activation")
def activate(layer: Activation, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer, or the one that computes the activation."""
    function = TABLE.lowering(layer.activation).write(layer.activation)
    return (
        function if isinstance(function, Call) else call("layers.Activation", function)
    )


def _drops(call: str) -> Callable[[Use], How]:
    """What is said of a layer that drops entries, or at rate 0 none."""
    given = How(f"{call} with masks that can be given to it", exact=False)
    plain = How(call, exact=True)
    return lambda use: given if getattr(use.construct, "rate", 0.0) else plain


@TABLE.rule(
    Dropout,
    emulated="keras.layers.Dropout with masks that can be given to it",
    here=_drops("keras.layers.Dropout"),
)
def dropout(
    layer: Dropout, inputs: Shapes, activation: str | None = None
) -> Call | Masked:
    """Write Keras's layer, with masks of ours where it drops any."""
    if not layer.rate:
        return call("layers.Dropout", literal(layer.rate))
    return Masked(call("Dropout", literal(layer.rate)), layer.rate)


@TABLE.rule(
    AlphaDropout,
    emulated="keras.layers.AlphaDropout with masks that can be given to it",
    here=_drops("keras.layers.AlphaDropout"),
)
def alpha_dropout(
    layer: AlphaDropout, inputs: Shapes, activation: str | None = None
) -> Call | Masked:
    """Write Keras's layer, with masks of ours where it drops any."""
    if not layer.rate:
        return call("layers.AlphaDropout", literal(layer.rate))
    return Masked(call("AlphaDropout", literal(layer.rate)), layer.rate)


def _normalizes(use: Use) -> How:
    assert isinstance(use.construct, BatchNormalization), "the rule's own kind"
    if len(use.construct.axis) > 1:
        return How("its formula, for Keras's own has one axis only", exact=False)
    return How("keras.layers.BatchNormalization", exact=True)


@TABLE.rule(
    BatchNormalization,
    exact="keras.layers.BatchNormalization; over several axes, which Keras has not,"
    " its formula",
    here=_normalizes,
)
def batch_normalization(
    layer: BatchNormalization, inputs: Shapes, activation: str | None = None
) -> Call:
    """Write Keras's layer, or ours for several axes."""
    axes = tuple(1 + place for place in layer.feature_axes(len(inputs[0])))
    many = len(axes) > 1
    where = {"axes": literal(axes)} if many else {"axis": literal(layer.axis[0])}
    return call(
        "MultiAxisBatchNormalization" if many else "layers.BatchNormalization",
        **where,
        momentum=literal(layer.momentum),
        epsilon=literal(layer.epsilon),
        center=literal(layer.center),
        scale=literal(layer.scale),
        **_optional(
            gamma_regularizer=layer.gamma_regularizer if layer.scale else None,
            beta_regularizer=layer.beta_regularizer if layer.center else None,
            gamma_constraint=layer.gamma_constraint if layer.scale else None,
            beta_constraint=layer.beta_constraint if layer.center else None,
        ),
    )


@TABLE.rule(MaxPooling2D, exact="keras.layers.MaxPooling2D")
def max_pooling2d(
    layer: MaxPooling2D, inputs: Shapes, activation: str | None = None
) -> Call:
    """Write Keras's layer."""
    return call(
        "layers.MaxPooling2D",
        pool_size=literal(layer.pool_size),
        strides=literal(layer.step()),
        padding=literal(layer.padding),
        data_format=_LAST,
    )


@TABLE.rule(GlobalAveragePooling2D, exact="keras.layers.GlobalAveragePooling2D")
def global_average_pooling2d(
    layer: GlobalAveragePooling2D, inputs: Shapes, activation: str | None = None
) -> Call:
    """Write Keras's layer."""
    return call(
        "layers.GlobalAveragePooling2D",
        data_format=_LAST,
        keepdims=literal(layer.keepdims),
    )


@TABLE.rule(SimpleRNN, exact="keras.layers.SimpleRNN")
def simple_rnn(layer: SimpleRNN, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer, whose activation is part of every step."""
    return call(
        "layers.SimpleRNN",
        literal(layer.units),
        activation=TABLE.lowering(layer.activation).write(layer.activation),
        use_bias=literal(layer.use_bias),
        **_optional(
            kernel_regularizer=layer.kernel_regularizer,
            recurrent_regularizer=layer.recurrent_regularizer,
            bias_regularizer=layer.bias_regularizer if layer.use_bias else None,
            kernel_constraint=layer.kernel_constraint,
            recurrent_constraint=layer.recurrent_constraint,
            bias_constraint=layer.bias_constraint if layer.use_bias else None,
        ),
        dropout="0.0",
        recurrent_dropout="0.0",
        return_sequences=literal(layer.return_sequences),
        return_state="False",
        go_backwards=literal(layer.go_backwards),
        stateful="False",
        unroll="False",
    )


@TABLE.rule(Concatenate, exact="keras.layers.Concatenate")
def concatenate(
    layer: Concatenate, inputs: Shapes, activation: str | None = None
) -> Call:
    """Write Keras's layer with its axis counted from the batch."""
    return call("layers.Concatenate", axis=literal(1 + layer.place(len(inputs[0]))))


@TABLE.rule(
    TimeDistributed,
    emulated="steps are folded into the batch and unfolded; keras.layers.TimeDistributed"
    " goes from step to step, and takes the statistics of each by itself",
)
def time_distributed(_: TimeDistributed, axes: int) -> tuple[Call, Call]:
    """Write the layers before and after the one that is applied at every step."""
    return call("FoldSteps", literal(axes)), call("UnfoldSteps", literal(axes))


@TABLE.rule(Add, exact="keras.layers.Add")
def add(layer: Add, inputs: Shapes, activation: str | None = None) -> Call:
    """Write Keras's layer."""
    return call("layers.Add")
