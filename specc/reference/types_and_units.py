"""The words of types, of units and of the figures that can be asserted."""

from __future__ import annotations

from .statement import Statement

__all__ = ["TYPES_AND_UNITS"]

_REAL = (
    "Real numbers, with the sizes of one example in brackets; the batch is never written,"
    " and channels come last. A size that only run time knows has a name. Batches hold them"
    " in this type; the model computes in the precision of the training."
)
_WHOLE = (
    "Whole numbers, with the sizes of one example in brackets. Rescaling makes real numbers"
    " of them, which most layers take."
)
_BYTES = "So many bytes, a power of 1024: KiB, MiB, GiB, TiB."

TYPES_AND_UNITS = (
    Statement(
        "int",
        "type of a param",
        "A whole number; a range limits it, both ends included.",
        "param width: int[1..512] = 300",
    ),
    Statement(
        "float",
        "type of a param",
        "A number; a range limits it, both ends included.",
        "param rate: float[0..0.5] = 0.1",
    ),
    Statement(
        "str",
        "type of a param",
        "A text in quotes; those that are possible stand in brackets.",
        'param size: str["small", "large"] = "small"',
    ),
    Statement(
        "bool",
        "type of a param, or of an input",
        "true or false.",
        "param deep: bool = false        input present: bool[4]",
    ),
    *(
        Statement(word, "type of an input", _REAL, f"input image: {word}[28, 28, 1]")
        for word in ("float32", "float64")
    ),
    *(
        Statement(word, "type of an input", _WHOLE, f"input words: {word}[16]")
        for word in ("int32", "int64")
    ),
    Statement("true", "value", "The answer yes.", "Dense(3, use_bias = true)"),
    Statement("false", "value", "The answer no.", "Dense(3, use_bias = false)"),
    Statement(
        "steps",
        "unit of time",
        "So many updates of the weights, one for each batch.",
        "exponential_decay(0.1, rate = 0.5, every = 500 steps)",
    ),
    Statement(
        "epochs",
        "unit of time",
        "So many passes over the training part of the data.",
        "piecewise_constant(0.01 for 5 epochs, 0.001)",
    ),
    Statement(
        "%",
        "unit of a share",
        "A hundredth: of the examples of a source, above all.",
        "test = 20%",
    ),
    Statement(
        "examples",
        "unit of a share",
        "So many examples of a source.",
        "validation = 200 examples",
    ),
    *(
        Statement(word, "unit of memory", _BYTES, f"assert memory < 2 {word}")
        for word in ("KiB", "MiB", "GiB", "TiB")
    ),
    Statement(
        "params",
        "figure of an assert",
        "How many numbers all weights of the model hold, frozen ones too; the moving"
        " statistics of a normalization are none.",
        "assert params < 1_000_000",
    ),
    Statement(
        "trainable",
        "figure of an assert",
        "How many numbers the weights hold that training changes.",
        "assert trainable < 100_000",
    ),
    Statement(
        "layers",
        "figure of an assert",
        "How often layers are applied: one that is called twice counts twice.",
        "assert layers <= 20",
    ),
    Statement(
        "memory",
        "figure of an assert",
        "What a training needs at its batch size, or a model at one of 32: weights,"
        " gradients, slots of the optimizer and activations.",
        "assert memory < 2 GiB",
    ),
)
