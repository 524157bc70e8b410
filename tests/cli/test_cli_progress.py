"""What is handed on to the progress that is shown."""

from specc.cli.quiet import Quiet, QuietStart
from specc.run import Progress


def test_all_that_progress_is_told_is_handed_on() -> None:
    told = [name for name in vars(Progress) if not name.startswith("_")]
    assert {"start", "phase", "step", "epoch", "end"} <= set(told)
    assert set(told) <= set(vars(QuietStart))


def test_the_phase_is_shown() -> None:
    class Names(Progress):
        def __init__(self) -> None:
            self.names: list[str] = []

        def phase(self, name: str) -> None:
            self.names.append(name)

    shown = Names()
    QuietStart(Quiet(), shown).phase("head")
    assert shown.names == ["head"]
