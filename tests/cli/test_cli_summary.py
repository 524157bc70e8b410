"""`specc summary`: every model of a file, and blocks in one row."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from specc.api import load

Specc = Callable[..., Result]

ROOT = Path(__file__).parents[2]
RESNET = ROOT / "examples/digits_resnet.nnspec"
SIAMESE = ROOT / "tests/equivalence/language/shared.nnspec"

MODEL = "model {} {{\n  input x: float32[4]\n  Dense(4)\n}}\n"


def test_every_model_is_shown(specc: Specc, folder: Path) -> None:
    (folder / "two.nnspec").write_text(MODEL.format("A") + MODEL.format("B"))
    result = specc("summary", "two.nnspec")
    assert result.exit_code == 0
    one, other = result.stdout.split("\n\nmodel B\n")
    assert one.startswith("model A\n")
    assert one.removeprefix("model A\n") + "\n" == other
    assert specc("summary", "two.nnspec", "B").stdout == f"model B\n{other}"
    assert specc("summary", "two.nnspec", "C").exit_code == 2


def test_a_model_is_shown_with_the_memory_of_its_only_training(specc: Specc) -> None:
    encoder, siamese = specc("summary", SIAMESE).stdout.split("\n\nmodel Siamese\n")
    assert encoder.startswith("model Encoder\n")
    assert "gradients" not in encoder
    assert "gradients" in siamese
    assert [s.model for s in load(SIAMESE).summaries()] == ["Encoder", "Siamese"]


def test_a_file_without_models_says_so(specc: Specc, folder: Path) -> None:
    (folder / "none.nnspec").write_text("param a: int = 1\n")
    result = specc("summary", "none.nnspec")
    assert result.exit_code == 2
    assert "there is no model in this file" in result.stderr


def test_blocks_are_one_row_each(specc: Specc) -> None:
    text = specc("summary", RESNET, "--depth", "0").stdout
    rows = [line.split() for line in text.splitlines()[4:10]]
    assert [(row[0], row[1], row[-2]) for row in rows] == [
        ("image", "input", "0"),
        ("conv_unit_1", "ConvUnit", "88"),
        ("stage_1", "Stage", "2,440"),
        ("stage_2", "Stage", "8,336"),
        ("global_average_pooling2d_1", "GlobalAveragePooling2D", "0"),
        ("dense_1", "Dense", "170"),
    ]
    assert re.search(r"^stage_2 +Stage +\(2, 2, 16\)", text, re.MULTILINE)
    ends = [specc("summary", RESNET, *more).stdout for more in ((), ("--depth", "9"))]
    assert ends[0] == ends[1]
    assert ends[0].split("\n\n")[-1] == text.split("\n\n")[-1]


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("path", [RESNET, SIAMESE], ids=lambda path: path.stem)
def test_folding_keeps_the_sums(path: Path, depth: int) -> None:
    for whole, folded in zip(
        load(path).summaries(), load(path).summaries(depth=depth), strict=True
    ):
        sums = [(s.parameters, s.trainable, s.buffers) for s in (whole, folded)]
        assert sums[0] == sums[1]
        assert len(folded.rows) <= len(whole.rows)


def test_rows_of_blocks_take_what_comes_from_outside() -> None:
    rows = {row.name: row for row in load(SIAMESE).summary("Siamese", depth=0).rows}
    assert rows["enc"].inputs == ("left",)
    assert rows["enc, call 3"].inputs == ("right",)
    assert rows["encoder6_1"].inputs == ("enc/dense_7_3",)


def test_what_is_reused_is_counted(specc: Specc, folder: Path) -> None:
    text = """\
model Old {
  input x: float32[13]
  hidden = Dense(4)
  Dense(3, activation = softmax)
}
model New {
  reuse body = old to hidden
  Dense(2)
}
data Wine { source = wine }
train old: Old on Wine {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 1
}
"""
    (folder / "two.nnspec").write_text(text, encoding="utf-8")
    shown = specc("summary", "two.nnspec", "New")
    assert "reused      56 of old, as body\n" in shown.output
    assert "reused" not in specc("summary", "two.nnspec", "Old").output
