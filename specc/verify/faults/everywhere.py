"""Faults in the parts that all backends write alike, planted in one of them."""

from __future__ import annotations

from .edits import Edit, in_definition, swap, then
from .fault import Fault

__all__ = ["everywhere"]


def everywhere(backend: str) -> list[Fault]:
    """Faults of initialization, noise, order, schedules, loop and stopping."""

    def fault(name: str, program: str, edit: Edit, *named: str) -> Fault:
        return Fault(f"{backend}: {name}", backend, program, edit, named)

    return [
        # Initial weights
        fault(
            "he_normal with the variance of glorot_normal",
            "mlp",
            swap(r"variance=2\.0 / 42", "variance=2.0 / (42 + 20)"),
            "dense_1 kernel_initializer",
        ),
        fault(
            "a uniform distribution for the normal one",
            "selu_net",
            swap(
                r"scaled_truncated_normal\(\n(\s+seed, \"dense_1/kernel\")",
                r"scaled_uniform(\n\1",
            ),
            "dense_1 kernel_initializer",
        ),
        fault(
            "a truncated normal that is not widened",
            "selu_net",
            swap(r" / 0\.87962566103423978", ""),
            "kernel_initializer",
        ),
        fault(
            "a kernel drawn under another name",
            "flatten",
            swap(r"seed, \"dense_1/kernel\"", 'seed, "dense_1"'),
            "dense_1 kernel_initializer",
        ),
        fault(
            "a running variance that starts at 0",
            "mlp",
            swap(r"np\.full\(\(42,\), 1\.0\)", "np.full((42,), 0.0)"),
            "moving_variance",
        ),
        # Noise
        fault(
            "the masks of the next step",
            "mlp",
            in_definition("keep_mask", swap(r"step, call\)$", "step + 1, call)")),
            "dropout_1",
        ),
        fault(
            "dropped and kept exchanged",
            "mlp",
            in_definition("keep_mask", swap(">= np", "< np")),
            "dropout_1",
        ),
        fault(
            "one mask for two layers",
            "mlp",
            swap(r"\"dropout_2/keep\"", '"dropout_1/keep"'),
            "dropout_2",
        ),
        # Order
        fault(
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
        fault(
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
        fault(
            "the same order in every epoch",
            "mlp",
            in_definition("ArrayBatches.epoch", swap(r"str\(number\)", "str(0)")),
            "order",
        ),
        fault(
            "an order that is not stable",
            "mlp",
            in_definition("permutation", swap(r"np\.argsort\(", "-np.argsort(-")),
            "order",
        ),
        # Schedules
        fault(
            "a schedule one step late",
            "mlp",
            in_definition("learning_rate", swap(r"\bstep,", "max(step - 1, 0),")),
            "learning rate",
        ),
        fault(
            "epochs taken for steps",
            "mlp",
            in_definition("learning_rate", swap(r"20 \* steps_per_epoch", "20")),
            "learning rate",
        ),
        fault(
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
        fault(
            "a piece that ends one step late",
            "piecewise",
            in_definition(
                "piecewise_constant", swap("if step < end", "if step <= end")
            ),
            "learning rate",
        ),
        # Loop
        fault(
            "figures of an epoch not weighted by rows",
            "mlp",
            in_definition(
                "Means",
                then(
                    swap(r"self\.rows \+= rows", "self.rows += 1"),
                    swap(r"rows \* figure", "figure"),
                ),
            ),
            "epoch loop",
        ),
        fault(
            "a step counted twice",
            "mlp",
            in_definition("train", swap(r"state\.step \+= 1", "state.step += 2")),
            "epoch loop",
            "counter/step",
        ),
        fault(
            "the rate of the next step in the record",
            "mlp",
            in_definition("train", swap(r"state\.step - 1", "state.step")),
            "epoch loop learning_rate",
        ),
        fault(
            "a loss that is not a number does not stop training",
            "mlp",
            in_definition("train", swap(r"if not math\.isfinite\(.*\):", "if False:")),
            "on_nan",
        ),
        # Stopping
        fault(
            "patience one epoch longer",
            "stopping",
            in_definition(
                "EarlyStopping",
                swap(r"self\.wait >= self\.patience", "self.wait > self.patience"),
            ),
            "early_stopping",
        ),
        fault(
            "min_delta with the wrong sign",
            "stopping",
            in_definition(
                "EarlyStopping", swap("- self.min_delta", "+ self.min_delta")
            ),
            "early_stopping",
        ),
        fault(
            "a figure that is not a number taken for the best",
            "stopping",
            in_definition(
                "EarlyStopping", swap(r"if math\.isnan\(figure\):", "if False:")
            ),
            "early_stopping",
        ),
        fault(
            "best weights not restored",
            "stopping",
            in_definition(
                "train", swap(r"^( +)import_weights\(state, .*\)$", r"\1pass")
            ),
            "state at the end",
        ),
    ]
