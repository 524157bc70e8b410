"""One case inside a worker: the emitted program is run and what it does is written down.

Only the names that every emitted program has are used, and the backend's probe.
"""

from __future__ import annotations

from ..live import load
from .bare import Bare
from .deciding import Deciding
from .ending import Ending
from .looking import Looking
from .training import Training
from .updating import Updating

__all__ = ["Trial"]


class Trial(Looking, Training, Ending, Updating, Deciding, Bare):
    """A run of a case through all its stages."""

    def run(self) -> None:
        """Go through all stages; `stage` says which one an error came from."""
        self.module = load(self.case.text, self.name)
        self.constants()
        for stage in (
            self.build,
            self.alone,
            self.look,
            self.relate,
            self.loop,
            self.resume,
            self.stop,
            self.single_steps,
            self.odd_steps,
            self.updates,
        ):
            self.stage = stage.__name__
            stage()
        self.stage = "plain"
        self.plain()
        self.stage = "bare"
        self.bare()
