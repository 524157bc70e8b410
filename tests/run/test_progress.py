"""What is said while a training runs."""

from __future__ import annotations

import io
import re

import pytest
from run_programs import job, program

from specc.run import progress as progress_module
from specc.run import progress_on, train
from specc.run.progress import line


def test_the_line_of_an_epoch_keeps_to_its_width() -> None:
    names = ["loss", "alcohol_loss", "color_loss", "alcohol_mae", "color_mae"]
    names += [f"val_{name}" for name in names]
    frame = {"epoch": 3, "step": 9, "seconds": 0.5, "learning_rate": 0.02}
    figures = {**frame, **dict.fromkeys(names, 0.123456)}
    text = line(figures, 40, 114)
    assert len(text) <= 120
    assert text.startswith(
        "epoch  3/40  loss 0.1235  alcohol_mae 0.1235  color_mae 0.1235  val_loss"
    )
    assert "val_loss 0.1235" in text
    assert text.endswith("…  learning rate 0.02  228 samples/s")
    assert "…" not in line(figures, 40, 114, width=300)
    assert all(name in line(figures, 40, 114, width=300) for name in names)
    short = line({**frame, "loss": 1.0, "val_loss": 2.0}, 40, 114)
    assert short == "epoch  3/40  loss 1  val_loss 2  learning rate 0.02  228 samples/s"


def test_lines_that_go_to_a_file_have_every_figure() -> None:
    names = [f"val_a_rather_long_name_of_output_{k}_loss" for k in range(9)]
    stream = io.StringIO()
    lines = progress_on(stream)
    lines.start(2, 3, 114)
    frame = {"step": 9, "seconds": 0.5, "learning_rate": 0.02}
    for epoch, figure in ((1, 0.123456), (2, 12.0)):
        lines.epoch({"epoch": epoch, **frame, **dict.fromkeys(names, figure)})
    first, second = stream.getvalue().splitlines()
    assert [name for name in names if f"  {name} 0.1235  " in first] == names
    assert [name for name in names if f"  {name} 12  " in second] == names
    assert "…" not in stream.getvalue()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_line_for_each_epoch(folder, stream, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = stream()
    train(job(program(3)), folder, progress=progress_on(out))
    text = out.getvalue()
    for epoch in (1, 2, 3):
        assert f"epoch {epoch}/3  loss 0." in text
    assert "val_accuracy 0." in text
    assert "samples/s" in text
    assert "learning rate 0.01" in text
    if stream is io.StringIO:
        assert text.count("\n") == 3
        assert "\x1b" not in text


def test_the_bar_shows_rate_and_speed_while_it_runs(monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    out = Terminal()
    bar = progress_module.Bar(out)
    bar.start(4, 5, 150)
    bar.step(2, 30, 0.025, {"loss": 0.5, "accuracy": 0.75})
    bar.end()
    shown = out.getvalue()
    assert "epoch 2/4" in shown
    assert "loss 0.5  accuracy 0.75  learning rate 0.025" in shown
    assert re.search(r"[\d,]+ samples/s", shown)
