"""Limits: size of a text, of a model, of arithmetic; time that grows no faster than they."""

import gc
import math
import time

import pytest
from check_specs import DATA, check, errors, network, only, program, sequential, trained

from specc.check import expectation
from specc.check.expressions import evaluate
from specc.check.memory import amount_text, estimate
from specc.check.report import Report
from specc.check.values import Params
from specc.diagnostics import Source, Span
from specc.pipeline import Budget, Settings, check_source
from specc.syntax import tree


def test_memory_is_counted_before_anything_is_made() -> None:
    layers = "  Dense(1_000_000_000)\n  Dense(1_000_000_000)\n  Dense(3, activation = softmax)"
    problem = only(check(sequential(layers)))
    assert problem.rule == "memory-budget"
    assert problem.span is not None
    assert problem.span.line == 4
    assert "1,000,000,001,000,000,000 weights" in problem.notes[0].message


def test_the_product_of_sizes_is_exact() -> None:
    """2**32 · 2**32 is 0 in 64 bits."""
    problem = only(check(sequential("  Dense(4294967296)\n  Dense(4294967296)")))
    assert problem.rule == "memory-budget"


def test_the_largest_numbers_do_not_overflow() -> None:
    most = 2**63 - 1
    shape = ", ".join([str(most)] * 8)
    text = f"model Net {{ input x: float32[{shape}]; Dropout(0.5) }}"
    problem = only(check(text))
    assert problem.rule == "memory-budget"
    assert "more than 1000 EiB" in problem.message
    problem = only(check(text.replace("Dropout(0.5)", "Flatten; Dense(2)")))
    assert problem.rule == "number-too-large"


def test_an_input_has_a_bounded_number_of_axes() -> None:
    text = "model Net {{ input x: float32[{}]; Flatten; Dense(2) }}"
    assert check(text.format(", ".join(["1"] * 8))).problems == ()
    problem = only(check(text.format(", ".join(["1"] * 9))))
    assert problem.rule == "out-of-range"
    assert "at most 8 axes, not 9" in problem.message


def test_sizes_that_double_do_not_grow_without_bound() -> None:
    flows = "\n".join(f"  f{i + 1} = Concatenate(f{i}, f{i})" for i in range(500))
    text = f"model Net {{\n  input f0: float32[2]\n{flows}\n  output y = f500\n}}\n"
    assert errors(check(text)) == ["number-too-large"]


def test_the_budget_is_the_callers() -> None:
    text = sequential("  Dense(100)")
    (problem,) = check(text, Settings(budget=Budget(memory=5000))).problems
    assert problem.rule == "memory-budget"
    assert check(text, Settings(budget=Budget(memory=50_000))).problems == ()


def test_memory_of_a_training() -> None:
    """Weights, gradients and two slots of Adam, and twice the results of a batch."""
    train = (
        "  loss = sparse_categorical_crossentropy\n  optimizer = adam\n  epochs = 2\n"
        "  batch_size = 10\n  precision = float64"
    )
    found = program(trained(train, DATA))
    memory = estimate(found.network, found.training)
    weights = 13 * 3 + 3
    assert (memory.weights, memory.gradients) == (8 * weights, 8 * weights)
    assert memory.slots == 2 * 8 * weights
    assert memory.activations == 2 * 8 * 10 * (13 + 3)
    assert memory.total == 4 * 8 * weights + memory.activations


def test_memory_of_a_recurrent_layer() -> None:
    """Training keeps the states of all steps, be only the last one given."""
    layers = "  Reshape([13, 1])\n  SimpleRNN(4{})\n{}  Dense(3, activation = softmax)"
    train = (
        "  loss = sparse_categorical_crossentropy\n"
        "  optimizer = sgd(clipnorm = 1.0)\n  epochs = 2\n  batch_size = 10"
    )
    last = program(trained(train, DATA, layers.format("", "")))
    all_steps = layers.format(", return_sequences = true", "  Flatten\n")
    every = program(trained(train, DATA, all_steps))
    one, other = (estimate(p.network, p.training).activations for p in (last, every))
    assert one == 2 * 4 * 10 * (13 + 13 + 13 * 4 + 4 + 3)
    assert other == 2 * 4 * 10 * (13 + 13 + 13 * 4 + 13 * 4 + 3)
    assert estimate(last.network).activations == 4 * 32 * (13 + 13 + 4 + 3)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536 * 1024, "1.5 MiB"),
        (16 << 30, "16.0 GiB"),
        (1 << 80, "more than 1000 EiB"),
    ],
)
def test_amounts_of_memory(count: int, text: str) -> None:
    assert amount_text(count) == text


