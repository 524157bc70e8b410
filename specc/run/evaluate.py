"""Loss and metrics of a trained model on a part of its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..data import prepare
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..runtime.loop import evaluate as evaluate_batches
from .loaded import Loaded

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """Means over the examples of a part, in inference mode, penalties included."""

    split: str
    examples: int
    figures: dict[str, float]
    warnings: tuple[Problem, ...] = ()


#: The parts that data is divided into.
PARTS = ("training", "validation", "test")


def evaluate(loaded: Loaded, split: str, base: Path | None = None) -> Evaluation:
    """Compute loss and metrics, on data that is prepared as that of the training was.

    Args:
        loaded: the model.
        split: ``training`` (or ``train``), ``validation`` or ``test``.
        base: the folder that paths in the spec are relative to; None: where they were.

    Raises:
        Fault: there is no such part (status 2), or the data is missing or faulty.
    """
    part = {"train": "training"}.get(split, split)
    if part not in PARTS:
        why = f"{split} is no part of data"
        problem = Problem(
            "run-no-part", why, None, expected=f"one of {', '.join(PARTS)}"
        )
        raise Fault(problem, status=2)
    data, training = loaded.program.data, loaded.program.training
    assert data is not None, "a run has data"
    assert training is not None, "a run has a training"
    kept = loaded.folder.record()["data"]
    fitted = loaded.folder.preparation()
    prepared = prepare(data, base or Path(kept["base"]), fitted=fitted)
    warnings = [*loaded.warnings]
    if prepared.fingerprint != kept["fingerprint"]:
        why = f"the data is not that with which {loaded.folder.path} was trained"
        warnings.append(Problem("run-data-changed", why, None, Level.WARNING))
    arrays = prepared.part(part)
    if arrays is None:
        hint = f"{part} = 20% in the data block"
        why = f"the data {data.name} has no {part} part"
        problem = Problem("run-no-part", why, None, expected=hint)
        raise Fault(problem, status=2)
    batches = prepared.batches(training).in_order(arrays)
    step = loaded.module.evaluate_step
    figures = evaluate_batches(loaded.state, batches, step)
    examples = len(prepared.rows[part])
    return Evaluation(part, examples, figures, tuple(warnings))
