"""What is seen of a program that is used by itself: defaults, its batches, its `main`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from safetensors.numpy import (  # pyright: ignore[reportUnknownVariableType]
    load_file,  # pyright: ignore[reportUnknownVariableType]
    save_file,  # pyright: ignore[reportUnknownVariableType]
)

from ..live import load
from .protocol import Arrays
from .workplace import Workplace, unlike

__all__ = ["Bare"]


class Bare(Workplace):
    """The stage in which a freshly loaded program is used as a reader of it would."""

    def bare(self) -> None:
        """Defaults first, then `main`; the last stage, for it may change global settings."""
        if not self.case.bare:
            return
        fresh = load(self.case.text, f"{self.name}_bare")
        try:
            self.figures["defaults"] = self.defaults(fresh)
            self.figures["main"] = [
                self.main(fresh, options) for options in ((), ("--dtype", "float64"))
            ]
        finally:
            sys.modules.pop(fresh.__name__, None)

    def defaults(self, module: Any) -> dict[str, Any]:
        """Weights that are not those of the spec's seed and precision, or of another seed.

        Outputs under the other seed are kept where masks come from it.
        """
        other, reused = module.SEED + 1, self.reused()
        drawn = module.initial_weights(module.SEED, **reused)
        found: dict[str, Any] = {}
        state = module.init_state(**reused)
        weights = module.export_weights(state)
        found["init_state"] = _not_drawn(weights, drawn)
        types = {str(array.dtype) for array in weights.values()}
        state.model = module.build_model(**reused)
        weights = module.export_weights(state)
        found["build_model"] = _not_drawn(weights, drawn)
        found["dtype"] = sorted({str(a.dtype) for a in weights.values()} | types)
        state = module.init_state(self.case.precision, "cpu", other, **reused)
        drawn = module.initial_weights(other, **reused)
        found["another seed"] = _not_drawn(module.export_weights(state), drawn)
        if reused:
            found["without trained weights"] = _begins(module, reused["reused"])
        if self.case.seeded:
            batch = self.batch(self.case.epochs[0][0])
            outputs = self.probe.node_outputs(
                module, self.emission, state, batch, True, 0
            )
            self.keep("seeded", outputs)
        return found

    def main(self, module: Any, options: Iterable[str]) -> dict[str, Any]:
        """What `main` hands to `train`, and weights in its file that are not those of train.

        In the place of `train` weights are put into the state, and nothing is trained.
        """
        seen: dict[str, Any] = {}

        def train(batches: Any, state: Any, *_: Any) -> tuple[Any, list[Any]]:
            weights = module.export_weights(state)
            seen["dtype"] = sorted({str(array.dtype) for array in weights.values()})
            seen["seed"] = state.seed
            seen["steps_per_epoch"] = batches.steps_per_epoch
            for name, found in (
                ("order", batches.epoch(1)),
                ("held out", batches.validation() or ()),
            ):
                lead = "val_" if name == "held out" else ""
                seen[name], seen[f"{name}: rows"] = _rows(found, arrays, lead)
            start = {n: a for n, a in self.given_under("start").items() if n in weights}
            module.import_weights(state, {**weights, **start})
            seen["trained"] = module.export_weights(state)
            return state, []

        with TemporaryDirectory(dir=Path(self.case.out).parent) as folder:
            data, out = f"{folder}/data.npz", f"{folder}/weights.safetensors"
            arrays = self.examples(module)
            np.savez(data, **arrays)  # pyright: ignore[reportArgumentType]
            words = [module.__name__, data, "--out", out, *options]
            if '"--threads"' in self.case.text:
                words += ["--threads", "1"]  # no more than this process was given
            for number, source in enumerate(self.case.reused):
                file = f"{folder}/reused_{number}.safetensors"
                save_file(self.given_under(f"reused/{number}"), file)
                words += ["--reuse", f"{source}={file}"]
            with patch.object(module, "train", train), patch.object(sys, "argv", words):
                try:
                    module.main()
                except SystemExit as error:
                    return {"ended": str(error.code)}
            written = load_file(out)
        seen["not in the file"] = unlike(written, seen.pop("trained", {}))
        return seen

    def examples(self, module: Any) -> Arrays:
        """A few examples as `main` takes them, with a last batch that is short."""
        weight = getattr(module, "SAMPLE_WEIGHT", None)
        names = [*module.INPUTS, *module.TARGETS, *([weight] if weight else [])]
        found: Arrays = {}
        first = self.batch(self.case.epochs[0][0])
        for name in names:
            rows = first[name]
            several = np.concatenate([rows] * (module.BATCH_SIZE // len(rows) + 1))
            found[name] = several[: module.BATCH_SIZE + 1]
        if self.case.validation:
            held_out = self.batch(self.case.validation[0])
            found |= {f"val_{name}": held_out[name] for name in names}
        return found


def _begins(module: Any, reused: dict[str, Arrays]) -> list[str]:
    """What makes a model though it is not given the trained weights that it needs."""
    given = {
        "no weights": None,
        "no source": {},
        "no arrays": {source: Arrays() for source in reused},
        "other shapes": {
            source: {path: array[:1] for path, array in arrays.items()}
            for source, arrays in reused.items()
        },
    }
    found: list[str] = []
    for what, arrays in given.items():
        for name in ("build_model", "init_state"):
            try:
                getattr(module, name)(reused=arrays)
            except ValueError:
                continue
            found.append(f"{name} from {what}")
    return found


def _not_drawn(built: Arrays, drawn: Arrays) -> list[str]:
    """The weights of a built model that are not the drawn ones, rounded once."""
    types = {name: array.dtype for name, array in built.items()}
    return unlike(built, {n: a.astype(types.get(n, a.dtype)) for n, a in drawn.items()})


def _rows(batches: Iterable[Arrays], arrays: Arrays, lead: str) -> tuple[Any, bool]:
    """The ids of batches, and whether each holds the rows that they name."""
    ids: list[list[int]] = []
    right = True
    for batch in batches:
        ids.append(batch["ids"].tolist())
        for name in batch.keys() - {"ids"}:
            wanted = arrays[lead + name][batch["ids"]]
            right &= np.array_equal(batch[name].reshape(wanted.shape), wanted)
    return ids, bool(right)