def test_a_batch_may_be_what_is_too_large() -> None:
    train = (
        "  loss = sparse_categorical_crossentropy\n  optimizer = sgd\n  epochs = 2\n"
        "  batch_size = 10_000_000_000"
    )
    problem = only(trained(train, DATA))
    assert problem.rule == "memory-budget"
    assert problem.span is not None
    assert problem.span.source.text[problem.span.start :].startswith(
        "train Net on Wine"
    )


def test_a_model_has_a_bounded_number_of_layers() -> None:
    text = sequential("  Flatten\n" * 11)
    assert errors(check(text, Settings(budget=Budget(nodes=10)))) == ["too-much-work"]
    assert errors(check(text, Settings(budget=Budget(nodes=11)))) == []


def test_a_text_has_a_bounded_length() -> None:
    problem = only(check("# " + "x" * (1 << 20)))
    assert (problem.rule, problem.span) == ("too-much-work", None)


def test_arithmetic_has_a_bounded_length() -> None:
    text = sequential("  Dense(1 + 1)\n" * 10)
    assert errors(check(text, Settings(budget=Budget(work=30)))) == ["too-much-work"]
    assert errors(check(text, Settings(budget=Budget(work=50)))) == []


def test_a_long_sum_is_no_deep_recursion() -> None:
    """The parser limits depth; the evaluation does not rely on it."""
    source = Source("sum.nnspec", "1")
    one = tree.Number(Span(source, 0, 1, 1, 1, 1, 2), 1, "1")
    total: tree.Expression = one
    for _ in range(20_000):
        total = tree.Unary(one.span, "+", tree.Binary(one.span, "+", total, one))
    assert evaluate(total, Params(), Report()) == 20_001


def test_a_long_chain_of_params_is_no_deep_recursion() -> None:
    lines = [f"param p{i}: int = p{i + 1}" for i in range(2000)]
    text = "\n".join(lines) + "\nparam p2000: int = 5\n" + sequential("  Dense(p0)")
    assert network(check(text)).edges[-1].shape == (5,)


def test_a_long_cycle_is_found() -> None:
    count = 3000
    flows = "\n".join(f"  f{i} = f{(i + 1) % count} -> Dense(2)" for i in range(count))
    text = f"model Net {{\n  input x: float32[2]\n{flows}\n  output y = f0\n}}\n"
    assert "cycle" in errors(check(text))


def test_a_wide_graph_in_reverse_order() -> None:
    count = 2000
    flows = "\n".join(f"  f{i} = f{i + 1} -> Dense(2)" for i in range(count))
    text = (
        f"model Net {{\n  input x: float32[2]\n{flows}\n  f{count} = x -> Dense(2)\n"
        "  output y = f0\n}\n"
    )
    assert len(network(check(text)).calls) == count + 1


def _repeated(times: int, body: str) -> float:
    text = f"model Net {{ input x: float32[13]; repeat {times} {{ {body} }} }}"
    started = time.process_time()
    check(text, Settings(budget=Budget(nodes=100_000, work=10_000_000)))
    return time.process_time() - started


@pytest.mark.parametrize(
    "body",
    [
        "h = x -> Dense(2)",
        "output y = x -> Dense(none); x -> s; Activation(leaky_relu(alpha = 1))",
    ],
    ids=["names", "faults"],
)
def test_the_rounds_of_a_repetition_take_linear_time(body: str) -> None:
    _repeated(10, body)
    small = min(_repeated(500, body) for _ in range(3))
    assert min(_repeated(2_000, body) for _ in range(3)) <= 7 * small + 0.05


def _reused(times: int) -> float:
    text = (
        f"model Net {{ input x: float32[3]; repeat {times} {{ BatchNormalization }};"
        " last = Dense(3) }\nmodel New { reuse body = Net to last; Dense(1) }\n"
        'data Set { source = csv("a.csv"); input x = columns("a" .. "c");'
        ' target y = columns("d" .. "f") }\n'
        "train Net on Set { loss = mse; optimizer = sgd; epochs = 2 }\n"
    )
    started = time.process_time()
    assert not check(text).failed
    return time.process_time() - started


