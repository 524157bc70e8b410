"""``import``: what files of a spec's folder bring in, and what is no file of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_specs import rules, underlined

from specc.pipeline import Checked, Settings, check_source, read

UNITS = """\
param width: int = 8
defaults Dense { activation = tanh }
block Unit(n: int = width) {
  Dense(n)
}
block Idle { Dense(3) }
model Encoder {
  input v: float32[4]
  Dense(2)
}
"""
MAIN = """\
import "units.nnspec"
defaults Dense { kernel_initializer = zeros }
model Net {
  input x: float32[4]
  Encoder
  Unit
  Dense(1)
}
"""


def write(folder: Path, **texts: str) -> Path:
    """Files of a spec; two underscores stand for a folder."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.nnspec"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.nnspec"


def check(path: Path, **params: str) -> Checked:
    return check_source(read(path), Settings(params=params))


def test_declarations_of_an_imported_file_are_as_those_of_the_spec(tmp_path) -> None:
    found = check(write(tmp_path, main=MAIN, units=UNITS))
    assert found.problems == ()
    net = found.models[0].program.network
    layers = {node.name: node.layer for node in net.layers}
    assert {name: layer.units for name, layer in layers.items()} == {
        "encoder_1/dense_1": 2,
        "unit_1/dense_1": 8,
        "dense_1": 1,
    }
    # The defaults of a file are for its own blocks and models.
    given = {
        n: (x.activation.keyword, x.kernel_initializer.keyword)
        for n, x in layers.items()
    }
    assert given["unit_1/dense_1"] == ("tanh", "glorot_uniform")
    assert given["dense_1"] == ("linear", "zeros")
    assert [Path(source.name).name for source in found.imports] == ["units.nnspec"]
    wide = check(tmp_path / "main.nnspec", width="5")
    assert wide.models[0].program.network.layers[1].layer.units == 5


def test_paths_are_relative_to_the_file_that_names_them(tmp_path) -> None:
    path = write(
        tmp_path,
        main='import "parts/a.nnspec"\nmodel Net { input x: float32[2]; A; B }\n',
        parts__a='import "deep/b.nnspec"\nblock A { Dense(2) }\n',
        parts__deep__b='import "../../c.nnspec"\nblock B { C }\n',
        c="block C { Dense(3) }\n",
    )
    found = check(path)
    assert found.problems == ()
    assert [s.name for s in found.imports] == [
        str(tmp_path / name)
        for name in ("parts/a.nnspec", "parts/deep/b.nnspec", "c.nnspec")
    ]


def test_a_file_that_two_import_is_read_once(tmp_path) -> None:
    path = write(
        tmp_path,
        main='import "a.nnspec"\nimport "b.nnspec"\nmodel N { input x: float32[2]; A; B }\n',
        a='import "c.nnspec"\nblock A { C }\n',
        b='import "./c.nnspec"\nblock B { C }\n',
        c="block C { Dense(3) }\n",
    )
    assert check(path).problems == ()


def test_circles_are_named_in_full(tmp_path) -> None:
    path = write(
        tmp_path,
        main='import "a.nnspec"\nmodel N { input x: float32[2]; Dense(1) }\n',
        a='import "b.nnspec"\n',
        b='import "a.nnspec"\n',
    )
    (problem,) = check(path).problems
    assert problem.rule == "cycle"
    assert (
        problem.message == "files import each other: a.nnspec -> b.nnspec -> a.nnspec"
    )
    assert problem.span is not None
    assert problem.span.source.name == str(tmp_path / "b.nnspec")
    itself = write(
        tmp_path,
        main='import "main.nnspec"\nmodel N { input x: float32[2]; Dense(1) }\n',
    )
    assert rules(check(itself)) == ["cycle"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("gone.nnspec", "No such file"),
        ("../outside.nnspec", "outside of the folder"),
        ("sub/../../outside.nnspec", "outside of the folder"),
        ("/etc/hostname", "by its path from here"),
        ("", "by its path from here"),
        ("link.nnspec", "symbolic link"),
        ("linked/inner.nnspec", "symbolic link"),
        ("sub", "Is a directory"),
        ("latin.nnspec", "not UTF-8"),
    ],
)
def test_what_cannot_be_imported(tmp_path, given: str, why: str) -> None:
    root = tmp_path / "root"
    path = write(
        root, main=f'import "{given}"\nmodel N {{ input x: float32[2]; Dense(1) }}\n'
    )
    write(tmp_path, outside="block A { Dense(1) }\n", elsewhere__inner="")
    (root / "sub").mkdir()
    (root / "link.nnspec").symlink_to(tmp_path / "outside.nnspec")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    (root / "latin.nnspec").write_bytes(b"# caf\xe9\n")
    (problem,) = check(path).problems
    assert problem.rule == "unknown-file"
    assert why in problem.message
    assert underlined(problem) == f'"{given}"'


def test_problems_of_an_imported_file_are_at_its_places(tmp_path) -> None:
    units = 'block Unit(n: int) {\n  Dens(n)\n  allow(bias-before-batch-normalization, "x")\n}\n'
    path = write(
        tmp_path,
        main='import "units.nnspec"\nmodel N { input x: float32[2]; Unit(2); Dense(1) }\n',
        units=units,
    )
    (problem,) = check(path).problems
    assert problem.span is not None
    assert (Path(problem.span.source.name).name, problem.span.line) == (
        "units.nnspec",
        2,
    )
    path = write(tmp_path, units="block Unit(n: int) {\n  Dense(n\n}\n")
    found = check(path)
    assert found.failed
    assert {Path(p.span.source.name).name for p in found.problems if p.span} >= {
        "units.nnspec"
    }


def test_a_name_belongs_to_one_file(tmp_path) -> None:
    path = write(
        tmp_path,
        main='import "a.nnspec"\nblock A { Dense(1) }\nmodel N { input x: float32[2]; A }\n',
        a="block A { Dense(2) }\n",
    )
    (problem,) = check(path).problems
    assert problem.rule == "duplicate-name"


def test_many_files_and_long_chains(tmp_path) -> None:
    texts = {f"f{n}": f'import "f{n + 1}.nnspec"\n' for n in range(150)}
    texts["f150"] = "block Last { Dense(1) }\n"
    main = 'import "f0.nnspec"\nmodel N { input x: float32[2]; Last }\n'
    assert check(write(tmp_path, main=main, **texts)).problems == ()
    texts = {f"f{n}": f'import "f{n + 1}.nnspec"\n' for n in range(250)}
    found = check(write(tmp_path, main=main, **texts))
    assert "too-much-work" in rules(found)


def test_a_run_keeps_what_was_imported(tmp_path) -> None:
    from specc.api import load

    main = (
        'import "units.nnspec"\nimport "best/more.nnspec"\n'
        "model Net {\n  input features: float32[13]\n  Unit\n  More\n"
        "  Dense(3, activation = softmax)\n}\n"
        "data Wine { source = wine; validation = 10% }\n"
        "train Net on Wine {\n  loss = sparse_categorical_crossentropy\n"
        "  optimizer = sgd\n  epochs = 1\n}\n"
    )
    more = "block More { Dense(2) }\n"
    path = write(tmp_path, main=main, units=UNITS, best__more=more)
    run = load(path).train("reference", run=tmp_path / "run")
    assert (run.folder.path / "units.nnspec").read_text() == UNITS
    assert run.folder.record()["sources"][0] == "spec.nnspec"
    assert (run.folder.path / "best/more_imported.nnspec").read_text() == more
