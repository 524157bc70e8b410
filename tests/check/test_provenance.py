"""Every value of a program is told with where it came from."""

from __future__ import annotations

from specc.api import Spec
from specc.diagnostics.model import Source
from specc.provenance import values

TEXT = """\
defaults Dense { use_bias = false; activation = relu }
block Unit(n: int) {
  defaults Dense { activation = tanh }
  Dense(n)
}
model Net {
  input features: float32[13]
  Unit(8)
  Dense(3, activation = softmax)
}
data Wines { source = wine; validation = 10%; standardize(features) }
train Net on Wines {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1, momentum = 0.9)
  epochs = 5
}
"""


def test_the_nearest_defaults_are_named() -> None:
    spec = Spec(Source("a.nnspec", TEXT))
    found = {
        (value.owner, value.field): (
            value.text,
            value.how,
            value.span.line if value.span else None,
        )
        for value in values(spec.program())
    }
    inner, last = "unit_1/dense_1", "dense_1"
    assert found[inner, "units"] == ("8", "given", 4)
    assert found[inner, "activation"] == ("tanh", "defaults Dense", 3)
    assert found[inner, "use_bias"] == ("false", "defaults Dense", 1)
    assert found[inner, "kernel_constraint"] == ("none", "default", None)
    assert found[last, "activation"] == ("softmax", "given", 9)
    assert found["training", "epochs"] == ("5", "given", 15)
    assert found["training", "batch_size"] == ("32", "default", None)
    assert found["data", "validation"] == ("10%", "given", 11)
    assert found["transform:0", "names"] == ("[features]", "given", 11)
    assert found["phase:main/optimizer", "momentum"] == ("0.9", "given", 14)
    assert found["output:output", "weight"] == ("1.0", "default", None)
