"""Looking into running models: outputs of nodes, gradients, penalties.

Used by the verifier in a process of its own; this module imports PyTorch.
"""

# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from specc.backend import Emission

__all__ = ["configure", "devices", "node_outputs", "penalty", "raw_gradients"]

Arrays = dict[str, np.ndarray]


def configure(threads: int = 1) -> None:
    """Make runs repeatable, on so many threads; call it before any model is built."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(0)


def devices() -> tuple[str, ...]:
    """What models can run on, best first."""
    return ("cuda", "cpu") if torch.cuda.is_available() else ("cpu",)


def node_outputs(
    module: ModuleType,
    emission: Emission,
    state: Any,
    batch: Arrays,
    training: bool,
    step: int,
    *,
    statistics: bool = True,
) -> Arrays:
    """The output of every call, by node, in canonical layouts.

    In training mode layers take the masks of `step`, and the statistics of the batch
    unless `statistics` is false; running statistics are left as they were.
    """
    found: Arrays = {}
    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        stack.enter_context(_kept_buffers(state.model))
        for node, place in emission.nodes.items():
            stack.enter_context(_listening(state.model, node, place, found))
        state.model.train(training)
        if not statistics:
            _rest(state.model)
        if training and hasattr(module, "draw_masks"):
            module.draw_masks(state, len(batch[module.INPUTS[0]]), step)
        state.model(*module.model_inputs(state, batch))
    return {node: found[node] for node in emission.nodes}


def _rest(model: nn.Module) -> None:
    """Put the layers that keep running statistics in inference mode."""
    for layer in model.modules():
        if any(True for _ in layer.buffers(recurse=False)):
            layer.eval()


@contextmanager
def _listening(
    model: nn.Module, node: str, place: str, found: Arrays
) -> Generator[None]:
    """While it lasts, keep the output of a node: ``path@call:layout``, see plan.Node."""
    path, _, layout = place.partition(":")
    path, _, index = path.partition("@")
    wanted, calls = int(index or 0), 0

    def listen(_: nn.Module, __: Any, output: Tensor) -> None:
        nonlocal calls
        if calls == wanted:
            value = output.permute(0, 2, 3, 1) if layout == "channels_first" else output
            found[node] = np.array(value.detach().cpu().numpy(), order="C")
        calls += 1

    handle = model.get_submodule(path).register_forward_hook(listen)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _kept_buffers(model: nn.Module) -> Generator[None]:
    """Put running statistics back afterwards."""
    before = [(buffer, buffer.clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value in before:
                buffer.copy_(value)


def raw_gradients(
    module: ModuleType, state: Any, batch: Arrays, step: int
) -> tuple[Arrays, Arrays, dict[str, float]]:
    """Gradients before and after clipping, in canonical layouts, and the figures.

    Weights and running statistics are left as they were.
    """
    with _kept_buffers(state.model):
        gradients, figures = module.gradients(state, batch, step)
    raw = _arrays(module, gradients)
    clip = getattr(module, "clip_gradients", None)
    clipped = raw if clip is None else _arrays(module, clip(gradients)[0])
    state.optimizer.zero_grad()
    return raw, clipped, figures


def _arrays(module: ModuleType, gradients: dict[str, Tensor]) -> Arrays:
    return {
        path: module.to_array(gradient, module.WEIGHTS[path][1])
        for path, gradient in gradients.items()
    }


def penalty(module: ModuleType, state: Any) -> float:
    """The penalties on weights; 0 where the program has none."""
    if not hasattr(module, "penalty"):
        return 0.0
    with torch.no_grad():
        return float(module.penalty(state.model))
