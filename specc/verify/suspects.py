"""Known ways to be wrong, recognised by the numbers they leave behind.

A suspect is a sentence for the reader; it never changes a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from ..catalog.constraints.max_norm import MaxNorm
from ..catalog.construct import Construct
from ..catalog.layers.dropout import Dropout
from ..catalog.layers.normalization import BatchNormalization
from ..ir import Call
from .blame import Scene
from .compare import Mismatch
from .parts import (
    AFTER_STEPS,
    CLIPPED,
    FIGURES,
    OUTPUTS,
    OUTPUTS_AFTER,
    PENALTY,
)
from .protocol import Arrays
from .ties import tie

__all__ = ["suspect"]

Finder = Callable[[Scene, Mismatch], "str | None"]


def suspect(scene: Scene, item: Mismatch) -> str | None:
    """What the difference looks like, where the pattern is known."""
    with suppress(KeyError, ValueError):
        hangs = tie(scene, item)
        if hangs:
            return hangs
    if item.reason != "differs":
        return None
    for find in _FINDERS:
        # A damaged program may lack what a finder looks at, or hold nonsense there.
        with suppress(KeyError, IndexError, ValueError, ArithmeticError):
            found = find(scene, item)
            if found:
                return found
    return None


def _call(scene: Scene, name: str) -> tuple[Call, Construct] | None:
    for call in scene.program.network.calls:
        if call.name == name:
            return call, scene.program.network.layer(call.layer).layer
    return None


def _probe(scene: Scene, item: Mismatch) -> str | None:
    """The name of the probe whose batch the mismatch was found on."""
    for probe in scene.exam.probes:
        if probe.batch == item.part.batch and probe.start == "random":
            return probe.name
    return None


def _input(scene: Scene, call: Call, outputs: Arrays, batch: str) -> np.ndarray | None:
    edge = call.inputs[0]
    return outputs.get(edge, scene.exam.batches[batch].get(edge))


def _permuted(scene: Scene, item: Mismatch) -> str | None:
    """The same numbers in another order."""
    if item.part.name not in (*OUTPUTS, *OUTPUTS_AFTER):
        return None
    probe = _probe(scene, item)
    if probe is None:
        return None
    mode = "training" if "training" in item.part.name else "inference"
    guilty, other = scene.versus(item)
    arrays = scene.under(f"{mode}/{probe}")
    one, two = arrays[guilty][item.name], arrays[other][item.name]
    if one.shape != two.shape or one.size == 0:
        return None
    if np.allclose(np.sort(one, axis=None), np.sort(two, axis=None), 1e-9, 1e-12):
        return "the same numbers in another order: axes are transposed or reversed"
    return None


def _epsilon(scene: Scene, item: Mismatch) -> str | None:
    """BatchNormalization with another epsilon, solved for from its output."""
    found = _call(scene, item.name)
    probe = _probe(scene, item)
    if found is None or probe is None or item.part.name != OUTPUTS[0]:
        return None
    call, layer = found
    if not isinstance(layer, BatchNormalization) or layer.axis != (-1,):
        return None
    guilty, _ = scene.versus(item)
    outputs = scene.under(f"inference/{probe}")[guilty]
    assert item.part.batch is not None
    x = _input(scene, call, outputs, item.part.batch)
    if x is None:
        return None
    start = scene.exam.start
    gamma = start.get(f"{call.layer}/gamma", np.ones(1))
    beta = start.get(f"{call.layer}/beta", np.zeros(1))
    mean = start[f"{call.layer}/moving_mean"]
    variance = start[f"{call.layer}/moving_variance"]
    with np.errstate(all="ignore"):
        root = gamma * (x - mean) / (outputs[item.name] - beta)
        guesses = root * root - variance
    guess = float(np.nanmedian(guesses))
    spread = float(np.nanmedian(np.abs(guesses - guess)))
    if guess > 0 and spread < 1e-3 * guess:
        return f"looks like a BatchNormalization epsilon of {guess:.3g}, not {layer.epsilon:g}"
    return None


def _moving(scene: Scene, item: Mismatch) -> str | None:
    """Running statistics with another momentum, or with an unbiased variance."""
    layer_name, _, slot = item.name.rpartition("/")
    calls = [c for c in scene.program.network.calls if c.layer == layer_name]
    if not calls or item.part.step != 1 or not slot.startswith("moving_"):
        return None
    layer = scene.program.network.layer(layer_name).layer
    if not isinstance(layer, BatchNormalization) or not layer.momentum:
        return None
    guilty, other = scene.versus(item)
    start = scene.exam.start[item.name]
    after = scene.under("steps/1")
    right = after[other][item.name] - start
    batch = right / (1 - layer.momentum) + start
    moved = after[guilty][item.name] - start
    if slot == "moving_variance":
        rows = scene.exam.window.first()["ids"].size
        count = rows * int(np.prod(_spatial(scene, calls[0])))
        unbiased = (1 - layer.momentum) * (batch * count / max(1, count - 1) - start)
        if count > 1 and np.allclose(moved, unbiased, 1e-6):
            return "looks like the unbiased variance of the batch, divided by n − 1"
    with np.errstate(all="ignore"):
        shares = moved / (batch - start)
    share = float(np.nanmedian(shares))
    if np.allclose(shares, share, 1e-4):
        return f"looks like a momentum of {1 - share:.4g}, not {layer.momentum:g}"
    return None


def _spatial(scene: Scene, call: Call) -> list[int]:
    shape = scene.program.network.edge(call.name).shape
    return [dim for dim in shape[:-1] if isinstance(dim, int)]


def _dropped(scene: Scene, item: Mismatch) -> str | None:
    """Dropout with another scale, or with another mask."""
    found = _call(scene, item.name)
    probe = _probe(scene, item)
    if found is None or probe is None or item.part.name != OUTPUTS[1]:
        return None
    _, layer = found
    if not isinstance(layer, Dropout):
        return None
    guilty, other = scene.versus(item)
    arrays = scene.under(f"training/{probe}")
    one, two = arrays[guilty][item.name], arrays[other][item.name]
    if ((one != 0) != (two != 0)).any():
        return "other entries are dropped: a mask of another seed, path or step"
    kept = two != 0
    ratios = one[kept] / two[kept]
    if ratios.size and np.allclose(ratios, ratios[0], 1e-9):
        scale = ratios[0] / (1 - layer.rate)
        return f"kept entries are multiplied by {scale:.4g}, not {1 / (1 - layer.rate):.4g}"
    return None


def _factor(scene: Scene, item: Mismatch) -> str | None:
    """A penalty or loss that is a plain multiple."""
    if item.part.name not in (PENALTY, FIGURES[0]):
        return None
    where = "penalty" if item.part.name == PENALTY else "evaluate"
    guilty, other = scene.versus(item)
    ratios: list[float] = []
    for probe in scene.exam.probes:
        arrays = scene.under(f"{where}/{probe.name}")
        one, two = arrays[guilty][item.name], arrays[other][item.name]
        if two:
            ratios.append(float(one / two))
    if ratios and np.allclose(ratios, ratios[0], 1e-9) and abs(ratios[0] - 1) > 1e-6:
        return f"is {ratios[0]:.4g} times what it should be"
    return None


def _rate(scene: Scene, item: Mismatch) -> str | None:
    """An update that is a plain multiple: another learning rate."""
    ratio = scene.rate_ratio(item) if item.part.name == AFTER_STEPS else None
    if ratio is None or item.part.step is None:
        return None
    rates = next(iter(scene.readings.values())).figures.get("rates", [])
    step = item.part.step - 1
    if step < len(rates) and rates[step]:
        used = ratio * rates[step]
        if not used:
            return "the weights stay as they were"
        for late in (step - 1, step + 1):
            if 0 <= late < len(rates) and abs(rates[late] / used - 1) < 1e-6:
                return f"looks like the learning rate of step {late}, not {step}"
    return f"the update is {ratio:.6g} times what it should be"


def _unclipped(scene: Scene, item: Mismatch) -> str | None:
    """Clipped gradients that are the raw ones."""
    if item.part.name != CLIPPED or not scene.clipping():
        return None
    guilty, _ = scene.versus(item)
    probe = _probe(scene, item)
    if probe is None:
        return None
    raw = scene.under(f"raw/{probe}")[guilty][item.name]
    clipped = scene.under(f"clipped/{probe}")[guilty][item.name]
    return "the gradient is not clipped" if np.array_equal(raw, clipped) else None


def _unbound(scene: Scene, item: Mismatch) -> str | None:
    """A constrained weight whose norm goes beyond the bound."""
    weight = scene.weight(item.name)
    if weight is None or not isinstance(weight.constraint, MaxNorm):
        return None
    if not item.part.step or item.part.name != AFTER_STEPS:
        return None
    limit, axes = weight.constraint.max_value, weight.constraint.axes()
    guilty, _ = scene.versus(item)
    array = scene.under(f"steps/{item.part.step}")[guilty][item.name]
    norms = np.sqrt((array * array).sum(axis=axes))
    if norms.max() > limit * (1 + 1e-9):
        return f"its norm reaches {norms.max():.4g}: the constraint is not applied"
    return None


def _rounded(_: Scene, item: Mismatch) -> str | None:
    """A difference of the size that one number in float32 makes."""
    if item.part.gate.startswith("float64") and 1e-11 < item.size < 1e-6:
        return "of this size is a constant that was rounded to float32 on one side"
    return None


_FINDERS: tuple[Finder, ...] = (
    _epsilon,
    _moving,
    _dropped,
    _permuted,
    _factor,
    _unclipped,
    _unbound,
    _rate,
    _rounded,
)
