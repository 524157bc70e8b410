"""Branches and options that a program has no use for are left out of its pieces."""

from __future__ import annotations

import pytest

from specc.emit.names import Names
from specc.emit.pieces import Known, select
from specc.emit.pruning import prune

TEXT = """\
def f(self, x):
    if self.a:
        # why
        x = 1
    else:
        x = 2
    if self.b and (self.c or x):
        return x
    if not self.a:
        return 0
    return -x"""


def pruned(**facts: bool) -> str:
    return prune(TEXT, Known({f"self.{name}": value for name, value in facts.items()}))


def test_what_nothing_is_known_of_stays() -> None:
    assert pruned() == TEXT


def test_a_branch_that_is_always_taken_stands_alone() -> None:
    text = pruned(a=True)
    assert text.startswith("def f(self, x):\n    # why\n    x = 1\n    if self.b")
    assert "return 0" not in text


def test_a_branch_that_is_never_taken_is_gone() -> None:
    text = pruned(a=False)
    assert "# why" not in text
    assert "\n    x = 2\n" in text
    assert text.endswith("    return 0\n    return -x")


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        ({"b": True}, "if self.c or x:"),
        ({"c": True}, "if self.b:"),
        ({"c": False}, "if self.b and x:"),
        ({"b": True, "c": False}, "if x:"),
    ],
)
def test_a_condition_keeps_what_is_open(facts: dict[str, bool], left: str) -> None:
    assert f"    {left}\n        return x\n" in pruned(**facts)


def test_conditions_that_are_decided_vanish() -> None:
    assert "return x" not in pruned(b=False)
    assert "\n    return x\n" in pruned(b=True, c=True)


def test_parameters_that_are_never_given_vanish() -> None:
    known = Known(
        {"self.baseline is None": True, "self.restore_best": False},
        frozenset({"baseline", "restore_best"}),
    )
    found = select(["specc.runtime"], ["EarlyStopping"], known).pieces
    pieces = [p.text for p in found if p.name in ("Watcher", "EarlyStopping")]
    text = "\n\n".join(pieces)
    assert len(pieces) == 2
    assert "baseline" not in text
    assert "restore_best" not in text
    assert "self.larger_is_better" in text
    imports = "from __future__ import annotations\nimport math\n"
    exec(imports + text, {})


def test_attributes_of_such_parameters_vanish() -> None:
    known = Known({"self.larger_is_better": False}, frozenset({"larger_is_better"}))
    found = select(["specc.runtime"], ["ReduceOnPlateau"], known).pieces
    assert {"Watcher", "ReduceOnPlateau"} <= {piece.name for piece in found}
    assert not [piece for piece in found if "larger_is_better" in piece.text]


def test_what_pruned_branches_used_is_not_taken() -> None:
    whole = select(["specc.runtime"], ["ArrayBatches"])
    assert "random_words" in {piece.name for piece in whole.pieces}
    known = Known({"not self.shuffle": True})
    ordered = select(["specc.runtime"], ["ArrayBatches"], known)
    assert "return\n" in next(
        p.text for p in ordered.pieces if p.name == "ArrayBatches"
    )


def test_pieces_come_after_what_their_definition_needs() -> None:
    names = [p.name for p in select(["specc.runtime"], ["PrintEpochs"]).pieces]
    assert names.index("Hooks") < names.index("PrintEpochs")


def test_long_names_get_short_identifiers_of_their_own() -> None:
    long = [f"{'a' * 60}{end}" for end in "xyz"]
    names = Names([*long, "a" * 28], reserved=["nn"])
    found = [names[name] for name in long]
    assert len({*found, names["a" * 28]}) == 4
    assert max(map(len, found)) <= 32
    assert names["a" * 28] == "a" * 28
    assert len(names.fresh(f"{long[0]}_activation")) <= 32
