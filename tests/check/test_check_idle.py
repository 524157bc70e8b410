"""Blocks that nothing uses: what is wrong with them whatever their arguments are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from check_specs import check, errors, only, underlined

from specc.check.body.choices import has_outputs
from specc.diagnostics import Level, Source
from specc.pipeline import check_source
from specc.syntax import tree
from specc.syntax.parse import parse

ROOT = Path(__file__).resolve().parents[2]
FENCED = re.compile(r"^```(?:nnspec|frame)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What stays of a spec whose models, data and trainings are taken away.
KEPT = ("block", "param", "defaults", "import")
UNUSED = "model Net {\n  input x: float32[4]\n  Dense(3)\n}\n"


def specs() -> Iterator[Source]:
    """Every spec of the project: its files, and the pieces in its documents."""
    for folder in ("examples", "tests", "specc", "editors", "bench"):
        for path in sorted((ROOT / folder).rglob("*.nnspec")):
            yield Source(str(path), path.read_text(encoding="utf-8"))
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in [*pages, *sorted((ROOT / "tests/language").glob("*.md"))]:
        near = ROOT / "tests/language/files" / "spec.nnspec"
        for found in FENCED.finditer(page.read_text(encoding="utf-8")):
            yield Source(str(near), found[1])


def as_block(model: tree.Block) -> str | None:
    """A model as a block of the same layers, if it is a mere row of them."""
    inputs = [s for s in model.body if isinstance(s, tree.InputDecl)]
    reuses = any(isinstance(s, tree.Reuse) for s in model.body)
    if len(inputs) != 1 or has_outputs(model.body) or reuses or not model.name:
        return None
    text = model.span.source.text
    body = "".join(
        f"  {text[s.span.start : s.span.end]}\n"
        for s in model.body
        if s is not inputs[0]
    )
    body = re.sub(rf"\b{inputs[0].name.text}\b", "input", body)
    return f"block {model.name.text} {{\n{body}}}\n"


def library(source: Source) -> Source | None:
    """What a valid spec has for others to import; None where that is nothing."""
    file, problems = parse(source)
    if file is None or problems:
        return None
    pieces: list[str] = []
    for item in file.statements:
        kind = "import" if isinstance(item, tree.Import) else ""
        if isinstance(item, tree.Block | tree.InputDecl):
            kind = item.kind.text
        block = None
        if isinstance(item, tree.Block) and kind == "model":
            block = as_block(item)
        if kind in KEPT:
            block = source.text[item.span.start : item.span.end] + "\n"
        pieces += [block] if block else []
    if not any(piece.startswith("block") for piece in pieces):
        return None
    return Source(source.name, "".join(pieces))


def test_valid_blocks_are_valid_where_nothing_uses_them() -> None:
    looked_at = 0
    for source in specs():
        if check_source(source).failed:
            continue
        alone = library(source)
        if alone is None:
            continue
        looked_at += 1
        found = [p for p in check_source(alone).problems if p.level is Level.ERROR]
        assert not found, (alone.name, alone.text, found)
    assert looked_at > 25


@pytest.mark.parametrize(
    "body",
    [
        "Dense(3 - m)",
        "Dense(8 // (m - 3))",
        "Dropout(rate * 4)",
        "Dropout(m / 10)",
        "Dense(m ** 2)",
        "Dense(m, activation = name)",
        "Conv2D(m, [m, 3], padding = name)",
        "Dense(m, kernel_regularizer = reg)",
        "Dense(m, kernel_constraint = reg)",
        "Dense(m, kernel_initializer = init, bias_initializer = zeros, use_bias = deep)",
        "Reshape([m, -m])",
        "repeat m { Dense(3) }",
        "repeat i in m..3 { h = Dense(i) }\n  h_2 -> Dense(3)",
        "repeat i in 1..m {\n    h = Dense(i)\n    if i > 1 { h_1 -> Dense(3) }\n  }",
        "if deep { x = Dense(m) } else { x = Dropout(rate) }\n  x -> Flatten",
        'if name == "relu" { x = Dense(m) } else { x = input }\n  Dense(4) -> x',
        "if deep { x = input } else { x = Dense(m) }\n  Dense(4) -> x",
        "if deep { defaults Dense { units = 3 } }\n  Dense",
        "if not deep { defaults Dense { units = 3 } } else { defaults Dense { units = m } }"
        "\n  Dense",
        "defaults Dense { use_bias = deep }\n  Dense(3, bias_initializer = ones)",
        "residual { if deep { Dense(m) } }",
        "residual { repeat m { Dense(3) } }",
        "Other(m)\n  other = Other(2)\n  other -> Dense(3)",
        "TimeDistributed(Other(m))",
        "assert m > 3\n  Dense(m)",
    ],
)
def test_what_depends_on_values_is_left_to_the_use(body: str) -> None:
    head = "m: int[0..9], rate: float, name: str, deep: bool, init: initializer"
    head += ", reg: regularizer = none"
    other = "block Other(n: int) { Dense(n) }\n"
    text = f"{other}block A({head}) {{\n  {body}\n}}\n"
    assert not check(text).problems
    assert set(errors(check(UNUSED + text))) == set()


def test_the_values_of_params_are_those_of_other_specs_too() -> None:
    head = 'param n: int = 3\nparam act: str = "tanh"\n'
    assert not check(f"{head}block A {{ Dense(n - 3, activation = act) }}\n").problems
    assert errors(check(f"{head}block A {{ Dense(act) }}\n")) == ["wrong-type"]


def test_what_stands_in_an_unused_block_uses_nothing() -> None:
    text = "param n: int = 3\nblock B(m: int) { Dense(m) }\nblock A { B(n) }\n"
    found = check(UNUSED + text)
    assert [p.rule for p in found.problems] == [
        "unused-param",
        "unused-block",
        "unused-block",
    ]


def test_a_used_block_is_looked_at_once() -> None:
    block = "block A(m: int) { Dens(m) }\n"
    found = only(check(f"{block}model Net {{\n  input x: float32[4]\n  A(3)\n}}\n"))
    assert underlined(found) == "Dens"


def test_blocks_of_an_imported_file_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "blocks.nnspec").write_text("block A(m: int) { Dens(m) }\n")
    spec = Source(str(tmp_path / "spec.nnspec"), f'import "blocks.nnspec"\n{UNUSED}')
    assert not check_source(spec).failed


@pytest.mark.parametrize(
    "text",
    [
        "block A(m: int) {\n" + "  Dense(m + 1, activation = relu)\n" * 10_000 + "}\n",
        "".join(f"block A{i}(m: int) {{ Dense(m) }}\n" for i in range(5_000)),
        "block A(m: int) {\n" + "  if m > 3 { x = Dense(m) }\n" * 5_000 + "}\n",
        "block A(m: int) { repeat 1000000000 { repeat 1000000000 { Dense(m) } } }\n",
    ],
    ids=["layers", "blocks", "choices", "repetitions"],
)
def test_looking_takes_no_longer_than_reading(text: str) -> None:
    source = Source("blocks.nnspec", text)
    start = perf_counter()
    parse(source)
    read = perf_counter() - start
    start = perf_counter()
    assert not check_source(source).problems
    assert perf_counter() - start < 5 * read + 2


HIDDEN = {
    "a part that a branch takes": """
