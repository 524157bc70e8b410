"""Looking into running models: outputs of nodes, gradients, penalties.

Used by the verifier in a process of its own; this module imports PyTorch.
"""

# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from specc.backend import Emission
from specc.live import phase_of
from specc.verify.protocol import Alone

__all__ = [
    "configure",
    "devices",
    "forced_step",
    "node_outputs",
    "nodes_alone",
    "penalty",
    "raw_gradients",
]

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
            steps = _steps(place, batch)
            stack.enter_context(_listening(state.model, node, place, steps, found))
        state.model.train(training)
        if not statistics:
            _rest(state.model)
        if training and hasattr(module, "draw_masks"):
            module.draw_masks(state, batch, step)
        state.model(*module.model_inputs(state, batch))
    return {node: found[node] for node in emission.nodes}


def _rest(model: nn.Module) -> None:
    """Put the layers that keep running statistics in inference mode."""
    for layer in model.modules():
        if any(True for _ in layer.buffers(recurse=False)):
            layer.eval()


@contextmanager
def _listening(
    model: nn.Module, node: str, place: str, steps: list[int], found: Arrays
) -> Generator[None]:
    """While it lasts, keep the output of a node: see plan.Node.place."""
    (path, wanted), layout = _site(place), _layout(place)
    calls = 0

    def listen(_: nn.Module, __: Any, output: Tensor) -> None:
        nonlocal calls
        if calls == wanted:
            array = _canonical(output, layout)
            found[node] = array.reshape(-1, *steps, *array.shape[1:])
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


def nodes_alone(
    module: ModuleType,
    emission: Emission,
    state: Any,
    calls: Mapping[str, Alone],
    edges: Arrays,
    cotangents: Arrays,
    training: bool,
) -> tuple[Arrays, Arrays]:
    """Every node computed from given inputs, and the vector–Jacobian product of each.

    The model runs once; the output of each node is taken away and the given value of its
    edge put in its place. Masks are those of the first update; running statistics are
    left as they were.

    Returns:
        outputs by node, and gradients as ``edge@node`` and ``layer/slot@node``.
    """
    found: dict[str, Tensor] = {}
    given = dict(zip(module.INPUTS, module.model_inputs(state, edges), strict=True))
    layouts = {node: _layout(place) for node, place in emission.nodes.items()}
    folded = {n: len(_steps(place, edges)) for n, place in emission.nodes.items()}
    for node, layout in layouts.items():
        array = _laid_out(edges[node], layout, folded[node])
        kind = state.dtype if array.dtype.kind == "f" else None
        given[node] = torch.as_tensor(array, dtype=kind, device=state.device)
    for value in given.values():
        if value.is_floating_point():
            value.requires_grad_()
    with ExitStack() as stack:
        stack.enter_context(_kept_buffers(state.model))
        for node, place in emission.nodes.items():
            stack.enter_context(
                _replacing(state.model, place, found, node, given[node])
            )
        state.model.train(training)
        if training and hasattr(module, "draw_masks"):
            module.draw_masks(state, edges, 0)
        state.model(*(given[name] for name in module.INPUTS))
        pulled: Arrays = {}
        for node, call in calls.items():
            if node not in cotangents:
                continue  # no gradient reaches what is not real
            parameters = _trained(module, state, call.layer)
            sources = {name: given[name] for name in call.inputs} | parameters
            sources = {n: s for n, s in sources.items() if s.requires_grad}
            if not sources:
                continue
            vector = torch.as_tensor(
                _laid_out(cotangents[node], layouts[node], folded[node]),
                dtype=state.dtype,
                device=state.device,
            )
            products = torch.autograd.grad(
                found[node],
                list(sources.values()),
                vector,
                retain_graph=True,
                materialize_grads=True,
            )
            for (name, _), product in zip(sources.items(), products, strict=True):
                axes = module.WEIGHTS[name][1] if name in parameters else None
                pulled[f"{name}@{node}"] = (
                    _canonical(product, layouts.get(name, "")).reshape(
                        edges[name].shape
                    )
                    if axes is None
                    else module.to_array(product, axes)
                )
    outputs = {node: _canonical(found[node], layouts[node]) for node in calls}
    unfolded = {n: a.reshape(edges[n].shape) for n, a in outputs.items()}
    return unfolded, pulled


