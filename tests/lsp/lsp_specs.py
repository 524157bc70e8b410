"""Specs that the tests of the server look at."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [
    *sorted((ROOT / "examples").glob("*.nnspec")),
    # All that the language has in one spec: phases, reuse, blocks, layers over time.
    ROOT / "tests/equivalence/language/together.nnspec",
    ROOT / "tests/equivalence/language/over_time.nnspec",
]

SMALL = """\
nnspec 1

param width: int = 32
param twice: int = width * 2

defaults Dense {
  kernel_initializer = he_normal
}

block Unit(units: int, act: activation = relu) {
  inner = Dense(units, activation = act)
  Dropout(0.1)
}

model Net {
  input features: float32[13]
  first = Unit(width)
  repeat 2 {
    narrow = Dense(twice, activation = relu)
  }
  Dense(3, activation = softmax)
}

model Pair {
  input left: float32[4]
  input right: float32[4]
  joined = Concatenate(left, right) -> Dense(8, activation = relu)
  repeat i in 1..2 {
    step = joined -> Dense(8 * i, activation = relu)
  }
  output price = step_1 -> Dense(1)
  output aux = step_2 -> Dense(1)
}

data Wine {
  source = wine
  test = 20%
  validation = 20%
  standardize(features)
}

data Table {
  source = csv("table.csv")
  validation = 10%
  input left = columns("a" .. "d")
  input right = columns("e" .. "h")
  target price = column("price")
  target aux = column("aux")
  standardize(left, right)
}

train Net on Wine {
  loss = sparse_categorical_crossentropy
  metrics = [accuracy]
  optimizer = adam(0.001)
  epochs = 5
}

train both: Pair on Table {
  loss price = mse(weight = 0.5)
  loss aux = mse
  metrics price = [mae]
  optimizer = sgd(piecewise_constant(0.1 for 5 epochs, 0.01), momentum = 0.9)
  epochs = 9
  early_stopping(monitor = val_price_mae, patience = 5 epochs)
}
"""


def marked(before: str, after: str = "", text: str = SMALL) -> str:
    """A text with the cursor between two pieces of it, which stand there just once."""
    assert text.count(before + after) == 1, f"{before}|{after}"
    return text.replace(before + after, f"{before}|{after}")


def long_spec(lines: int) -> str:
    """A correct spec of about so many lines."""
    body = "\n".join(
        f"  hidden{n} = Dense(width, activation = relu)\n  BatchNormalization\n"
        f"  Dropout(0.1)"
        for n in range((lines - 60) // 3)
    )
    return SMALL.replace("  first = Unit(width)\n", f"  first = Unit(width)\n{body}\n")
