"""The intermediate form: what a checked spec means, with every default filled in.

It holds no places in source text and no word of any framework. Its JSON is versioned;
`specc schema` prints the schema. Places and origins live in `Origins`, beside it.

Names:
    A *node* is one application of a layer; its name is also the name of the edge it
    produces. An input is an edge too. A weight's path is ``layer/slot``
    (``dense_1/kernel``), and so are those of buffers and streams.
"""

from .data import Binding, Data
from .network import (
    Buffer,
    Call,
    Edge,
    LayerNode,
    ModelInput,
    ModelOutput,
    Network,
    Reused,
    ReusedArray,
    Stream,
    Weight,
)
from .origins import Block, Origin, Origins
from .program import IR_VERSION, RNG_VERSION, Program
from .reading import load
from .training import MAIN, Objective, Phase, Training

__all__ = [
    "IR_VERSION",
    "MAIN",
    "RNG_VERSION",
    "Binding",
    "Block",
    "Buffer",
    "Call",
    "Data",
    "Edge",
    "LayerNode",
    "ModelInput",
    "ModelOutput",
    "Network",
    "Objective",
    "Origin",
    "Origins",
    "Phase",
    "Program",
    "Reused",
    "ReusedArray",
    "Stream",
    "Training",
    "Weight",
    "load",
]
