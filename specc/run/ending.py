"""How a run ended, in words, and whether anything is left of it to train."""

from __future__ import annotations

from typing import Any

from .folder import RunFolder

__all__ = ["nothing_left", "why_stopped"]


def why_stopped(state: Any) -> str:
    """What early stopping did to a training or a phase that is over; empty if nothing.

    Args:
        state: of the emitted program, at its end.
    """
    stopping = state.stopping
    if stopping is None:
        return ""
    said: list[str] = []
    if stopping.stopped:
        epochs = f"{stopping.wait} epoch{'' if stopping.wait == 1 else 's'}"
        why = f"{stopping.monitor} has not improved for {epochs}"
        said.append(f"stopped after epoch {state.epoch}: {why}")
    before = getattr(state, "phase_epoch", 0)  # a phase counts from its own first epoch
    best = f"epoch {before + stopping.best_epoch + 1}"
    if stopping.best is not None:
        best += f" ({stopping.monitor} {stopping.best:.4g})"
    if stopping.best_weights is not None:
        said.append(f"weights of {best} restored")
    elif stopping.stopped and stopping.best is not None:
        said.append(f"the best was {best}")
    return "; ".join(said)


def nothing_left(folder: RunFolder, epochs: int) -> str:
    """Why there is nothing to go on with in a run; empty if there is.

    Args:
        folder: of the run.
        epochs: how many it should have in all.
    """
    record = folder.record()
    done = int(record.get("epochs_done", 0))
    if record["status"] == "stopped":
        return f"stopped early at epoch {done}; nothing to do"
    if record["status"] == "finished" and done >= epochs:
        return f"all {done} epochs are done; nothing to do"
    return ""