param deep: bool = false
model Base {
  input x: float32[4]
  h = Dense(4)
  Dense(1)
}
data D { source = csv("a.csv"); input x = columns("a", "b", "c", "d"); target y = column("t") }
train b: Base on D { loss = mse; optimizer = sgd(0.1); epochs = 1 }
model M {
  input x: float32[4]
  if deep {
    reuse body = b to h
    output y = x -> body -> TimeDistributed(body) -> Dense(3)
  } else {
    output y = x -> Dense(2)
  }
}
""",
    "defaults of the place that a block is used in": """
param deep: bool = false
block Unit { Conv2D(3) }
block Pair { Unit -> Conv2D(2) }
model M {
  input x: float32[8, 8, 1]
  if deep {
    defaults Conv2D { kernel_size = 3 }
    Pair
  } else {
    Conv2D(4, kernel_size = 1)
  }
  Flatten
  Dense(3)
}
""",
    "what a block for other files needs": "block Unit { Conv2D(3) }\n",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_right_where_it_is_used_is_not_refused(name: str) -> None:
    assert not errors(check(HIDDEN[name]))


def test_a_part_that_there_is_none_of_is_told_once() -> None:
    text = HIDDEN["a part that a branch takes"].replace("= b to h", "= bb to h")
    found = errors(check(text.replace("bool = false", "bool = true")))
    assert found == ["unknown-training"]
