"""Faults in the parts that all backends write alike, planted in one of them."""

from __future__ import annotations

from .edits import in_definition, remove, swap, then
from .fault import Family, Fault, Planter

__all__ = ["everywhere"]


def _trained(path: str) -> str:
    """The expression that takes a trained array over, as a pattern."""
    return rf'reused_array\(\s*reused, "before", "{path}", \([^)]*\)\s*\)'


def everywhere(backend: str) -> list[Fault]:
    """Faults of initialization, noise, order, schedules, loop and stopping."""
    initial = Planter(backend, Family.INITIALIZATION)
    operator = Planter(backend, Family.OPERATORS)
    order = Planter(backend, Family.DATA_ORDER)
    loop = Planter(backend, Family.LOOP)
    return [
        # Initial weights
        initial(
            "he_normal with the variance of glorot_normal",
            "mlp",
            swap(r"variance=2\.0 / 42", "variance=2.0 / (42 + 20)"),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a uniform distribution for the normal one",
            "selu_net",
            swap(
                r"scaled_truncated_normal\(\n(\s+seed, \"dense_1/kernel\")",
                r"scaled_uniform(\n\1",
            ),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a truncated normal that is not widened",
            "selu_net",
            swap(r" / 0\.87962566103423978", ""),
            "kernel_initializer",
        ),
        initial(
            "a kernel drawn under another name",
            "flatten",
            swap(r"seed, \"dense_1/kernel\"", 'seed, "dense_1"'),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a running variance that starts at 0",
            "mlp",
            swap(r"np\.full\(\(42,\), 1\.0\)", "np.full((42,), 0.0)"),
            "moving_variance",
        ),
        # Reused weights
        initial(
            "a trained weight that is drawn anew",
            "reused",
            swap(
                _trained("h1/kernel"),
                'scaled_uniform(seed, "body/h1/kernel", (6, 6), variance=1.0 / 6.0)',
            ),
            "body/h1",
        ),
        initial(
            "a trained weight transposed",
            "reused",
            swap(f"({_trained('h2/kernel')})", r"\1.T"),
            "body/h2",
        ),
        initial(
            "two trained layers exchanged",
            "reused",
            then(
                swap(r'"before", "h1/kernel"', '"before", "h-/kernel"'),
                swap(r'"before", "h2/kernel"', '"before", "h1/kernel"'),
                swap(r'"before", "h-/kernel"', '"before", "h2/kernel"'),
            ),
            "body/h1",
            "body/h2",
        ),
        initial(
            "trained statistics that begin anew",
            "reused",
            then(
                swap(_trained("norm/moving_mean"), "np.full((6,), 0.0)"),
                swap(_trained("norm/moving_variance"), "np.full((6,), 1.0)"),
            ),
            "body/norm",
        ),
        initial(
            "trained weights in float32",
            "reused",
            in_definition(
                "reused_array",
                swap(
                    r"array\.astype\(np\.float64\)",
                    "array.astype(np.float32).astype(np.float64)",
                ),
            ),
            "body",
        ),
        initial(
            "zeros in the place of trained weights that are not given",
            "reused",
            in_definition(
                "reused_array",
                swap(
                    r"raise ValueError\(f\"the trained weights of \{source\} are needed.*",
                    "return np.zeros(shape)",
                ),
            ),
            "init_state",
        ),
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
        # Loop
        loop(
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
        loop(
            "a step counted twice",
            "mlp",
            in_definition("train", swap(r"state\.step \+= 1", "state.step += 2")),
            "epoch loop",
            "counter/step",
        ),
        loop(
            "the rate of the next step in the record",
            "mlp",
            in_definition("train", swap(r"state\.step - 1", "state.step")),
            "epoch loop learning_rate",
        ),
        loop(
            "a loss that is not a number does not stop training",
            "mlp",
            in_definition(
                "check_finite", swap(r"if not math\.isfinite\(.*\):", "if False:")
            ),
            "on_nan",
        ),
        loop(
            "a norm that is not a number does not stop training",
            "clipped",
            in_definition(
                "train", swap(r'"gradient_norm": norm', '"gradient_norm": 0.0')
            ),
            "on_nan",
        ),
        loop(
            "a validation that is not a number does not stop training",
            "mlp",
            in_definition("train", remove(r"check_finite\(figures, state\.step\)")),
            "on_nan",
        ),
        loop(
            "weights at the end that are not numbers do not stop training",
            "mlp",
            in_definition("train", remove(r"check_finite\(sizes, state\.step\)")),
            "on_nan",
        ),
        # Stopping
        loop(
            "patience one epoch longer",
            "stopping",
            in_definition(
                "EarlyStopping",
                swap(r"self\.wait >= self\.patience", "self.wait > self.patience"),
            ),
            "early_stopping",
        ),
        loop(
            "min_delta with the wrong sign",
            "stopping",
            in_definition(
                "EarlyStopping", swap("- self.min_delta", "+ self.min_delta")
            ),
            "early_stopping",
        ),
        loop(
            "a figure that is not a number taken for the best",
            "stopping",
            in_definition(
                "EarlyStopping", swap(r"if math\.isnan\(figure\):", "if False:")
            ),
            "early_stopping",
        ),
        loop(
            "best weights not restored",
            "stopping",
            in_definition(
                "train", swap(r"^( +)import_weights\(state, .*\)$", r"\1pass")
            ),
            "early_stopping, best weights",
        ),
        loop(
            "best weights never remembered",
            "stopping",
            in_definition("train", remove(r"state\.stopping\.update\(.*\)")),
            "early_stopping, best weights",
            "epoch loop",
        ),
        loop(
            "a training that goes on when it should stop",
            "stopping",
            in_definition("train", swap(r" and not state\.stopping\.stopped:", ":")),
            "early_stopping, best weights",
            "epoch loop",
        ),
        loop(
            "another figure than the record's for early stopping",
            "stopping",
            in_definition(
                "train",
                swap(
                    r"update\(state\.epoch, record,",
                    "update(state.epoch, {**record, 'val_loss': record['loss']},",
                ),
            ),
            "early_stopping, best weights",
        ),
        # Use by itself
        loop(
            "an epoch that is not taken over with a state",
            "mlp",
            in_definition("import_state", remove(r"state\.epoch = .*")),
            "exported state",
            "epoch loop",
            "early_stopping",
        ),
        loop(
            "steps of an epoch that are not those of the batches",
            "mlp",
            in_definition("train", remove(r"state\.steps_per_epoch = .*")),
            "learning rate",
            "optimizer",
        ),
        loop(
            "another record returned than given to hooks",
            "mlp",
            in_definition(
                "train",
                swap(
                    r"history\.append\(record\)",
                    "history.append({**record, 'loss': 0.0})",
                ),
            ),
            "epoch loop",
            "early_stopping",
        ),
        loop(
            "an infinite figure that does not stop training",
            "mlp",
            in_definition(
                "check_finite",
                swap(r"if not math\.isfinite\((.*)\):", r"if math.isnan(\1):"),
            ),
            "on_nan",
        ),
        loop(
            "the largest entry for the largest absolute one",
            "mlp",
            in_definition("train", swap(r"abs\(array\)\.max", "array.max")),
            "on_nan",
        ),
        loop(
            "a damaged state taken",
            "mlp",
            in_definition("import_state", remove(r"check_arrays\(.*\)")),
            "import_weights",
            "guards",
        ),
        initial(
            "another seed by default",
            "mlp",
            in_definition("init_state", swap(r"seed: int = SEED", "seed: int = 0")),
            "init_state",
        ),
        initial(
            "the program's seed whatever is asked for",
            "mlp",
            in_definition(
                "init_state",
                swap(
                    r"build_model\(dtype, device, seed\)", "build_model(dtype, device)"
                ),
            ),
            "init_state",
            "dense_1",
        ),
        order(
            "targets that are not shuffled with the inputs",
            "mlp",
            in_definition(
                "ArrayBatches.epoch",
                swap(
                    r"name: a\.take\(ids, axis=0\)",
                    "name: a.take(ids, axis=0) if name in INPUTS"
                    " else a[start : start + self.batch_size]",
                ),
            ),
            "main",
        ),
        order(
            "the last short batch of held-out data dropped",
            "mlp",
            in_definition(
                "ArrayBatches.in_order",
                swap(
                    r"range\(0, len\(ids\), self\.batch_size\)",
                    "range(0, len(ids) - self.batch_size + 1, self.batch_size)",
                ),
            ),
            "main",
        ),
        order(
            "main that never shuffles",
            "mlp",
            in_definition("main", swap("shuffle=SHUFFLE", "shuffle=False")),
            "main",
        ),
    ]
