"""`specc graph`: files, formats, and how it ends; once in a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pictures import LANGUAGE, ROOT, read_dot, read_mermaid, read_svg, svg_nodes

from specc.api import load
from specc.cli.init import FIRST

Process = Callable[..., subprocess.CompletedProcess[str]]

RESNET = ROOT / "examples/digits_resnet.nnspec"
SIAMESE = LANGUAGE / "shared.nnspec"


def test_a_model_is_printed_as_mermaid(process: Process) -> None:
    done = process("graph", RESNET)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(read_mermaid(done.stdout).nodes) == 7
    assert done.stdout == load(RESNET).graph()
    unfolded = process("graph", RESNET, "--unfold").stdout
    assert len(read_mermaid(unfolded).nodes) == 37
    assert process("graph", RESNET, "--fold").stdout == done.stdout
    assert process("graph", RESNET, "--depth", 1, "--format", "dot").stdout == load(
        RESNET
    ).graph(format="dot", depth=1)


def test_the_suffix_says_what_is_written(specc: Process, tmp_path: Path) -> None:
    for name in ("a.svg", "a.dot", "a.gv", "a.mmd", "a.MD"):
        done = specc("graph", RESNET, "--out", name)
        assert (done.returncode, done.stdout) == (0, f"{name}\n")
    read = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(svg_nodes(read_svg(read["a.svg"]))) == 7
    assert read["a.dot"] == read["a.gv"]
    assert len(read_dot(read["a.dot"]).nodes) == 7
    assert read["a.MD"] == f"```mermaid\n{read['a.mmd']}```\n"
    assert specc("graph", RESNET, "-o", "b.png", "--format", "svg").returncode == 0
    assert (tmp_path / "b.png").read_text("utf-8") == read["a.svg"]


def test_set_changes_what_is_drawn(specc: Process) -> None:
    deep = specc("graph", RESNET, "--unfold", "--set", "depth=3")
    assert len(read_mermaid(deep.stdout).nodes) == 37 + 14


def test_the_name_is_of_a_model_or_a_training(specc: Process) -> None:
    encoder = specc("graph", SIAMESE, "Encoder").stdout
    assert len(read_mermaid(encoder).nodes) == 5
    by_training = specc("graph", RESNET, "digits_resnet").stdout
    assert by_training == specc("graph", RESNET, "DigitsResNet").stdout


def test_several_models_need_a_name(specc: Process, tmp_path: Path) -> None:
    model = "model {} {{\n  input x: float32[4]\n  Dense(4)\n}}\n"
    (tmp_path / "two.nnspec").write_text(model.format("A") + model.format("B"))
    done = specc("graph", "two.nnspec")
    assert (done.returncode, done.stdout) == (2, "")
    assert "name one of A, B" in done.stderr
    assert specc("graph", "two.nnspec", "B").returncode == 0
    wrong = specc("graph", "two.nnspec", "C")
    assert wrong.returncode == 2
    assert "there is no model called C" in wrong.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--out", "a.png"),
        ("--out", "a"),
        ("--out", "gone/a.svg"),
        ("--format", "png"),
        ("--format", "text"),
        ("--schedule", "--format", "dot"),
        ("--schedule", "--out", "a.dot"),
        ("--schedule", "--unfold"),
        ("--schedule", "--depth", "1"),
        ("--schedule", "--steps-per-epoch", "0"),
        ("--steps-per-epoch", "3"),
        ("--fold", "--depth", "1"),
        ("--depth", "-1"),
    ],
    ids=" ".join,
)
def test_used_wrongly(
    specc: Process, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = specc("graph", RESNET, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_spec_is_not_written_over(specc: Process, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(FIRST)
    done = specc("graph", "a.md", "--out", "a.md")
    assert done.returncode == 2
    assert "it would be lost" in done.stderr
    assert (tmp_path / "a.md").read_text() == FIRST


def test_mistakes_are_located(specc: Process, tmp_path: Path) -> None:
    (tmp_path / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    for more in ((), ("--schedule",)):
        done = specc("graph", "bad.nnspec", *more)
        assert (done.returncode, done.stdout) == (1, "")
        assert "bad.nnspec:20:3" in done.stderr
    assert specc("graph", "gone.nnspec").returncode == 2


def test_what_mermaid_would_refuse_is_mentioned(specc: Process, tmp_path: Path) -> None:
    body = "  repeat 600 {\n    Dense(4)\n  }\n"
    text = f"model A {{\n  input x: float32[4]\n{body}}}\n"
    (tmp_path / "long.nnspec").write_text(text)
    done = specc("graph", "long.nnspec")
    assert done.returncode == 0
    assert "601 links" in done.stderr
    assert "no more than 500" in done.stderr
    assert "links" not in specc("graph", "long.nnspec", "--format", "svg").stderr


def test_a_schedule_is_printed_and_written(specc: Process, tmp_path: Path) -> None:
    done = specc("graph", RESNET, "--schedule")
    assert done.returncode == 0
    assert "41 steps an epoch, 8 epochs, 328 in all" in done.stdout
    assert specc("graph", RESNET, "--schedule", "-o", "rate.svg").returncode == 0
    read_svg((tmp_path / "rate.svg").read_text("utf-8"))
    chart = specc("graph", RESNET, "--schedule", "--format", "mermaid").stdout
    assert chart.startswith("xychart-beta\n")


def test_a_schedule_without_data_says_what_to_give(specc: Process) -> None:
    done = specc("graph", SIAMESE, "Siamese", "--schedule")
    assert (done.returncode, done.stdout) == (3, "")
    assert "shared.nnspec:54:3" in done.stderr
    assert "--steps-per-epoch N" in done.stderr
    given = specc("graph", SIAMESE, "--schedule", "--steps-per-epoch", 6)
    assert given.returncode == 0
    assert "6 steps an epoch, 2 epochs, 12 in all" in given.stdout
    alone = specc("graph", SIAMESE, "Encoder", "--schedule")
    assert alone.returncode in (1, 2)
    assert "Encoder" in alone.stderr
