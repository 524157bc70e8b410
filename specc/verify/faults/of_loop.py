"""Faults in the training loop and its end, which all backends write alike."""

from __future__ import annotations

from .edits import in_definition, remove, swap, then
from .fault import Family, Fault, Planter

__all__ = ["of_loop"]


def of_loop(backend: str) -> list[Fault]:
    """Faults of the loop over epochs, of stopping, and of programs used by themselves."""
    initial = Planter(backend, Family.INITIALIZATION)
    order = Planter(backend, Family.DATA_ORDER)
    loop = Planter(backend, Family.LOOP)
    return [
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
            in_definition("Watcher", swap("- self.min_delta", "+ self.min_delta")),
            "early_stopping",
        ),
        loop(
            "a figure that is not a number taken for the best",
            "stopping",
            in_definition("Watcher", swap(r"if math\.isnan\(figure\):", "if False:")),
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
