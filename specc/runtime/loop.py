"""The loop over epochs."""

import math
import time
from collections.abc import Callable, Iterable
from typing import Any


class Hooks:
    """What a caller may do while training runs; override what is needed."""

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        """Run after each update; `state.step` counts the updates made."""

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        """Run after each epoch with its figures; `state.epoch` counts those done."""


class PrintEpochs(Hooks):
    """Prints a line for each epoch."""

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        """Print the figures of the epoch."""
        print("  ".join(f"{name} {figure:.6g}" for name, figure in logs.items()))


class NotFiniteError(ArithmeticError):
    """A figure of training is infinite or not a number.

    `name` is the figure's, or the path of a weight, whose largest entry then is the
    figure; `step` counts the updates before. `batch` is what the step was made on, None
    for a figure of the state between steps.
    """

    def __init__(self, name: str, figure: float, step: int, batch: Any = None) -> None:
        super().__init__(f"{name} is {figure} at step {step}")
        self.name = name
        self.figure = figure
        self.step = step
        self.batch = batch


def check_finite(figures: dict[str, float], step: int, batch: Any = None) -> None:
    """Raise a NotFiniteError for the first figure that is infinite or not a number."""
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise NotFiniteError(name, figure, step, batch)


class Means:
    """Means over examples of figures that are means over batches."""

    def __init__(self) -> None:
        self.rows = 0
        self.sums: dict[str, float] = {}

    def add(self, rows: int, logs: dict[str, float]) -> None:
        """Take in the figures of a batch of so many examples."""
        self.rows += rows
        for name, figure in logs.items():
            self.sums[name] = self.sums.get(name, 0.0) + rows * figure

    def result(self, prefix: str = "") -> dict[str, float]:
        """Return the means, their names led by `prefix`."""
        return {prefix + name: total / self.rows for name, total in self.sums.items()}


def evaluate(
    state: Any, batches: Iterable[dict[str, Any]], evaluate_step: Callable[..., Any]
) -> dict[str, float]:
    """Return loss and metrics over batches, in inference mode."""
    means = Means()
    for batch in batches:
        means.add(len(batch["ids"]), evaluate_step(state, batch))
    return means.result()


def run_epochs(
    state: Any,
    batches: Any,
    hooks: Hooks,
    *,
    epochs: int,
    train_step: Callable[..., Any],
    evaluate_step: Callable[..., Any],
    learning_rate: Callable[[int, int], float],
    export_weights: Callable[[Any], Any],
    import_weights: Callable[[Any, Any], None],
    stop_on_nan: bool,
) -> tuple[Any, list[dict[str, float]]]:
    """Train for `epochs` epochs in all; return the state and a record of each epoch.

    `state.epoch` and `state.step` say how much of it is done already. Ends early when
    `state.stopping` says so.

    Raises:
        NotFiniteError: `stop_on_nan` is set, and what is not a finite number is the
            loss of a step, the norm of its gradients where they are clipped, a figure
            of the validation, or a weight at the end.
    """
    history: list[dict[str, float]] = []
    stopped = state.stopping is not None and state.stopping.stopped

    def weights() -> Any:
        return export_weights(state)

    while state.epoch < epochs and not stopped:
        began = time.perf_counter()
        means = Means()
        for batch in batches.epoch(state.epoch):
            state, logs = train_step(state, batch, state.step)
            norm = logs.pop("gradient_norm", 0.0)  # given where gradients are clipped
            if stop_on_nan:
                looked_at = {"loss": logs["loss"], "gradient_norm": norm}
                check_finite(looked_at, state.step, batch)
            means.add(len(batch["ids"]), logs)
            state.step += 1
            hooks.on_step(state, len(batch["ids"]), logs)
        record: dict[str, float] = {
            "epoch": state.epoch + 1,
            "step": state.step,
            "seconds": time.perf_counter() - began,
            "learning_rate": learning_rate(state.step - 1, state.steps_per_epoch),
            **means.result(),
        }
        held_out = batches.validation()
        if held_out is not None:
            figures = evaluate(state, held_out, evaluate_step)
            figures = {f"val_{name}": value for name, value in figures.items()}
            if stop_on_nan:
                check_finite(figures, state.step)
            record.update(figures)
            record["seconds"] = time.perf_counter() - began
        if state.stopping is not None:
            stopped = state.stopping.update(state.epoch, record, weights)
        if stop_on_nan and (stopped or state.epoch + 1 >= epochs):
            arrays = weights().items()
            sizes = {path: float(abs(array).max()) for path, array in arrays}
            check_finite(sizes, state.step)

        state.epoch += 1
        history.append(record)
        hooks.on_epoch(state, record)
    if state.stopping is not None and state.stopping.best_weights is not None:
        import_weights(state, state.stopping.best_weights)
    return state, history