def _trained(module: ModuleType, state: Any, layer: str) -> dict[str, Tensor]:
    """The parameters of a layer that training changes, by path."""
    parameters = dict(state.model.named_parameters())
    return {
        path: parameters[name]
        for path, (name, _) in module.WEIGHTS.items()
        if path.rpartition("/")[0] == layer and name in parameters
        if parameters[name].requires_grad
    }


def _laid_out(array: np.ndarray, layout: str, folded: int) -> np.ndarray:
    """An array as the node's tensor has it, with so many axes folded; copied."""
    if folded:
        array = array.reshape(-1, *array.shape[1 + folded :])
    turned = array.transpose(0, 3, 1, 2) if layout == "channels_first" else array
    return np.array(turned, order="C")


def _canonical(value: Tensor, layout: str) -> np.ndarray:
    """A node's tensor in the canonical layout."""
    turned = value.permute(0, 2, 3, 1) if layout == "channels_first" else value
    return np.array(turned.detach().cpu().numpy(), order="C")


@contextmanager
def _replacing(
    model: nn.Module, place: str, found: dict[str, Tensor], node: str, given: Tensor
) -> Generator[None]:
    """While it lasts, keep the output of a node and pass the given value on instead."""
    path, wanted = _site(place)
    calls = 0

    def replace(_: nn.Module, __: Any, output: Tensor) -> Tensor | None:
        nonlocal calls
        calls += 1
        if calls != wanted + 1:
            return None
        found[node] = output
        return given

    handle = model.get_submodule(path).register_forward_hook(replace)
    try:
        yield
    finally:
        handle.remove()


def _layout(place: str) -> str:
    """The layout in ``path@call:layout:steps``."""
    return place.split(":")[1] if ":" in place else ""


def _steps(place: str, batch: Arrays) -> list[int]:
    """The sizes of folded axes, in ``path@call:layout:steps``, for a batch."""
    parts = place.split(":")
    listed = parts[2].split(",") if len(parts) > 2 else []
    named = (size.rpartition(".") for size in listed)
    return [
        batch[name].shape[int(axis)] if name else int(axis) for name, _, axis in named
    ]


def _site(place: str) -> tuple[str, int]:
    """The submodule and the number of its call in ``path@call:layout:steps``."""
    path, _, index = place.partition(":")[0].partition("@")
    return path, int(index or 0)


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
    clipped = (
        raw
        if clip is None
        else _arrays(module, clip(gradients, *phase_of(module, state))[0])
    )
    state.optimizer.zero_grad()
    return raw, clipped, figures


def _arrays(module: ModuleType, gradients: dict[str, Tensor]) -> Arrays:
    return {
        path: module.to_array(gradient, module.WEIGHTS[path][1])
        for path, gradient in gradients.items()
    }


def forced_step(
    module: ModuleType, state: Any, batch: Arrays, step: int, gradients: Arrays
) -> None:
    """Make an update by `train_step`, with gradients given instead of computed."""

    def given(state: Any, *_: Any) -> tuple[dict[str, Tensor], dict[str, Any]]:
        for path, weight in state.parameters.items():
            axes = module.WEIGHTS[path][1]
            weight.grad = torch.empty_like(weight)
            module.fill(weight.grad, gradients[path], axes)
        return {path: weight.grad for path, weight in state.parameters.items()}, logs

    # The one works with tensors and is called by the other, where both are there.
    tensors = hasattr(module, "compute_gradients")
    name = "compute_gradients" if tensors else "gradients"
    logs = {"loss": torch.zeros((), dtype=state.dtype) if tensors else 0.0}
    computed = getattr(module, name)
    setattr(module, name, given)
    try:
        module.train_step(state, batch, step)
    finally:
        setattr(module, name, computed)


def penalty(module: ModuleType, state: Any) -> float:
    """The penalties on weights; 0 where the program has none."""
    if not hasattr(module, "penalty"):
        return 0.0
    with torch.no_grad():
        return float(module.penalty(state.model))