def test_reuse_of_a_deep_model_takes_linear_time() -> None:
    _reused(10)
    small = min(_reused(2_000) for _ in range(3))
    assert min(_reused(8_000) for _ in range(3)) <= 5 * small + 0.05


def _seconds(layers: int) -> float:
    lines = "\n".join(f"  Dense({8 + i % 3}, activation = relu)" for i in range(layers))
    text = (
        f"model Net {{\n  input x: float32[8]\n  defaults Dense {{ kernel_initializer ="
        f" he_normal }}\n{lines}\n}}\n"
        'data Set { source = csv("a.csv"); input x = columns("a" .. "h");'
        ' target y = columns("i" .. "p") }\n'
        "train Net on Set { loss = mse; optimizer = sgd; epochs = 2 }\n"
    )
    started = time.process_time()
    checked = check_source(Source("large.nnspec", text))
    assert len(checked.programs) == 1
    return time.process_time() - started


def test_ten_thousand_layers_take_seconds_and_time_is_linear() -> None:
    _seconds(200)  # imports and caches
    small = large = math.inf
    for _ in range(6):  # the least of some: other work only ever adds
        small, large = min(small, _seconds(5_000)), min(large, _seconds(10_000))
        if large <= 2.3 * small:
            break
    assert large < 10
    assert large <= 2.3 * small


def test_the_trainings_of_a_file_have_a_bounded_number_of_layers_in_all() -> None:
    model = sequential("  Dense(4)\n  Dense(3, activation = softmax)")
    train = (
        "{{ loss = sparse_categorical_crossentropy; optimizer = sgd; epochs = 2 }}\n"
    )
    text = (
        model
        + DATA
        + "".join(f"train t{i}: Net on Wine {train.format()}" for i in range(6))
    )
    assert len(check(text, Settings(budget=Budget(nodes=12))).programs) == 6
    assert errors(check(text, Settings(budget=Budget(nodes=11)))) == ["too-much-work"]


@pytest.mark.parametrize(
    "body",
    [
        "repeat 1_000_000 { defaults Dense { activation = relu } }",
        "repeat 8 { repeat 1000 { Dense(2, activation = reul); Add(x, h) } }; h =",
    ],
    ids=["defaults", "faults that follow from others"],
)
def test_rounds_that_come_to_nothing_end_soon(body: str) -> None:
    started = time.process_time()
    text = f"model Net {{\n  input x: float32[13]\n  {body}\n  Dense(3)\n}}\n"
    assert check(text).failed
    assert time.process_time() - started < 1


def test_patterns_of_what_is_frozen_have_a_bounded_work() -> None:
    layers = "  Dense(8)\n" * 1000
    for pattern in ('"dense_{}"', '"*{}*"'):
        patterns = ", ".join(pattern.format(i + 1) for i in range(1000))
        train = (
            "  loss = sparse_categorical_crossentropy\n  optimizer = sgd\n  epochs = 2\n"
            f"  freeze = [{patterns}]"
        )
        layers_and_head = f"{layers}  Dense(3, activation = softmax)"
        started = time.process_time()
        found = errors(trained(train, DATA, layers_and_head))
        assert time.process_time() - started < 3
        assert found == (["too-much-work"] if "*" in pattern else [])


def test_the_end_of_the_work_is_reported_once_whatever_it_is_spent_on() -> None:
    text = sequential("  assert params < 99\n" * 10 + "  Dense(3)")
    for work in range(20, 78, 3):
        found = errors(check(text, Settings(budget=Budget(work=work))))
        assert found[:1] == ["too-much-work"]
        assert found.count("too-much-work") == 1


def test_a_check_leaves_nothing_behind() -> None:
    """An editor checks a file thousands of times in one process."""
    blocks = "".join(f"block B{i}(size: int) {{ Dense(size) }}\n" for i in range(200))

    def objects(checks: int) -> int:
        for _ in range(checks):
            check(blocks)
        gc.collect()
        return len(gc.get_objects())

    most = expectation.signature.cache_info().maxsize
    assert most is not None
    before = objects(most // 200 + 2)  # what is kept has reached its bound
    assert objects(4) - before < 200
