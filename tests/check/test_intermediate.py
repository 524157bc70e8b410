"""The intermediate form by itself."""

from __future__ import annotations

from check_specs import network, with_layers

from specc.ir import ModelOutput


def test_a_copy_forgets_what_was_found_of_the_first() -> None:
    first = network(with_layers("  hidden = Dense(4)\n  Dense(3)"))
    assert first.ends == {"output": "dense_1"}
    output = ModelOutput(name="inner", edge="hidden")
    other = first.model_copy(update={"outputs": (output,)})
    assert other.ends == {"inner": "hidden"}
    assert other.edge("hidden") == first.edge("hidden")
    assert first.ends == {"output": "dense_1"}, "the first one is left as it is"
