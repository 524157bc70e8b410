"""Tables that include others: which lowering of a construct holds."""

from __future__ import annotations

import pytest

from specc.catalog.activations.squashing import Sigmoid, Tanh
from specc.catalog.callbacks import EarlyStopping
from specc.catalog.construct import Construct
from specc.emit.lowering import Table
from specc.emit.shared import SHARED


def table(kind: type[Construct], how: str) -> Table:
    """A table with one lowering."""
    made = Table()
    made.rule(kind, exact=how)(lambda *_: how)
    return made


def test_two_packages_may_not_lower_one_construct() -> None:
    both = table(Tanh, "one")
    both.include(table(Sigmoid, "other"))
    with pytest.raises(ValueError, match="tanh is lowered twice"):
        both.include(table(Tanh, "other"))
    with pytest.raises(ValueError, match="sigmoid is lowered twice"):
        both.rule(Sigmoid, exact="again")


@pytest.mark.parametrize("first", [True, False])
def test_what_all_backends_share_gives_way_to_their_own(first: bool) -> None:
    own = Table() if first else table(EarlyStopping, "own")
    own.include(SHARED)
    if first:
        own.rule(EarlyStopping, exact="own")(lambda *_: "own")
    found = {lowering.kind: lowering.how for lowering in own}
    assert found[EarlyStopping] == "own"
    assert "specc.runtime" in own.packages
    with pytest.raises(ValueError, match="early_stopping is lowered twice"):
        own.include(table(EarlyStopping, "other"))
