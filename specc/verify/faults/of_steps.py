"""Faults in what steps go by, which all backends write alike: masks, order, rates."""

from __future__ import annotations

from .edits import in_definition, swap
from .fault import Family, Fault, Planter

__all__ = ["of_steps"]


def of_steps(backend: str) -> list[Fault]:
    """Faults of noise, order and schedules."""
    operator = Planter(backend, Family.OPERATORS)
    order = Planter(backend, Family.DATA_ORDER)
    loop = Planter(backend, Family.LOOP)
    return [
        # Noise
        operator(
            "the masks of the next step",
            "mlp",
            in_definition("keep_mask", swap(r"step, call\)$", "step + 1, call)")),
            "dropout_1",
        ),
        operator(
            "dropped and kept exchanged",
            "mlp",
            in_definition("keep_mask", swap(">= np", "< np")),
            "dropout_1",
        ),
        operator(
            "one mask for two layers",
            "mlp",
            swap(r"\"dropout_2/keep\"", '"dropout_1/keep"'),
            "dropout_2",
        ),
        # Order
        order(
            "the last short batch dropped by the batches",
            "mlp",
            in_definition(
                "ArrayBatches.epoch",
                swap(
                    r"range\(0, self\.examples, self\.batch_size\)",
                    "range(0, self.examples - self.batch_size + 1, self.batch_size)",
                ),
            ),
            "order",
        ),
        order(
            "the last short batch skipped by the loop",
            "mlp",
            in_definition(
                "train",
                swap(
                    r"^( +)state, logs = train_step",
                    r'\1if len(batch["ids"]) < BATCH_SIZE:\n\1    continue\n'
                    r"\1state, logs = train_step",
                ),
            ),
            "epoch loop",
        ),
        order(
            "the same order in every epoch",
            "mlp",
            in_definition("ArrayBatches.epoch", swap(r"str\(number\)", "str(0)")),
            "order",
        ),
        order(
            "an order that is not stable",
            "mlp",
            in_definition("permutation", swap(r"np\.argsort\(", "-np.argsort(-")),
            "order",
        ),
        # Schedules
        loop(
            "a schedule one step late",
            "mlp",
            in_definition("learning_rate", swap(r"\bstep,", "max(step - 1, 0),")),
            "learning rate",
        ),
        loop(
            "epochs taken for steps",
            "mlp",
            in_definition("learning_rate", swap(r"20 \* steps_per_epoch", "20")),
            "learning rate",
        ),
        loop(
            "a rate in float32",
            "mlp",
            in_definition(
                "learning_rate",
                swap(
                    r"return (exponential_decay\((?:.|\n)*?\n    \))",
                    r"return float(np.float32(\1))",
                ),
            ),
            "learning rate",
        ),
        loop(
            "a piece that ends one step late",
            "piecewise",
            in_definition(
                "piecewise_constant", swap("if step < end", "if step <= end")
            ),
            "learning rate",
        ),
    ]
