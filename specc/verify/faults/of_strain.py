"""Faults that ordinary numbers do not show: ways of computing that lose digits or overflow.

Each is planted as it is, and for float32 alone, where only errors against float64 tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from .edits import Edit, add, in_definition, swap, then
from .fault import Family, Fault, Planter

__all__ = ["STRAIN_FAULTS"]

#: By backend: what a softmax is put in the place of, and a definition of such a one.
SOFTMAX = {
    "torch": (
        swap(r"nn\.Softmax\(dim=-1\)", "Exponentials()"),
        "class Exponentials(nn.Module):\n"
        "    def forward(self, x):\n"
        "        if {sound}:\n"
        "            return x.softmax(-1)\n"
        "        return x.exp() / x.exp().sum(-1, keepdim=True)",
        "x.dtype != torch.float32",
    ),
    "keras": (
        swap(r"layers\.Activation\(\"softmax\"", "layers.Activation(exponentials"),
        "def exponentials(x):\n"
        "    if {sound}:\n"
        "        return keras.activations.softmax(x)\n"
        "    return tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)",
        "x.dtype != tf.float32",
    ),
}


def _softmax(backend: str, alone: bool) -> Edit:
    place, code, sound = SOFTMAX[backend]
    return then(place, add(code.replace("{sound}", sound if alone else "False")))


def _variance(backend: str, alone: bool) -> Edit:
    if backend == "torch":
        where = "input.dtype == torch.float32" if alone else "True"
        return in_definition(
            "BatchNorm.normalize",
            swap(
                r"^( +)# What F\.batch_norm calls;",
                rf"\1if {where}:"
                r"\n\1    mean = input.mean(others, keepdim=True)"
                r"\n\1    squares = input.square().mean(others, keepdim=True)"
                r"\n\1    deviation = (squares - mean.square() + self.eps).sqrt()"
                r"\n\1    return (input - mean) / deviation * weight + bias"
                r"\n\1# What F.batch_norm calls;",
            ),
        )
    where = "inputs.dtype == tf.float32" if alone else "True"
    return then(
        swap(r"layers\.BatchNormalization\(", "OfSquares("),
        add(
            "class OfSquares(layers.BatchNormalization):\n"
            "    def _moments(self, inputs, mask):\n"
            "        mean, variance = super()._moments(inputs, mask)\n"
            f"        if {where}:\n"
            "            squares = tf.reduce_mean(tf.square(inputs), self._reduction_axes)\n"
            "            variance = squares - tf.square(mean)\n"
            "        return mean, variance"
        ),
    )


def _faults(backend: str, beside: str) -> Iterator[Fault]:
    operator = Planter(backend, Family.OPERATORS)
    for name, edit, node, construct in (
        ("a softmax without its maximum", _softmax, "dense_3", "activation/softmax"),
        (
            "a variance as the difference of two means",
            _variance,
            "batch_normalization_1",
            "layer/BatchNormalization",
        ),
    ):
        yield operator(
            name, "mlp", edit(backend, alone=False), node, construct=construct
        )
        yield operator(
            f"{name}, in float32 alone",
            "mlp",
            edit(backend, alone=True),
            node,
            construct=construct,
            beside=(beside,),
        )


STRAIN_FAULTS: tuple[Fault, ...] = (
    *_faults("torch", "keras"),
    *_faults("keras", "torch"),
)
