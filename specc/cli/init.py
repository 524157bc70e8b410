"""`specc init`: a first spec to edit."""

from __future__ import annotations

from pathlib import Path

import click

from .exits import Exit, Stop
from .outputs import make_folder, path_text, writing

__all__ = ["FIRST", "command"]

FIRST = """\
nnspec 1

# Handwritten digits: images of 8×8 pixels, ten classes. The images come with scikit-learn.
data Digits {
  source = digits
  test = 20%
  validation = 10%
  standardize(image)
}

model Classifier {
  input image: float32[8, 8, 1]

  defaults Dense {
    activation = relu
    kernel_initializer = he_normal
  }

  Flatten
  Dense(64)
  Dropout(0.2)
  Dense(32)
  Dense(10, activation = softmax, kernel_initializer = glorot_uniform)
}

train first: Classifier on Digits {
  loss = sparse_categorical_crossentropy
  metrics = [accuracy]
  optimizer = adam(0.001)
  batch_size = 32
  epochs = 10
  seed = 42
}
"""

_NEXT = """\
{file}
Next:
  specc check {file}
  specc train {file} --backend torch
  specc verify {file}"""


@click.command("init", short_help="Write a first spec to edit.")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a first spec, first.nnspec, into DIR. An existing file is left alone."""
    file = folder / "first.nnspec"
    make_folder(folder)
    if file.exists():
        why = f"{file} is there already and is left as it is"
        raise Stop(why, Exit.USAGE)
    with writing(file), file.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(FIRST)
    click.echo(_NEXT.format(file=path_text(file)))
