"""How a model is trained: what is asked of its outputs, and in which phases."""

from typing import Annotated, Literal

from pydantic import SerializeAsAny

from ..catalog.construct import Model
from ..catalog.families import Callback
from ..catalog.types import Count, LossArg, Member, MetricArg, OptimizerArg

__all__ = ["MAIN", "Objective", "Phase", "Training"]


Callbacks = Annotated[SerializeAsAny[Callback], Member("callback")]


class Objective(Model):
    """What is asked of one output.

    `logits` says that the loss is computed from the input of the activation that ends
    the output (softmax or sigmoid), not from its result.
    """

    output: str
    target: str
    loss: LossArg
    logits: bool = False
    metrics: tuple[MetricArg, ...] = ()


#: What the only phase of a training is called, where the spec has none.
MAIN = "main"


class Phase(Model):
    """A stretch of training with its own optimizer.

    `frozen` lists the paths of weights that it leaves as they are; of layers without
    weights, those of buffers.
    """

    name: str
    epochs: Count
    optimizer: OptimizerArg
    callbacks: tuple[Callbacks, ...] = ()
    frozen: tuple[str, ...] = ()

    def owner(self, part: str = "") -> str:
        """What `Origins` call the phase, or its ``optimizer``, ``schedule``, callback."""
        return f"phase:{self.name}/{part}" if part else f"phase:{self.name}"


class Training(Model):
    """How a model is trained on data.

    `precision` is the type of weights, slots and losses; `compute` is that of what layers
    compute, where it is another one.
    """

    name: str
    objectives: tuple[Objective, ...]
    sample_weight: str | None = None
    phases: tuple[Phase, ...]
    batch_size: Count = 32
    shuffle: bool = True
    seed: int = 0
    precision: Literal["float32", "float64"] = "float32"
    compute: Literal["float16", "bfloat16", "float32"] | None = None
    on_nan: Literal["stop", "continue"] = "stop"
