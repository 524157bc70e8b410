"""Lints of single layers: how their weights begin, and what holds them back."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.constraints.max_norm import MaxNorm
from ...catalog.initializers import Initializer, Scaled
from ...catalog.layers import Layer
from ...catalog.layers.conv import Conv2D
from ...catalog.layers.dense import Dense
from ...catalog.layers.normalization import BatchNormalization
from ...catalog.regularizers import L1, L1L2
from ...diagnostics.model import Level
from ...ir import Call
from .activations import applied_activations
from .subject import Finding, Subject

__all__ = [
    "bias_before_batch_normalization",
    "initializer_activation_mismatch",
    "l1_without_sparsity",
    "max_norm_axis",
    "regularized_bias",
    "scheme",
    "selu_without_lecun_normal",
]

_RECTIFIERS = ("relu", "leaky_relu", "elu")
#: An l1 penalty from which on weights are probably meant to become zero.
_STRONG = 0.01
_SATURATING = ("linear", "tanh", "sigmoid", "softmax")
_SCHEMES = {
    (2.0, "fan_in"): "He",
    (2.0, "fan_avg"): "He",
    (1.0, "fan_avg"): "Glorot",
    (1.0, "fan_in"): "LeCun",
}


def scheme(initializer: Initializer | None) -> str | None:
    """Whose rule an initializer scales by: He, Glorot or LeCun; None for any other."""
    if not isinstance(initializer, Scaled):
        return None
    scale, mode, _ = initializer.law()
    return _SCHEMES.get((scale, mode))


def _kernels(subject: Subject) -> Iterator[tuple[Call, Layer, Initializer]]:
    for call, layer in subject.placed:
        initializer = getattr(layer, "kernel_initializer", None)
        if isinstance(initializer, Initializer):
            yield call, layer, initializer


def initializer_activation_mismatch(subject: Subject) -> Iterator[Finding]:
    """He for ReLU and its relatives, Glorot (or LeCun) for the others."""
    applied = applied_activations(subject)
    for call, _, initializer in _kernels(subject):
        activation, found = applied[call.name], scheme(initializer)
        if activation in _RECTIFIERS and found not in ("He", None):
            better = "he"
        elif activation in _SATURATING and found == "He":
            better = "glorot"
        else:
            continue
        shape = "uniform" if initializer.keyword.endswith("uniform") else "normal"
        default = subject.how(call.layer, "kernel_initializer") == "default"
        yield Finding(
            "initializer-activation-mismatch",
            f"{initializer.keyword} does not suit the {activation} units of {call.layer}",
            call.layer,
            "kernel_initializer",
            f"kernel_initializer = {better}_{shape}",
            Level.NOTE if default else None,
            value=f"{better}_{shape}",
        )


def selu_without_lecun_normal(subject: Subject) -> Iterator[Finding]:
    """SELU keeps mean 0 and variance 1 only from kernels of variance 1 / fan_in."""
    applied = applied_activations(subject)
    for call, _, initializer in _kernels(subject):
        if applied[call.name] == "selu" and scheme(initializer) != "LeCun":
            yield Finding(
                "selu-without-lecun-normal",
                f"{call.layer} has SELU units, but its kernel begins as"
                f" {initializer.keyword}",
                call.layer,
                "kernel_initializer",
                "kernel_initializer = lecun_normal",
                value="lecun_normal",
            )


def bias_before_batch_normalization(subject: Subject) -> Iterator[Finding]:
    """A bias that the normalization's mean takes away again."""
    outputs = set(subject.network.ends.values())
    for call, layer in subject.placed:
        activation = layer.gives()
        if not getattr(layer, "use_bias", False) or call.name in outputs:
            continue
        if layer.recurrent:
            continue  # what it adds at one step depends on the steps before
        if activation is not None and activation.keyword != "linear":
            continue
        users = subject.users[call.name]
        rank = len(subject.network.edge(call.name).shape)
        if users and all(_centers(subject, user, rank) for user in users):
            yield Finding(
                "bias-before-batch-normalization",
                f"the bias of {call.layer} is taken away again by {users[0].name}",
                call.layer,
                "use_bias",
                "use_bias = false",
                value="false",
            )


def _centers(subject: Subject, call: Call, rank: int) -> bool:
    """Whether a call subtracts the mean of each entry of its input's last axis."""
    layer, seen = subject.layer_of(call), rank - call.over_time
    return isinstance(layer, BatchNormalization) and (
        seen - 1 in layer.feature_axes(seen)
    )


def max_norm_axis(subject: Subject) -> Iterator[Finding]:
    """The norm of a unit's incoming weights is taken over all axes but the last."""
    for call, layer in subject.placed:
        constraint = getattr(layer, "kernel_constraint", None)
        if not isinstance(constraint, MaxNorm) or not isinstance(layer, Conv2D | Dense):
            continue
        rank = 4 if isinstance(layer, Conv2D) else 2
        wanted = list(range(rank - 1))
        if sorted({axis % rank for axis in constraint.axis}) != wanted:
            axes = str(wanted[0]) if len(wanted) == 1 else str(wanted)
            yield Finding(
                "max-norm-axis",
                f"max_norm over axis {', '.join(map(str, constraint.axis))} is not the"
                f" norm of what flows into a unit of {call.layer}",
                call.layer,
                "kernel_constraint",
                f"max_norm({constraint.max_value:g}, axis = {axes})",
                value=f"max_norm({constraint.max_value:g}, axis = {axes})",
            )


def l1_without_sparsity(subject: Subject) -> Iterator[Finding]:
    """A penalty that is meant to make weights zero, and makes them small."""
    for call, layer in subject.placed:
        penalty = getattr(layer, "kernel_regularizer", None)
        if not isinstance(penalty, L1 | L1L2):
            continue
        if (penalty.factor if isinstance(penalty, L1) else penalty.l1) >= _STRONG:
            yield Finding(
                "l1-without-sparsity",
                f"{penalty.keyword} makes weights of {call.layer} small, but none zero",
                call.layer,
                "kernel_regularizer",
            )


def regularized_bias(subject: Subject) -> Iterator[Finding]:
    """A penalty on a bias, which seldom overfits."""
    for call, layer in subject.placed:
        if getattr(layer, "bias_regularizer", None) is not None:
            yield Finding(
                "regularized-bias",
                f"the bias of {call.layer} is penalized; usually only kernels are",
                call.layer,
                "bias_regularizer",
                "bias_regularizer = none",
                value="none",
            )
